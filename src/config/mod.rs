//! Settings: defaults, what an administrator set, `config.yml`, environment. The only reader of files and variables.
//!
//! [`Settings`] holds every option's value and where it came from; [`Config`] is the typed form that the rest of the
//! program reads. The defaults are `config.example.yml`, compiled in, so that the example can never lie.

mod directory;
mod environment;
mod fill;
mod fill_directory;
mod layers;
mod live;
mod options;
mod python;
mod sections;
mod value;

pub use directory::{Attributes, GroupRule, GroupType, HeaderSignIn, Ldap, Membership, Oidc, Scope, Search};
pub use environment::{Environment, variable};
pub use layers::{EXAMPLE, Error, Setting, Settings, Source, find_directory};
pub use live::{Adjust, LiveConfig};
pub use options::{Kind, OPTIONS, Place, Spec, find as find_option, nearest as nearest_option};
pub use sections::{
    Auth, Blobs, Database, Events, Ingest, Mail, MailBackend, MailEncryption, Redis, S3, SourceMaps, System, Uploads,
    Web, Worker,
};
pub use value::Value;

/// Every setting that takes effect at start. Has no `Debug`: it holds secrets.
#[derive(Clone)]
pub struct Config {
    pub system: System,
    pub web: Web,
    pub auth: Auth,
    /// `None`: there is no directory of people.
    pub ldap: Option<Ldap>,
    pub oidc: Option<Oidc>,
    pub header_sign_in: Option<HeaderSignIn>,
    pub database: Database,
    pub redis: Redis,
    pub mail: Mail,
    pub ingest: Ingest,
    pub worker: Worker,
    pub events: Events,
    pub blobs: Blobs,
    pub uploads: Uploads,
    pub source_maps: SourceMaps,
}

impl Default for Config {
    fn default() -> Self {
        Settings::defaults().config()
    }
}
