//! Which name of a function is worth showing (sourcemaps.md 5.1).

/// Chooses among the name the scope has, the name at the place of the call, and the name the frame came with.
pub fn choose(scope: Option<&str>, call_site: Option<&str>, sent: Option<&str>) -> Option<String> {
    let call_site = call_site.filter(|name| !name.is_empty());
    let sent = sent.filter(|name| !name.is_empty());
    let name = match scope {
        Some(name) if !is_useless(name) => return Some(folded(name)),
        Some(useless) => call_site.or(sent).unwrap_or(useless),
        None => call_site.or(sent)?,
    };
    Some(name.to_owned())
}

/// Names of wrappers say nothing of what they wrap.
fn is_useless(name: &str) -> bool {
    matches!(name, "" | "<anonymous>" | "__webpack_require__" | "__webpack_modules__")
}

/// Replaces repeated parts: `a.a.a.b` is `{a#3}.b`.
pub fn folded(name: &str) -> String {
    let parts: Vec<&str> = name.split('.').collect();
    let mut folded: Vec<String> = Vec::with_capacity(parts.len());
    let mut start = 0;
    while start < parts.len() {
        let same = parts[start..].iter().take_while(|part| **part == parts[start]).count();
        let is_last = start + same == parts.len();
        let repeated = if is_last { same - 1 } else { same };
        match repeated {
            0 => {}
            1 => folded.push(parts[start].to_owned()),
            count => folded.push(format!("{{{}#{count}}}", parts[start])),
        }
        if is_last {
            folded.push(parts[start].to_owned());
        }
        start += same;
    }
    folded.join(".")
}

#[cfg(test)]
mod tests {
    use super::{choose, folded};

    #[test]
    fn repeated_parts_are_folded() {
        for (name, expected) in [
            ("a.a.a.b", "{a#3}.b"),
            ("foo.foo.foo", "{foo#2}.foo"),
            ("foo.foo", "foo.foo"),
            ("foo", "foo"),
            ("", ""),
            ("new a.b", "new a.b"),
        ] {
            assert_eq!(folded(name), expected);
        }
    }

    #[test]
    fn useless_names_give_way() {
        for (scope, call_site, sent, expected) in [
            (Some("Cart.add"), Some("x"), Some("t"), Some("Cart.add")),
            (Some("<anonymous>"), Some("render"), Some("t"), Some("render")),
            (Some("<anonymous>"), None, Some("t"), Some("t")),
            (Some("<anonymous>"), Some(""), None, Some("<anonymous>")),
            (None, Some("render"), Some("t"), Some("render")),
            (None, None, Some("t"), Some("t")),
            (None, None, Some(""), None),
        ] {
            assert_eq!(choose(scope, call_site, sent).as_deref(), expected, "{scope:?} {call_site:?} {sent:?}");
        }
    }
}
