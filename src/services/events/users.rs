//! Users of a batch: what their events tell of them beside what identifies them.
//!
//! Most events tell what is known already, so what is known is remembered between batches, as hashes of the texts.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use sqlx::PgConnection;

use super::batch::BatchEvent;
use super::caches::Caches;
use super::tags::{BatchTags, UserValue};
use crate::pipeline::summarize::UserParts;
use crate::store::event_users::{self, EventUser, NewParts};
use crate::types::ids::TagValueId;
use crate::types::user_part::UserPart;

/// What is known of a user beside what identifies him: a hash of each text, 0: nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    username: u64,
    email: u64,
    name: u64,
    ip: u64,
}

/// The users of a batch, after what is new of them was saved.
#[derive(Debug, Default)]
pub struct BatchUsers {
    known: HashMap<TagValueId, Known>,
    /// What the caches may learn after the commit.
    pub learned: Vec<(TagValueId, Known)>,
}

/// What the events of a batch tell of a user.
#[derive(Clone, Copy, Debug, Default)]
struct Told<'b> {
    username: Option<&'b str>,
    email: Option<&'b str>,
    ip: Option<&'b str>,
    name: Option<&'b str>,
}

impl BatchUsers {
    /// Saves what was not known; the tags have their ids.
    pub async fn save(
        tx: &mut PgConnection,
        caches: &mut Caches,
        events: &[BatchEvent],
        tags: &BatchTags<'_>,
    ) -> sqlx::Result<Self> {
        let mut users: BTreeMap<TagValueId, (UserValue, Told<'_>)> = BTreeMap::new();
        for (event, value) in tags.users_of_events() {
            users.entry(value.id).or_insert((value, Told::default())).1.add(&events[event].summary.user);
        }
        // Who is but an address has nothing else; there may be very many of them.
        users.retain(|_, (value, told)| !told.is_empty() || value.identity != Some(UserPart::Ip));
        let before = known_before(tx, caches, &users).await?;
        let mut batch = Self::default();
        let mut columns = NewParts::default();
        for (id, (value, told)) in &users {
            let (known, is_cached) = before.get(id).copied().unwrap_or_default();
            let after = known.with(told);
            if after != known {
                told.push(*id, value, &mut columns);
            }
            if after != known || !is_cached {
                batch.learned.push((*id, after));
            }
            batch.known.insert(*id, after);
        }
        if !columns.tag_value_ids.is_empty() {
            event_users::save(&mut *tx, &columns).await?;
        }
        Ok(batch)
    }

    /// What issues are noted to know of a user, as searches ask for it (`has:user.email`).
    pub fn keys(&self, user: UserValue) -> impl Iterator<Item = &'static str> + use<> {
        let known = self.known.get(&user.id).copied().unwrap_or_default();
        let identity = user.identity;
        let is_known = move |part: &UserPart| identity == Some(*part) || known.has(*part);
        UserPart::ALL.into_iter().filter(is_known).map(UserPart::search_key)
    }
}

/// What was known of the users, and whether the caches knew it.
async fn known_before(
    tx: &mut PgConnection,
    caches: &mut Caches,
    users: &BTreeMap<TagValueId, (UserValue, Told<'_>)>,
) -> sqlx::Result<HashMap<TagValueId, (Known, bool)>> {
    let mut before = HashMap::with_capacity(users.len());
    let mut missing = Vec::new();
    for (id, (value, _)) in users {
        match caches.users.get(id) {
            Some(known) => _ = before.insert(*id, (known, true)),
            None if value.is_new => {}
            None => missing.push(id.0),
        }
    }
    if !missing.is_empty() {
        let stored = event_users::list_parts(&mut *tx, &missing).await?;
        before.extend(stored.iter().map(|(id, user)| (TagValueId(*id), (Known::of(user), false))));
    }
    Ok(before)
}

impl Known {
    fn of(user: &EventUser) -> Self {
        let [username, email, name, ip] =
            [&user.username, &user.email, &user.name, &user.ip].map(|text| text.as_deref().map_or(0, hash));
        Self { username, email, name, ip }
    }

    /// The newest name holds, and the first address: it may change with every event.
    fn with(self, told: &Told<'_>) -> Self {
        let newest = |known: u64, text: Option<&str>| text.map_or(known, hash);
        Self {
            username: newest(self.username, told.username),
            email: newest(self.email, told.email),
            name: newest(self.name, told.name),
            ip: if self.ip == 0 { newest(0, told.ip) } else { self.ip },
        }
    }

    fn has(self, part: UserPart) -> bool {
        match part {
            UserPart::Id => false,
            UserPart::Username => self.username != 0,
            UserPart::Email => self.email != 0,
            UserPart::Ip => self.ip != 0,
        }
    }
}

impl<'b> Told<'b> {
    fn add(&mut self, parts: &'b UserParts) {
        self.username = parts.username.as_deref().or(self.username);
        self.email = parts.email.as_deref().or(self.email);
        self.name = parts.name.as_deref().or(self.name);
        self.ip = self.ip.or(parts.ip.as_deref());
    }

    fn is_empty(&self) -> bool {
        [self.username, self.email, self.name, self.ip].iter().all(Option::is_none)
    }

    fn push(&self, id: TagValueId, value: &UserValue, columns: &mut NewParts<'b>) {
        columns.tag_value_ids.push(id.0);
        columns.project_ids.push(value.project_id.0);
        columns.usernames.push(self.username);
        columns.emails.push(self.email);
        columns.ips.push(self.ip);
        columns.names.push(self.name);
    }
}

/// Never 0.
fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish() | 1
}

#[cfg(test)]
mod tests {
    use super::{Known, Told};

    #[test]
    fn the_newest_name_holds_and_the_first_address() {
        let told = |email, ip| Told { email, ip, ..Told::default() };
        let first = Known::default().with(&told(Some("a@b.test"), Some("10.0.0.1")));
        for (email, ip, is_new) in [
            (None, None, false),
            (Some("a@b.test"), None, false),
            (Some("a@b.test"), Some("10.0.0.2"), false),
            (Some("c@b.test"), Some("10.0.0.1"), true),
        ] {
            assert_eq!(first.with(&told(email, ip)) != first, is_new, "{email:?} {ip:?}");
        }
    }
}
