//! Browsers, Node and what is built on them.

use super::{Platform, Upload};

const BROWSER_TEST: &str = r#"setTimeout(() => { throw new Error("test"); });"#;
const NODE_TEST: &str = r#"Sentry.captureException(new Error("test"));"#;

pub const PLATFORMS: &[Platform] = &[
    Platform {
        id: "javascript",
        family: "javascript",
        name: "JavaScript",
        mark: "JS",
        install: "npm install @sentry/browser",
        start: r#"import * as Sentry from "@sentry/browser";

Sentry.init({
  dsn: "__DSN__",
  release: "my-app@1.0.0",
  environment: "production",
  tracesSampleRate: 0,
});"#,
        test: BROWSER_TEST,
        upload: Upload::SourceMaps,
    },
    Platform {
        id: "javascript-react",
        family: "javascript",
        name: "React",
        mark: "Re",
        install: "npm install @sentry/react",
        start: r#"import * as Sentry from "@sentry/react";
import { createRoot } from "react-dom/client";

Sentry.init({
  dsn: "__DSN__",
  release: "my-app@1.0.0",
  environment: "production",
  tracesSampleRate: 0,
});

createRoot(document.getElementById("app"), {
  onUncaughtError: Sentry.reactErrorHandler(),
  onRecoverableError: Sentry.reactErrorHandler(),
}).render(<App />);"#,
        test: r#"<button onClick={() => { throw new Error("test"); }}>Break</button>"#,
        upload: Upload::SourceMaps,
    },
    Platform {
        id: "javascript-vue",
        family: "javascript",
        name: "Vue",
        mark: "Vu",
        install: "npm install @sentry/vue",
        start: r##"import { createApp } from "vue";
import * as Sentry from "@sentry/vue";

const app = createApp(App);
Sentry.init({
  app,
  dsn: "__DSN__",
  release: "my-app@1.0.0",
  environment: "production",
  tracesSampleRate: 0,
});
app.mount("#app");"##,
        test: BROWSER_TEST,
        upload: Upload::SourceMaps,
    },
    Platform {
        id: "javascript-angular",
        family: "javascript",
        name: "Angular",
        mark: "Ng",
        install: "npm install @sentry/angular",
        start: r#"import { ErrorHandler } from "@angular/core";
import { bootstrapApplication } from "@angular/platform-browser";
import * as Sentry from "@sentry/angular";

Sentry.init({
  dsn: "__DSN__",
  release: "my-app@1.0.0",
  environment: "production",
  tracesSampleRate: 0,
});

bootstrapApplication(AppComponent, {
  providers: [{ provide: ErrorHandler, useValue: Sentry.createErrorHandler() }],
});"#,
        test: BROWSER_TEST,
        upload: Upload::SourceMaps,
    },
    Platform {
        id: "javascript-nextjs",
        family: "node",
        name: "Next.js",
        mark: "Nx",
        install: "npm install @sentry/nextjs",
        start: r#"// instrumentation-client.ts and sentry.server.config.ts
import * as Sentry from "@sentry/nextjs";

Sentry.init({
  dsn: "__DSN__",
  environment: "production",
  tracesSampleRate: 0,
});

// instrumentation.ts
import * as Sentry from "@sentry/nextjs";
export async function register() { await import("./sentry.server.config"); }
export const onRequestError = Sentry.captureRequestError;"#,
        test: NODE_TEST,
        upload: Upload::SourceMaps,
    },
    Platform {
        id: "node",
        family: "node",
        name: "Node.js",
        mark: "No",
        install: "npm install @sentry/node",
        start: r#"// instrument.js: load it before everything else, node --import ./instrument.js
import * as Sentry from "@sentry/node";

Sentry.init({
  dsn: "__DSN__",
  release: "my-app@1.0.0",
  environment: "production",
  tracesSampleRate: 0,
});"#,
        test: NODE_TEST,
        upload: Upload::SourceMaps,
    },
    Platform {
        id: "node-express",
        family: "node",
        name: "Express",
        mark: "Ex",
        install: "npm install @sentry/node",
        start: r#"// instrument.js: load it before everything else, node --import ./instrument.js
import * as Sentry from "@sentry/node";
Sentry.init({ dsn: "__DSN__", environment: "production", tracesSampleRate: 0 });

// app.js, after all routes
import * as Sentry from "@sentry/node";
Sentry.setupExpressErrorHandler(app);"#,
        test: r#"app.get("/break", () => { throw new Error("test"); });"#,
        upload: Upload::SourceMaps,
    },
    Platform {
        id: "node-nestjs",
        family: "node",
        name: "Nest",
        mark: "Ne",
        install: "npm install @sentry/nestjs",
        start: r#"// instrument.ts: import it first in main.ts
import * as Sentry from "@sentry/nestjs";
Sentry.init({ dsn: "__DSN__", environment: "production", tracesSampleRate: 0 });

// app.module.ts
import { APP_FILTER } from "@nestjs/core";
import { SentryGlobalFilter, SentryModule } from "@sentry/nestjs/setup";
@Module({
  imports: [SentryModule.forRoot()],
  providers: [{ provide: APP_FILTER, useClass: SentryGlobalFilter }],
})
export class AppModule {}"#,
        test: NODE_TEST,
        upload: Upload::SourceMaps,
    },
    Platform {
        id: "electron",
        family: "node",
        name: "Electron",
        mark: "El",
        install: "npm install @sentry/electron",
        start: r#"// main process
import * as Sentry from "@sentry/electron/main";
Sentry.init({ dsn: "__DSN__" });

// each renderer
import * as Sentry from "@sentry/electron/renderer";
Sentry.init();"#,
        test: NODE_TEST,
        upload: Upload::SourceMaps,
    },
];
