//! The chain of exceptions, each with the words that relate it to the one it belongs to.

use std::borrow::Cow;

use super::budget::Budget;
use super::excerpt::{Excerpt, Rest};
use super::frames::{self, FrameContext, Row};
use super::options::{Form, Order};
use super::values;
use crate::messages::Messages;
use crate::protocol::interfaces::exception::{Exception, ExceptionChain, Mechanism};
use crate::protocol::interfaces::stacktrace::Stacktrace;
use crate::types::json::Object;
use crate::web::markup::Markup;

/// Exceptions of one page.
const MAX_EXCEPTIONS: usize = 20;
/// On a page of stack traces alone, another one begins only where there is room for many calls.
const ROOM_FOR_ONE: usize = 1_000;
/// A longer message folds.
const LONG_VALUE: usize = 500;
const MAX_DEPTH: usize = 4;

pub struct ChainView<'a> {
    pub exceptions: Vec<ExceptionView<'a>>,
    /// Exceptions that this page has no room for.
    pub rest: Option<Rest>,
    /// Exceptions that the SDK cut out: first and last.
    pub omitted: Option<(i64, i64)>,
    /// Whether frames exist both as sent and as mapped.
    pub has_sent_form: bool,
}

pub struct ExceptionView<'a> {
    /// Its number in the event, for links within the page.
    pub number: usize,
    pub kind: Cow<'a, str>,
    pub value: Option<&'a str>,
    /// The beginning of a message that is long.
    pub value_beginning: Option<String>,
    pub module: Option<&'a str>,
    /// How it relates to the exception shown before it.
    pub relation: Option<String>,
    /// How deep it lies in a tree of exception groups.
    pub depth: usize,
    pub mechanism: Option<MechanismView<'a>>,
    pub frames: Vec<Row<'a>>,
    /// The first cause of a chain, target of "jump to cause".
    pub is_root_cause: bool,
}

pub struct MechanismView<'a> {
    pub kind: Option<&'a str>,
    pub handled: Option<bool>,
    pub description: Option<&'a str>,
    pub help_link: Option<&'a str>,
    pub details: Vec<(String, Markup)>,
}

/// The chain in the reader's order, or the excerpt of it that a page of its own shows.
pub fn chain<'a>(
    chain: &'a ExceptionChain<'a>,
    excerpt: Excerpt,
    context: &FrameContext<'_, 'a>,
    budget: &mut Budget,
) -> ChainView<'a> {
    let mut order: Vec<usize> = (0..chain.values.len()).rev().collect();
    if context.options.order == Order::Oldest {
        order.reverse();
    }
    // The numbers of the exceptions on this page, in the reader's order, and where the page of the others begins.
    let (numbers, next) =
        if excerpt.is_whole() { beginning_and_cause(&order) } else { (from(excerpt.skip, order.len()), None) };
    let mut exceptions = Vec::new();
    for number in &numbers {
        if !excerpt.is_whole() && !exceptions.is_empty() && !budget.is_ample(ROOM_FOR_ONE) {
            break;
        }
        let more = excerpt.page_of(*number, context.options);
        let context = FrameContext { more: more.as_deref(), ..*context };
        exceptions.push(exception(chain, order[*number], &context, budget));
    }
    relate(&mut exceptions, chain, context);
    let rest = match next {
        Some(skip) => Some(Rest::new(order.len() - exceptions.len(), skip)),
        None => excerpt.rest(order.len(), exceptions.len()),
    };
    let has_sent_form = chain.values.iter().any(|exception| exception.raw_stacktrace.is_some());
    ChainView { exceptions, rest, omitted: chain.omitted, has_sent_form }
}

/// All numbers, or of too many the newest and the first cause, which explains the rest; then also the number of the
/// first that is left out.
fn beginning_and_cause(order: &[usize]) -> (Vec<usize>, Option<usize>) {
    let count = order.len();
    if count <= MAX_EXCEPTIONS {
        return ((0..count).collect(), None);
    }
    let is_oldest_first = order.first() == Some(&0);
    let left_out = if is_oldest_first { 1..count - MAX_EXCEPTIONS + 1 } else { MAX_EXCEPTIONS - 1..count - 1 };
    ((0..count).filter(|number| !left_out.contains(number)).collect(), Some(left_out.start))
}

fn from(skip: usize, count: usize) -> Vec<usize> {
    (skip..count).take(MAX_EXCEPTIONS).collect()
}

