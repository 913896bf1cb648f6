//! A stack trace: its frames, without recursion (grouping.md 8.3).

use crate::pipeline::frames::{FrameFields, Platform};
use crate::types::json::{Json, Object};

use super::VariantKind;
use super::frame::Frame;
use super::sink::Sink;

/// Repeated blocks of up to so many frames are folded.
const LONGEST_CYCLE: usize = 8;

/// The analysed frames, outermost first.
#[derive(Clone, Debug, Default)]
pub struct Stack<'a> {
    frames: Vec<Frame<'a>>,
    /// Why the whole stack trace is no evidence.
    unusable: Option<&'static str>,
}

impl<'a> Stack<'a> {
    /// Reads member `stacktrace` of an exception, a thread or the event.
    pub fn read(owner: &'a Object<'_>, platform: Platform) -> Self {
        let frames = owner.get("stacktrace").and_then(|stacktrace| stacktrace.get("frames")?.as_array());
        let fields = frames.unwrap_or_default().iter().filter_map(Json::as_object).map(FrameFields::read);
        let fields: Vec<FrameFields<'_>> = fields.collect();
        let mut frames: Vec<Frame<'_>> = fields.iter().map(|fields| Frame::new(fields, platform)).collect();
        mark_recursion(&fields, &mut frames);
        Self { frames, unusable: unusable(&fields, platform) }
    }

    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Whether it gives the variant anything to hash.
    pub fn contributes(&self, variant: VariantKind) -> bool {
        self.unusable.is_none()
            && self.frames.iter().any(|frame| frame.is_usable() && (variant != VariantKind::App || frame.in_app))
    }

    pub fn write(&self, variant: VariantKind, sink: &mut impl Sink) {
        if self.is_empty() || !sink.open("stacktrace", self.hint(variant)) {
            return;
        }
        for frame in &self.frames {
            if sink.open("frame", frame_hint(frame, variant)) {
                frame.write(sink);
                sink.close();
            }
        }
        sink.close();
    }

    fn hint(&self, variant: VariantKind) -> Option<&'static str> {
        let nothing = if variant == VariantKind::App { "no in-app frame" } else { "no usable frame" };
        self.unusable.or_else(|| (!self.contributes(variant)).then_some(nothing))
    }
}

fn frame_hint(frame: &Frame<'_>, variant: VariantKind) -> Option<&'static str> {
    if frame.excluded.is_some() {
        return frame.excluded;
    }
    if variant == VariantKind::App && !frame.in_app {
        return Some("non app frame");
    }
    (!frame.is_usable()).then_some("nothing usable")
}

/// A single frame at a page's URL, as browsers report errors of inline handlers, says nothing.
fn unusable(fields: &[FrameFields<'_>], platform: Platform) -> Option<&'static str> {
    let [frame] = fields else { return None };
    let platform = frame.platform_or(platform);
    let is_page = platform == Platform::JavaScript && frame.function.is_empty() && frame.has_url_origin(platform);
    is_page.then_some("single frame without function")
}

/// Marks frames that repeat the block before them: `A B A B A B` is `A B`.
fn mark_recursion(fields: &[FrameFields<'_>], frames: &mut [Frame<'_>]) {
    let mut at = 1;
    while at < fields.len() {
        match repeated_block(fields, at) {
            Some(len) => {
                for frame in &mut frames[at..at + len] {
                    frame.excluded.get_or_insert("ignored due to recursion");
                }
                at += len;
            }
            None => at += 1,
        }
    }
}

/// The length of the block that begins here and equals the one right before it.
fn repeated_block(fields: &[FrameFields<'_>], at: usize) -> Option<usize> {
    let longest = LONGEST_CYCLE.min(at).min(fields.len() - at);
    (1..=longest).find(|len| {
        let (before, here) = (&fields[at - len..at], &fields[at..at + len]);
        before.iter().zip(here).all(|(before, here)| before.is_same_call(here))
    })
}
