use jiff::civil::date;

use super::*;

fn now() -> Timestamp {
    "2026-03-12T09:00:00Z".parse().unwrap()
}

fn of(text: &str) -> Result<Read, String> {
    read(text.as_bytes(), now(), &TimeZone::UTC)
}

fn rss(items: &str) -> String {
    format!(r#"<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>"#)
}

#[test]
fn rss_and_atom_say_the_same() {
    let rss = rss(
        "<item><title>Returns API</title><link>https://northwind.example/api</link><guid>g1</guid><pubDate>Thu, 05 Mar 2026 10:00:00 GMT</pubDate></item>",
    );
    let atom = r#"<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><id>n</id><updated>2026-03-05T10:00:00Z</updated>
        <entry><id>g1</id><title type="html">&lt;b&gt;Returns&lt;/b&gt; API</title><link rel="self" href="https://northwind.example/self"/>
        <link href="https://northwind.example/api"/><updated>2026-03-05T10:00:00Z</updated></entry></feed>"#;
    let told = Told {
        guid: "g1".into(),
        title: "Returns API".into(),
        url: Some("https://northwind.example/api".into()),
        date: date(2026, 3, 5),
    };
    assert_eq!(of(&rss).unwrap().told, std::slice::from_ref(&told));
    assert_eq!(of(atom).unwrap().told, [told]);
}

#[test]
fn what_is_old_ahead_or_without_a_day_is_left() {
    let item =
        |guid: &str, more: &str| format!("<item><title>{guid}</title><guid>{guid}</guid>{more}</item>");
    let day = |day: &str| format!("<pubDate>{day} 10:00:00 GMT</pubDate>");
    let read = of(&rss(&[
        item("old", &day("Mon, 05 Jan 2026")),
        item("ahead", &day("Sat, 14 Mar 2026")),
        item("undated", ""),
        item("twice", &day("Mon, 02 Mar 2026")),
        item("twice", &day("Mon, 02 Mar 2026")),
    ]
    .concat()))
    .unwrap();
    let told: Vec<&str> = read.told.iter().map(|told| told.guid.as_str()).collect();
    assert_eq!((told, read.other, read.unread), (vec!["twice"], 2, 1));
    assert_eq!(read.words(), "1 entry of the last 60 days, 1 entry without a title or a day");
}

#[test]
fn an_entry_without_an_id_is_known_by_its_link() {
    let item = |title: &str| {
        rss(&format!(
            "<item><title>{title}</title><link>https://northwind.example/hub</link><pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate></item>"
        ))
    };
    let guid = |title: &str| of(&item(title)).unwrap().told[0].guid.clone();
    assert_eq!(guid("Hub"), guid("Hub, renamed"));
}

#[test]
fn hostile_feeds_do_no_harm() {
    let hostile = rss(
        "<item><title>&lt;!channel&gt; &lt;img src=x&gt;Hub &amp;lt;@U0EVE&amp;gt;</title><link>javascript:alert(1)</link><guid>g1</guid><pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate></item>\
         <item><title>Hub 2</title><link>http://127.0.0.1/admin</link><guid>g2</guid><pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate></item>",
    );
    let told = of(&hostile).unwrap().told;
    assert_eq!(
        told.iter().map(|t| (t.title.as_str(), t.url.clone())).collect::<Vec<_>>(),
        [("Hub", None), ("Hub 2", None)]
    );
    let levels: String =
        (1..12).map(|n| format!("<!ENTITY a{n} \"{}\">", format!("&a{};", n - 1).repeat(10))).collect();
    let bomb = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY a0 \"aaaaaaaaaa\">{levels}<!ENTITY f SYSTEM \"file:///etc/passwd\">]>\
         <rss version=\"2.0\"><channel><title>x</title><item><title>&a11; &f;</title><guid>g</guid><pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate></item></channel></rss>"
    );
    if let Ok(read) = of(&bomb) {
        assert!(
            read.told.iter().all(|t| t.title.chars().count() <= 120 && !t.title.contains("root")),
            "{read:?}"
        );
    }
    let deep =
        rss(&format!("<item><title>{}x{}</title></item>", "<a>".repeat(20_000), "</a>".repeat(20_000)));
    let _ = of(&deep);
    let many = "<item><title>Hub</title></item>".repeat(5_000);
    assert!(of(&rss(&many)).unwrap().unread <= MOST);
    for none in ["", "<html><body>Sign in</body></html>", "{\"a\": 1}", "\u{0}\u{1}"] {
        assert_eq!(of(none), Err("it is no RSS or Atom feed".to_owned()), "{none}");
    }
}
