//! Identifiers of rows. One newtype per table, so that an issue id cannot be passed for a project id.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, sqlx::Type)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<i64> for $name {
            fn from(id: i64) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    /// A person's account.
    UserId,
    /// A tenant.
    OrganizationId,
    /// A user's place in an organization.
    MemberId,
    /// A group of members that owns projects.
    TeamId,
    /// Somebody's wish to join a team.
    AccessRequestId,
    /// A stream of events and issues.
    ProjectId,
    /// The credentials of a DSN.
    ProjectKeyId,
    /// An address of an account.
    UserEmailId,
    /// A second factor of an account.
    AuthenticatorId,
    /// A token for the web API.
    ApiTokenId,
    /// A key of an organization for the web API.
    ApiKeyId,
    /// A mail in the outbox.
    MailId,
    /// A version of an organization's software.
    ReleaseId,
    /// A release put into use in an environment.
    DeployId,
    /// Where commits come from.
    RepositoryId,
    /// A change in version control.
    CommitId,
    /// Someone who made commits.
    CommitAuthorId,
    /// An environment of a project.
    EnvironmentId,
    /// Events grouped together.
    IssueId,
    /// What is left of a discarded issue.
    TombstoneId,
    /// An entry in an issue's history.
    ActivityId,
    /// A background job.
    JobId,
    /// A pair of tag key and value of a project.
    TagValueId,
    /// What a user wrote about an event.
    UserReportId,
    /// A file that came with an event.
    AttachmentId,
    /// A file of a release.
    ReleaseFileId,
    /// A request to assemble chunks.
    AssemblyId,
    /// An archive of artifacts.
    ArtifactBundleId,
    /// A file in an archive of artifacts.
    BundleFileId,
    /// Symbols of native code, or a mapping.
    DebugFileId,
}
