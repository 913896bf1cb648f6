//! User, browser, operating system, device and the rest as cards.

use std::borrow::Cow;

use super::budget::Budget;
use super::excerpt::{Excerpt, Rest};
use super::values;
use crate::messages::Messages;
use crate::protocol::event::Event;
use crate::protocol::interfaces::contexts::Context;
use crate::protocol::interfaces::read::scalar;
use crate::types::json::{Json, Object};
use crate::web::markup::Markup;

/// Members of a card that are shown at once.
const SHOWN: usize = 6;
const MAX_MEMBERS: usize = 60;
const MAX_CARDS: usize = 40;

pub struct Card<'a> {
    pub icon: &'static str,
    pub title: Cow<'a, str>,
    /// Name and version, or who the user is.
    pub headline: Option<String>,
    pub members: Vec<(&'a str, Markup)>,
    pub more_members: Vec<(&'a str, Markup)>,
}

/// The user's card first, then the contexts as they came.
pub fn cards<'a>(
    event: &'a Event<'a>,
    excerpt: Excerpt,
    t: Messages,
    budget: &mut Budget,
) -> (Vec<Card<'a>>, Option<Rest>) {
    let user = user_card(event, t);
    let total = usize::from(user.is_some()) + event.contexts.len();
    let contexts = event.contexts.iter().map(|context| context_card(context, t));
    let all = user.into_iter().chain(contexts).skip(excerpt.skip).take(MAX_CARDS);
    let cards: Vec<_> = all.map_while(|card| take(card, budget)).collect();
    let rest = excerpt.rest(total, cards.len());
    (cards, rest)
}

fn take<'a>(card: Card<'a>, budget: &mut Budget) -> Option<Card<'a>> {
    let members = card.members.iter().chain(&card.more_members);
    let (elements, bytes) = members.fold((10, 400), |(elements, bytes), (name, markup)| {
        (elements + markup.elements() + 3, bytes + markup.len() + name.len() + 40)
    });
    budget.take_size(elements, bytes).then_some(card)
}

fn user_card<'a>(event: &'a Event<'a>, t: Messages) -> Option<Card<'a>> {
    let user = event.user.as_ref()?;
    let known = [
        ("id", &user.id),
        ("username", &user.username),
        ("email", &user.email),
        ("name", &user.name),
        ("ip_address", &user.ip_address),
    ];
    let own =
        known.into_iter().filter_map(|(name, text)| Some((name, values::value(&Json::from(text.as_deref()?), t))));
    let place = user.geo.map(place).filter(|place| !place.is_empty());
    let geo = place.map(|place| ("geo", values::value(&Json::from(place.as_str()), t)));
    let data = user.data.into_iter().flat_map(Object::iter).map(|(name, value)| (name, values::value(value, t)));
    let members: Vec<_> = own.chain(geo).chain(data).take(MAX_MEMBERS).collect();
    if members.is_empty() {
        return None;
    }
    Some(card("user", Cow::Borrowed(t.event_user()), user.label().map(str::to_owned), members))
}

fn place(geo: &Object<'_>) -> String {
    let parts = ["city", "subdivision", "region", "country_code"].into_iter().filter_map(|key| geo.get_str(key));
    parts.collect::<Vec<_>>().join(", ")
}

fn context_card<'a>(context: &'a Context<'a>, t: Messages) -> Card<'a> {
    let name = context.text("name").or_else(|| context.text("model")).or_else(|| context.text("raw_description"));
    let version = context.text("version");
    let headline = name.map(|name| version.map_or_else(|| name.to_string(), |version| format!("{name} {version}")));
    let shown = context.members.iter().filter(|(key, value)| *key != "type" && !value.is_null());
    let told = headline.is_some();
    let shown = shown.filter(|(key, _)| !(told && matches!(*key, "name" | "version")));
    let members = values::rows(shown.take(MAX_MEMBERS), t);
    card(icon(&context.kind), title(context, t), headline, members)
}

fn card<'a>(
    icon: &'static str,
    title: Cow<'a, str>,
    headline: Option<String>,
    mut members: Vec<(&'a str, Markup)>,
) -> Card<'a> {
    // One more is no reason to fold.
    let more_members = if members.len() > SHOWN + 1 { members.split_off(SHOWN) } else { Vec::new() };
    Card { icon, title, headline, members, more_members }
}

fn icon(kind: &str) -> &'static str {
    match kind {
        "browser" => "browser",
        "os" | "client_os" => "os",
        "device" => "device",
        "runtime" => "runtime",
        "app" => "app",
        "gpu" => "gpu",
        "trace" => "trace",
        _ => "box",
    }
}

fn title<'a>(context: &Context<'a>, t: Messages) -> Cow<'a, str> {
    Cow::Borrowed(match context.alias {
        "browser" => t.event_browser(),
        "os" => t.event_os(),
        "client_os" => t.event_client_os(),
        "device" => t.event_device(),
        "runtime" => t.event_runtime(),
        "app" => t.event_app(),
        "gpu" => t.event_gpu(),
        "trace" => t.event_trace(),
        "culture" => t.event_culture(),
        "state" => t.event_state(),
        "response" => t.event_response(),
        other => other,
    })
}

/// The text of a context's member, for the summary line.
pub fn name_and_version(context: &Context<'_>) -> Option<String> {
    let name = context.members.get("name").or_else(|| context.members.get("family")).and_then(scalar)?;
    let version = context.text("version");
    Some(version.map_or_else(|| name.to_string(), |version| format!("{name} {version}")))
}
