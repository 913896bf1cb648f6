//! The built-in stack rules (grouping.md 7): which frames are never the application's, and which take no part in
//! grouping. Rules for native programs may also say that a frame is the application's.

use crate::pipeline::frames::{FrameFields, Platform};

/// What the rules say of a frame; `None` leaves what the client said.
pub fn in_app(frame: &FrameFields<'_>, platform: Platform) -> Option<bool> {
    if platform == Platform::Native {
        return native(frame);
    }
    (is_foreign_path(frame) || is_foreign_code(frame, platform) || is_out_of_group(frame, platform)).then_some(false)
}

/// Whether the frame is machinery that says nothing about the error: SDKs, throwing, event loops.
pub fn is_out_of_group(frame: &FrameFields<'_>, platform: Platform) -> bool {
    let (function, module) = (frame.function, frame.module);
    match platform {
        Platform::JavaScript => is_javascript_machinery(frame),
        Platform::Node => is_node_internal(frame) || is_javascript_machinery(frame),
        Platform::Java => ["io.sentry.", "com.getsentry.raven."].iter().any(|prefix| module.starts_with(prefix)),
        Platform::Python => matches!(first_part(module, "."), "raven" | "sentry_sdk"),
        Platform::Rust => is_rust_machinery(function),
        // Rust programs call themselves native.
        Platform::Native => is_throwing(function) || is_rust_machinery(function),
        _ => false,
    }
}

/// Folders in which other people's code is installed.
const FOREIGN_FOLDERS: [&str; 7] =
    ["vendor", "node_modules", "site-packages", "dist-packages", "gems", "rustlib", "Cellar"];
const FOREIGN_PATHS: [&str; 3] = ["/.cargo/registry/", "/go/pkg/mod/", "/usr/local/go/src/"];

fn is_foreign_path(frame: &FrameFields<'_>) -> bool {
    let path = if frame.abs_path.is_empty() { frame.filename } else { frame.abs_path };
    // A URL's path begins behind its host.
    let (is_url, path) = match path.split_once("://") {
        Some((_, rest)) => (true, rest.find('/').map_or("", |slash| &rest[slash..])),
        None => (false, path),
    };
    let is_system = !is_url && (path.starts_with("/usr/lib/") || path.starts_with("/lib/"));
    is_system
        || has_foreign_folder(path)
        || FOREIGN_PATHS.iter().any(|folder| path.contains(folder))
        || (!path.ends_with(frame.filename) && has_foreign_folder(frame.filename))
}

fn has_foreign_folder(path: &str) -> bool {
    let mut start = 0;
    for (end, byte) in path.bytes().enumerate() {
        if byte == b'/' || byte == b'\\' {
            let folder = &path[start..end];
            // All of them are longer than most folders are.
            if folder.len() >= 4 && FOREIGN_FOLDERS.iter().any(|foreign| folder.eq_ignore_ascii_case(foreign)) {
                return true;
            }
            start = end + 1;
        }
    }
    false
}

fn is_foreign_code(frame: &FrameFields<'_>, platform: Platform) -> bool {
    let module = frame.module;
    match platform {
        Platform::JavaScript | Platform::Node => is_from_cdn(frame.abs_path) || is_of_engine(frame),
        Platform::Java => JAVA_PACKAGES.iter().any(|package| module.starts_with(package)),
        Platform::Python => is_python_package(module),
        Platform::Php => frame.filename == "[internal]" || frame.abs_path == "[internal]",
        Platform::Ruby => frame.filename.starts_with("<internal:") || frame.abs_path.starts_with("<internal:"),
        Platform::CSharp => {
            module == "mscorlib"
                || ["System.", "Microsoft.", "Newtonsoft.", "Sentry."].iter().any(|name| module.starts_with(name))
        }
        Platform::Go => is_go_library(module),
        Platform::Rust => is_rust_library(frame.function),
        Platform::Elixir => ELIXIR_MODULES.contains(&module.strip_prefix("Elixir.").unwrap_or(module)),
        Platform::Dart => [frame.abs_path, frame.filename]
            .iter()
            .any(|path| path.starts_with("dart:") || path.starts_with("package:flutter/")),
        Platform::Native | Platform::Other => false,
    }
}

fn first_part<'t>(text: &'t str, separator: &str) -> &'t str {
    text.split(separator).next().unwrap_or_default()
}

