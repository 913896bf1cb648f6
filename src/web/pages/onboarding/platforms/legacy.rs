//! Clients of the time before 2018, whose DSN carries a secret, and plain HTTP.

use super::{Platform, Upload};

/// A client that is installed already and only wants the DSN.
const fn old(
    id: &'static str,
    name: &'static str,
    mark: &'static str,
    start: &'static str,
    test: &'static str,
) -> Platform {
    Platform { id, family: "raven-python", name, mark, install: "", start, test, upload: Upload::None }
}

pub const PLATFORMS: &[Platform] = &[
    old(
        "raven-python",
        "raven (Python)",
        "Rp",
        r#"from raven import Client

client = Client("__LEGACY_DSN__", release="1.0.0")"#,
        r#"client.captureMessage("test")"#,
    ),
    old(
        "raven-js",
        "raven-js",
        "Rj",
        r#"// Browsers get the DSN without the secret.
Raven.config("__DSN__", { release: "1.0.0" }).install();"#,
        r#"Raven.captureMessage("test");"#,
    ),
    old(
        "raven-node",
        "raven (Node.js)",
        "Rn",
        r#"const Raven = require("raven");
Raven.config("__LEGACY_DSN__").install();"#,
        r#"Raven.captureMessage("test");"#,
    ),
    old(
        "raven-go",
        "raven-go",
        "Rg",
        r#"raven.SetDSN("__LEGACY_DSN__")"#,
        r#"raven.CaptureMessageAndWait("test", nil)"#,
    ),
    old(
        "raven-java",
        "raven (Java)",
        "Rv",
        r#"Raven raven = RavenFactory.ravenInstance("__LEGACY_DSN__");"#,
        r#"raven.sendMessage("test");"#,
    ),
    old(
        "raven-php",
        "raven (PHP)",
        "Rh",
        r"$client = new Raven_Client('__LEGACY_DSN__');
$client->install();",
        r"$client->captureMessage('test');",
    ),
    old(
        "perl",
        "raven (Perl)",
        "Pl",
        r"use Sentry::Raven;
my $raven = Sentry::Raven->new(sentry_dsn => '__LEGACY_DSN__');",
        r"$raven->capture_message('test');",
    ),
    Platform {
        id: "other",
        family: "other",
        name: "curl",
        mark: "cu",
        install: "",
        start: "",
        test: r#"curl '__BASE__/api/__ID__/store/' \
  -H 'X-Sentry-Auth: Sentry sentry_version=7, sentry_key=__KEY__, sentry_client=curl/1.0' \
  -H 'Content-Type: application/json' \
  -d '{"message":"hello","level":"error"}'"#,
        upload: Upload::None,
    },
];
