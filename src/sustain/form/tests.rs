use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::super::template::Texts;
use super::*;
use crate::map::overlap::Population::{self, Customer, Prospect};
use crate::map::partner::ContactRole::{PartnerExecutive, PartnerPresales, PartnerRep};
use crate::pull::testing;
use crate::sustain::library::Item;

fn ground(ours: Option<Population>, theirs: Option<Population>) -> Ground {
    let mut overlap = testing::overlap("o1", "Acme Corp", "Northwind");
    (overlap.our_population, overlap.their_population) = (ours, theirs);
    let rule = crate::map::sharing::Rule::new(&overlap.partner_id);
    Ground {
        shared: crate::map::sharing::shared_overlap(&rule, &overlap).unwrap(),
        partner: testing::partner("Northwind", None),
        overlap,
        contacts: Vec::new(),
        library: Vec::new(),
        others: vec!["Globex".to_owned()],
        holds: Vec::new(),
        texts: Texts::as_shipped(),
        season: None,
        tone: None,
        owner: Some("Alex Rivera".to_owned()),
        owner_user: None,
        zone: TimeZone::UTC,
        today: jiff::civil::date(2026, 3, 11),
    }
}

/// The form, line by line; `…?` may stay empty.
fn shown(ground: &Ground, answers: &[(&str, &str)]) -> String {
    let answers = answers.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let view = modal("draft.new", &json!({}), ground, &Answers(answers), &"U0OMAR".into());
    let line = |block: &Value| match block["type"].as_str() {
        Some("input") => {
            let optional = if block["optional"] == true { "?" } else { "" };
            let options: Vec<String> = block["element"]["options"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|o| {
                    let more =
                        o["description"]["text"].as_str().map(|d| format!(" ({d})")).unwrap_or_default();
                    format!("{}{more}", o["text"]["text"].as_str().unwrap_or_default())
                })
                .collect();
            format!(
                "{}{optional}: {}",
                block["label"]["text"].as_str().unwrap_or_default(),
                options.join(" | ")
            )
        }
        Some("context") => block["elements"][0]["text"].as_str().unwrap_or_default().to_owned(),
        _ => block["text"]["text"].as_str().unwrap_or_default().to_owned(),
    };
    let lines: Vec<String> = view["blocks"].as_array().into_iter().flatten().map(line).collect();
    lines.join("\n")
}