fn is_from_cdn(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) else { return false };
    matches!(
        first_part(rest, "/"),
        "unpkg.com" | "cdnjs.cloudflare.com" | "cdn.jsdelivr.net" | "esm.run" | "cdn.skypack.dev"
    )
}

/// `Array.forEach` and the like, which SDKs take for the application's. Evaluated code has lines.
fn is_of_engine(frame: &FrameFields<'_>) -> bool {
    let path = if frame.abs_path.is_empty() { frame.filename } else { frame.abs_path };
    frame.lineno.is_none() && matches!(path, "<anonymous>" | "native" | "native code" | "[native code]")
}

/// Runtimes of compilers and bundlers, and the SDK.
fn is_javascript_machinery(frame: &FrameFields<'_>) -> bool {
    const MODULES: [&str; 7] =
        ["@babel/runtime", "core-js", "tslib", "regenerator-runtime", "zone.js", "webpack/bootstrap", "raven-js"];
    let is_machinery = |module: &str| {
        module.starts_with("@sentry/")
            || MODULES.iter().any(|name| {
                module.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', ':', '.']))
            })
    };
    if is_machinery(frame.module) {
        return true;
    }
    let path = if frame.abs_path.is_empty() { frame.filename } else { frame.abs_path };
    path.rfind("node_modules/").is_some_and(|place| is_machinery(&path[place + "node_modules/".len()..]))
        || path.ends_with("webpack/bootstrap")
}

fn is_node_internal(frame: &FrameFields<'_>) -> bool {
    let is_internal = |path: &str| path.starts_with("node:") || path.starts_with("internal/");
    is_internal(frame.abs_path)
        || is_internal(frame.filename)
        || matches!(
            frame.function,
            "processTicksAndRejections"
                | "process.processTicksAndRejections"
                | "runMicrotasks"
                | "runNextTicks"
                | "queueMicrotask"
                | "process._tickCallback"
        )
}

const JAVA_PACKAGES: [&str; 36] = [
    "java.",
    "javax.",
    "jdk.",
    "sun.",
    "com.sun.",
    "kotlin.",
    "kotlinx.",
    "scala.",
    "akka.",
    "groovy.",
    "clojure.",
    "org.apache.",
    "org.springframework.",
    "org.hibernate.",
    "org.jboss.",
    "org.eclipse.",
    "org.glassfish.",
    "org.postgresql.",
    "com.mysql.",
    "com.fasterxml.",
    "com.google.common.",
    "io.netty.",
    "reactor.",
    "feign.",
    "io.opentelemetry.",
    "android.",
    "androidx.",
    "dalvik.",
    "com.android.",
    "io.sentry.",
    "com.getsentry.raven.",
    "jakarta.",
    "org.codehaus.groovy.",
    "org.junit.",
    "com.zaxxer.hikari.",
    "io.undertow.",
];

fn is_python_package(module: &str) -> bool {
    const PACKAGES: [&str; 15] = [
        "celery",
        "billiard",
        "django",
        "flask",
        "rest_framework",
        "sqlalchemy",
        "gunicorn",
        "uwsgi",
        "werkzeug",
        "tornado",
        "asyncio",
        "threading",
        "multiprocessing",
        "raven",
        "sentry_sdk",
    ];
    PACKAGES.contains(&first_part(module, ".")) || module.starts_with("concurrent.futures")
}

/// The standard library, whose packages have no host in front, and the SDK.
fn is_go_library(package: &str) -> bool {
    const STANDARD: [&str; 46] = [
        "archive",
        "bufio",
        "builtin",
        "bytes",
        "cmp",
        "compress",
        "container",
        "context",
        "crypto",
        "database",
        "debug",
        "embed",
        "encoding",
        "errors",
        "expvar",
        "flag",
        "fmt",
        "go",
        "hash",
        "html",
        "image",
        "index",
        "internal",
        "io",
        "iter",
        "log",
        "maps",
        "math",
        "mime",
        "net",
        "os",
        "path",
        "plugin",
        "reflect",
        "regexp",
        "runtime",
        "slices",
        "sort",
        "strconv",
        "strings",
        "sync",
        "syscall",
        "testing",
        "text",
        "time",
        "unicode",
    ];
    STANDARD.contains(&first_part(package, "/")) || package.starts_with("github.com/getsentry/")
}

