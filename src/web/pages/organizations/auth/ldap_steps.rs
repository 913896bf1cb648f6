//! A visit to the directory, step by step: what came of each, and what to change where it failed.

use super::step::StepView;
use crate::config;
use crate::messages::Messages;
use crate::outbound::ldap::Problem;
use crate::services::directory::admit::role_of;
use crate::services::directory::person::{Group, Person, mapped};
use crate::services::directory::{Failure, Step, Visit};

/// Characters of a value that are shown.
const MAX_VALUE: usize = 200;

/// All steps up to the one that failed.
pub fn steps(t: Messages, config: &config::Ldap, visit: &Visit, has_password: bool) -> Vec<StepView> {
    let mut steps = reached(t, config, visit);
    steps.extend(found(t, visit, has_password));
    if let Some(person) = &visit.person {
        steps.extend(known(t, config, visit, person));
    }
    if let Some((step, failure)) = &visit.failure {
        // What was only assumed until then is replaced by what went wrong.
        steps.push(StepView::bad(title(t, *step), text(t, failure), hint(t, *step, failure)));
    } else if let Some(person) = &visit.person {
        steps.push(result(t, config, person));
    }
    steps
}

fn reached(t: Messages, config: &config::Ldap, visit: &Visit) -> Vec<StepView> {
    let mut steps = Vec::new();
    if let Some(server) = &visit.server {
        steps.push(StepView::good(t.directory_step_connect(), &**server));
    }
    match visit.is_encrypted {
        Some(true) if config.start_tls => steps.push(StepView::good(t.directory_step_encrypt(), "StartTLS")),
        Some(true) => steps.push(StepView::good(t.directory_step_encrypt(), "TLS")),
        Some(false) => {
            let mut step = StepView::skipped(t.directory_step_encrypt(), t.directory_not_encrypted());
            t.directory_hint_not_encrypted().clone_into(&mut step.hint);
            steps.push(step);
        }
        None => {}
    }
    match visit.bound_as.as_deref() {
        Some("") => steps.push(StepView::skipped(t.directory_step_bind(), t.directory_anonymous())),
        Some(dn) => steps.push(StepView::good(t.directory_step_bind(), dn)),
        None => {}
    }
    steps
}

fn found(t: Messages, visit: &Visit, has_password: bool) -> Vec<StepView> {
    let mut steps = Vec::new();
    if let Some(dn) = &visit.dn {
        let count = visit.matches.unwrap_or(1);
        steps.push(StepView::good(t.directory_step_search(), t.directory_found(count)).names(vec![dn.clone()]));
    }
    match visit.password_is_right {
        Some(true) => steps.push(StepView::good(t.directory_step_password(), t.directory_password_right())),
        None if !has_password && visit.person.is_some() => {
            steps.push(StepView::skipped(t.directory_step_password(), t.directory_password_untried()));
        }
        _ => {}
    }
    steps
}

fn known(t: Messages, config: &config::Ldap, visit: &Visit, person: &Person) -> Vec<StepView> {
    let short = |value: &String| value.chars().take(MAX_VALUE).collect::<String>();
    let line = |(name, values): &(String, Vec<String>)| {
        format!("{name}: {}", values.iter().map(short).collect::<Vec<_>>().join(", "))
    };
    let attributes = StepView::good(
        t.directory_step_attributes(),
        t.directory_attributes(
            person.email.as_deref().unwrap_or("–"),
            person.name.as_deref().unwrap_or("–"),
            &person.username,
        ),
    );
    let group = |group: &Group| {
        if group.is_nested { t.directory_nested(&group.dn) } else { group.dn.clone() }
    };
    let groups = if config.group_searches.is_empty() {
        StepView::skipped(t.directory_step_groups(), t.directory_no_group_search())
    } else {
        StepView::good(t.directory_step_groups(), t.directory_groups(person.groups.len()))
    };
    let mut steps = vec![
        attributes.names(visit.attributes.iter().map(line).collect()),
        groups.names(person.groups.iter().take(100).map(group).collect()),
    ];
    if visit.is_admitted {
        let is_free = config.required_groups.is_empty() && config.denied_groups.is_empty();
        let text = if is_free { t.directory_everybody() } else { t.directory_admitted() };
        steps.push(StepView::good(t.directory_step_admission(), text));
    }
    steps
}

