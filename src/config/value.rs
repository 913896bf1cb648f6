//! One option's value: read from YAML or text, shown without its secrets.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use ipnet::IpNet;
use serde_json::Value as Json;

use super::directory;
use super::options::Kind;

/// A value of the right type for its option.
#[derive(Clone, PartialEq)]
pub enum Value {
    Text(String),
    Secret(String),
    Switch(bool),
    Count(u32),
    Duration(Duration),
    Size(u64),
    Address(Option<SocketAddr>),
    List(Vec<String>),
    Networks(Vec<IpNet>),
    Mapping(serde_json::Map<String, Json>),
    /// What a directory's settings hold (`config::directory`), as it was read.
    Structure(Json),
}

impl Value {
    /// Reads what YAML or JSON holds; the error says what was expected.
    pub fn read(kind: Kind, json: &Json) -> Result<Self, &'static str> {
        match kind {
            Kind::Text => plain(json).map(Self::Text).ok_or("a text"),
            Kind::Secret => plain(json).map(Self::Secret).ok_or("a text"),
            Kind::Switch => switch(json).map(Self::Switch).ok_or("true or false"),
            Kind::Count => count(json).map(Self::Count).ok_or("a whole number, 0 or more"),
            Kind::Duration => plain(json)
                .and_then(|text| duration(&text))
                .map(Self::Duration)
                .ok_or("a duration such as 30s, 15m, 12h or 14d"),
            Kind::Size => {
                plain(json).and_then(|text| size(&text)).map(Self::Size).ok_or("a size such as 200 KiB or 20 MiB")
            }
            Kind::Address => address(json).map(Self::Address).map_err(|()| "an address such as 0.0.0.0:9000"),
            Kind::List => list(json).map(Self::List).ok_or("a list of texts"),
            Kind::Networks => networks(json).map(Self::Networks).ok_or("a list of networks such as 10.0.0.0/8"),
            Kind::Mapping => directory::mapping(json).map(Self::Mapping).ok_or("a mapping"),
            Kind::Names => directory::names(json).map(Self::List).ok_or("a list of names or DNs"),
            Kind::Role => {
                directory::role(json).map(|role| Self::Text(role.as_str().to_owned())).ok_or("a role, such as member")
            }
            Kind::Searches => directory::searches(json)
                .map(|searches| Self::Structure(searches.iter().map(directory::search_as_json).collect()))
                .ok_or("a search with base, scope (base, one-level, subtree) and filter"),
            Kind::GroupType => directory::group_type(json)
                .map(|_| Self::Structure(json.clone()))
                .ok_or("a group type, such as group-of-names or GroupOfUniqueNamesType()"),
            Kind::GroupRoles => directory::group_roles(json)
                .map(|_| Self::Structure(json.clone()))
                .ok_or("a mapping of groups to roles (member, admin, manager, owner)"),
            Kind::GroupTeams => directory::group_teams(json)
                .map(|_| Self::Structure(json.clone()))
                .ok_or("a mapping of groups to short names of teams"),
        }
    }

    /// The value as JSON, for the database and for machines.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Switch(on) => (*on).into(),
            Self::Count(count) => (*count).into(),
            Self::List(items) => items.clone().into(),
            Self::Networks(networks) => networks.iter().map(ToString::to_string).collect::<Vec<_>>().into(),
            Self::Mapping(map) => map.clone().into(),
            Self::Structure(json) => json.clone(),
            Self::Text(text) | Self::Secret(text) => text.clone().into(),
            Self::Duration(_) | Self::Size(_) | Self::Address(_) => self.to_string().into(),
        }
    }
}

impl fmt::Display for Value {
    /// Secrets are hidden.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Structure(Json::String(text)) => f.write_str(text),
            Self::Secret(text) if text.is_empty() => Ok(()),
            Self::Secret(_) => f.write_str("(hidden)"),
            Self::Switch(on) => on.fmt(f),
            Self::Count(count) => count.fmt(f),
            Self::Duration(duration) => {
                write_unit(f, duration.as_secs(), &[(86_400, "d"), (3600, "h"), (60, "m")], "s")
            }
            Self::Size(bytes) => {
                write_unit(f, *bytes, &[(1 << 30, " GiB"), (1 << 20, " MiB"), (1 << 10, " KiB")], " B")
            }
            Self::Address(address) => address.map_or(Ok(()), |address| address.fmt(f)),
            Self::List(items) => f.write_str(&items.join(", ")),
            Self::Networks(networks) => {
                f.write_str(&networks.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
            }
            Self::Mapping(map) => redacted(&Json::Object(map.clone())).fmt(f),
            Self::Structure(json) => json.fmt(f),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn write_unit(f: &mut fmt::Formatter<'_>, amount: u64, units: &[(u64, &str)], one: &str) -> fmt::Result {
    let fitting = units.iter().find(|(factor, _)| amount > 0 && amount.is_multiple_of(*factor));
    let (factor, name) = fitting.copied().unwrap_or((1, one));
    write!(f, "{}{name}", amount / factor)
}

/// The same without what looks like a secret by its name: Redis's `password`, a store's `secret_key`.
fn redacted(json: &Json) -> Json {
    let hide = |(name, value): (&String, &Json)| {
        let is_secret = ["password", "secret", "key", "token"].iter().any(|word| name.contains(word));
        (name.clone(), if is_secret { Json::from("(hidden)") } else { redacted(value) })
    };
    match json {
        Json::Object(map) => Json::Object(map.iter().map(hide).collect()),
        Json::Array(items) => Json::Array(items.iter().map(redacted).collect()),
        other => other.clone(),
    }
}

/// A text, or a number or switch as it would have been written.
fn plain(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(on) => Some(on.to_string()),
        Json::Null => Some(String::new()),
        Json::Array(_) | Json::Object(_) => None,
    }
}

fn switch(json: &Json) -> Option<bool> {
    match plain(json)?.to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Some(true),
        "false" | "f" | "no" | "n" | "off" | "0" => Some(false),
        _ => None,
    }
}

