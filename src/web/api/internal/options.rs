//! `/internal/options/`: what can be set for the installation, by superusers who are signed in.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value as JsonValue, json};

use crate::app::App;
use crate::config::{Kind, OPTIONS, Place, Settings, Source, Spec, Value, find_option};
use crate::services::settings::{self, Change, Error as Refused};
use crate::web::api::body::Fields;
use crate::web::api::lists::Params;
use crate::web::error::Result;
use crate::web::extract::{Sudo, SuperuserAccess};

/// Without these nothing works well; Sentry asks for them at the first start.
const REQUIRED: [&str; 2] = ["system.url-prefix", "system.admin-email"];

#[derive(Serialize)]
struct OptionView {
    /// `null`: a secret, or not set.
    value: Option<JsonValue>,
    field: FieldView,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the published shape")]
struct FieldView {
    default: Option<JsonValue>,
    required: bool,
    disabled: bool,
    /// `diskPriority`: config.yml or the environment says so; `fileOnly`: it takes a restart.
    disabled_reason: Option<&'static str>,
    is_set: bool,
    allow_empty: bool,
}

impl OptionView {
    fn of(settings: &Settings, defaults: &Settings, spec: &Spec) -> Self {
        let setting = settings.get(spec.key);
        let shown = |value: &Value| (spec.kind != Kind::Secret).then(|| told(spec, value));
        let is_locked = setting.is_some_and(|setting| setting.source.is_stronger_than_database());
        let disabled_reason = match spec.place {
            _ if is_locked => Some("diskPriority"),
            Place::Runtime => None,
            Place::File => Some("fileOnly"),
        };
        let required = REQUIRED.contains(&spec.key);
        Self {
            value: setting.and_then(|setting| shown(&setting.value)),
            field: FieldView {
                default: defaults.get(spec.key).and_then(|setting| shown(&setting.value)),
                required,
                disabled: disabled_reason.is_some(),
                disabled_reason,
                is_set: setting.is_some_and(|setting| setting.source != Source::Default),
                allow_empty: !required,
            },
        }
    }
}

/// What only files set may hold a secret within, so it is told as people see it.
fn told(spec: &Spec, value: &Value) -> JsonValue {
    if spec.place == Place::File { value.to_string().into() } else { value.to_json() }
}

/// With `query=is:required` those alone.
pub async fn list(State(app): State<App>, _access: SuperuserAccess, params: Params) -> Json<Map<String, JsonValue>> {
    let (settings, defaults) = (app.config.settings(), Settings::defaults());
    let wanted = |spec: &&Spec| params.query.trim() != "is:required" || REQUIRED.contains(&spec.key);
    let options = OPTIONS.iter().filter(wanted).map(|spec| {
        let view = OptionView::of(&settings, &defaults, spec);
        (spec.key.to_owned(), json!(view))
    });
    Json(options.collect())
}

/// Sets all options of the body or none.
pub async fn change(State(app): State<App>, access: SuperuserAccess, _proof: Sudo, fields: Fields) -> Result<Response> {
    let mut changes: Vec<Change> = Vec::new();
    for name in fields.names() {
        match read(name, fields.value(name)) {
            Ok(change) => changes.push(change),
            Err(refusal) => return Ok(refusal.into_response()),
        }
    }
    match settings::save(&app, &access.actor.doer(), &changes).await {
        Ok(()) => Ok(Json(json!({})).into_response()),
        Err(Refused::Locked(key)) => Ok(refusal("immutable_option", key, "is set in a file").into_response()),
        Err(Refused::Database(error)) => Err(error.into()),
    }
}

/// `null` puts the default back.
fn read(name: &str, value: Option<&JsonValue>) -> Result<Change, (StatusCode, Json<JsonValue>)> {
    let spec = find_option(name).ok_or_else(|| refusal("unknown_option", name, "there is no such option"))?;
    let Some(json) = value else { return Ok((spec, None)) };
    let wrong = |message: String| refusal("invalid_type", name, &message);
    let value = Value::read(spec.kind, json).map_err(|expected| wrong(format!("expected {expected}")))?;
    let text = json.as_str().unwrap_or_default().trim();
    settings::check(spec, text).map_err(|expected| wrong(format!("expected {expected}")))?;
    Ok((spec, Some(value)))
}

fn refusal(error: &str, option: &str, message: &str) -> (StatusCode, Json<JsonValue>) {
    let option: String = option.chars().take(100).collect();
    let detail = json!({"option": option, "message": message});
    (StatusCode::BAD_REQUEST, Json(json!({"error": error, "errorDetail": detail})))
}
