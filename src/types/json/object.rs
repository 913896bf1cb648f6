//! An object as the list of its members, in the order they came.

use std::borrow::Cow;

use super::Json;

/// Members in order, keys unique. Look-up walks the list: objects in events are small, and a list is half the memory
/// and a quarter of the time of a map.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object<'a> {
    members: Vec<(Cow<'a, str>, Json<'a>)>,
}

/// Up to this size an object finds repeated keys by walking; beyond it by sorting, so that 100,000 keys stay cheap.
const WALKED: usize = 24;

impl<'a> Object<'a> {
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes members as parsed: of a repeated key the last value wins, at the place of the first.
    pub(super) fn from_members(mut members: Vec<(Cow<'a, str>, Json<'a>)>) -> Self {
        if members.len() > WALKED {
            merge_repeated_by_sorting(&mut members);
        } else {
            merge_repeated_by_walking(&mut members);
        }
        Self { members }
    }

    pub fn len(&self) -> usize {
        self.members.len()
    }

    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub fn get(&self, key: &str) -> Option<&Json<'a>> {
        self.members.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut Json<'a>> {
        self.members.iter_mut().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// The member's text, if it is one.
    pub fn get_str(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Json::as_str)
    }

    /// Takes the member out, keeping the order of the others.
    pub fn remove(&mut self, key: &str) -> Option<Json<'a>> {
        let place = self.members.iter().position(|(name, _)| name == key)?;
        Some(self.members.remove(place).1)
    }

    /// Sets a member: in its place if it is there, else at the end.
    pub fn insert(&mut self, key: impl Into<Cow<'a, str>>, value: impl Into<Json<'a>>) {
        let key = key.into();
        let value = value.into();
        match self.get_mut(&key) {
            Some(place) => *place = value,
            None => self.members.push((key, value)),
        }
    }

    /// Appends a member known to be new.
    pub fn push(&mut self, key: impl Into<Cow<'a, str>>, value: impl Into<Json<'a>>) {
        self.members.push((key.into(), value.into()));
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Json<'a>)> {
        self.members.iter().map(|(key, value)| (key.as_ref(), value))
    }

    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = (&str, &mut Json<'a>)> {
        self.members.iter_mut().map(|(key, value)| (&**key, value))
    }

    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut Json<'a>) -> bool) {
        self.members.retain_mut(|(key, value)| keep(key, value));
    }

    pub fn truncate(&mut self, len: usize) {
        self.members.truncate(len);
    }

    pub fn into_members(self) -> Vec<(Cow<'a, str>, Json<'a>)> {
        self.members
    }

    pub(super) fn into_owned(self) -> Object<'static> {
        let owned = |(key, value): (Cow<'a, str>, Json<'a>)| (Cow::Owned(key.into_owned()), value.into_owned());
        Object { members: self.members.into_iter().map(owned).collect() }
    }
}

impl<'a> FromIterator<(Cow<'a, str>, Json<'a>)> for Object<'a> {
    fn from_iter<I: IntoIterator<Item = (Cow<'a, str>, Json<'a>)>>(members: I) -> Self {
        Self::from_members(members.into_iter().collect())
    }
}

fn merge_repeated_by_walking(members: &mut Vec<(Cow<'_, str>, Json<'_>)>) {
    let mut next = 1;
    while next < members.len() {
        let (before, rest) = members.split_at_mut(next);
        match before.iter_mut().find(|(name, _)| *name == rest[0].0) {
            Some(first) => {
                first.1 = rest[0].1.take();
                members.remove(next);
            }
            None => next += 1,
        }
    }
}

fn merge_repeated_by_sorting(members: &mut Vec<(Cow<'_, str>, Json<'_>)>) {
    let mut order: Vec<usize> = (0..members.len()).collect();
    order.sort_by(|a, b| members[*a].0.cmp(&members[*b].0));
    let mut repeated = vec![false; members.len()];
    let mut first = order[0];
    for &place in &order[1..] {
        if members[place].0 == members[first].0 {
            members[first].1 = members[place].1.take();
            repeated[place] = true;
        } else {
            first = place;
        }
    }
    let mut place = 0;
    members.retain(|_| {
        place += 1;
        !repeated[place - 1]
    });
}