/// The frames as they were mapped or sent, as the reader chose.
pub fn chosen<'a>(
    mapped: Option<&'a Stacktrace<'a>>,
    sent: Option<&'a Stacktrace<'a>>,
    form: Form,
) -> Option<&'a Stacktrace<'a>> {
    match form {
        Form::Mapped => mapped.or(sent),
        Form::Sent => sent.or(mapped),
    }
}

fn exception<'a>(
    chain: &'a ExceptionChain<'a>,
    place: usize,
    context: &FrameContext<'_, 'a>,
    budget: &mut Budget,
) -> ExceptionView<'a> {
    let exception = &chain.values[place];
    let stack = chosen(exception.stacktrace.as_ref(), exception.raw_stacktrace.as_ref(), context.options.form);
    let value = exception.value.as_deref();
    let is_long = value.is_some_and(|value| value.chars().count() > LONG_VALUE);
    ExceptionView {
        number: place + 1,
        kind: kind(exception, context.t),
        value,
        value_beginning: value.filter(|_| is_long).map(|value| values::beginning(value, LONG_VALUE / 2)),
        module: exception.module.as_deref(),
        relation: None,
        depth: depth(chain, place),
        mechanism: exception.mechanism.as_ref().map(|mechanism| mechanism_view(mechanism, context.t)),
        frames: stack.map(|stack| frames::rows(stack, context, budget)).unwrap_or_default(),
        is_root_cause: place == 0 && chain.values.len() > 1,
    }
}

/// A made-up exception has no type of its own: its function names it.
fn kind<'a>(exception: &'a Exception<'a>, t: Messages) -> Cow<'a, str> {
    let own = exception.kind.as_deref();
    let function = || exception.stacktrace.as_ref()?.frames.last()?.function.as_deref();
    let is_synthetic = exception.mechanism.as_ref().is_some_and(|mechanism| mechanism.synthetic);
    let found = if is_synthetic { function().or(own) } else { own };
    Cow::Borrowed(found.unwrap_or(t.event_unknown_type()))
}

fn mechanism_view<'a>(mechanism: &'a Mechanism<'a>, t: Messages) -> MechanismView<'a> {
    let members = [mechanism.data, mechanism.meta].into_iter().flatten().flat_map(Object::iter);
    MechanismView {
        kind: mechanism.kind.as_deref(),
        handled: mechanism.handled,
        description: mechanism.description.as_deref(),
        help_link: mechanism.help_link.as_deref().filter(|link| frames::is_web_address(link)),
        details: members.take(12).map(|(name, value)| (name.to_owned(), values::value(value, t))).collect(),
    }
}

/// How an exception belongs to the one that was raised after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Cause,
    /// Raised while the other was being handled.
    Context,
    /// One of a group.
    Member,
    Suppressed,
    /// The SDK says only that it came before.
    Earlier,
}

fn relation(exception: &Exception<'_>, platform: &str) -> Relation {
    let source = exception.mechanism.as_ref().and_then(|mechanism| mechanism.source.as_deref());
    match source {
        Some("__context__") => Relation::Context,
        Some(source) if source.starts_with("exceptions[") || source.starts_with("errors[") => Relation::Member,
        Some(source) if source.starts_with("suppressed") => Relation::Suppressed,
        None if platform == "python" => Relation::Earlier,
        _ => Relation::Cause,
    }
}

/// Place of the exception that this one belongs to: named by the SDK, else the next in the list.
fn parent(chain: &ExceptionChain<'_>, place: usize) -> Option<usize> {
    let id = |place: usize| chain.values[place].mechanism.as_ref().and_then(|mechanism| mechanism.exception_id);
    let parent_id = chain.values[place].mechanism.as_ref().and_then(|mechanism| mechanism.parent_id);
    let named = parent_id
        .and_then(|parent_id| (0..chain.values.len()).find(|other| *other != place && id(*other) == Some(parent_id)));
    named.or(Some(place + 1).filter(|next| *next < chain.values.len()))
}

/// Levels of groups above an exception.
fn depth(chain: &ExceptionChain<'_>, place: usize) -> usize {
    let mut depth = 0;
    let mut at = place;
    for _ in 0..MAX_EXCEPTIONS {
        let is_member = relation(&chain.values[at], "") == Relation::Member;
        depth += usize::from(is_member);
        match parent(chain, at) {
            Some(next) if next != at => at = next,
            _ => break,
        }
    }
    depth.min(MAX_DEPTH)
}