#[test]
fn what_a_text_needs_is_asked_for_and_required() {
    let give = ground(Some(Customer), Some(Prospect));
    insta::assert_snapshot!(shown(&give, &[("draft.gift:partner_rep:expansion", "their_launch")]), @r"
    *Acme Corp* with Northwind · their prospect, our customer ($120k) · seen 7 March
    Name at Northwind: 
    Role: sales rep | partner manager | executive | pre-sales
    Purpose: Prospecting | Expansion | Pre-sales
    Gift: Something they shipped (Asks for somebody we know there) | An introduction (Asks for somebody we know there and the day of the next step) | What came of their help | A plain offer of help
    Text: *Their launch, framed on a shared account*
    What they shipped: 
    Shipped on: 
    Whom we know there: 
    What they do there: 
    Route: Ready text for the sender to send
    Sender:
    ");
}

#[test]
fn a_library_offers_its_items_and_another_one_may_be_added() {
    let mut known = ground(Some(Prospect), Some(Prospect));
    known.library.push(Item {
        id: "i1".to_owned(),
        url: Some("https://example.com/checklist".to_owned()),
        ..Item::new(super::super::facts::ItemKind::Asset, "Retail onboarding checklist")
    });
    insta::assert_snapshot!(shown(&known, &[("draft.purpose:partner_rep", "prospecting"), ("draft.gift:partner_rep:prospecting", "asset")]), @r"
    *Acme Corp* with Northwind · their prospect, our prospect ($120k) · seen 7 March
    Name at Northwind: 
    Role: sales rep | partner manager | executive | pre-sales
    Purpose: Prospecting | Expansion | Pre-sales
    Gift: Something they shipped (Asks for somebody we know there) | A document for their clients | Something we shipped | What came of their help
    Text: *An asset for a first conversation*
    From the library: Retail onboarding checklist
    Or another document?: 
    Its link?: 
    Valid until?: 
    Route: Ready text for the sender to send
    Sender:
    ");
}

#[test]
fn only_what_is_true_of_the_overlap_is_offered() {
    let offered = |role, ours, theirs| {
        let ground = ground(ours, theirs);
        let gifts =
            |purpose| gifts_of(&ground, role, purpose).into_iter().map(|o| o.gift).collect::<Vec<_>>();
        let all = purposes_of(&ground, role).into_iter();
        all.map(|(purpose, _)| format!("{purpose:?}: {:?}", gifts(purpose))).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(offered(PartnerRep, Some(Prospect), Some(Customer)), @r"
    Prospecting: [Result, OfferOfHelp]
    Expansion: [TheirLaunch, Asset, OurLaunch, Result, OfferOfHelp]
    Presales: [TheirLaunch, Introduction, Asset, OurLaunch, Result, OfferOfHelp]
    ");
    insta::assert_snapshot!(offered(PartnerRep, Some(Customer), Some(Customer)), @r"
    Expansion: [TheirLaunch, Introduction, Asset, OurLaunch, Result, OfferOfHelp]
    Presales: [TheirLaunch, Introduction, Asset, OurLaunch, Result, OfferOfHelp]
    ");
    insta::assert_snapshot!(offered(PartnerRep, None, None), @r"
    Expansion: [Result, OfferOfHelp]
    Presales: [TheirLaunch, Introduction, Asset, OurLaunch, Result, OfferOfHelp]
    ");
}

#[test]
fn only_what_is_written_for_the_reader_is_offered() {
    let ground = ground(Some(Customer), Some(Prospect));
    let purposes = |role| {
        let labels = purposes_of(&ground, role).into_iter().map(|(_, label)| label);
        labels.collect::<Vec<_>>().join(", ")
    };
    insta::assert_snapshot!(purposes(PartnerRep), @"Prospecting, Expansion, Pre-sales");
    insta::assert_snapshot!(purposes(PartnerPresales), @"Expansion, Pre-sales");
    insta::assert_snapshot!(purposes(PartnerExecutive), @"Executive");
}

#[test]
fn a_form_without_any_text_says_so() {
    let mut bare = ground(Some(Customer), Some(Prospect));
    bare.texts = Texts::default();
    insta::assert_snapshot!(shown(&bare, &[("draft.role", "partner_executive")]), @r"
    *Acme Corp* with Northwind · their prospect, our customer ($120k) · seen 7 March
    Name at Northwind: 
    Role: sales rep | partner manager | executive | pre-sales
    There is no template about this overlap for an executive. `/partner draft templates` adds or enables one.
    Route: Ready text for the sender to send
    Sender:
    ");
    insta::assert_debug_snapshot!(problems(&bare, &[]), @r#"
    [
        (
            "draft.role",
            "There is no template about this overlap for a sales rep.",
        ),
    ]
    "#);
}

#[test]
fn every_kind_of_overlap_has_a_text_that_is_chosen_at_first() {
    let all = [None, Some(Customer), Some(Prospect), Some(Population::OpenOpportunity)];
    for (ours, theirs) in all.iter().flat_map(|ours| all.iter().map(move |theirs| (*ours, *theirs))) {
        for (role, id, _) in ContactRole::ALL {
            let ground = ground(ours, theirs);
            let answers = Answers([("draft.role".to_owned(), id.to_owned())].into());
            let (_, template) = choose(&ground, &answers).text.expect("a text");
            assert!(template.is_for(role), "{ours:?} {theirs:?} {id}");
        }
    }
}

/// The problems of a filled-in form.
fn problems(ground: &Ground, entered: &[(&str, &str)]) -> Vec<(String, String)> {
    let all = [("contact_name", "Sam Whitfield"), ("sender", "U0ALEX"), ("route", "by_hand")];
    let answers = all.iter().chain(entered).map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    compose(ground, &Answers(answers)).err().unwrap_or_default()
}

#[test]
fn a_new_document_has_no_other_partners_name_and_is_not_past() {
    let ground = ground(Some(Prospect), Some(Prospect));
    let with = |title: &str, last: &str| {
        problems(
            &ground,
            &[
                ("draft.purpose:partner_rep", "prospecting"),
                ("draft.gift:partner_rep:prospecting", "asset"),
                ("asset_title", title),
                ("asset_url", "https://example.com/checklist"),
                ("asset_date", last),
            ],
        )
    };
    assert_eq!(with("Northwind co-branded checklist", "2026-03-11"), []);
    let field = |problems: Vec<(String, String)>| problems.into_iter().map(|(f, t)| format!("{f}: {t}"));
    let all: Vec<String> = field(with("Globex co-branded checklist", "2026-03-10")).collect();
    insta::assert_snapshot!(all.join("\n"), @r"
    asset_title: It names Globex, another partner. Choose something else.
    asset_date: That day is past.
    ");
}

#[test]
fn a_note_is_as_long_as_it_can_be_edited() {
    let ground = ground(Some(Customer), Some(Customer));
    let of = |result: &str| {
        let chosen =
            [("draft.purpose:partner_rep", "expansion"), ("draft.gift:partner_rep:expansion", "result")];
        problems(&ground, &[&chosen[..], &[("result", result), ("next_step", "2026-03-12")]].concat())
    };
    assert_eq!(of("signed on 3 March"), []);
    let long = of(&"signed ".repeat(400));
    assert_eq!((long.len(), long[0].0.as_str()), (1, "result"), "{long:?}");
    assert!(long[0].1.ends_with("Keep it under 2400."), "{long:?}");
}

#[test]
fn the_account_s_owner_is_the_sender_that_is_proposed_and_that_counts() {
    let mut overlap = testing::overlap("o1", "Acme Corp", "Northwind");
    overlap.assignee = Some("U0OMAR".into());
    (overlap.owner, overlap.account.owner) = (None, Some("<@U0ALEX|alex>".to_owned()));
    assert_eq!(overlap.owner_user(), Some("U0ALEX".into()));
    overlap.owner = Some("<@U0EVE00>".to_owned());
    assert_eq!(overlap.owner_user(), Some("U0EVE00".into()));
    overlap.owner = Some("Alex Rivera".to_owned());
    assert_eq!(overlap.owner_user(), Some("U0OMAR".into()));
}
