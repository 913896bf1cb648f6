//! Attacks on the doors, each with the refusal that is expected.

mod accounts;
