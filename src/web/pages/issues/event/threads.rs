//! Threads: one is shown, the others are a click away.

use super::budget::Budget;
use super::exceptions::chosen;
use super::frames::{self, FrameContext, Row};
use crate::protocol::interfaces::threads::Thread;

/// Threads in the selector.
const MAX_THREADS: usize = 200;

pub struct ThreadsView<'a> {
    pub choices: Vec<ThreadChoice<'a>>,
    pub unshown: usize,
    pub frames: Vec<Row<'a>>,
    /// Place of the one that is shown.
    pub selected: usize,
}

pub struct ThreadChoice<'a> {
    pub place: usize,
    pub id: Option<&'a str>,
    pub name: Option<&'a str>,
    pub state: Option<&'a str>,
    pub crashed: bool,
    pub current: bool,
}

impl ThreadsView<'_> {
    pub fn previous(&self) -> Option<usize> {
        self.selected.checked_sub(1)
    }

    pub fn next(&self) -> Option<usize> {
        Some(self.selected + 1).filter(|next| *next < self.choices.len())
    }
}

/// `None` where no thread has a stack of its own.
pub fn threads<'a>(
    threads: &'a [Thread<'a>],
    context: &FrameContext<'_, 'a>,
    budget: &mut Budget,
) -> Option<ThreadsView<'a>> {
    let stack = |thread: &'a Thread<'a>| {
        chosen(thread.stacktrace.as_ref(), thread.raw_stacktrace.as_ref(), context.options.form)
    };
    if !threads.iter().any(|thread| stack(thread).is_some()) {
        return None;
    }
    let asked = context.options.thread.filter(|place| *place < threads.len());
    let telling = |condition: fn(&Thread<'_>) -> bool| {
        threads.iter().position(|thread| condition(thread) && stack(thread).is_some())
    };
    let selected = asked
        .or_else(|| telling(|thread| thread.crashed))
        .or_else(|| telling(|thread| thread.current))
        .or_else(|| telling(|_| true))
        .unwrap_or(0);
    let choice = |(place, thread): (usize, &'a Thread<'a>)| ThreadChoice {
        place,
        id: thread.id.as_deref(),
        name: thread.name.as_deref(),
        state: thread.state.as_deref(),
        crashed: thread.crashed,
        current: thread.current,
    };
    Some(ThreadsView {
        choices: threads.iter().enumerate().take(MAX_THREADS).map(choice).collect(),
        unshown: threads.len().saturating_sub(MAX_THREADS),
        frames: stack(&threads[selected]).map(|stack| frames::rows(stack, context, budget)).unwrap_or_default(),
        selected,
    })
}
