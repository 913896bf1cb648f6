//! What the audit log tells of, with the numbers and names that Sentry gave (inventory.md 15). Ours begin at 200.

macro_rules! audit_events {
    ($($variant:ident = $number:literal, $name:literal;)+) => {
        /// Something that somebody did.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum AuditEvent {
            $($variant = $number),+
        }

        impl AuditEvent {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name by which the API and the filter call it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),+
                }
            }
        }
    };
}

audit_events! {
    MemberInvite = 1, "member.invite";
    MemberAdd = 2, "member.add";
    MemberAcceptInvite = 3, "member.accept-invite";
    MemberEdit = 4, "member.edit";
    MemberRemove = 5, "member.remove";
    MemberJoinTeam = 6, "member.join-team";
    MemberLeaveTeam = 7, "member.leave-team";
    MemberPending = 8, "member.pending";
    OrgCreate = 10, "org.create";
    OrgEdit = 11, "org.edit";
    OrgRemove = 12, "org.remove";
    OrgRestore = 13, "org.restore";
    TeamCreate = 20, "team.create";
    TeamEdit = 21, "team.edit";
    TeamRemove = 22, "team.remove";
    ProjectCreate = 30, "project.create";
    ProjectEdit = 31, "project.edit";
    ProjectRemove = 32, "project.remove";
    ProjectSetPublic = 33, "project.set-public";
    ProjectSetPrivate = 34, "project.set-private";
    ProjectRequestTransfer = 35, "project.request-transfer";
    ProjectAcceptTransfer = 36, "project.accept-transfer";
    TagKeyRemove = 40, "tagkey.remove";
    ProjectKeyCreate = 50, "projectkey.create";
    ProjectKeyEdit = 51, "projectkey.edit";
    ProjectKeyRemove = 52, "projectkey.remove";
    ProjectKeyChange = 53, "projectkey.change";
    SsoEnable = 60, "sso.enable";
    SsoDisable = 61, "sso.disable";
    SsoEdit = 62, "sso.edit";
    SsoIdentityLink = 63, "sso-identity.link";
    ApiKeyCreate = 70, "api-key.create";
    ApiKeyEdit = 71, "api-key.edit";
    ApiKeyRemove = 72, "api-key.remove";
    RuleCreate = 80, "rule.create";
    RuleEdit = 81, "rule.edit";
    RuleRemove = 82, "rule.remove";
    ServiceHookCreate = 100, "servicehook.create";
    ServiceHookEdit = 101, "servicehook.edit";
    ServiceHookRemove = 102, "servicehook.remove";
    ServiceHookEnable = 103, "servicehook.enable";
    ServiceHookDisable = 104, "servicehook.disable";
    IntegrationAdd = 110, "integration.add";
    IntegrationEdit = 111, "integration.edit";
    IntegrationRemove = 112, "integration.remove";
    SentryAppAdd = 113, "sentry-app.add";
    SentryAppRemove = 115, "sentry-app.remove";
    SentryAppInstall = 116, "sentry-app.install";
    SentryAppUninstall = 117, "sentry-app.uninstall";
    MonitorAdd = 120, "monitor.add";
    MonitorEdit = 121, "monitor.edit";
    MonitorRemove = 122, "monitor.remove";
    TokenCreate = 200, "token.create";
    TokenRevoke = 201, "token.revoke";
    UserCreate = 210, "user.create";
    UserEdit = 211, "user.edit";
    UserDisable = 212, "user.disable";
    UserEnable = 213, "user.enable";
    UserSuperuser = 214, "user.superuser";
    UserPassword = 215, "user.password";
    UserTwoFactor = 216, "user.two-factor";
    UserSignIn = 217, "user.sign-in";
    UserEmail = 218, "user.email";
    UserClose = 219, "user.close";
    OptionEdit = 230, "option.edit";
}

impl AuditEvent {
    /// The number it is stored under.
    pub fn number(self) -> i16 {
        self as i16
    }

    /// `None`: of a newer version, or of the hosted product.
    pub fn of_number(number: i16) -> Option<Self> {
        Self::ALL.iter().copied().find(|event| event.number() == number)
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|event| event.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::AuditEvent;

    #[test]
    fn numbers_and_names_are_unique_and_lead_back() {
        let names: HashSet<&str> = AuditEvent::ALL.iter().map(|event| event.name()).collect();
        assert_eq!(names.len(), AuditEvent::ALL.len());
        for event in AuditEvent::ALL {
            assert_eq!(AuditEvent::of_number(event.number()), Some(*event));
            assert_eq!(AuditEvent::parse(event.name()), Some(*event));
        }
        assert_eq!((AuditEvent::of_number(90), AuditEvent::parse("org")), (None, None));
    }
}
