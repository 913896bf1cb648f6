//! Who asks, and what they may: every handler takes its actor through one of these.
//!
//! `Viewer` is anyone looking at a page; `Actor` is a signed-in user or a token; `OrganizationAccess<N>` and
//! `ProjectAccess<N>` prove that the actor may do what `N` needs there.

mod access;
mod account;
mod actor;
mod key;
mod moved;
pub mod needs;
mod pagination;
mod release;
pub mod session;
pub mod sudo;
mod viewer;
mod visitor;

pub use access::{IssueAccess, OrganizationAccess, ProjectAccess, RemovedAccess, SuperuserAccess};
pub use account::{AccountAccess, SessionAccess};
pub use actor::{Actor, NOBODY};
pub use key::KeyAccess;
pub use pagination::{Page, Pagination};
pub use release::ReleaseAccess;
pub use sudo::Sudo;
pub use viewer::Viewer;
pub(super) use viewer::{asked_language, load as load_viewer};
pub use visitor::Visitor;
