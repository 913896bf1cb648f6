//! What is written to people who are invited, or who decide.

use sqlx::PgConnection;

use super::invite::Invited;
use super::{Acting, INVITATION_DAYS};
use crate::app::App;
use crate::messages::Messages;
use crate::services::mail::{self, Button, Letter};
use crate::types::language::Language;

/// To somebody who is invited, in the language of who invites.
pub async fn invitation(
    db: &mut PgConnection,
    app: &App,
    acting: &Acting,
    invited: &Invited,
    language: Language,
) -> sqlx::Result<()> {
    let t = Messages::new(language);
    let organization = &acting.organization.name;
    let letter = Letter {
        kind: "invite".to_owned(),
        subject: t.people_mail_invite_subject(organization),
        paragraphs: vec![
            t.people_mail_invite_text(&acting.doer.label, organization),
            t.people_mail_invite_days(INVITATION_DAYS),
        ],
        button: Some(Button { label: t.people_join_organization().to_owned(), path: invited.mailed_path.clone() }),
        reason: t.people_mail_invite_reason().to_owned(),
    };
    mail::send(db, app, language, &invited.email, &letter, app.clock.now()).await
}
