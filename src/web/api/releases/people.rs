//! People as commits name them: members of the organization where the address is theirs.

use std::collections::HashMap;

use serde::Serialize;

use crate::app::App;
use crate::store::users::{self, User};
use crate::types::ids::OrganizationId;
use crate::web::api::users::UserView;
use crate::web::error::Result;

/// Someone with an account, or a name and an address.
#[derive(Serialize)]
#[serde(untagged)]
pub enum PersonView {
    Member(Box<UserView>),
    Author { name: String, email: String },
}

/// The members behind some addresses.
pub struct People(HashMap<String, User>);

impl People {
    pub async fn load(
        app: &App,
        organization_id: OrganizationId,
        emails: impl Iterator<Item = String>,
    ) -> Result<Self> {
        let mut emails: Vec<String> = emails.collect();
        emails.sort();
        emails.dedup();
        let members = if emails.is_empty() {
            Vec::new()
        } else {
            users::list_members_by_email(&app.db, organization_id, &emails).await?
        };
        Ok(Self(members.into_iter().map(|user| (user.email.to_lowercase(), user)).collect()))
    }

    pub fn view(&self, email: &str, name: &str) -> PersonView {
        match self.0.get(&email.to_lowercase()) {
            Some(user) => PersonView::Member(Box::new(UserView::of(user))),
            None => PersonView::Author { name: name.to_owned(), email: email.to_owned() },
        }
    }
}
