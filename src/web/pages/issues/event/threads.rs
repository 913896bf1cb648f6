//! Threads: one is shown, the others are a click away.

use super::budget::Budget;
use super::exceptions::chosen;
use super::frames::{self, FrameContext, Row};
use crate::protocol::interfaces::threads::Thread;

/// Threads in the selector; it shows those around the selected one.
const MAX_THREADS: usize = 200;

pub struct ThreadsView<'a> {
    pub count: usize,
    pub choices: Vec<ThreadChoice<'a>>,
    /// How many there are before and after those to choose from, and the query that leads there.
    pub before: Option<(usize, String)>,
    pub after: Option<(usize, String)>,
    pub frames: Vec<Row<'a>>,
    /// The queries that select the threads before and after.
    pub previous: Option<String>,
    pub next: Option<String>,
}

pub struct ThreadChoice<'a> {
    /// The query that selects it.
    pub query: String,
    pub label: &'a str,
    pub is_selected: bool,
    pub state: Option<&'a str>,
    pub crashed: bool,
    pub current: bool,
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
    let query = |place: usize| context.options.with_thread(place).query();
    let choice = |(place, thread): (usize, &'a Thread<'a>)| ThreadChoice {
        query: query(place),
        label: thread.name.as_deref().or(thread.id.as_deref()).unwrap_or("?"),
        is_selected: place == selected,
        state: thread.state.as_deref(),
        crashed: thread.crashed,
        current: thread.current,
    };
    let first = selected / MAX_THREADS * MAX_THREADS;
    let end = first + MAX_THREADS;
    Some(ThreadsView {
        count: threads.len(),
        choices: threads.iter().enumerate().skip(first).take(MAX_THREADS).map(choice).collect(),
        before: first.checked_sub(1).map(|place| (first, query(place))),
        after: threads.len().checked_sub(end).filter(|count| *count > 0).map(|count| (count, query(end))),
        frames: stack(&threads[selected]).map(|stack| frames::rows(stack, context, budget)).unwrap_or_default(),
        previous: selected.checked_sub(1).map(query),
        next: Some(selected + 1).filter(|next| *next < threads.len()).map(query),
    })
}
