//! Every option: its value, where that came from, and a form where an administrator may change it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Value as Json;

use crate::app::App;
use crate::config::{Kind, OPTIONS, Place, Setting, Settings, Source, Spec, Value};
use crate::messages::Messages;
use crate::services::settings::{self, Change, Error as Refused, Wrong};
use crate::types::role::Role;
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::{SuperuserAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::confirmed::Confirmed;
use crate::web::pages::flash::redirect_with;
use crate::web::pages::organizations::role_name;
use crate::web::pages::posted::Posted;
use crate::web::render;

/// Longest value of an option, in bytes.
const MAX_VALUE: usize = 10_000;

#[derive(Template)]
#[template(path = "manage/settings.html")]
struct SettingsPage {
    layout: Layout,
    groups: Vec<Group>,
    /// Value and name.
    roles: Vec<(&'static str, &'static str)>,
    errors: FieldErrors,
}

/// Options whose keys begin with the same word.
struct Group {
    name: &'static str,
    rows: Vec<Row>,
}

/// An option as it is shown.
struct Row {
    spec: &'static Spec,
    /// Never that of a secret.
    value: String,
    is_on: bool,
    source: String,
    may_change: bool,
}

impl Group {
    fn may_change(&self) -> bool {
        self.rows.iter().any(|row| row.may_change)
    }
}

impl Row {
    fn of(t: Messages, settings: &Settings, spec: &'static Spec) -> Self {
        let setting = settings.get(spec.key);
        let value = setting.map(|setting| &setting.value);
        let shown = match value {
            Some(Value::List(items)) => items.join("\n"),
            Some(value) if spec.kind.is_structured() && spec.place == Place::Runtime => structured(value),
            Some(value) => value.to_string(),
            None => String::new(),
        };
        let is_locked = setting.is_some_and(|setting| setting.source.is_stronger_than_database());
        Self {
            spec,
            is_on: matches!(value, Some(Value::Switch(true))),
            value: if spec.kind == Kind::Secret && spec.place == Place::Runtime { String::new() } else { shown },
            source: source_of(t, setting),
            may_change: spec.place == Place::Runtime && !is_locked,
        }
    }

    fn is_switch(&self) -> bool {
        self.spec.kind == Kind::Switch
    }

    fn is_secret(&self) -> bool {
        self.spec.kind == Kind::Secret
    }

    fn is_area(&self) -> bool {
        matches!(self.spec.kind, Kind::List | Kind::Networks | Kind::Names) || self.is_structured()
    }

    fn is_structured(&self) -> bool {
        self.spec.kind.is_structured()
    }

    fn is_role(&self) -> bool {
        self.spec.kind == Kind::Role
    }

    /// Lines of its field.
    fn height(&self) -> usize {
        self.value.lines().count().clamp(3, 15)
    }

    /// As it was typed; a secret has to be typed again.
    fn typed(&mut self, posted: &Posted) {
        if self.may_change && !self.is_secret() {
            posted.raw(self.spec.key).clone_into(&mut self.value);
            self.is_on = posted.is_on(self.spec.key);
        }
    }
}

/// A structure as a person can read and change it.
fn structured(value: &Value) -> String {
    match value.to_json() {
        Json::String(text) => text,
        Json::Array(items) if items.is_empty() => String::new(),
        Json::Object(members) if members.is_empty() => String::new(),
        json => serde_json::to_string_pretty(&json).unwrap_or_default(),
    }
}

/// Where a value comes from, in words.
pub fn source_of(t: Messages, setting: Option<&Setting>) -> String {
    match setting.map(|setting| &setting.source) {
        None => t.manage_source_none().to_owned(),
        Some(Source::Default) => t.manage_source_default().to_owned(),
        Some(Source::Database) => t.manage_source_database().to_owned(),
        Some(Source::File(path)) => path.display().to_string(),
        Some(Source::Environment(variable)) => variable.clone(),
    }
}

pub async fn show(State(app): State<App>, viewer: Viewer, _access: SuperuserAccess) -> Result<Response> {
    render(&page(&app, &viewer, FieldErrors::default(), None))
}

/// Saves the options of one group.
pub async fn save(
    State(app): State<App>,
    viewer: Viewer,
    access: SuperuserAccess,
    Confirmed(posted): Confirmed,
) -> Result<Response> {
    let t = viewer.messages();
    let changes = match changes(&app, t, &posted) {
        Ok(changes) => changes,
        Err(errors) => {
            let page = page(&app, &viewer, errors, Some(&posted));
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response());
        }
    };
    match settings::save(&app, &access.actor.doer(), &changes).await {
        Ok(()) => redirect_with(&app, &viewer, "/manage/settings/", t.form_saved()).await,
        Err(Refused::Locked(key)) => Err(Error::Conflict(t.manage_locked(key).into())),
        Err(Refused::Database(error)) => Err(error.into()),
    }
}

