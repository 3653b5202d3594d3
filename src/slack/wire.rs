//! The few fields that decoding looks at, borrowed from the raw JSON: an event is never built as a tree.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A name or an id, wherever Slack puts it: a string, or an object that has the string under `id`.
///
/// Slack sends `"channel": "C1"` in one event, `"channel": {"id": "C1"}` in the next and `null` in a third;
/// whatever is neither is read as absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Id<'a>(pub(super) Option<Cow<'a, str>>);

impl Id<'_> {
    pub(super) fn get(&self) -> Option<&str> {
        self.0.as_deref().filter(|s| !s.is_empty())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Id<'a> {
    fn deserialize<D: Deserializer<'de>>(de: D) -> Result<Self, D::Error> {
        de.deserialize_any(IdVisitor)
    }
}

struct IdVisitor;

impl<'de> Visitor<'de> for IdVisitor {
    type Value = Id<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }
    fn visit_borrowed_str<E>(self, s: &'de str) -> Result<Id<'de>, E> {
        Ok(Id(Some(Cow::Borrowed(s))))
    }
    fn visit_str<E>(self, s: &str) -> Result<Id<'de>, E> {
        Ok(Id(Some(Cow::Owned(s.to_owned()))))
    }
    fn visit_bool<E>(self, _: bool) -> Result<Id<'de>, E> {
        Ok(Id(None))
    }
    fn visit_i64<E>(self, _: i64) -> Result<Id<'de>, E> {
        Ok(Id(None))
    }
    fn visit_u64<E>(self, _: u64) -> Result<Id<'de>, E> {
        Ok(Id(None))
    }
    fn visit_f64<E>(self, _: f64) -> Result<Id<'de>, E> {
        Ok(Id(None))
    }
    fn visit_unit<E>(self) -> Result<Id<'de>, E> {
        Ok(Id(None))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Id<'de>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Id(None))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Id<'de>, A::Error> {
        let mut found = Id(None);
        while let Some(key) = map.next_key::<Cow<'_, str>>()? {
            if key == "id" {
                found = Id(map.next_value::<Flat<'de>>()?.0);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// The `id` inside an object: a string or nothing. Not an [`Id`], which would look ever deeper.
struct Flat<'a>(Option<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for Flat<'a> {
    fn deserialize<D: Deserializer<'de>>(de: D) -> Result<Self, D::Error> {
        let raw = <&'de serde_json::value::RawValue>::deserialize(de)?;
        let text = serde_json::from_str::<&'de str>(raw.get()).map(Cow::Borrowed);
        Ok(Flat(text.or_else(|_| serde_json::from_str::<String>(raw.get()).map(Cow::Owned)).ok()))
    }
}

/// The outermost object of an event, an interaction, or a command as Socket Mode brings it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Outer<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Id<'a>,
    #[serde(borrow)]
    pub(super) token: Id<'a>,
    #[serde(borrow)]
    pub(super) challenge: Id<'a>,
    #[serde(borrow)]
    pub(super) event_id: Id<'a>,
    #[serde(borrow)]
    pub(super) trigger_id: Id<'a>,
    #[serde(borrow)]
    pub(super) callback_id: Id<'a>,
    #[serde(borrow)]
    pub(super) command: Id<'a>,
    #[serde(borrow)]
    pub(super) ssl_check: Id<'a>,
    #[serde(borrow)]
    pub(super) team: Id<'a>,
    #[serde(borrow)]
    pub(super) team_id: Id<'a>,
    #[serde(borrow)]
    pub(super) user: Id<'a>,
    #[serde(borrow)]
    pub(super) user_id: Id<'a>,
    #[serde(borrow)]
    pub(super) channel: Id<'a>,
    #[serde(borrow)]
    pub(super) event: Option<Event<'a>>,
    #[serde(borrow)]
    pub(super) container: Option<Container<'a>>,
    #[serde(borrow)]
    pub(super) view: Option<View<'a>>,
    #[serde(borrow)]
    pub(super) actions: Option<Vec<Action<'a>>>,
}

/// The inner event.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Event<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Id<'a>,
    #[serde(borrow)]
    pub(super) channel: Id<'a>,
    #[serde(borrow)]
    pub(super) channel_id: Id<'a>,
    #[serde(borrow)]
    pub(super) user: Id<'a>,
    #[serde(borrow)]
    pub(super) user_id: Id<'a>,
}

/// Where a click happened.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Container<'a> {
    #[serde(borrow)]
    pub(super) channel: Id<'a>,
    #[serde(borrow)]
    pub(super) channel_id: Id<'a>,
}

/// A modal or Home tab.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct View<'a> {
    #[serde(borrow)]
    pub(super) id: Id<'a>,
    #[serde(borrow)]
    pub(super) root_view_id: Id<'a>,
    #[serde(borrow)]
    pub(super) callback_id: Id<'a>,
    #[serde(borrow)]
    pub(super) hash: Id<'a>,
    #[serde(borrow)]
    pub(super) state: Option<&'a serde_json::value::RawValue>,
}

/// One of a click's actions.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Action<'a> {
    #[serde(borrow)]
    pub(super) action_id: Id<'a>,
}
