//! Mail: whether it can leave, a test that shows each step, and the outbox (demands.md 12).

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use crate::app::App;
use crate::messages::Messages;
use crate::outbound::mail::{Delivery, Phase, is_address};
use crate::services::mail::{self, Letter, Obstacle};
use crate::store::mails::{self, MailSummary};
use crate::types::ids::MailId;
use crate::web::error::{Error, Result};
use crate::web::extract::{SuperuserAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::render;

/// Mails on a page of the outbox.
const SHOWN: i64 = 50;

#[derive(Template)]
#[template(path = "manage/mail.html")]
struct MailPage {
    layout: Layout,
    obstacle: Option<Obstacle>,
    server: String,
    from: String,
    to: String,
    error: Option<String>,
    delivery: Option<Delivery>,
    mails: Vec<MailSummary>,
    /// Below which id the next page begins.
    older: Option<i64>,
}

impl MailPage {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    fn phase(&self, phase: &Phase) -> &'static str {
        phase_name(self.layout.t, *phase)
    }

    fn state(&self, mail: &MailSummary) -> &'static str {
        let t = self.layout.t;
        match mail.state.as_str() {
            "queued" => t.manage_mail_queued(),
            "held" => t.manage_mail_held(),
            "sent" => t.manage_mail_sent(),
            _ => t.manage_mail_failed(),
        }
    }
}

#[derive(Deserialize)]
pub struct MailParams {
    before: Option<i64>,
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    access: SuperuserAccess,
    Query(params): Query<MailParams>,
) -> Result<Response> {
    let mut page = page(&app, &viewer, params.before.map(MailId)).await?;
    page.to.clone_from(&access.actor.user.email);
    render(&page)
}

/// Sends a test and shows how it went.
pub async fn test(
    State(app): State<App>,
    viewer: Viewer,
    _access: SuperuserAccess,
    posted: Posted,
) -> Result<Response> {
    let t = viewer.messages();
    let mut page = page(&app, &viewer, None).await?;
    posted.text("to").clone_into(&mut page.to);
    if !is_address(&page.to) {
        page.error = Some(t.form_invalid_email().to_owned());
    } else if mail::is_configured(&app.config) {
        page.delivery = Some(mail::test_delivery(&app, &page.to, &test_letter(&app, t), viewer.language).await?);
    } else {
        page.error = Some(t.manage_mail_no_server().to_owned());
    }
    render(&page)
}

/// Tries a mail again.
pub async fn retry(
    State(app): State<App>,
    viewer: Viewer,
    _access: SuperuserAccess,
    Path(id): Path<i64>,
) -> Result<Response> {
    if !mail::retry(&app, MailId(id)).await? {
        return Err(Error::NotFound);
    }
    redirect_with(&app, &viewer, "/manage/mail/", viewer.messages().manage_mail_again()).await
}

fn test_letter(app: &App, t: Messages) -> Letter {
    Letter {
        kind: "test".to_owned(),
        subject: t.mail_test_subject().to_owned(),
        paragraphs: vec![t.mail_test_text(t.stamp(app.clock.now()))],
        button: None,
        reason: t.mail_test_reason().to_owned(),
    }
}

fn phase_name(t: Messages, phase: Phase) -> &'static str {
    match phase {
        Phase::Write => t.manage_phase_write(),
        Phase::Resolve => t.manage_phase_resolve(),
        Phase::Connect => t.manage_phase_connect(),
        Phase::Encrypt => t.manage_phase_encrypt(),
        Phase::SignIn => t.manage_phase_sign_in(),
        Phase::Send => t.manage_phase_send(),
    }
}

async fn page(app: &App, viewer: &Viewer, before: Option<MailId>) -> Result<MailPage> {
    let mails = mails::list(&app.db, before, SHOWN).await?;
    let config = &app.config.mail;
    Ok(MailPage {
        layout: Layout::in_section(app, viewer, Section::Admin),
        obstacle: mail::obstacle(&app.config),
        server: format!("{}:{}", config.host, config.port),
        from: config.from.clone(),
        to: String::new(),
        error: None,
        delivery: None,
        older: mails.last().filter(|_| i64::try_from(mails.len()) == Ok(SHOWN)).map(|mail| mail.id.0),
        mails,
    })
}
