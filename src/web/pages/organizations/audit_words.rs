//! What the audit log calls events; those that nothing here does keep their names.

use crate::messages::Messages;
use crate::types::audit_event::AuditEvent as E;

pub fn words(t: Messages, event: E) -> &'static str {
    match event {
        E::MemberInvite => t.audit_member_invite(),
        E::MemberAdd => t.audit_member_add(),
        E::MemberAcceptInvite => t.audit_member_accept(),
        E::MemberEdit => t.audit_member_edit(),
        E::MemberRemove => t.audit_member_remove(),
        E::MemberJoinTeam => t.audit_join_team(),
        E::MemberLeaveTeam => t.audit_leave_team(),
        E::OrgCreate => t.audit_org_create(),
        E::OrgEdit => t.audit_org_edit(),
        E::OrgRemove => t.audit_org_remove(),
        E::OrgRestore => t.audit_org_restore(),
        E::TeamCreate => t.audit_team_create(),
        E::TeamEdit => t.audit_team_edit(),
        E::TeamRemove => t.audit_team_remove(),
        E::ProjectCreate => t.audit_project_create(),
        E::ProjectEdit => t.audit_project_edit(),
        E::ProjectRemove => t.audit_project_remove(),
        E::ProjectRequestTransfer => t.audit_transfer_request(),
        E::ProjectAcceptTransfer => t.audit_transfer_accept(),
        E::ProjectKeyCreate => t.audit_key_create(),
        E::ProjectKeyEdit | E::ProjectKeyChange => t.audit_key_edit(),
        E::ProjectKeyRemove => t.audit_key_remove(),
        E::ApiKeyCreate => t.audit_api_key_create(),
        E::ApiKeyEdit => t.audit_api_key_edit(),
        E::ApiKeyRemove => t.audit_api_key_remove(),
        E::SsoEnable => t.audit_sso_enable(),
        E::SsoDisable => t.audit_sso_disable(),
        E::SsoEdit => t.audit_sso_edit(),
        E::TokenCreate => t.audit_token_create(),
        E::TokenRevoke => t.audit_token_revoke(),
        other => other.name(),
    }
}
