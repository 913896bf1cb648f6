//! Names under which artifacts may be stored, and addresses that references lead to (sourcemaps.md 3.2 and 4).

/// The artifact names to try for an address, best first. Fragments never matter; hosts only where they are named.
pub fn candidates(url: &str) -> Vec<String> {
    let url = without_fragment(url);
    let path = without_query(url);
    let mut names = vec![url.to_owned()];
    if path.len() < url.len() {
        names.push(path.to_owned());
    }
    if !url.starts_with('~') {
        let any_host = any_host(url);
        if path.len() < url.len() {
            names.push(any_host.clone());
        }
        names.push(without_query(&any_host).to_owned());
    }
    let mut place = 0;
    while place < names.len() {
        if names[..place].contains(&names[place]) {
            names.remove(place);
        } else {
            place += 1;
        }
    }
    names
}

/// `~` and what follows the host.
fn any_host(url: &str) -> String {
    match url.split_once("://") {
        Some((_, rest)) => format!("~{}", rest.find('/').map_or("/", |slash| &rest[slash..])),
        None if url.starts_with('/') => format!("~{url}"),
        None => format!("~/{url}"),
    }
}

pub fn without_fragment(url: &str) -> &str {
    &url[..url.find('#').unwrap_or(url.len())]
}

fn without_query(url: &str) -> &str {
    &url[..url.find('?').unwrap_or(url.len())]
}

/// The address that a reference in a file leads to: a source map named by a script, or a source named by a map.
pub fn join(base: &str, reference: &str) -> String {
    if is_absolute(reference) {
        return reference.to_owned();
    }
    let reference = reference.strip_prefix('~').unwrap_or(reference);
    let base = Base::parse(base);
    if reference.starts_with("//") && !base.scheme.is_empty() {
        return format!("{}:{reference}", base.scheme);
    }
    let (path, tail) = reference.split_at(reference.find(['?', '#']).unwrap_or(reference.len()));
    let joined = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{}{}", base.folder(), path.trim_start_matches("./"))
    };
    format!("{}{}{tail}", base.origin, base.normalized(&joined))
}

/// Whether a reference stands for itself.
pub fn is_absolute(reference: &str) -> bool {
    reference.contains("://") || reference.starts_with("webpack:") || reference.starts_with("turbopack:")
}

/// Whether something can be asked for over the network.
pub fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

struct Base<'u> {
    scheme: &'u str,
    /// Scheme and host, as they are written before a path.
    origin: &'u str,
    path: &'u str,
}

impl<'u> Base<'u> {
    fn parse(url: &'u str) -> Self {
        let url = without_query(without_fragment(url));
        let Some((scheme, rest)) = url.split_once("://") else {
            return Self { scheme: "", origin: "", path: url };
        };
        let path_start = url.len() - rest.len() + rest.find('/').unwrap_or(rest.len());
        Self { scheme, origin: &url[..path_start], path: &url[path_start..] }
    }

    /// The path up to its last slash.
    fn folder(&self) -> &'u str {
        self.path.rfind(['/', '\\']).map_or("", |slash| &self.path[..=slash])
    }

    /// Without empty segments and without steps up; for the web, without steps in place and never above the root.
    fn normalized(&self, path: &str) -> String {
        let is_web = matches!(self.scheme, "http" | "https");
        let mut segments: Vec<&str> = Vec::new();
        for segment in path.split('/').filter(|segment| !segment.is_empty()) {
            let leads_nowhere = segment == "." || (segment == ".." && segments.is_empty());
            if is_web && leads_nowhere {
                continue;
            }
            if segment == ".." && segments.last().is_some_and(|last| *last != "..") {
                segments.pop();
            } else {
                segments.push(segment);
            }
        }
        let is_rooted = path.starts_with('/') || !self.origin.is_empty();
        format!("{}{}", if is_rooted { "/" } else { "" }, segments.join("/"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{candidates, join};

    #[test]
    fn names_of_the_vectors() {
        let text = include_str!("../../../tests/fixtures/vectors/artifact_candidates.json");
        let file: Value = serde_json::from_str(text).unwrap();
        for case in file["cases"].as_array().unwrap() {
            assert_eq!(serde_json::json!(candidates(case["url"].as_str().unwrap())), case["expect"], "{}", case["id"]);
        }
    }

    #[test]
    fn joins_of_the_vectors() {
        let text = include_str!("../../../tests/fixtures/vectors/url_joins.json");
        let file: Value = serde_json::from_str(text).unwrap();
        for case in file["cases"].as_array().unwrap() {
            let joined = join(case["base"].as_str().unwrap(), case["reference"].as_str().unwrap());
            assert_eq!(joined, case["expect"], "{}", case["id"]);
        }
    }

    #[test]
    fn more_joins() {
        for (base, reference, expected) in [
            ("app.js", "app.js.map", "app.js.map"),
            ("dist/app.js", "../app.ts", "app.ts"),
            ("app:///a.js", "../../b.js", "app:///../../b.js"),
            ("https://a.test/x.js", "m.map?u=/../1#f", "https://a.test/m.map?u=/../1#f"),
            ("webpack://shop/./src/a.ts", "./b.ts", "webpack://shop/./src/b.ts"),
            ("https://a.test", "", "https://a.test/"),
            ("", "x", "x"),
        ] {
            assert_eq!(join(base, reference), expected, "{base} {reference}");
        }
    }
}
