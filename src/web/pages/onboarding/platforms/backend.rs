//! Servers: Python, Go, Java, PHP, Ruby, Rust, .NET, Elixir.

use super::{Platform, Upload};

const PYTHON_START: &str = r#"import sentry_sdk

sentry_sdk.init(
    dsn="__DSN__",
    release="my-app@1.0.0",
    environment="production",
    send_default_pii=True,
    traces_sample_rate=0,
)"#;
const JAVA_TEST: &str = r#"Sentry.captureException(new Exception("test"));"#;

/// Python and its frameworks start alike; the SDK finds out what it runs in.
const fn python(
    id: &'static str,
    name: &'static str,
    mark: &'static str,
    install: &'static str,
    test: &'static str,
) -> Platform {
    Platform { id, family: "python", name, mark, install, start: PYTHON_START, test, upload: Upload::None }
}

pub const PLATFORMS: &[Platform] = &[
    python("python", "Python", "Py", "pip install sentry-sdk", "1 / 0"),
    python(
        "python-django",
        "Django",
        "Dj",
        "pip install 'sentry-sdk[django]'",
        r#"# urls.py
urlpatterns += [path("break/", lambda request: 1 / 0)]"#,
    ),
    python(
        "python-flask",
        "Flask",
        "Fl",
        "pip install 'sentry-sdk[flask]'",
        r#"@app.route("/break")
def break_it():
    return 1 / 0"#,
    ),
    python(
        "python-fastapi",
        "FastAPI",
        "Fa",
        "pip install 'sentry-sdk[fastapi]'",
        r#"@app.get("/break")
async def break_it():
    return 1 / 0"#,
    ),
    python(
        "python-celery",
        "Celery",
        "Ce",
        "pip install 'sentry-sdk[celery]'",
        r"@app.task
def break_it():
    return 1 / 0

break_it.delay()",
    ),
    Platform {
        id: "go",
        family: "go",
        name: "Go",
        mark: "Go",
        install: "go get github.com/getsentry/sentry-go",
        start: r#"err := sentry.Init(sentry.ClientOptions{
	Dsn:         "__DSN__",
	Release:     "my-app@1.0.0",
	Environment: "production",
})
if err != nil {
	log.Fatalf("sentry.Init: %s", err)
}
defer sentry.Flush(2 * time.Second)"#,
        test: r#"sentry.CaptureMessage("test")"#,
        upload: Upload::None,
    },
    Platform {
        id: "java",
        family: "java",
        name: "Java",
        mark: "Ja",
        install: r#"// build.gradle
implementation("io.sentry:sentry:8.+")"#,
        start: r#"import io.sentry.Sentry;

Sentry.init(options -> {
  options.setDsn("__DSN__");
  options.setRelease("my-app@1.0.0");
  options.setEnvironment("production");
});"#,
        test: JAVA_TEST,
        upload: Upload::None,
    },
    Platform {
        id: "kotlin",
        family: "java",
        name: "Kotlin",
        mark: "Ko",
        install: r#"// build.gradle.kts
implementation("io.sentry:sentry:8.+")"#,
        start: r#"import io.sentry.Sentry

Sentry.init { options ->
    options.dsn = "__DSN__"
    options.release = "my-app@1.0.0"
    options.environment = "production"
}"#,
        test: r#"Sentry.captureException(Exception("test"))"#,
        upload: Upload::None,
    },
    Platform {
        id: "java-spring-boot",
        family: "java",
        name: "Spring Boot",
        mark: "Sp",
        install: r#"// build.gradle
implementation("io.sentry:sentry-spring-boot-starter-jakarta:8.+")"#,
        start: r"# application.properties
sentry.dsn=__DSN__
sentry.release=my-app@1.0.0
sentry.environment=production
sentry.send-default-pii=true",
        test: JAVA_TEST,
        upload: Upload::None,
    },
    Platform {
        id: "java-logback",
        family: "java",
        name: "Logback",
        mark: "Lb",
        install: r#"// build.gradle
implementation("io.sentry:sentry-logback:8.+")"#,
        start: r#"<!-- logback.xml -->
<appender name="Picket" class="io.sentry.logback.SentryAppender">
  <options>
    <dsn>__DSN__</dsn>
  </options>
  <minimumEventLevel>ERROR</minimumEventLevel>
</appender>
<root level="info"><appender-ref ref="Picket" /></root>"#,
        test: r#"logger.error("test", new Exception("test"));"#,
        upload: Upload::None,
    },
    Platform {
        id: "php",
        family: "php",
        name: "PHP",
        mark: "Ph",
        install: "composer require sentry/sentry",
        start: r"\Sentry\init([
    'dsn' => '__DSN__',
    'release' => 'my-app@1.0.0',
    'environment' => 'production',
]);",
        test: r"\Sentry\captureMessage('test');",
        upload: Upload::None,
    },
    Platform {
        id: "php-laravel",
        family: "php",
        name: "Laravel",
        mark: "La",
        install: "composer require sentry/sentry-laravel",
        start: r"# .env
SENTRY_LARAVEL_DSN=__DSN__

// bootstrap/app.php
->withExceptions(function (Exceptions $exceptions) {
    \Sentry\Laravel\Integration::handles($exceptions);
})",
        test: "php artisan sentry:test",
        upload: Upload::None,
    },
    Platform {
        id: "php-symfony",
        family: "php",
        name: "Symfony",
        mark: "Sy",
        install: "composer require sentry/sentry-symfony",
        start: r"# .env
SENTRY_DSN=__DSN__

# config/packages/sentry.yaml
sentry:
    dsn: '%env(SENTRY_DSN)%'",
        test: "php bin/console sentry:test",
        upload: Upload::None,
    },
    Platform {
        id: "ruby",
        family: "ruby",
        name: "Ruby",
        mark: "Rb",
        install: "bundle add sentry-ruby",
        start: r#"require "sentry-ruby"

Sentry.init do |config|
  config.dsn = "__DSN__"
  config.release = "my-app@1.0.0"
  config.environment = "production"
end"#,
        test: r#"Sentry.capture_message("test")"#,
        upload: Upload::None,
    },
    Platform {
        id: "ruby-rails",
        family: "ruby",
        name: "Rails",
        mark: "Ra",
        install: "bundle add sentry-ruby sentry-rails",
        start: r#"# config/initializers/sentry.rb
Sentry.init do |config|
  config.dsn = "__DSN__"
  config.breadcrumbs_logger = [:active_support_logger]
  config.send_default_pii = true
end"#,
        test: r#"Sentry.capture_message("test")"#,
        upload: Upload::None,
    },
    Platform {
        id: "rust",
        family: "rust",
        name: "Rust",
        mark: "Rs",
        install: "cargo add sentry",
        start: r#"let _guard = sentry::init((
    "__DSN__",
    sentry::ClientOptions {
        release: sentry::release_name!(),
        environment: Some("production".into()),
        ..Default::default()
    },
));"#,
        test: r#"sentry::capture_message("test", sentry::Level::Error);"#,
        upload: Upload::None,
    },
    Platform {
        id: "dotnet",
        family: "dotnet",
        name: ".NET",
        mark: "C#",
        install: "dotnet add package Sentry",
        start: r#"SentrySdk.Init(options =>
{
    options.Dsn = "__DSN__";
    options.Release = "my-app@1.0.0";
    options.Environment = "production";
});"#,
        test: r#"SentrySdk.CaptureMessage("test");"#,
        upload: Upload::None,
    },
    Platform {
        id: "dotnet-aspnetcore",
        family: "dotnet",
        name: "ASP.NET Core",
        mark: "As",
        install: "dotnet add package Sentry.AspNetCore",
        start: r#"builder.WebHost.UseSentry(options =>
{
    options.Dsn = "__DSN__";
    options.Environment = "production";
});"#,
        test: r#"SentrySdk.CaptureMessage("test");"#,
        upload: Upload::None,
    },
    Platform {
        id: "elixir",
        family: "elixir",
        name: "Elixir",
        mark: "Ex",
        install: r#"# mix.exs
{:sentry, "~> 11.0"},
{:hackney, "~> 1.20"}"#,
        start: r#"# config/prod.exs
config :sentry,
  dsn: "__DSN__",
  environment_name: :prod,
  enable_source_code_context: true"#,
        test: r#"Sentry.capture_message("test")"#,
        upload: Upload::None,
    },
];
