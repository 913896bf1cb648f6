//! Which requests are for ingest: by hand, since paths come with and without slashes at the end and doubled ones inside.

use axum::http::{HeaderMap, Method, header};
use uuid::Uuid;

use crate::protocol::{auth, category::Category, dsn, event_id};
use crate::types::ids::ProjectId;

/// The project in a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProjectPart {
    Id(ProjectId),
    /// Something else where the id should stand.
    Invalid,
    /// The path names none: the key tells.
    Absent,
}

/// An endpoint of ingest with what its path says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    Store(ProjectPart),
    Envelope(ProjectPart),
    Security(ProjectPart),
    Nel(ProjectPart),
    /// Files for an event; `None`: not an id.
    Attachments(ProjectPart, Option<Uuid>),
    /// A check-in by URL, perhaps with the key in the path.
    CheckIn(ProjectPart, Option<String>),
    /// Minidumps and Unreal crashes.
    NativeCrash(ProjectPart),
    /// The crash-report dialog.
    ErrorPage,
    /// The web API's user feedback, when it comes with a DSN instead of a token.
    UserFeedback {
        organization: String,
        project: String,
    },
    CrossDomain,
    /// Nothing that is known, below a project's id.
    Unknown,
}

/// More parts than any route has.
const MAX_PARTS: usize = 7;

impl Route {
    /// The route of a request, if it is one of ours.
    pub fn of(method: &Method, path: &str, headers: &HeaderMap) -> Option<Self> {
        let mut parts = [""; MAX_PARTS];
        let mut count = 0;
        for part in path.split('/').filter(|part| !part.is_empty()) {
            *parts.get_mut(count)? = part;
            count += 1;
        }
        match &parts[..count] {
            ["crossdomain.xml"] | ["api", _, "crossdomain.xml"] => Some(Self::CrossDomain),
            ["api", "0", "projects", organization, project, "user-feedback" | "user-reports"]
                if *method == Method::POST && has_dsn(headers) =>
            {
                Some(Self::UserFeedback { organization: (*organization).to_owned(), project: (*project).to_owned() })
            }
            ["api", "0", ..] => None,
            ["api", "embed", "error-page"] => Some(Self::ErrorPage),
            ["api", "store"] => Some(Self::Store(ProjectPart::Absent)),
            ["api", "envelope"] => Some(Self::Envelope(ProjectPart::Absent)),
            ["api", project, rest @ ..] => Self::of_project(ProjectPart::parse(project), rest),
            _ => None,
        }
    }

    fn of_project(project: ProjectPart, rest: &[&str]) -> Option<Self> {
        Some(match rest {
            ["store"] => Self::Store(project),
            ["envelope"] => Self::Envelope(project),
            ["security" | "csp-report"] => Self::Security(project),
            ["nel"] => Self::Nel(project),
            ["events", id, "attachments"] => Self::Attachments(project, event_id::parse(id)),
            ["cron", _] => Self::CheckIn(project, None),
            ["cron", _, key] => Self::CheckIn(project, Some((*key).to_owned())),
            ["minidump"] | ["unreal", _] => Self::NativeCrash(project),
            _ if matches!(project, ProjectPart::Id(_)) => Self::Unknown,
            _ => return None,
        })
    }

    /// What a refused request is counted as.
    pub fn category(&self) -> Category {
        match self {
            Self::Security(_) | Self::Nel(_) => Category::Security,
            Self::Attachments(..) => Category::Attachment,
            Self::CheckIn(..) => Category::Monitor,
            Self::ErrorPage | Self::UserFeedback { .. } => Category::Feedback,
            _ => Category::Error,
        }
    }

    pub fn project(&self) -> ProjectPart {
        match self {
            Self::Store(project)
            | Self::Envelope(project)
            | Self::Security(project)
            | Self::Nel(project)
            | Self::Attachments(project, _)
            | Self::CheckIn(project, _)
            | Self::NativeCrash(project) => *project,
            Self::ErrorPage | Self::UserFeedback { .. } | Self::CrossDomain | Self::Unknown => ProjectPart::Absent,
        }
    }
}

impl ProjectPart {
    fn parse(text: &str) -> Self {
        dsn::parse_project_id(text).map_or(Self::Invalid, Self::Id)
    }
}

fn has_dsn(headers: &HeaderMap) -> bool {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    value.is_some_and(auth::is_dsn_header)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, Method};

    use super::{ProjectId, ProjectPart, Route};

    #[test]
    fn paths_are_taken_with_any_slashes() {
        let id = ProjectPart::Id(ProjectId(7));
        for (path, expected) in [
            ("/api/7/store/", Some(Route::Store(id))),
            ("//api/7/store", Some(Route::Store(id))),
            ("/api//7//store//", Some(Route::Store(id))),
            ("/api/store/", Some(Route::Store(ProjectPart::Absent))),
            ("/api/x/store/", Some(Route::Store(ProjectPart::Invalid))),
            ("/api/00/store/", Some(Route::Store(ProjectPart::Invalid))),
            ("/api/7/envelope/", Some(Route::Envelope(id))),
            ("/api/7/csp-report/", Some(Route::Security(id))),
            ("/api/7/cron/nightly/abc/", Some(Route::CheckIn(id, Some("abc".to_owned())))),
            ("/api/7/events/zzz/attachments/", Some(Route::Attachments(id, None))),
            ("/api/embed/error-page/", Some(Route::ErrorPage)),
            ("/crossdomain.xml", Some(Route::CrossDomain)),
            ("/api/0/projects/a/b/user-feedback/", None),
            ("/api/0/store/", None),
            ("/api/7/cspviolation/", Some(Route::Unknown)),
            ("/api/hooks/store/x/", None),
            ("/acme/shop/", None),
            ("/", None),
            ("/a/b/c/d/e/f/g/h/i/j/k/l", None),
        ] {
            assert_eq!(Route::of(&Method::POST, path, &HeaderMap::new()), expected, "{path}");
        }
    }

    #[test]
    fn user_feedback_is_taken_with_a_dsn_only() {
        let path = "/api/0/projects/acme/shop/user-feedback/";
        let mut headers = HeaderMap::new();
        headers.insert("authorization", "Bearer abc".parse().unwrap());
        assert_eq!(Route::of(&Method::POST, path, &headers), None);
        headers.insert("authorization", "dsn https://abc@h/1".parse().unwrap());
        assert!(Route::of(&Method::POST, path, &headers).is_some());
        assert_eq!(Route::of(&Method::GET, path, &headers), None);
    }
}
