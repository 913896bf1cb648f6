//! Every attribute of an event into its canonical shape (normalize.md).
//!
//! An event is never lost because of a bad value: the value is removed or replaced, and an entry is appended to the
//! event's `errors`. The steps run in the order of [`STEPS`]; running them over their own result changes nothing.

mod aliases;
mod attributes;
mod breadcrumbs;
mod clock_drift;
mod contexts;
mod debug_meta;
mod environment;
mod event_id;
mod exception;
mod extra;
mod fingerprint;
mod frame;
mod frame_limits;
mod level;
mod logentry;
mod mechanism;
mod message_format;
mod modules;
mod notes;
mod path;
mod platform;
mod raw_description;
mod release;
mod request;
mod sdk;
pub mod security;
mod stacktrace;
mod tags;
mod template;
mod threads;
mod timestamp;
mod trim;
mod user;
mod user_agent;
mod values;

pub use user_agent::browser_of;

use self::notes::Notes;
use crate::pipeline::Receipt;
use crate::types::json::Object;

/// What a step may ask besides the event, and where it leaves its remarks.
struct Context<'r> {
    receipt: &'r Receipt,
    notes: Notes,
}

type Step = for<'a> fn(&mut Object<'a>, &mut Context<'_>);

/// The steps in the order of their execution.
const STEPS: &[Step] = &[
    aliases::normalize,
    event_id::normalize,
    clock_drift::normalize,
    timestamp::normalize,
    platform::normalize,
    level::normalize,
    attributes::normalize,
    logentry::normalize,
    exception::normalize,
    stacktrace::normalize,
    threads::normalize,
    template::normalize,
    exception::adopt_stacktrace,
    frame_limits::normalize,
    request::normalize,
    sdk::normalize,
    user::normalize,
    contexts::normalize,
    user_agent::normalize,
    tags::normalize,
    environment::normalize,
    release::normalize,
    fingerprint::normalize,
    breadcrumbs::normalize,
    modules::normalize,
    debug_meta::normalize,
    extra::normalize,
];

/// Tidies a parsed event in place, appending to its `errors`.
pub fn normalize(event: &mut Object<'_>, receipt: &Receipt) {
    let mut context = Context { receipt, notes: Notes::default() };
    for step in STEPS {
        step(event, &mut context);
    }
    context.notes.write_into(event);
}

#[cfg(test)]
mod interfaces;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
