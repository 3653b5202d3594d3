use jiff::civil::date;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;

#[test]
fn a_link_is_whole_and_https() {
    assert_eq!(web_address(" https://a.example/x?y=1|2 ").as_deref(), Some("https://a.example/x?y=1|2"));
    for wrong in [
        "http://a.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "a.example/x",
        "https://",
        "https://user@a.example/",
        "https://user:secret@a.example/",
        &format!("https://a.example/{}", "x".repeat(LINK_LIMIT)),
    ] {
        assert_eq!(web_address(wrong), None, "{wrong}");
    }
}

#[test]
fn the_first_safe_link_of_a_message_is_taken_with_its_words() {
    let found = |text| link_in(text);
    let link = |url: &str, words: Option<&str>| Some((url.to_owned(), words.map(str::to_owned)));
    assert_eq!(
        found("<@U1> see <http://a.example/> and <https://b.example/x?a=1&amp;b=2|Returns &amp; more>"),
        link("https://b.example/x?a=1&b=2", Some("Returns & more"))
    );
    assert_eq!(found("<https://b.example/x|b.example/x>"), link("https://b.example/x", None));
    assert_eq!(found("<!channel> nothing < here"), None);
}

#[test]
fn titles_lose_what_is_no_word() {
    for (written, plain) in [
        ("<b>Returns</b>&nbsp;API &amp;amp; more", Some("Returns API & more")),
        ("<!channel> <@U0EVE> Launch\n\tnow", Some("Launch now")),
        ("&lt;script&gt;alert(1)&lt;/script&gt; Hub", Some("alert(1) Hub")),
        ("Faster in < 3 steps", Some("Faster in < 3 steps")),
        ("<![CDATA[Hub 2]]>", Some("Hub 2")),
        ("<!-- a --> \u{202E}Hub", Some("Hub")),
        ("<img src=x onerror=alert(1)", None),
        (" – ", None),
    ] {
        assert_eq!(plain_title(written).as_deref(), plain, "{written}");
    }
    let long = plain_title(&"Returns ".repeat(100)).unwrap();
    assert_eq!((long.chars().count(), long.ends_with('…')), (TITLE_LIMIT, true));
}

proptest! {
    /// Whatever a feed calls it: one short line, with nothing hidden, no tag, and the same when it is read again.
    #[test]
    fn any_title_is_one_plain_line(
        written in r"(\PC|[<>&;#/!\x00-\x1f\u{200B}\u{202E}\u{2028}]|<!channel>|&lt;|&amp;|&#60;|<b>|<script|-->|]]>|é){0,80}"
    ) {
        let Some(title) = plain_title(&written) else { return Ok(()) };
        prop_assert!(title.chars().count() <= TITLE_LIMIT);
        prop_assert!(!title.chars().any(|c| c.is_control()));
        prop_assert!(title.chars().any(char::is_alphanumeric));
        prop_assert_eq!(crate::kernel::text::visible(&title), title.as_str());
        let tag = regex::Regex::new(r"<[A-Za-z/!][^<>]*>").unwrap();
        prop_assert!(!tag.is_match(&title), "{title}");
        if title.chars().count() < TITLE_LIMIT {
            prop_assert_eq!(plain_title(&title), Some(title));
        }
    }
}

fn stamp(by: &str, at: &str) -> Stamp {
    Stamp { by: by.into(), at: at.parse().unwrap() }
}

#[test]
fn what_has_become_of_an_item_is_asked_about_once() {
    let item = Item {
        id: "i1".into(),
        expires: Some(date(2026, 3, 20)),
        version: 2,
        ..Item::new(ItemKind::Asset, "Checklist")
    };
    let Fact::Item(mut used) = Fact::of(&item) else { panic!("an item") };
    let today = date(2026, 3, 12);
    let against = |used: &UsedItem, item: &Item, today| used.against(item, today, &TimeZone::UTC);
    assert_eq!(against(&used, &item, today), None);
    let edited = Item { version: 3, changed: Some(stamp("U0OMAR", "2026-03-12T09:00:00Z")), ..item.clone() };
    let mark = against(&used, &edited, today).unwrap();
    assert_eq!(mark.change, Change::Edited { version: 3, title: "Checklist".into() });
    assert_eq!((mark.by.as_str(), mark.on), ("U0OMAR", today));
    used.checked = Some(mark);
    assert_eq!(against(&used, &edited, today), None, "somebody has looked at it");
    let again = Item { version: 4, ..edited.clone() };
    assert!(against(&used, &again, today).is_some(), "and it was changed once more");
    let last = date(2026, 3, 20);
    assert_eq!(against(&used, &edited, last), None);
    let expired = against(&used, &edited, date(2026, 3, 21)).unwrap();
    assert_eq!((expired.change, expired.on), (Change::Expired, last));
    let retracted = Item { retracted: Some(stamp("U0MAYA", "2026-03-12T23:00:00Z")), ..edited };
    assert_eq!(against(&used, &retracted, today).unwrap().change, Change::Retracted);
}

#[test]
fn facts_are_kept_as_they_were_and_words_of_old_notes_are_read() {
    let old: Vec<Fact> = serde_json::from_str(r#"["Acme, overlap seen 2 March"]"#).unwrap();
    assert_eq!(old, [Fact::from("Acme, overlap seen 2 March")]);
    let origin = Origin::Message { channel: "C1".into(), ts: "1.2".into(), link: None };
    let item = Item { id: "i1".into(), origin, ..Item::new(ItemKind::OurLaunch, "Connector") };
    let fact = Fact::of(&item).marked(Some(Mark {
        change: Change::Retracted,
        by: "U0MAYA".into(),
        on: date(2026, 3, 12),
    }));
    let stored = serde_json::to_string(&fact).unwrap();
    assert!(stored.contains(r#""item":"i1""#), "{stored}");
    assert_eq!(serde_json::from_str::<Fact>(&stored).unwrap(), fact);
}
