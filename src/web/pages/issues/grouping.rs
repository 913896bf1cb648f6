//! Why the newest event belongs to its issue: the ways of looking at it, what counted and what was left out.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::frame::{self, IssueFrame, Opened};
use super::stored::{self, Wanted};
use crate::app::App;
use crate::messages::Messages;
use crate::pipeline::group::{self, Component, ComponentValue, Variant};
use crate::types::json::{self, Json};
use crate::types::lifecycle::Status;
use crate::types::scope::Scope;
use crate::web::error::Result;
use crate::web::extract::{Actor, Viewer};
use crate::web::layout::Layout;
use crate::web::markup::Markup;
use crate::web::{render, visible};

/// Parts of a tree that are shown; a stack of 250 calls has thousands.
const MAX_PARTS: usize = 1_200;

#[derive(Template)]
#[template(path = "issues/grouping.html")]
struct GroupingPage {
    layout: Layout,
    t: Messages,
    frame: IssueFrame,
    strategy: &'static str,
    variants: Vec<VariantView>,
    hashes: i64,
    event_id: Option<String>,
    /// Whether the viewer may write fingerprint rules.
    may_correct: bool,
}

struct VariantView {
    name: &'static str,
    description: String,
    hash: Option<String>,
    contributes: bool,
    hint: Option<&'static str>,
    values: Vec<String>,
    client_values: Vec<String>,
    matched_rule: Option<String>,
    tree: Option<Markup>,
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    actor: Actor,
    Path((organization, id)): Path<(String, String)>,
) -> Result<Response> {
    let Opened { issue, details, access, layout, frame } =
        frame::open(&app, &viewer, actor, (&organization, &id), "grouping").await?;
    let t = layout.t;
    let found = stored::find(&app, &issue, &Wanted::Newest).await?;
    let bytes = found.as_ref().map(stored::Found::json).transpose()?.unwrap_or_default();
    let tree = json::parse(&bytes).unwrap_or(Json::Null);
    let variants = tree.as_object().map(|event| group::explain(event, &access.project.settings)).unwrap_or_default();
    let mut left = MAX_PARTS;
    let page = GroupingPage {
        t,
        frame,
        strategy: group::STRATEGY,
        variants: variants.into_iter().map(|variant| view(variant, t, &mut left)).collect(),
        hashes: details.hashes_count,
        may_correct: access.may(Scope::ProjectWrite) || access.may(Scope::ProjectAdmin),
        event_id: found.map(|found| found.event.event_id.as_simple().to_string()),
        layout,
    };
    render(&page)
}

fn view(variant: Variant, t: Messages, left: &mut usize) -> VariantView {
    let tree = variant.component.as_ref().map(|component| {
        let mut out = Markup::new();
        out.raw("<ul class=\"tree\">");
        write_component(&mut out, component, t, left);
        out.raw("</ul>");
        out
    });
    VariantView {
        name: variant.name,
        description: variant.description,
        hash: variant.hash,
        contributes: variant.contributes,
        hint: variant.hint,
        values: variant.values.into_iter().map(visible::string).collect(),
        client_values: variant.client_values.into_iter().map(visible::string).collect(),
        matched_rule: variant.matched_rule.map(visible::string),
        tree,
    }
}

fn write_component(out: &mut Markup, component: &Component, t: Messages, left: &mut usize) {
    if *left == 0 {
        return;
    }
    *left -= 1;
    out.raw(if component.contributes { "<li class=\"in\"><b>✓ " } else { "<li class=\"out\"><b>" });
    out.push(component.name);
    out.raw("</b>");
    if let Some(hint) = component.hint {
        out.raw(" <i>");
        out.push(hint);
        out.raw("</i>");
    }
    let texts = component.values.iter().filter_map(|value| match value {
        ComponentValue::Text(text) => Some(text),
        ComponentValue::Component(_) => None,
    });
    for text in texts {
        out.raw(" <code>");
        out.push(&visible::text(text));
        out.raw("</code>");
    }
    write_children(out, component, t, left);
    out.raw("</li>");
}

fn write_children(out: &mut Markup, component: &Component, t: Messages, left: &mut usize) {
    let children: Vec<&Component> = component
        .values
        .iter()
        .filter_map(|value| match value {
            ComponentValue::Component(child) => Some(child),
            ComponentValue::Text(_) => None,
        })
        .collect();
    if children.is_empty() {
        return;
    }
    out.raw("<ul>");
    for child in &children {
        write_component(out, child, t, left);
    }
    if *left == 0 {
        out.raw("<li class=\"out\">");
        out.push(t.issues_grouping_cut());
        out.raw("</li>");
    }
    out.raw("</ul>");
}