/// What of a group differs from what is in effect.
fn changes(app: &App, t: Messages, posted: &Posted) -> Result<Vec<Change>, FieldErrors> {
    let settings = app.config.settings();
    let (mut changes, mut errors) = (Vec::new(), FieldErrors::default());
    for spec in OPTIONS.iter().filter(|spec| group_of(spec) == posted.text("group")) {
        if !Row::of(t, &settings, spec).may_change {
            continue;
        }
        match read(t, spec, posted) {
            Ok(Some(value)) if settings.get(spec.key).is_none_or(|setting| setting.value != value) => {
                changes.push((spec, Some(value)));
            }
            Ok(_) => {}
            Err(message) => errors.add(spec.key, message),
        }
    }
    if errors.is_empty() { Ok(changes) } else { Err(errors) }
}

/// The posted value; `None` leaves the option: a secret that was not typed.
fn read(t: Messages, spec: &Spec, posted: &Posted) -> Result<Option<Value>, String> {
    let text = posted.raw(spec.key);
    if text.len() > MAX_VALUE {
        return Err(t.manage_value_too_long(MAX_VALUE));
    }
    let json = match spec.kind {
        Kind::Secret if text.is_empty() => return Ok(None),
        Kind::Secret => text.into(),
        Kind::Switch => posted.is_on(spec.key).into(),
        Kind::List | Kind::Networks => posted.lines(spec.key).into(),
        // DNs hold commas.
        Kind::Names => text.lines().map(str::trim).filter(|line| !line.is_empty()).collect(),
        kind if kind.is_structured() => match serde_json::from_str(text) {
            Ok(json @ (Json::Object(_) | Json::Array(_))) => json,
            _ => text.trim().into(),
        },
        _ => text.trim().into(),
    };
    let value = Value::read(spec.kind, &json).map_err(|expected| t.manage_value_wrong(expected))?;
    match settings::check(spec, text.trim()) {
        Ok(()) => Ok(Some(value)),
        Err(Wrong::Address) => Err(t.form_invalid_email().to_owned()),
        Err(Wrong::Root) => Err(t.setup_url_wrong().to_owned()),
    }
}

fn group_of(spec: &Spec) -> &'static str {
    spec.key.split('.').next().unwrap_or_default()
}

fn page(app: &App, viewer: &Viewer, errors: FieldErrors, posted: Option<&Posted>) -> SettingsPage {
    let settings = app.config.settings();
    let t = viewer.messages();
    let mut groups: Vec<Group> = Vec::new();
    for spec in OPTIONS {
        let mut row = Row::of(t, &settings, spec);
        if let Some(posted) = posted.filter(|posted| posted.text("group") == group_of(spec)) {
            row.typed(posted);
        }
        match groups.iter_mut().find(|group| group.name == group_of(spec)) {
            Some(group) => group.rows.push(row),
            None => groups.push(Group { name: group_of(spec), rows: vec![row] }),
        }
    }
    let roles = Role::ALL.map(|role| (role.as_str(), role_name(t, role))).to_vec();
    SettingsPage { layout: Layout::in_section(app, viewer, Section::Admin), groups, roles, errors }
}