fn count(json: &Json) -> Option<u32> {
    plain(json)?.trim().replace('_', "").parse().ok()
}

/// Nothing is no address, which some options take.
fn address(json: &Json) -> Result<Option<SocketAddr>, ()> {
    let text = plain(json).ok_or(())?;
    match text.trim() {
        "" => Ok(None),
        text => text.replace("localhost:", "127.0.0.1:").parse().map(Some).map_err(|_| ()),
    }
}

/// A list, or a text with commas, as the environment has it.
fn list(json: &Json) -> Option<Vec<String>> {
    match json {
        Json::Array(items) => items.iter().map(plain).collect(),
        Json::Object(_) => None,
        _ => Some(plain(json)?.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()),
    }
}

fn networks(json: &Json) -> Option<Vec<IpNet>> {
    let network = |text: &String| text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
    list(json)?.iter().map(network).collect()
}

/// A number with a unit, from a table of unit names.
fn with_unit(text: &str, units: &[(&[&str], u64)]) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(text.len());
    let amount: u64 = text[..digits].replace('_', "").parse().ok()?;
    let unit = text[digits..].trim().to_ascii_lowercase();
    let (_, factor) = units.iter().find(|(names, _)| names.contains(&unit.as_str()))?;
    amount.checked_mul(*factor)
}

/// Reads `30s`, `15 m`, `14d`; a bare number is seconds.
pub fn duration(text: &str) -> Option<Duration> {
    let units: &[(&[&str], u64)] = &[
        (&["", "s", "sec", "second", "seconds"], 1),
        (&["m", "min", "minute", "minutes"], 60),
        (&["h", "hour", "hours"], 3600),
        (&["d", "day", "days"], 86_400),
        (&["w", "week", "weeks"], 7 * 86_400),
    ];
    with_unit(text, units).map(Duration::from_secs)
}

/// Reads `20 MiB`, `1MB`; a bare number is bytes.
fn size(text: &str) -> Option<u64> {
    let units: &[(&[&str], u64)] = &[
        (&["", "b"], 1),
        (&["k", "kib"], 1 << 10),
        (&["kb"], 1000),
        (&["m", "mib"], 1 << 20),
        (&["mb"], 1_000_000),
        (&["g", "gib"], 1 << 30),
        (&["gb"], 1_000_000_000),
    ];
    with_unit(text, units)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::{Kind, Value};

    #[test]
    fn values_are_read_and_shown() {
        let cases: &[(Kind, Json, &str)] = &[
            (Kind::Text, json!("a"), "a"),
            (Kind::Text, json!(5), "5"),
            (Kind::Secret, json!("s3cret"), "(hidden)"),
            (Kind::Switch, json!("Yes"), "true"),
            (Kind::Switch, json!(0), "false"),
            (Kind::Count, json!("1_000"), "1000"),
            (Kind::Duration, json!("90 s"), "90s"),
            (Kind::Duration, json!("120"), "2m"),
            (Kind::Duration, json!("14 days"), "14d"),
            (Kind::Size, json!("20MiB"), "20 MiB"),
            (Kind::Size, json!("1 MB"), "1000000 B"),
            (Kind::Size, json!(2048), "2 KiB"),
            (Kind::Address, json!("localhost:9000"), "127.0.0.1:9000"),
            (Kind::Address, Json::Null, ""),
            (Kind::List, json!("a, b,"), "a, b"),
            (Kind::List, json!(["a", 1]), "a, 1"),
            (Kind::Networks, json!(["10.0.0.0/8", "::1"]), "10.0.0.0/8, ::1/128"),
            (Kind::Mapping, json!({"a": [{"password": "x"}], "b": 1}), r#"{"a":[{"password":"(hidden)"}],"b":1}"#),
        ];
        for (kind, json, shown) in cases {
            let value = Value::read(*kind, json).unwrap_or_else(|expected| panic!("{json}: {expected}"));
            assert_eq!(value.to_string(), *shown, "{json}");
            let again = Value::read(*kind, &value.to_json());
            assert_eq!(again.as_ref().ok(), Some(&value), "{json} survives storage");
        }
    }

    #[test]
    fn wrong_types_say_what_was_expected() {
        for (kind, json) in [
            (Kind::Text, json!([1])),
            (Kind::Switch, json!("perhaps")),
            (Kind::Count, json!(-1)),
            (Kind::Count, json!(1.5)),
            (Kind::Duration, json!("5 parsecs")),
            (Kind::Size, json!("99999999999999999999 GiB")),
            (Kind::Size, json!("20000000000 GiB")),
            (Kind::Address, json!("9000")),
            (Kind::Networks, json!("10.0.0.0/99")),
            (Kind::Mapping, json!("x")),
        ] {
            assert!(Value::read(kind, &json).is_err(), "{json}");
        }
    }
}
