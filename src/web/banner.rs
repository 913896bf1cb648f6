//! What an administrator should know on every page: one thing at a time, with the way to mend it (ui.md 3).

use super::arrived::Arrived;
use super::base_path;
use super::error::Result;
use crate::app::App;
use crate::config::MailBackend;
use crate::messages::Messages;
use crate::services::checks::Traffic;
use crate::services::mail::{self, Obstacle};
use crate::services::problems;
use crate::store::mails;
use crate::store::users::User;

const HELD_MAIL: &str = "held-mail";
const NO_MAIL: &str = "no-mail";

/// The worst of what there is to say, in the viewer's language.
#[derive(Clone, Debug)]
pub struct Banner {
    /// By which it is dismissed; `None`: it stays until it is mended.
    pub name: Option<&'static str>,
    pub text: String,
    /// Path on this server where it is mended, and what the link says.
    pub link: Option<(&'static str, &'static str)>,
    /// The URL that a button takes over as the public one.
    pub url: Option<String>,
}

/// Notes by which address an administrator came, and finds what they should know.
pub async fn find(app: &App, user: &User, t: Messages, arrived: &Arrived) -> Result<Option<Banner>> {
    if let Some(banner) = public_url(app, t, arrived).await? {
        return Ok(Some(banner));
    }
    let look = |path| Some((path, t.manage_look()));
    let problems = problems::find(app).await?;
    let problems = problems.iter().map(|problem| (problem.name(), problem.text(t), look(problem.path())));
    for (name, text, link) in problems.chain(mail_problem(app, t).await?) {
        if !app.redis.is_banner_dismissed(user.id.0, name).await? {
            return Ok(Some(Banner { name: Some(name), text, link, url: None }));
        }
    }
    Ok(None)
}

type Said = (&'static str, String, Option<(&'static str, &'static str)>);

/// Mail that is held; and that there is no mail server, unless mail was switched off.
async fn mail_problem(app: &App, t: Messages) -> Result<Option<Said>> {
    let Some(obstacle) = mail::obstacle(&app.config) else { return Ok(None) };
    let count = mails::count_in_state(&app.db, "held").await?;
    let is_meant = app.config.mail.backend == MailBackend::Off;
    let (name, text) = match obstacle {
        Obstacle::NoServer if count > 0 => (HELD_MAIL, t.manage_banner_mail_server(count)),
        Obstacle::NoPublicUrl if count > 0 => (HELD_MAIL, t.manage_banner_mail_url(count)),
        Obstacle::NoServer if !is_meant => (NO_MAIL, t.manage_banner_no_mail().to_owned()),
        _ => return Ok(None),
    };
    Ok(Some((name, text, Some(("/manage/mail/", t.manage_mail())))))
}

async fn public_url(app: &App, t: Messages, arrived: &Arrived) -> Result<Option<Banner>> {
    let Some(origin) = arrived.seen_origin() else { return Ok(None) };
    app.redis.note_origin(&origin).await?;
    if app.config.system.is_known_origin(&origin) || !Traffic::recent(app).await?.is_often_elsewhere() {
        return Ok(None);
    }
    let system = &app.config.system;
    let seen = format!("{origin}{}", base_path(app));
    let text = t.manage_banner_url(&system.url_prefix, &seen);
    Ok(Some(if system.url_prefix_is_fixed {
        let link = Some(("/manage/settings/#group-system", t.manage_banner_fixed()));
        Banner { name: None, text, link, url: None }
    } else {
        Banner { name: None, text, link: None, url: Some(seen) }
    }))
}
