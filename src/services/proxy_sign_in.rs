//! People whom a trusted proxy has let in, and names in a header.

use crate::app::App;
use crate::config::HeaderSignIn;
use crate::services::accounts;
use crate::services::directory::admit::{self, Entrance, Error, Identity};
use crate::services::directory::person::{Group, Person, clean_name, clean_username};
use crate::store::users::User;

/// What the proxy's headers hold; empty: nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub user: String,
    pub email: String,
    pub name: String,
    /// With commas between.
    pub groups: String,
}

/// Most groups that are looked at.
const MAX_GROUPS: usize = 500;

/// The account of whom the proxy names. `None`: the name can be nobody's, or the account is disabled.
pub async fn sign_in(app: &App, config: &HeaderSignIn, told: &Told) -> Result<Option<User>, Error> {
    let Some(username) = clean_username(&told.user) else { return Ok(None) };
    let email = Some(told.email.trim()).filter(|email| accounts::check_email(email).is_ok());
    let names = told.groups.split([',', ';', '|']).map(str::trim).filter(|name| !name.is_empty());
    let group = |name: &str| Group { dn: name.to_owned(), name: name.to_owned(), is_nested: false };
    let person = Person {
        username,
        name: clean_name(&told.name),
        email: email.map(str::to_owned),
        groups: names.take(MAX_GROUPS).map(group).collect(),
    };
    let entrance =
        Entrance { label: "proxy", identity: Identity::Username, membership: &config.membership, makes_accounts: true };
    admit::admit(app, &person, &entrance).await
}