/// Puts the relation in words, from the side of the reader's order.
fn relate(exceptions: &mut [ExceptionView<'_>], chain: &ExceptionChain<'_>, context: &FrameContext<'_, '_>) {
    let t = context.t;
    let name = |place: usize| kind(&chain.values[place], t).into_owned();
    for shown in 1..exceptions.len() {
        let place = exceptions[shown].number - 1;
        let before = exceptions[shown - 1].number - 1;
        let words = match context.options.order {
            Order::Newest => {
                let other = parent(chain, place).map_or_else(|| name(before), name);
                match relation(&chain.values[place], context.platform) {
                    Relation::Cause => t.event_relation_cause(other),
                    Relation::Context => t.event_relation_context(other),
                    Relation::Member => t.event_relation_member(other),
                    Relation::Suppressed => t.event_relation_suppressed(other),
                    Relation::Earlier => t.event_relation_earlier(other),
                }
            }
            Order::Oldest => {
                let other = name(before);
                match relation(&chain.values[before], context.platform) {
                    Relation::Cause => t.event_relation_led_to(other),
                    Relation::Context => t.event_relation_while_handling(other),
                    Relation::Member => t.event_relation_group_with(other),
                    Relation::Suppressed => t.event_relation_suppresses(other),
                    Relation::Earlier => t.event_relation_later(other),
                }
            }
        };
        exceptions[shown].relation = Some(words);
    }
}

#[cfg(test)]
mod tests {
    use super::{ChainView, chain};
    use crate::messages::Messages;
    use crate::protocol::interfaces::exception::ExceptionChain;
    use crate::types::json::parse;
    use crate::types::language::Language;
    use crate::web::pages::issues::event::budget::Budget;
    use crate::web::pages::issues::event::excerpt::Excerpt;
    use crate::web::pages::issues::event::frames::FrameContext;
    use crate::web::pages::issues::event::options::{Options, Order};

    fn shown(json: &str, platform: &str, order: Order) -> Vec<String> {
        let json = parse(json.as_bytes()).unwrap();
        let exceptions = ExceptionChain::read(&json);
        let options = Options { order, ..Options::default() };
        let context = FrameContext {
            platform,
            options,
            t: Messages::new(Language::English),
            file_problems: &[],
            has_in_app: false,
            more: None,
        };
        let view: ChainView<'_> = chain(&exceptions, Excerpt::WHOLE, &context, &mut Budget::new(5_000, 500_000));
        view.exceptions
            .iter()
            .map(|e| format!("{} {} {}", e.relation.as_deref().unwrap_or("-"), e.kind, e.depth))
            .collect()
    }

    #[test]
    fn relations_are_told_from_the_readers_side() {
        let java = r#"{"exception":{"values":[{"type":"A"},{"type":"B"}]}}"#;
        assert_eq!(shown(java, "java", Order::Newest), ["- B 0", "B was caused by: A 0"]);
        assert_eq!(shown(java, "java", Order::Oldest), ["- A 0", "A led to: B 0"]);
        let python = r#"{"exception":[{"type":"K","mechanism":{"type":"chained","source":"__context__","exception_id":1,"parent_id":0}},{"type":"P","mechanism":{"type":"generic","exception_id":0}}]}"#;
        assert_eq!(shown(python, "python", Order::Newest), ["- P 0", "P was raised while this was being handled: K 0"]);
    }

    #[test]
    fn groups_are_trees_and_circles_end() {
        let group = r#"{"exception":[
          {"type":"C","mechanism":{"source":"exceptions[1]","exception_id":2,"parent_id":0}},
          {"type":"B","mechanism":{"source":"exceptions[0]","exception_id":1,"parent_id":0}},
          {"type":"G","mechanism":{"exception_id":0,"is_exception_group":true}}]}"#;
        assert_eq!(
            shown(group, "python", Order::Newest),
            ["- G 0", "Part of the group G: B 1", "Part of the group G: C 1"]
        );
        let circle = r#"{"exception":[
          {"type":"A","mechanism":{"source":"exceptions[1]","exception_id":1,"parent_id":2}},
          {"type":"B","mechanism":{"source":"exceptions[0]","exception_id":2,"parent_id":1}}]}"#;
        assert_eq!(shown(circle, "python", Order::Newest).len(), 2);
        let many = format!(r#"{{"exception":[{}{{"type":"last"}}]}}"#, r#"{"type":"x"},"#.repeat(49));
        assert_eq!(shown(&many, "java", Order::Newest).len(), 20);
    }
}