fn is_rust_library(function: &str) -> bool {
    let path = function.trim_start_matches('<');
    ["std::", "core::", "alloc::", "__rust_", "sentry"].iter().any(|start| path.starts_with(start))
        && is_sdk_or_std(path)
        || function == "rust_begin_unwind"
}

/// `sentry::` and `sentry_core::`, but not `sentryfish::`.
fn is_sdk_or_std(path: &str) -> bool {
    path.strip_prefix("sentry").is_none_or(|rest| rest.starts_with("::") || rest.starts_with('_'))
}

fn is_rust_machinery(function: &str) -> bool {
    const STARTS: [&str; 9] = [
        "std::panicking::",
        "std::panic::",
        "core::panicking::",
        "core::result::unwrap_failed",
        "core::option::unwrap_failed",
        "core::option::expect_failed",
        "__rust_",
        "std::sys::backtrace::__rust_",
        "std::sys_common::backtrace::__rust_",
    ];
    function == "rust_begin_unwind"
        || STARTS.iter().any(|start| function.starts_with(start))
        || (function.starts_with("sentry") && is_sdk_or_std(function))
}

const ELIXIR_MODULES: [&str; 24] = [
    "gen",
    "gen_server",
    "gen_statem",
    "gen_event",
    "proc_lib",
    "supervisor",
    "timer",
    "application",
    "erlang",
    "erl_eval",
    "lists",
    "maps",
    "ets",
    "GenServer",
    "Supervisor",
    "Task",
    "Task.Supervised",
    "Agent",
    "Registry",
    "Process",
    "Enum",
    "Stream",
    "Kernel",
    "Map",
];

/// Bundles are the application's; the frameworks of the system, even inside of them, are not.
fn native(frame: &FrameFields<'_>) -> Option<bool> {
    let package = if frame.package.is_empty() { frame.abs_path } else { frame.package };
    let is_library = is_system_library(package) || is_foreign_path(frame) || frame.function.starts_with("std::");
    if is_library || is_out_of_group(frame, Platform::Native) {
        return Some(false);
    }
    let is_bundle = package.contains(".app/Contents/")
        || package.starts_with("/var/containers/Bundle/Application/")
        || package.starts_with("/private/var/containers/Bundle/Application/")
        || (package.contains("/Developer/CoreSimulator/") && package.contains(".app/"));
    is_bundle.then_some(true)
}

fn is_system_library(package: &str) -> bool {
    const FOLDERS: [&str; 6] =
        ["/System/Library/", "/usr/lib/", "/lib/", "/Library/Apple/System/", "/system/lib", "/apex/com.android."];
    const LIBRARIES: [&str; 12] = [
        "libobjc",
        "libswift",
        "libsystem_",
        "libdispatch",
        "libc++",
        "libc.so",
        "UIKit",
        "UIKitCore",
        "Foundation",
        "CoreFoundation",
        "AppKit",
        "Sentry",
    ];
    let name = package.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_library =
        |library: &str| if library.starts_with("lib") { name.starts_with(library) } else { name == library };
    FOLDERS.iter().any(|folder| package.starts_with(folder)) || LIBRARIES.iter().any(|library| is_library(library))
}

/// What runs after a program has decided to throw or to end.
fn is_throwing(function: &str) -> bool {
    matches!(
        function,
        "abort"
            | "_abort"
            | "__abort"
            | "raise"
            | "gsignal"
            | "kill"
            | "__kill"
            | "pthread_kill"
            | "__pthread_kill"
            | "__pthread_kill_implementation"
            | "_pthread_kill"
            | "abort_message"
            | "__cxa_throw"
            | "__cxa_rethrow"
            | "objc_exception_throw"
            | "objc_exception_rethrow"
            | "_objc_terminate()"
            | "__exceptionPreprocess"
            | "__assert_rtn"
            | "__assert_fail"
            | "__assert_fail_base"
            | "std::terminate"
            | "std::terminate()"
            | "std::__terminate"
            | "std::__terminate(void (*)())"
            | "__cxxabiv1::__terminate"
            | "-[NSException raise]"
            | "+[NSException raise:format:]"
            | "RaiseException"
            | "_CxxThrowException"
    )
}
