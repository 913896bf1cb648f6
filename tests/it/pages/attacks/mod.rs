//! Attacks on the doors, each with the refusal that is expected.
//!
//! Those on every route are in `routes`, those on accounts in `accounts`. Others stand beside what they attack:
//! forms of other sites and hosts in `pages::proxies`, brute force in `pages::auth`, invitations, the last owner and
//! self-promotion in `pages::members`, LDAP in `directory::hostile`, replays of OIDC in `directory::single_sign_on`, the timing of
//! unknown users in `services::accounts::passwords`.

mod accounts;
mod routes;
