//! Exceptions, chains of them, and exception groups (grouping.md 5.3, 8.4).

use std::borrow::Cow;

use crate::pipeline::frames::Platform;
use crate::types::json::{Json, Object};

use super::VariantKind;
use super::function::clean_module;
use super::parametrize::parametrize;
use super::sink::{Leaves, Sink};
use super::stacktrace::Stack;

/// Error types of go that wrap a text: the stack is where they were captured, the text tells what they are.
const GENERIC_GO_TYPES: [&str; 7] = [
    "*errors.errorString",
    "*errors.fundamental",
    "*errors.withStack",
    "*errors.withMessage",
    "*fmt.wrapError",
    "*fmt.wrapErrors",
    "*errors.joinError",
];

/// One exception, analysed.
#[derive(Clone, Debug)]
struct Exception<'a> {
    kind: &'a str,
    value: &'a str,
    stack: Stack<'a>,
    platform: Platform,
    is_synthetic: bool,
    ns_error: Option<(Cow<'a, str>, Cow<'a, str>)>,
    is_group: bool,
    id: Option<i64>,
    parent: Option<i64>,
}

/// The exceptions of an event, oldest cause first.
#[derive(Clone, Debug, Default)]
pub struct Chain<'a> {
    exceptions: Vec<Exception<'a>>,
}

impl<'a> Exception<'a> {
    fn read(exception: &'a Object<'_>, platform: Platform) -> Self {
        let mechanism = exception.get("mechanism").and_then(Json::as_object);
        let flag = |key: &str| mechanism.and_then(|mechanism| mechanism.get(key)?.as_bool()).unwrap_or(false);
        let number = |key: &str| mechanism.and_then(|mechanism| mechanism.get(key)?.as_i64());
        let ns_error = mechanism.and_then(|mechanism| mechanism.get("meta")?.get("ns_error")?.as_object());
        Self {
            kind: exception.get_str("type").unwrap_or_default(),
            value: exception.get_str("value").unwrap_or_default(),
            stack: Stack::read(exception, platform),
            platform,
            is_synthetic: flag("synthetic"),
            ns_error: ns_error.map(|error| (scalar(error, "domain"), scalar(error, "code"))),
            is_group: flag("is_exception_group"),
            id: number("exception_id"),
            parent: number("parent_id"),
        }
    }

    fn has_type(&self) -> bool {
        !self.kind.is_empty() && !self.is_synthetic
    }

    /// Why the value is not hashed, if it is not. `by_stack`: the chain is grouped by stack traces.
    fn value_hint(&self, by_stack: bool) -> Option<&'static str> {
        let is_generic = self.platform == Platform::Go && GENERIC_GO_TYPES.contains(&self.kind);
        if is_generic {
            None
        } else if by_stack {
            Some("stack-trace takes precedence")
        } else if self.ns_error.is_some() {
            Some("NSError takes precedence")
        } else {
            None
        }
    }

    fn contributes(&self, variant: VariantKind, by_stack: bool) -> bool {
        self.has_type()
            || self.ns_error.is_some()
            || self.stack.contributes(variant)
            || (!self.value.is_empty() && self.value_hint(by_stack).is_none())
    }

    fn write(&self, variant: VariantKind, by_stack: bool, hint: Option<&'static str>, sink: &mut impl Sink) {
        let hint = hint.or_else(|| (!self.contributes(variant, by_stack)).then_some("nothing usable"));
        if !sink.open("exception", hint) {
            return;
        }
        self.write_type(sink);
        if let Some((domain, code)) = &self.ns_error {
            sink.leaf("ns-domain", domain);
            sink.leaf("ns-code", code);
        }
        self.stack.write(variant, sink);
        match self.value_hint(by_stack) {
            _ if self.value.is_empty() => {}
            Some(hint) => sink.ignored("value", self.value, hint),
            None => sink.leaf("value", &parametrize(self.value)),
        }
        sink.close();
    }

    fn write_type(&self, sink: &mut impl Sink) {
        if self.kind.is_empty() {
            return;
        }
        if self.is_synthetic {
            sink.ignored("type", self.kind, "synthetic exception");
            return;
        }
        match clean_module(self.kind, self.platform) {
            Ok(kind) => sink.leaf("type", &kind),
            Err(_) => sink.leaf("type", self.kind),
        }
    }

    fn leaves(&self, variant: VariantKind, by_stack: bool) -> Leaves {
        let mut leaves = Leaves::default();
        self.write(variant, by_stack, None, &mut leaves);
        leaves
    }
}

fn scalar<'a>(object: &'a Object<'_>, key: &str) -> Cow<'a, str> {
    match object.get(key) {
        Some(Json::Str(text)) => Cow::Borrowed(text),
        Some(Json::Int(number)) => Cow::Owned(number.to_string()),
        _ => Cow::Borrowed(""),
    }
}

impl<'a> Chain<'a> {
    pub fn read(event: &'a Object<'_>, platform: Platform) -> Self {
        let exceptions = super::items(event, "exception").iter().filter_map(Json::as_object);
        Self { exceptions: exceptions.map(|exception| Exception::read(exception, platform)).collect() }
    }

    pub fn is_empty(&self) -> bool {
        self.exceptions.is_empty()
    }

    /// Type and value of the exception that was finally raised.
    pub fn last(&self) -> Option<(&'a str, &'a str)> {
        self.exceptions.last().map(|exception| (exception.kind, exception.value))
    }

    /// Whether a stack trace of theirs gives the variant anything to hash.
    pub fn has_stack(&self, variant: VariantKind) -> bool {
        self.exceptions.iter().any(|exception| exception.stack.contributes(variant))
    }

