use jiff::civil::date;
use serde_json::json;

use super::*;
use crate::map::partner::ContactRole;
use crate::sustain::draft::Route;
use crate::sustain::draft::tests::{now as drafted, sample};
use crate::sustain::library::{Change, Fact, Mark};
use crate::sustain::relevance::Level;
use crate::sustain::view::card;

fn now() -> Zoned {
    "2026-03-12T10:00:00+01:00[Europe/Stockholm]".parse().unwrap()
}

fn stamp(by: &str, at: &str) -> Stamp {
    Stamp { by: by.into(), at: at.parse().unwrap() }
}

fn items() -> Vec<Item> {
    let added = stamp("U0OMAR", "2026-03-05T09:00:00Z");
    vec![
        Item {
            id: "i1".into(),
            url: Some("https://northwind.example/returns?a=1&b=2".into()),
            date: Some(date(2026, 3, 5)),
            partner: Some("p1".into()),
            origin: Origin::Feed { name: "northwind-news".into() },
            added: stamp(audit::TANDEM, "2026-03-05T09:00:00Z"),
            ..Item::new(ItemKind::TheirLaunch, "Northwind <Returns> API")
        },
        Item {
            id: "i2".into(),
            url: Some("https://docs.meridian.example/checklist".into()),
            expires: Some(date(2026, 6, 30)),
            audience: Some(ContactRole::PartnerExecutive),
            origin: Origin::Message {
                channel: "C1".into(),
                ts: "1.2".into(),
                link: Some("https://m.slack.com/archives/C1/p12".into()),
            },
            added: added.clone(),
            changed: Some(stamp("U0MAYA", "2026-03-10T09:00:00Z")),
            version: 2,
            ..Item::new(ItemKind::Asset, "Retail checklist")
        },
        Item {
            id: "i3".into(),
            url: Some("https://docs.meridian.example/old".into()),
            expires: Some(date(2025, 12, 31)),
            added: added.clone(),
            ..Item::new(ItemKind::Asset, "Old checklist")
        },
        Item {
            id: "i4".into(),
            date: Some(date(2026, 2, 2)),
            added,
            ..Item::new(ItemKind::OurLaunch, "Connector")
        },
    ]
}

fn known() -> Names {
    Names::from([("p1".into(), "Northwind".to_owned())])
}