/// What the groups make of somebody who is new here.
fn result(t: Messages, config: &config::Ldap, person: &Person) -> StepView {
    let mapped = mapped(&config.membership, &person.groups);
    let role = role_of(&config.membership, &mapped, None);
    let text = t.directory_result(role.as_str());
    StepView::good(t.directory_step_result(), text).names(mapped.teams.iter().map(|team| format!("#{team}")).collect())
}

fn title(t: Messages, step: Step) -> &'static str {
    match step {
        Step::Connect => t.directory_step_connect(),
        Step::Encrypt => t.directory_step_encrypt(),
        Step::Bind => t.directory_step_bind(),
        Step::Search => t.directory_step_search(),
        Step::Password => t.directory_step_password(),
        Step::Attributes => t.directory_step_attributes(),
        Step::Groups => t.directory_step_groups(),
        Step::Admission => t.directory_step_admission(),
    }
}

/// What happened, with the server's own words.
fn text(t: Messages, failure: &Failure) -> String {
    match failure {
        Failure::NotFound => t.directory_not_found().to_owned(),
        Failure::Several(count) => t.directory_several(*count),
        Failure::NotRequired => t.directory_not_required().to_owned(),
        Failure::Denied(group) => t.directory_denied(group),
        Failure::Name => t.directory_no_name().to_owned(),
        Failure::WrongPassword(reason) => t.directory_password_wrong(reason),
        other => other.to_string(),
    }
}

/// What to change.
fn hint(t: Messages, step: Step, failure: &Failure) -> &'static str {
    match failure {
        Failure::NotFound => t.directory_hint_not_found(),
        Failure::Several(_) => t.directory_hint_several(),
        Failure::NotRequired | Failure::Denied(_) => t.directory_hint_admission(),
        Failure::Name | Failure::EmptyPassword => "",
        Failure::WrongPassword(reason) => windows_hint(t, reason),
        Failure::NoSearch | Failure::NoPlaceholder(_) => t.directory_hint_search(),
        Failure::Directory(problem) => problem_hint(t, step, problem),
    }
}

/// Active Directory says in a code why it refuses a right name.
fn windows_hint(t: Messages, reason: &str) -> &'static str {
    match reason.split("data ").nth(1).and_then(|rest| rest.split(',').next()) {
        Some("532" | "773") => t.directory_hint_password_expired(),
        Some("533" | "701") => t.directory_hint_account_disabled(),
        Some("775") => t.directory_hint_account_locked(),
        _ => "",
    }
}

fn problem_hint(t: Messages, step: Step, problem: &Problem) -> &'static str {
    match problem {
        Problem::Address(_) => t.directory_hint_address(),
        Problem::Unreachable { .. } => t.directory_hint_unreachable(),
        Problem::Timeout(_) => t.directory_hint_timeout(),
        Problem::CaFile { .. } => t.directory_hint_ca_file(),
        Problem::Certificate(_) => t.directory_hint_certificate(),
        Problem::Tls(_) => t.directory_hint_tls(),
        Problem::NoStartTls(_) => t.directory_hint_no_start_tls(),
        Problem::NeedsEncryption(_) => t.directory_hint_needs_encryption(),
        Problem::Refused(_) => t.directory_hint_bind(),
        Problem::NotAllowed(_) => t.directory_hint_not_allowed(),
        Problem::NoSuchBase(_) if step == Step::Groups => t.directory_hint_group_base(),
        Problem::NoSuchBase(_) => t.directory_hint_base(),
        Problem::Filter => t.directory_hint_filter(),
        Problem::Referral(_) => t.directory_hint_referral(),
        Problem::Answer { .. } | Problem::Broken(_) => t.directory_hint_log(),
    }
}
