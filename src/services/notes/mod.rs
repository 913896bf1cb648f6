//! Comments: who writes one follows the issue from then on, and so do the people it mentions.

mod mentions;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sqlx::PgConnection;

pub use mentions::{Mention, People, Person, words};

use crate::app::App;
use crate::store::issues::Issue;
use crate::store::notes::Note;
use crate::store::{issue_subscriptions, notes};
use crate::types::ids::{ActivityId, IssueId, UserId};

/// Characters of a comment.
pub const MAX_TEXT: usize = 10_000;
/// The same words of the same person within this time are the same comment sent twice (web-api.md 9.3).
const SAME_WITHIN: TimeDelta = TimeDelta::hours(1);
/// People and teams that one comment may mention.
const MAX_MENTIONS: usize = 50;

/// Why a comment is refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("This field may not be blank.")]
    Empty,
    #[error("At most {MAX_TEXT} characters.")]
    TooLong,
    #[error("You have already posted that comment.")]
    Duplicate,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// What a comment says, and whom it mentions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    text: String,
    mentions: Vec<Mention>,
}

impl Draft {
    /// Reads a comment. Those mentioned in its text are added to `named`.
    pub fn new(text: &str, mut named: Vec<Mention>, people: &People) -> Result<Self, Error> {
        let text: String = text.replace("\r\n", "\n").trim().chars().filter(|c| *c != '\0').collect();
        if text.is_empty() {
            return Err(Error::Empty);
        }
        if text.chars().count() > MAX_TEXT {
            return Err(Error::TooLong);
        }
        for mention in words(&text).filter_map(|word| people.find(word)) {
            if !named.contains(&mention) {
                named.push(mention);
            }
        }
        named.truncate(MAX_MENTIONS);
        Ok(Self { text, mentions: named })
    }

    fn data(&self) -> Value {
        let mentions: Vec<String> = self.mentions.iter().map(ToString::to_string).collect();
        if mentions.is_empty() {
            json!({ "text": self.text })
        } else {
            json!({ "text": self.text, "mentions": mentions })
        }
    }
}

/// Adds a comment to an issue.
pub async fn add(app: &App, issue: &Issue, author: UserId, draft: &Draft) -> Result<ActivityId, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    // The counter's row lock keeps a form that is sent twice from being two comments.
    notes::count_one_more(&mut *tx, issue.id).await?;
    if notes::exists(&mut *tx, issue.id, author, &draft.text, now - SAME_WITHIN).await? {
        return Err(Error::Duplicate);
    }
    let id = notes::insert(&mut *tx, (issue.project_id, issue.id), author, &draft.data(), now).await?;
    issue_subscriptions::subscribe(&mut *tx, issue.id, &[author.0], "commented", now).await?;
    subscribe_mentioned(&mut tx, issue.id, &draft.mentions, now).await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes one's own comment. `None`: there is none of that id by this person.
pub async fn change(
    app: &App,
    issue_id: IssueId,
    (id, author): (ActivityId, UserId),
    draft: &Draft,
) -> Result<Option<Note>, Error> {
    let mut tx = app.db.begin().await?;
    let Some(mut note) = notes::find_own(&mut *tx, issue_id, id, author).await? else { return Ok(None) };
    note.data = draft.data();
    notes::update(&mut *tx, id, &note.data).await?;
    subscribe_mentioned(&mut tx, issue_id, &draft.mentions, app.clock.now()).await?;
    tx.commit().await?;
    Ok(Some(note))
}

/// Deletes one's own comment; whether there was one.
pub async fn delete(app: &App, issue_id: IssueId, id: ActivityId, author: UserId) -> Result<bool, Error> {
    let mut tx = app.db.begin().await?;
    if notes::find_own(&mut *tx, issue_id, id, author).await?.is_none() {
        return Ok(false);
    }
    notes::delete(&mut *tx, id).await?;
    tx.commit().await?;
    Ok(true)
}

async fn subscribe_mentioned(
    tx: &mut PgConnection,
    issue_id: IssueId,
    mentions: &[Mention],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let (mut people, mut teams) = (Vec::new(), Vec::new());
    for mention in mentions {
        match mention {
            Mention::User(id) => people.push(id.0),
            Mention::Team(id) => teams.push(id.0),
        }
    }
    issue_subscriptions::subscribe(&mut *tx, issue_id, &people, "mentioned", now).await?;
    issue_subscriptions::subscribe_teams(&mut *tx, issue_id, &teams, now).await
}
