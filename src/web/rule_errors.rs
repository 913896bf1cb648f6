//! Mistakes in rules in the reader's language.

use super::visible;
use crate::messages::Messages;
use crate::pipeline::rule_text::{MAX_BYTES, MAX_LINE, MAX_RULES, Problem, RuleError};

/// What is wrong, and where; `example` is a matcher of these rules.
pub fn text(t: Messages, error: &RuleError, example: &str) -> String {
    t.grouping_at(error.column, error.line, problem(t, &error.problem, example))
}

fn problem(t: Messages, problem: &Problem, example: &str) -> String {
    let shown = |name: &String| visible::text(name).into_owned();
    match problem {
        Problem::TooLong => t.grouping_too_long(MAX_BYTES),
        Problem::LineTooLong => t.grouping_line_too_long(MAX_LINE),
        Problem::TooManyRules => t.grouping_too_many_rules(MAX_RULES),
        Problem::ControlCharacter => t.grouping_control_character().to_owned(),
        Problem::OpenQuote => t.grouping_open_quote().to_owned(),
        Problem::NoMatcher => t.grouping_no_matcher(example),
        Problem::UnknownMatcher(name) => t.grouping_unknown_matcher(shown(name)),
        Problem::NoValue => t.grouping_no_value().to_owned(),
        Problem::TooManyMatchers(max) => t.grouping_too_many_matchers(max),
        Problem::NotYesOrNo => t.grouping_not_yes_or_no().to_owned(),
        Problem::NoArrow => t.grouping_no_arrow().to_owned(),
        Problem::NoPart => t.grouping_no_part().to_owned(),
        Problem::TooManyParts(max) => t.grouping_too_many_parts(max),
        Problem::UnknownVariable(name) => t.grouping_unknown_variable(shown(name)),
        Problem::OpenVariable => t.grouping_open_variable().to_owned(),
        Problem::DefaultInText => t.grouping_default_in_text().to_owned(),
        Problem::UnknownAttribute(name) => t.grouping_unknown_attribute(shown(name)),
        Problem::NoOwner => t.grouping_no_owner().to_owned(),
        Problem::TooManyOwners(max) => t.grouping_too_many_owners(max),
    }
}
