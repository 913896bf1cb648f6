//! Values without I/O: identifiers, levels, slugs, cursors, time, and the JSON tree events are worked on in.

pub mod artifact;
pub mod audit_event;
pub mod clock;
pub mod cursor;
pub mod entry_kind;
pub mod hash;
pub mod hex;
pub mod ids;
pub mod json;
pub mod language;
pub mod level;
pub mod lifecycle;
pub mod organization_settings;
pub mod project_settings;
pub mod public_address;
pub mod release;
pub mod role;
pub mod scope;
pub mod short_id;
pub mod slug;
pub mod stream_id;
pub mod user_part;
pub mod wall_clock;
