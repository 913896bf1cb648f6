//! Phones, desktops, games and native code.

use super::{Platform, Upload};

pub const PLATFORMS: &[Platform] = &[
    Platform {
        id: "android",
        family: "android",
        name: "Android",
        mark: "An",
        install: r#"// app/build.gradle.kts
plugins { id("io.sentry.android.gradle") version "5.+" }
dependencies { implementation("io.sentry:sentry-android:8.+") }"#,
        start: r#"<!-- AndroidManifest.xml, inside <application> -->
<meta-data android:name="io.sentry.dsn" android:value="__DSN__" />
<meta-data android:name="io.sentry.environment" android:value="production" />"#,
        test: r#"Sentry.captureMessage("test")"#,
        upload: Upload::Symbols,
    },
    Platform {
        id: "apple-ios",
        family: "apple-ios",
        name: "iOS",
        mark: "iO",
        install: r#"// Package.swift, or File > Add Package Dependencies in Xcode
.package(url: "https://github.com/getsentry/sentry-cocoa", from: "8.0.0")"#,
        start: r#"import Sentry

SentrySDK.start { options in
    options.dsn = "__DSN__"
    options.releaseName = "my-app@1.0.0"
    options.environment = "production"
}"#,
        test: r#"SentrySDK.capture(message: "test")"#,
        upload: Upload::Symbols,
    },
    Platform {
        id: "apple-macos",
        family: "apple-ios",
        name: "macOS",
        mark: "mO",
        install: r#"// Package.swift, or File > Add Package Dependencies in Xcode
.package(url: "https://github.com/getsentry/sentry-cocoa", from: "8.0.0")"#,
        start: r#"import Sentry

SentrySDK.start { options in
    options.dsn = "__DSN__"
    options.enableUncaughtNSExceptionReporting = true
}"#,
        test: r#"SentrySDK.capture(message: "test")"#,
        upload: Upload::Symbols,
    },
    Platform {
        id: "flutter",
        family: "flutter",
        name: "Flutter",
        mark: "Fl",
        install: "flutter pub add sentry_flutter",
        start: r"import 'package:sentry_flutter/sentry_flutter.dart';

Future<void> main() async {
  await SentryFlutter.init(
    (options) {
      options.dsn = '__DSN__';
      options.environment = 'production';
    },
    appRunner: () => runApp(MyApp()),
  );
}",
        test: "await Sentry.captureMessage('test');",
        upload: Upload::Symbols,
    },
    Platform {
        id: "dart",
        family: "flutter",
        name: "Dart",
        mark: "Da",
        install: "dart pub add sentry",
        start: r"import 'package:sentry/sentry.dart';

Future<void> main() async {
  await Sentry.init(
    (options) => options.dsn = '__DSN__',
    appRunner: runApp,
  );
}",
        test: "await Sentry.captureMessage('test');",
        upload: Upload::None,
    },
    Platform {
        id: "react-native",
        family: "react-native",
        name: "React Native",
        mark: "RN",
        install: "npm install @sentry/react-native",
        start: r#"import * as Sentry from "@sentry/react-native";

Sentry.init({ dsn: "__DSN__", environment: "production" });
export default Sentry.wrap(App);"#,
        test: r#"Sentry.captureMessage("test");"#,
        upload: Upload::SourceMaps,
    },
    Platform {
        id: "unity",
        family: "unity",
        name: "Unity",
        mark: "Un",
        install: r"// Window > Package Manager > Add package from git URL
https://github.com/getsentry/unity.git",
        start: r"// Tools > Sentry > DSN
__DSN__",
        test: r#"SentrySdk.CaptureMessage("test");"#,
        upload: Upload::Symbols,
    },
    Platform {
        id: "native",
        family: "native",
        name: "C / C++",
        mark: "C+",
        install: r"# CMakeLists.txt, with sentry-native unpacked beside it
add_subdirectory(sentry-native)
target_link_libraries(my_app PRIVATE sentry)",
        start: r#"#include <sentry.h>

sentry_options_t *options = sentry_options_new();
sentry_options_set_dsn(options, "__DSN__");
sentry_options_set_release(options, "my-app@1.0.0");
sentry_options_set_environment(options, "production");
sentry_init(options);
/* … */
sentry_close();"#,
        test: r#"sentry_capture_event(sentry_value_new_message_event(SENTRY_LEVEL_ERROR, "test", "test"));"#,
        upload: Upload::Symbols,
    },
    Platform {
        id: "minidump",
        family: "native",
        name: "Minidump",
        mark: "Md",
        install: "",
        start: "",
        test: "curl -F upload_file_minidump=@crash.dmp '__MINIDUMP__'",
        upload: Upload::Symbols,
    },
];
