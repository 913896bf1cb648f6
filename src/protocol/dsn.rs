//! The URL that carries an SDK's credentials (ingest.md 14), and the public key in it.

use crate::types::ids::ProjectId;

/// The 32 lower-case hexadecimal digits that tell who sends. Kept as a number: it is the key of the cache every request
/// goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PublicKey(u128);

impl PublicKey {
    /// Takes exactly the form keys are given out in; a flag after a colon (`:no-cache`) is ignored.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.split(':').next()?;
        let valid = digits.len() == 32 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if valid { u128::from_str_radix(digits, 16).ok().map(Self) } else { None }
    }
}

impl std::fmt::Display for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// What a DSN says, beside the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dsn {
    pub public_key: PublicKey,
    pub project_id: ProjectId,
}

impl Dsn {
    /// Reads `scheme://public[:secret]@host[:port][/path]/project`. Host and scheme are not looked at: tunnels and renamed
    /// hosts are common, and old clients put a transport in front of the scheme.
    pub fn parse(text: &str) -> Option<Self> {
        let (_, rest) = text.trim().split_once("://")?;
        let rest = rest.split(['?', '#']).next()?.trim_end_matches('/');
        let (place, project) = rest.rsplit_once('/')?;
        let (user, _) = place.split('/').next()?.rsplit_once('@')?;
        Some(Self { public_key: PublicKey::parse(user)?, project_id: parse_project_id(project)? })
    }
}

/// A project's id as it stands in paths and DSNs: digits, not zero.
pub fn parse_project_id(text: &str) -> Option<ProjectId> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|id| digits && *id > 0).map(ProjectId)
}

/// The DSN to hand out for the server at `url_prefix`; with a secret, the form old clients need.
pub fn write(url_prefix: &str, public_key: &str, secret_key: Option<&str>, project_id: ProjectId) -> String {
    let (scheme, place) = url_prefix.trim_end_matches('/').split_once("://").unwrap_or(("https", url_prefix));
    match secret_key {
        Some(secret_key) => format!("{scheme}://{public_key}:{secret_key}@{place}/{project_id}"),
        None => format!("{scheme}://{public_key}@{place}/{project_id}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Dsn, ProjectId, PublicKey, write};

    const KEY: &str = "a94a8fe5ccb19ba61c4c0873d391e987";

    #[test]
    fn every_form_of_dsn_is_read() {
        for (dsn, project_id) in [
            (format!("https://{KEY}@errors.acme.test/12"), 12),
            (format!("http://{KEY}:b6d767d2f8ed5d21a44b0e5886680cb9@[::1]:9000/7"), 7),
            (format!("threaded+requests+https://{KEY}@h/a/b/3"), 3),
            (format!(" https://{KEY}@h/3/?verify_ssl=0 "), 3),
        ] {
            let parsed = Dsn::parse(&dsn).unwrap();
            assert_eq!((parsed.public_key.to_string().as_str(), parsed.project_id.0), (KEY, project_id), "{dsn}");
        }
        for dsn in
            ["", "https://h/1", "nonsense", "https://abc@h/1", &format!("https://{KEY}@h"), &format!("//{KEY}@h/1")]
        {
            assert_eq!(Dsn::parse(dsn), None, "{dsn}");
        }
        for project in ["0", "x", "", "-1", "+1", "99999999999999999999"] {
            assert_eq!(Dsn::parse(&format!("https://{KEY}@h/{project}")), None, "{project}");
        }
    }

    #[test]
    fn only_given_out_keys_parse() {
        assert_eq!(PublicKey::parse(&format!("{KEY}:no-cache")).unwrap().to_string(), KEY);
        for text in ["", "xyz", &KEY[1..], &KEY.to_uppercase(), &format!("{KEY}0"), &format!("+{}", &KEY[1..])] {
            assert_eq!(PublicKey::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let dsn = write("https://errors.test/base/", KEY, None, ProjectId(5));
        assert_eq!(dsn, format!("https://{KEY}@errors.test/base/5"));
        assert_eq!(Dsn::parse(&dsn).unwrap().project_id, ProjectId(5));
        assert_eq!(write("http://h:9000", KEY, Some("s"), ProjectId(5)), format!("http://{KEY}:s@h:9000/5"));
    }
}
