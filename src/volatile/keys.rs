//! The name of every key.

use super::Volatile;
use crate::types::ids::{ProjectId, UserId};

impl Volatile {
    /// The stream of accepted events.
    pub fn event_stream(&self) -> String {
        format!("{}events", self.prefix)
    }

    /// Events that could not be processed, with the reason.
    pub fn dead_events(&self) -> String {
        format!("{}events:dead", self.prefix)
    }

    /// The sign of life of a process.
    pub fn heartbeat(&self, role: &str, process: &str) -> String {
        format!("{}heartbeat:{role}:{process}", self.prefix)
    }

    /// The names of all processes that gave a sign of life lately.
    pub fn heartbeats(&self) -> String {
        format!("{}heartbeats", self.prefix)
    }

    /// A signed-in browser.
    pub fn session(&self, id: &str) -> String {
        format!("{}session:{id}", self.prefix)
    }

    /// The names of a person's sessions.
    pub fn sessions_of(&self, user_id: UserId) -> String {
        format!("{}sessions:{user_id}", self.prefix)
    }

    /// The browsers that a person signed in with.
    pub fn browsers_of(&self, user_id: UserId) -> String {
        format!("{}browsers:{user_id}", self.prefix)
    }

    /// A sign-in that waits for the second factor.
    pub fn pending_sign_in(&self, id: &str) -> String {
        format!("{}pending-sign-in:{id}", self.prefix)
    }

    /// Something kept for a browser until its next step: a challenge, a secret to be confirmed, a text to be shown.
    pub fn kept(&self, kind: &str, id: &str) -> String {
        format!("{}kept:{kind}:{id}", self.prefix)
    }

    /// What the next page shall tell a signed-in browser.
    pub fn flash(&self, session: &str) -> String {
        format!("{}flash:{session}", self.prefix)
    }

    /// How things were before a change.
    pub fn undo(&self, token: &str) -> String {
        format!("{}undo:{token}", self.prefix)
    }

    /// Issues that a person chose.
    pub fn selection(&self, token: &str) -> String {
        format!("{}selection:{token}", self.prefix)
    }

    /// Attempts of somebody in the running minute, for instance to sign in.
    pub fn attempts(&self, kind: &str, who: &str) -> String {
        format!("{}attempts:{kind}:{who}", self.prefix)
    }

    /// The groups of a person of a directory.
    pub fn groups_of(&self, dn: &str) -> String {
        format!("{}directory-groups:{dn}", self.prefix)
    }

    /// By which addresses administrators opened pages lately.
    pub fn origins(&self) -> String {
        format!("{}origins", self.prefix)
    }

    /// A set-up check has sent a request to us.
    pub fn probe(&self, secret: &str) -> String {
        format!("{}probe:{secret}", self.prefix)
    }

    /// Somebody does not want to see a banner for now.
    pub fn dismissed_banner(&self, user: i64, banner: &str) -> String {
        format!("{}dismissed:{user}:{banner}", self.prefix)
    }

    /// Hosts that the guard of outgoing requests refused.
    pub fn restricted(&self) -> String {
        format!("{}restricted", self.prefix)
    }

    /// A sign-in that is with the identity provider.
    pub fn single_sign_on(&self, state: &str) -> String {
        format!("{}single-sign-on:{state}", self.prefix)
    }

    /// Events of a limited project or key in one window.
    pub fn limit(&self, name: &str, window: i64) -> String {
        format!("{}limit:{name}:{window}", self.prefix)
    }

    /// The latest refused requests of a project.
    pub fn refusals(&self, project_id: ProjectId) -> String {
        format!("{}refusals:{project_id}", self.prefix)
    }
}
