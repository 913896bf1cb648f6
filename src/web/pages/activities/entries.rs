//! Entries of histories as pages show them.

use super::words::{self, Directory, number, text, words};
use crate::messages::Messages;
use crate::services::notes::People;
use crate::store::activities::Activity;
use crate::types::ids::{ActivityId, UserId};
use crate::web::markup::Markup;
use crate::web::pages::issues::event::frames::is_web_address;
use crate::web::{markdown, time, visible};
use chrono::{DateTime, Utc};

/// An entry in words.
pub struct Entry {
    /// `None`: no row of its own, such as the first event.
    pub id: Option<ActivityId>,
    pub text: String,
    /// Where the sentence leads: what it says there, and the address.
    pub link: Option<(String, String)>,
    /// What a comment says.
    pub note: Option<Markup>,
    pub at: Markup,
    /// Whether the reader wrote it.
    pub is_own: bool,
}

/// What entries are read with.
pub struct Reader<'a> {
    pub t: Messages,
    pub now: DateTime<Utc>,
    pub user_id: UserId,
    pub directory: &'a Directory,
    pub people: &'a People,
    /// Path of the organization's issues, with the base path.
    pub issues: &'a str,
}

impl Reader<'_> {
    pub fn entry(&self, activity: &Activity) -> Entry {
        let is_note = activity.kind == "note";
        Entry {
            id: Some(activity.id),
            text: words(activity, self.directory, self.t),
            link: self.link(activity),
            note: text(&activity.data, "text").filter(|_| is_note).map(|text| markdown::render(text, self.people)),
            at: time::ago(self.t, activity.created_at, self.now),
            is_own: is_note && activity.user_id == Some(self.user_id),
        }
    }

    fn link(&self, activity: &Activity) -> Option<(String, String)> {
        let issue = |key: &str| {
            let id = number(&activity.data, key)?;
            Some((self.t.activity_issue_number(id), format!("{}{id}/", self.issues)))
        };
        match activity.kind.as_str() {
            "unmerge_source" => issue("destination_id"),
            "unmerge_destination" => issue("source_id"),
            "create_issue" => {
                let address = words::text(&activity.data, "location").filter(|address| is_web_address(address))?;
                Some((visible::text(address).into_owned(), address.to_owned()))
            }
            _ => None,
        }
    }
}
