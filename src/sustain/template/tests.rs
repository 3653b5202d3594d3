use jiff::civil::date;

use super::*;
use crate::map::partner::ContactRole;
use crate::sustain::relevance::input::{self, DraftInput, SenderRole};
use crate::sustain::relevance::{Level, Settings, check};

fn sample() -> Facts {
    Facts {
        recipient: Some("Sam".into()),
        partner: Some("Northwind".into()),
        account: Some("Acme Corp".into()),
        our_population: Some("customer".into()),
        their_population: Some("prospect".into()),
        owner: Some("Lena".into()),
        our_contact: Some(Contact { name: "Dana Reyes".into(), role: "head of operations".into() }),
        asset: Some(Document {
            title: "Retail onboarding checklist".into(),
            url: "https://example.com/checklist".into(),
        }),
        our_launch: Some(Dated { title: "Returns connector".into(), date: "2 March".into() }),
        their_launch: Some(Dated { title: "Northwind Returns API".into(), date: "5 March".into() }),
        their_focus: Some(Dated { title: "returns in retail".into(), date: "4 March".into() }),
        result: Some("went live two weeks early".into()),
        next_step: Some("Thursday 19 March".into()),
    }
}

fn draft(template: &Template, text: String) -> DraftInput {
    let role = match template.purpose {
        Purpose::Executive => ContactRole::PartnerExecutive,
        Purpose::Presales => ContactRole::PartnerPresales,
        _ => ContactRole::PartnerRep,
    };
    let launch = |title: &str| input::Launch { title: title.into(), date: Some(date(2026, 3, 5)) };
    DraftInput {
        id: serde_json::Value::Null,
        today: date(2026, 3, 11),
        recipient: input::Recipient {
            name: Some("Sam".into()),
            company: Some("Northwind".into()),
            role: Some(role),
            ..Default::default()
        },
        sender: input::Sender { role: Some(SenderRole::AccountOwner) },
        channel: Some(template.channel),
        purpose: Some(template.purpose),
        facts: input::Facts {
            partner: Some("Northwind".into()),
            overlaps: vec![input::Overlap {
                account: "Acme Corp".into(),
                our_population: None,
                their_population: None,
                seen: Some(date(2026, 3, 2)),
                amount: None,
            }],
            assets: vec![input::Asset {
                title: "Retail onboarding checklist".into(),
                url: Some("https://example.com/checklist".into()),
                expires: None,
            }],
            our_launches: vec![launch("Returns connector")],
            their_launches: vec![launch("Northwind Returns API")],
            other_partners: vec!["Globex".into()],
            withheld: Vec::new(),
            never: Vec::new(),
            allowed_links: vec!["example.com".into()],
        },
        text,
    }
}

#[test]
fn every_shipped_text_is_read_and_covers_every_voice() {
    for (name, source) in SOURCES {
        Template::parse(name, source).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
    assert_eq!(shipped().len(), SOURCES.len());
    for purpose in [Purpose::Prospecting, Purpose::Expansion, Purpose::Executive, Purpose::Presales] {
        assert!(shipped().iter().filter(|t| t.purpose == purpose).count() >= 3, "{purpose:?}");
    }
}

#[test]
fn every_shipped_text_passes_the_relevance_check_and_gives_what_it_declares() {
    let mut openings = std::collections::HashSet::new();
    for template in shipped() {
        let text = template.render(&sample()).unwrap();
        assert!(
            text.split_whitespace().count() <= 90 && !text.contains('!') && !text.contains("{{"),
            "{text}"
        );
        let opening: Vec<&str> = text.split_whitespace().take(5).collect();
        assert!(openings.insert(opening.join(" ")), "two open alike: {text}");
        let mut input = draft(template, text.clone());
        let verdict = check(&input, &Settings::default());
        assert_eq!(verdict.verdict, Level::Pass, "{}: {text}\n{:#?}", template.name, verdict.rules);
        input.recipient.said_no_to = vec![template.gift];
        let refused = check(&input, &Settings::default());
        assert_eq!(
            refused.verdict,
            Level::Block,
            "{} does not give {:?}: {text}",
            template.name,
            template.gift
        );
    }
}

#[test]
fn a_missing_fact_makes_a_template_unavailable() {
    let facts = Facts { asset: None, ..sample() };
    let template = shipped().iter().find(|t| t.name == "expansion-asset").unwrap();
    assert_eq!(template.missing(&facts), ["asset"]);
    assert_eq!(template.render(&facts).unwrap_err().reason, "Not known yet: asset.");
    assert!(template.missing(&sample()).is_empty());
}

#[test]
fn errors_name_line_and_reason() {
    let front = "+++\ntitle = \"T\"\npurpose = \"expansion\"\ngift = \"asset\"\nchannel = \"slack\"\nneeds = [\"account\"]\n+++\n";
    let error = |source: &str| Template::parse("t", source).unwrap_err().to_string();
    insta::assert_snapshot!(error("no fence"), @"line 1: The first line must be +++, followed by title, purpose, gift, channel and needs.");
    insta::assert_snapshot!(error(&format!("{front}Hi\n{{{{ acount }}}}")), @"line 9: There is no fact called acount. Known facts: recipient, partner, account, our_population, their_population, owner, our_contact, asset, our_launch, their_launch, their_focus, result, next_step.");
    insta::assert_snapshot!(error(&format!("{front}{{{{ owner }}}}")), @"line 8: The text uses owner: add it to needs.");
    assert!(error(&front.replace("expansion", "world-domination")).starts_with("line 3: "));
    assert!(error(&format!("{front}a\nb {{% if %}}")).starts_with("line 9: "));
}

#[test]
fn a_runaway_text_is_stopped_and_nothing_is_escaped() {
    let front = "+++\ntitle = \"T\"\npurpose = \"expansion\"\ngift = \"asset\"\nchannel = \"slack\"\nneeds = [\"account\"]\n+++\n";
    let runaway = Template::parse(
        "t",
        &format!(
            "{front}{{% for i in range(9999) %}}{{% for j in range(9999) %}}x{{% endfor %}}{{% endfor %}}"
        ),
    )
    .unwrap();
    assert!(runaway.render(&sample()).is_err());
    let plain = Template::parse("t", &format!("{front}{{{{ account }}}}")).unwrap();
    let facts = Facts { account: Some("A & <B>".into()), ..Facts::default() };
    assert_eq!(plain.render(&facts).unwrap(), "A & <B>");
}