#[test]
fn the_list_says_what_each_item_is_and_where_it_comes_from() {
    let feeds = [
        (
            "northwind-news".to_owned(),
            Some(Reading {
                good_at: Some("2026-03-12T08:00:00Z".parse().unwrap()),
                result: Some("3 entries of the last 60 days, 1 of them new".into()),
                ..Reading::default()
            }),
        ),
        (
            "globex-blog".to_owned(),
            Some(Reading { error: Some("it is no RSS or Atom feed".into()), ..Reading::default() }),
        ),
    ];
    let (items, names) = (items(), known());
    let listing = Listing { page: Page::default(), items: &items, names: &names, feeds: &feeds };
    insta::assert_snapshot!(list(&listing, &now()).unwrap().text, @r"
    *What notes may draw on*
    *<https://northwind.example/returns?a=1&amp;b=2|Northwind &lt;Returns&gt; API>* · northwind.example
    Their launch · shipped 5 March · for Northwind only
    From Northwind's feed, 5 March
    *<https://docs.meridian.example/checklist|Retail checklist>* · docs.meridian.example
    Document · valid until 30 June · for all partners · for readers who are executives
    From <https://m.slack.com/archives/C1/p12|a message>, added by <@U0OMAR> on 5 March · edited by <@U0MAYA> on 10 March
    *<https://docs.meridian.example/old|Old checklist>* · docs.meridian.example
    Document · expired on 31 December 2025, so no note gives it · for all partners
    Added by <@U0OMAR> on 5 March
    *Connector*
    Our launch · shipped 2 February · for all partners
    Added by <@U0OMAR> on 5 March
    Feed *northwind-news*, read today: 3 entries of the last 60 days, 1 of them new.
    Feed *globex-blog* cannot be read: it is no RSS or Atom feed.
    ");
    let empty =
        Listing { page: Page { partner: Some("p1".into()), skip: 0 }, items: &[], names: &names, feeds: &[] };
    insta::assert_snapshot!(list(&empty, &now()).unwrap().text, @r"
    *What notes to Northwind may draw on*
    Nothing is here yet. Add a document for their clients, something that you shipped, or something that they did.
    ");
}

#[test]
fn a_long_list_is_shown_in_parts() {
    let one = items().remove(3);
    let items: Vec<Item> = (0..23).map(|n| Item { id: format!("i{n}"), ..one.clone() }).collect();
    let names = known();
    let page = |skip| {
        let listing = Listing {
            page: Page { partner: Some("p1".into()), skip },
            items: &items,
            names: &names,
            feeds: &[],
        };
        list(&listing, &now()).unwrap()
    };
    let first = page(0);
    assert!(first.blocks.len() <= 50, "{}", first.blocks.len());
    assert!(first.text.ends_with("13 older ones are not shown."), "{}", first.text);
    let older = first.blocks.last().unwrap()["elements"][1].clone();
    assert_eq!(older["text"]["text"], "Show older");
    let next = Page::read(older["value"].as_str().unwrap());
    assert_eq!(next, Page { partner: Some("p1".into()), skip: 10 });
    assert!(page(20).blocks.last().unwrap()["elements"].as_array().unwrap().len() == 1);
    assert_eq!(Page::read(""), Page::default());
}

#[test]
fn answers() {
    let (items, names) = (items(), known());
    let edited = &items[1];
    let gone = Item { retracted: Some(stamp("U0OMAR", "2026-03-11T09:00:00Z")), ..items[0].clone() };
    let text = [
        saved(&items[1], "Added", &names, 0).text,
        saved(&items[0], "Saved", &names, 2).text,
        retracted(&gone, 1).text,
        known_text(&items[0]),
        second(edited),
        second(&gone),
        failing("northwind-news", "northwind.example answered 500", date(2026, 3, 10), &["U0OMAR".into()]),
        mended("northwind-news"),
    ];
    insta::assert_snapshot!(text.join("\n"), @r"
    Added *Retail checklist*: notes to every partner may give it. It leads to docs.meridian.example.
    Saved *Northwind &lt;Returns&gt; API*: notes to Northwind only may speak of it. It leads to northwind.example. 2 notes that wait draw on it: their cards ask for another look.
    Retracted *Northwind &lt;Returns&gt; API*. No note draws on it any more. 1 note that waits draws on it: its card asks for another look.
    “Northwind &lt;Returns&gt; API” is in the library already. Edit it there: `/partner library`.
    <@U0MAYA> changed *Retail checklist* while you had it open, so nothing of yours was saved. `/partner library` shows how it is now.
    <@U0OMAR> retracted *Northwind &lt;Returns&gt; API* before you. Nothing of yours was saved.
    <@U0OMAR>: the feed *northwind-news* has brought nothing since 10 March: northwind.example answered 500. Whoever runs Tandem sets its address right, or takes the feed out.
    The feed *northwind-news* is read again.
    ");
}

fn known_text(item: &Item) -> String {
    super::known(item)
}

#[test]
fn operations_reads_what_they_shipped() {
    let (all, names) = (items(), known());
    let gone =
        Item { id: "i9".into(), retracted: Some(stamp("U0OMAR", "2026-03-12T09:00:00Z")), ..all[0].clone() };
    let message = launches(&[all[0].clone(), gone], &names, date(2026, 3, 12));
    insta::assert_snapshot!(message.text, @r"
    *Northwind shipped 2 things*
    <https://northwind.example/returns?a=1&amp;b=2|Northwind &lt;Returns&gt; API>, 5 March · northwind.example
    <https://northwind.example/returns?a=1&amp;b=2|Northwind &lt;Returns&gt; API>: not a launch, says <@U0OMAR>
    All of them: `/partner library`. What is no launch is offered for no note.
    ");
    let many: Vec<Item> = (0..9)
        .flat_map(|partner| {
            let one = all[0].clone();
            (0..6).map(move |n| Item {
                id: format!("i{partner}{n}"),
                partner: Some(format!("p{partner}").as_str().into()),
                ..one.clone()
            })
        })
        .collect();
    let names: Names = (0..9).map(|n| (format!("p{n}").as_str().into(), format!("Partner {n}"))).collect();
    assert!(launches(&many, &names, date(2026, 3, 12)).blocks.len() <= 50);
}

#[test]
fn a_form_shows_what_is_known() {
    let partners = [crate::pull::testing::partner("Northwind", None)];
    let edited = form(&items()[1], &partners, true, &json!({}));
    let labels: Vec<String> = edited["blocks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|b| {
            let element = &b["element"];
            let initial = [
                &element["initial_value"],
                &element["initial_date"],
                &element["initial_option"]["text"]["text"],
            ];
            let initial = initial.iter().find_map(|v| v.as_str()).unwrap_or("-");
            format!("{}: {initial}", b["label"]["text"].as_str().unwrap_or_default())
        })
        .collect();
    insta::assert_snapshot!(labels.join("\n"), @r"
    What it is: A document for their clients
    Title: Retail checklist
    Link: https://docs.meridian.example/checklist
    Shipped on: -
    Valid until: 2026-06-30
    For which readers: Executives
    Who may see it: All partners
    ");
    let asked = retract_form(&items()[1], 2, &json!({}));
    insta::assert_snapshot!(asked["blocks"][0]["text"]["text"].as_str().unwrap(), @"Retract *Retail checklist*? No note gives it or speaks of it any more. 2 notes that wait draw on it: their cards will ask for another look.");
}

#[test]
fn a_card_shows_its_facts_and_what_became_of_them() {
    let mut draft = sample(Level::Pass, Route::Channel);
    let all = items();
    draft.note.facts.extend(all.iter().map(Fact::of));
    let fresh = card(&draft, drafted()).unwrap();
    insta::assert_snapshot!(stands_on(&draft).unwrap(), @"Stands on: Acme Corp, overlap seen 2 March · Their launch: <https://northwind.example/returns?a=1&amp;b=2|Northwind &lt;Returns&gt; API>, 5 March, from Northwind's feed · Document: <https://docs.meridian.example/checklist|Retail checklist>, from <https://m.slack.com/archives/C1/p12|a message> · Document: <https://docs.meridian.example/old|Old checklist>, added by <@U0OMAR> · Our launch: Connector, 2 February, added by <@U0OMAR>");
    assert!(fresh.text.contains("Stands on: "), "{}", fresh.text);
    let mark = |change| Some(Mark { change, by: "U0MAYA".into(), on: date(2026, 3, 12) });
    let edited = Change::Edited { version: 3, title: "Retail & food checklist".into() };
    let changes = [mark(Change::Retracted), mark(edited), mark(Change::Expired), None];
    let facts = all.iter().zip(changes).map(|(item, mark)| Fact::of(item).marked(mark));
    draft.note.facts = facts.collect();
    let marked = card(&draft, drafted()).unwrap();
    insta::assert_snapshot!(marked.text, @r"
    *Note to Sam at Northwind* · <#C0NORTHWIND> · *External: Northwind staff will see this*
    From <@U0ALEX> · expansion · Acme Corp
    > Hi Sam, Acme's &lt;ops&gt; team &amp; you.
    > 
    > Alex
    *A fact has changed*: Northwind &lt;Returns&gt; API was retracted by <@U0MAYA> on 12 March. Check the text.
    *A fact has changed*: Retail checklist was edited by <@U0MAYA> on 12 March. It is “Retail &amp; food checklist” now. Check the text.
    *A fact has changed*: Old checklist was valid until 12 March. Check the text.
    Relevance: passes 3 of 3 · Acme Corp, seen 9 days ago · Gives an introduction · Note 2 of 4 in 30 days
    Stands on: Their launch: <https://northwind.example/returns?a=1&amp;b=2|Northwind &lt;Returns&gt; API>, 5 March, from Northwind's feed · Document: <https://docs.meridian.example/checklist|Retail checklist>, from <https://m.slack.com/archives/C1/p12|a message> · Document: <https://docs.meridian.example/old|Old checklist>, added by <@U0OMAR> · Our launch: Connector, 2 February, added by <@U0OMAR>
    Version 1, drafted by <@U0OMAR>. <@U0MAYA> decides.
    ");
    let buttons: Vec<&str> = marked.blocks.last().unwrap()["elements"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|e| e["text"]["text"].as_str())
        .collect();
    assert_eq!(buttons, ["Check again", "Edit", "Reject"]);
    insta::assert_snapshot!(asked_again(&draft), @"<@U0MAYA>, Northwind &lt;Returns&gt; API was retracted by <@U0MAYA> on 12 March. Check the text. Retail checklist was edited by <@U0MAYA> on 12 March. It is “Retail &amp; food checklist” now. Check the text. Old checklist was valid until 12 March. Check the text. The note is not sent before somebody checks it again or edits it.");
    draft.note.facts.iter_mut().for_each(Fact::settle);
    assert!(!draft.note.is_marked() && draft.is_sendable());
    insta::assert_snapshot!(stands_on(&draft).unwrap(), @"Stands on: Their launch: <https://northwind.example/returns?a=1&amp;b=2|Northwind &lt;Returns&gt; API>, 5 March, from Northwind's feed (was retracted by <@U0MAYA> on 12 March, and the text was checked since) · Document: <https://docs.meridian.example/checklist|Retail checklist>, from <https://m.slack.com/archives/C1/p12|a message> (was edited by <@U0MAYA> on 12 March, and the text was checked since) · Document: <https://docs.meridian.example/old|Old checklist>, added by <@U0OMAR> (was valid until 12 March, and the text was checked since) · Our launch: Connector, 2 February, added by <@U0OMAR>");
}
