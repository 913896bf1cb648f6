//! Versions in paths. They may contain slashes (`main/ab12`), which arrive as `%2F` or, from people and from proxies that
//! decode, as they are: then everything between `/releases/` and a known ending is the version (ui.md 2).

/// What may follow a version; `*` is one part.
const ENDINGS: [&[&str]; 16] = [
    // Of the API.
    &["files"],
    &["files", "*"],
    &["assemble"],
    &["commitfiles"],
    &["deploys"],
    &["previous-with-commits"],
    &["resolved"],
    // Of pages.
    &["all-events"],
    &["artifacts"],
    &["artifacts", "*"],
    &["artifacts", "*", "*"],
    &["commits"],
    &["new-events"],
    &["archive"],
    &["delete"],
    &[],
];

/// The path with the slashes of its version encoded; None where there is nothing to do.
pub fn with_whole_version(path: &str) -> Option<String> {
    let start = version_start(path)?;
    let (before, rest) = path.split_at(start);
    let (rest, end) = rest.strip_suffix('/').map_or((rest, ""), |rest| (rest, "/"));
    let parts: Vec<&str> = rest.split('/').collect();
    let length = ENDINGS.iter().filter(|ending| parts.len() > ending.len() && ends_with(&parts, ending));
    let ending = length.map(|ending| ending.len()).max().unwrap_or(0);
    let (version, ending) = parts.split_at(parts.len() - ending);
    if version.len() < 2 {
        return None;
    }
    let mut whole = format!("{before}{}", version.join("%2F"));
    for part in ending {
        whole.push('/');
        whole.push_str(part);
    }
    Some(whole + end)
}

/// Where the version begins in `/organizations/…/releases/…`, `/{organization}/{project}/releases/…` and their API.
fn version_start(path: &str) -> Option<usize> {
    let api = path.strip_prefix("/api/0/projects/").map(|rest| (rest, 2));
    let api = api.or_else(|| path.strip_prefix("/api/0/organizations/").map(|rest| (rest, 1)));
    let page = || path.strip_prefix("/organizations/").map(|rest| (rest, 1));
    let (rest, names) = api.or_else(page).or_else(|| path.strip_prefix('/').map(|rest| (rest, 2)))?;
    let mut parts = rest.split('/');
    let before: usize = parts.by_ref().take(names).map(|part| part.len() + 1).sum();
    let start = path.len() - rest.len() + before + "releases/".len();
    (parts.next() == Some("releases") && path.len() > start).then_some(start)
}

fn ends_with(parts: &[&str], ending: &[&str]) -> bool {
    let end = &parts[parts.len() - ending.len()..];
    end.iter().zip(ending).all(|(part, wanted)| *wanted == "*" || part == wanted)
}

#[cfg(test)]
mod tests {
    use super::with_whole_version;

    #[test]
    fn versions_with_slashes_become_one_part() {
        for (path, expected) in [
            ("/acme/shop/releases/main/ab12/", Some("/acme/shop/releases/main%2Fab12/")),
            ("/acme/shop/releases/main/ab12", Some("/acme/shop/releases/main%2Fab12")),
            ("/acme/shop/releases/main/ab12/commits/", Some("/acme/shop/releases/main%2Fab12/commits/")),
            ("/acme/shop/releases/a//b/artifacts/7/", Some("/acme/shop/releases/a%2F%2Fb/artifacts/7/")),
            ("/acme/shop/releases/a/b/artifacts/7/edit/", Some("/acme/shop/releases/a%2Fb/artifacts/7/edit/")),
            ("/organizations/acme/releases/a/b/", Some("/organizations/acme/releases/a%2Fb/")),
            (
                "/api/0/organizations/acme/releases/a/b/files/7/",
                Some("/api/0/organizations/acme/releases/a%2Fb/files/7/"),
            ),
            (
                "/api/0/projects/acme/shop/releases/a/b/deploys/",
                Some("/api/0/projects/acme/shop/releases/a%2Fb/deploys/"),
            ),
            // One part is a version, whatever it is called.
            ("/acme/shop/releases/commits/", None),
            ("/acme/shop/releases/commits/commits/", None),
            ("/acme/shop/releases/1.0/artifacts/7/", None),
            ("/acme/shop/releases/a%2Fb/", None),
            ("/acme/shop/releases/", None),
            ("/acme/shop/releases", None),
            ("/acme/shop/issues/releases/a/b/", None),
            ("/organizations/acme/issues/7/", None),
            ("/releases/a/b/", None),
            ("/", None),
        ] {
            assert_eq!(with_whole_version(path).as_deref(), expected, "{path}");
        }
    }
}