    /// Whether types or values alone give anything to hash.
    pub fn has_text(&self) -> bool {
        self.exceptions.iter().any(|exception| exception.contributes(VariantKind::Default, false))
    }

    /// Everything of the chain.
    pub fn write(&self, variant: VariantKind, sink: &mut impl Sink) {
        let plan = self.plan(variant);
        let by_stack =
            plan.iter().any(|(place, hint)| hint.is_none() && self.exceptions[*place].stack.contributes(variant));
        self.write_planned(&plan, variant, by_stack, sink);
    }

    /// The types, where a stack trace elsewhere in the event decides.
    pub fn write_types(&self, variant: VariantKind, sink: &mut impl Sink) {
        let plan: Vec<_> = (0..self.exceptions.len()).map(|place| (place, None)).collect();
        self.write_planned(&plan, variant, true, sink);
    }

    fn write_planned(&self, plan: &Plan, variant: VariantKind, by_stack: bool, sink: &mut impl Sink) {
        if let [(place, hint)] = plan[..] {
            return self.exceptions[place].write(variant, by_stack, hint, sink);
        }
        if plan.is_empty() || !sink.open("chained-exception", None) {
            return;
        }
        for (place, hint) in plan {
            self.exceptions[*place].write(variant, by_stack, *hint, sink);
        }
        sink.close();
    }

    /// Which exceptions are hashed in what order; those with a hint are not.
    fn plan(&self, variant: VariantKind) -> Plan {
        if self.exceptions.len() < 2 {
            return (0..self.exceptions.len()).map(|place| (place, None)).collect();
        }
        let members = self.group_members(variant).unwrap_or_else(|| (0..self.exceptions.len()).collect());
        let by_stack = members.iter().any(|place| self.exceptions[*place].stack.contributes(variant));
        let mut plan: Plan = Vec::with_capacity(self.exceptions.len());
        let mut previous = Leaves::default();
        for place in members {
            let leaves = self.exceptions[place].leaves(variant, by_stack);
            plan.push((place, (leaves == previous).then_some("same as the previous exception")));
            previous = leaves;
        }
        let mut is_planned = vec![false; self.exceptions.len()];
        for (place, _) in &plan {
            is_planned[*place] = true;
        }
        let left_out = (0..self.exceptions.len()).filter(|place| !is_planned[*place]);
        plan.extend(left_out.map(|place| (place, Some("represented by another exception of the group"))));
        plan
    }

    /// Of an exception group: one of each kind and the group, or, where all are of one kind, the first with its
    /// causes. `None` where there is no group.
    fn group_members(&self, variant: VariantKind) -> Option<Vec<usize>> {
        let tree = GroupTree::new(&self.exceptions)?;
        let top = tree.top_level(&self.exceptions);
        let by_stack = top.iter().any(|place| self.exceptions[*place].stack.contributes(variant));
        let mut kinds: Vec<(Leaves, usize)> =
            top.iter().map(|place| (self.exceptions[*place].leaves(variant, by_stack), *place)).collect();
        kinds.sort_by(|left, right| left.0.cmp(&right.0));
        kinds.dedup_by(|later, earlier| later.0 == earlier.0);
        match kinds[..] {
            [] => None,
            [(_, first)] => Some(tree.causes(first)),
            _ => Some(kinds.into_iter().map(|(_, place)| place).chain([tree.root]).collect()),
        }
    }
}

/// Places in the list of exceptions, with the reason where one is not hashed.
type Plan = Vec<(usize, Option<&'static str>)>;

/// Who is whose parent, by places in the list.
struct GroupTree {
    root: usize,
    /// Children of each exception, in the order of their ids.
    children: Vec<Vec<usize>>,
}

impl GroupTree {
    /// `None` unless one of the exceptions is a group and all have ids, one of them 0.
    fn new(exceptions: &[Exception<'_>]) -> Option<Self> {
        if !exceptions.iter().any(|exception| exception.is_group) {
            return None;
        }
        let mut ids: Vec<(i64, usize)> = Vec::with_capacity(exceptions.len());
        for (place, exception) in exceptions.iter().enumerate() {
            ids.push((exception.id?, place));
        }
        ids.sort_unstable();
        let place_of = |id: i64| ids.binary_search_by_key(&id, |(id, _)| *id).ok().map(|found| ids[found].1);
        let root = place_of(0)?;
        let mut children = vec![Vec::new(); exceptions.len()];
        for (_, place) in &ids {
            if let Some(parent) = exceptions[*place].parent.and_then(place_of) {
                children[parent].push(*place);
            }
        }
        Some(Self { root, children })
    }

    /// The exceptions below the root that are no groups themselves, in the order of their ids.
    fn top_level(&self, exceptions: &[Exception<'_>]) -> Vec<usize> {
        let mut found = Vec::new();
        let mut is_seen = vec![false; exceptions.len()];
        let mut waiting = vec![self.root];
        while let Some(place) = waiting.pop() {
            if std::mem::replace(&mut is_seen[place], true) {
                continue;
            }
            if exceptions[place].is_group {
                waiting.extend(self.children[place].iter().rev());
            } else {
                found.push(place);
            }
        }
        found
    }

    /// The exception and the first cause of each, the oldest first.
    fn causes(&self, first: usize) -> Vec<usize> {
        let mut path = vec![first];
        let mut is_seen = vec![false; self.children.len()];
        is_seen[first] = true;
        while let Some(cause) = path.last().and_then(|place| self.children[*place].first()) {
            if std::mem::replace(&mut is_seen[*cause], true) {
                break;
            }
            path.push(*cause);
        }
        path.reverse();
        path
    }
}
