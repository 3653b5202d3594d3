use jiff::civil::date;

use super::shipped::SOURCES;
use super::*;
use crate::sustain::draft::{as_checked, e_mail};
use crate::sustain::relevance::input::{self, DraftInput, SenderRole};
use crate::sustain::relevance::{Level, Settings, check};

fn sample() -> Facts {
    Facts::sample()
}

fn draft(template: &Template, role: ContactRole, text: String) -> DraftInput {
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
        channel: Some(template.head.channel),
        purpose: Some(template.head.purpose),
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
fn every_shipped_text_is_read_and_every_voice_has_every_gift() {
    use GiftKind::{Asset, Introduction, OfferOfHelp, OurLaunch, Result, TheirLaunch};
    for (name, source) in SOURCES {
        let template = Template::parse(name, source).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(is_name(name), "{name}");
        // What is declared is what is used: the form asks for nothing that the text does not say.
        let used = template.uses().unwrap();
        assert!(template.needs.iter().all(|n| used.contains(n)), "{name}: {:?} {used:?}", template.needs);
    }
    assert_eq!(shipped().len(), SOURCES.len());
    for purpose in [Purpose::Prospecting, Purpose::Expansion, Purpose::Executive, Purpose::Presales] {
        for gift in [Asset, OurLaunch, TheirLaunch, OfferOfHelp, Introduction, Result] {
            let has = |t: &std::sync::Arc<Template>| t.head.purpose == purpose && t.head.gift == gift;
            assert!(shipped().iter().any(has), "{purpose:?} {gift:?}");
        }
    }
    for channel in [Channel::Slack, Channel::Email, Channel::Comment] {
        assert!(shipped().iter().any(|t| t.head.channel == channel), "{channel:?}");
    }
}

#[test]
fn every_shipped_text_passes_the_relevance_check_and_gives_what_it_declares() {
    let mut openings = std::collections::HashSet::new();
    for template in shipped() {
        let Rendered { subject, text } = template.render(&sample()).unwrap();
        assert!(
            text.split_whitespace().count() <= 90 && !text.contains('!') && !text.contains("{{"),
            "{text}"
        );
        let opening: Vec<&str> = text.split_whitespace().take(4).collect();
        assert!(openings.insert(opening.join(" ")), "two open alike: {text}");
        let whole = subject.map_or(text.clone(), |subject| e_mail(&subject, &text));
        let text = as_checked(template.head.channel, &whole);
        for (role, ..) in ContactRole::ALL.into_iter().filter(|(role, ..)| template.is_for(*role)) {
            let mut input = draft(template, role, text.clone());
            let verdict = check(&input, &Settings::default());
            let name = &template.name;
            assert_eq!(verdict.verdict, Level::Pass, "{name} to {role:?}: {text}\n{:#?}", verdict.rules);
            input.recipient.said_no_to = vec![template.head.gift];
            let refused = check(&input, &Settings::default());
            assert_eq!(
                refused.verdict,
                Level::Block,
                "{name} does not give {:?}: {text}",
                template.head.gift
            );
        }
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

const FRONT: &str = "+++\ntitle = \"T\"\npurpose = \"expansion\"\ngift = \"asset\"\nchannel = \"slack\"\nneeds = [\"account\"]\n+++\n";

fn error(source: &str) -> String {
    Template::parse("t", source).unwrap_err().to_string()
}

#[test]
fn errors_name_line_and_reason() {
    insta::assert_snapshot!(error("no fence"), @"line 1: The first line must be +++, followed by title, purpose, gift and channel.");
    insta::assert_snapshot!(error(&format!("{FRONT}Hi\n{{{{ acount }}}}")), @"line 9: There is no fact called acount. Known facts: recipient, partner, account, our_population, their_population, owner, our_contact, asset, our_launch, their_launch, their_focus, result, next_step.");
    insta::assert_snapshot!(error(&format!("{FRONT}{{{{ owner }}}}")), @"line 8: The text uses owner: add it to needs.");
    insta::assert_snapshot!(error(&format!("{FRONT}\n\nHi {{{{ account }}}}\n{{{{ account.name }}}}")), @"line 11: A fact has no such part. A contact has name and role, a document title and url, a launch and a focus title and date.");
    insta::assert_snapshot!(error(&format!("{}Hi", FRONT.replace("[\"account\"]", "[\"acount\"]"))), @"line 6: There is no fact called acount. Known facts: recipient, partner, account, our_population, their_population, owner, our_contact, asset, our_launch, their_launch, their_focus, result, next_step.");
    insta::assert_snapshot!(error(&format!("{FRONT}a\nb {{% if %}}")), @"line 9: This can't be read: unexpected end of block. A fact stands in double braces, such as {{ account }}.");
    insta::assert_snapshot!(error(FRONT), @"line 8: The text is empty.");
    insta::assert_snapshot!(error(&format!("{FRONT}{}", "x".repeat(2501))), @"line 8: The text has 2501 characters. Keep it under 2500.");
    assert!(error(&FRONT.replace("expansion", "world-domination")).starts_with("line 3: "));
    assert!(error(&FRONT.replace("needs", "need")).starts_with("line 6: unknown field `need`"));
}

#[test]
fn an_e_mail_has_a_subject_and_nothing_else_has_one() {
    let with = |channel: &str, more: &str| {
        let front = FRONT.replace("channel = \"slack\"", &format!("channel = \"{channel}\"\n{more}"));
        format!("{front}For {{{{ account }}}}")
    };
    insta::assert_snapshot!(error(&with("email", "")), @"line 5: An e-mail has a subject: write what it is about.");
    insta::assert_snapshot!(error(&with("comment", "subject = \"S\"")), @"line 6: Only an e-mail has a subject: leave it out.");
    insta::assert_snapshot!(error(&with("email", "subject = \"{{ owner }}\"")), @"line 6: The text uses owner: add it to needs.");
    insta::assert_snapshot!(error(&with("email", "subject = \"{% set x = 1 %}\"")), @"line 6: A text may use if, elif, else and endif, and not {% set %}.");
    insta::assert_snapshot!(error(&with("slack", "language = \"English, mostly\"")), @"line 6: Write a language as in BCP 47, such as en, de or pt-BR.");
    insta::assert_snapshot!(error(&with("slack", "persona = [\"boss\"]")), @"line 6: unknown variant `boss`, expected one of `partner_rep`, `partner_manager`, `partner_executive`, `partner_presales`");
    let mail = Template::parse("t", &with("email", "subject = \"{{ account }}\"")).unwrap();
    let facts = Facts { account: Some("Acme\nBcc: all@example.com".to_owned()), ..Facts::default() };
    let subject = mail.render(&facts).unwrap().subject;
    assert_eq!(subject.as_deref(), Some("Acme Bcc: all@example.com"), "a header is one line");
}

#[test]
fn what_a_text_needs_is_read_from_it_and_its_source_reads_back() {
    let source = "+++\ntitle = \"T\"\npurpose = \"executive\"\ngift = \"result\"\nchannel = \"email\"\n\
                  subject = \"{{ account }} \\\"quoted\\\"\"\npersona = [\"partner_executive\"]\nlanguage = \"pt-BR\"\n\
                  theirs = [\"customer\"]\n+++\nOi {{ recipient }},\n\n{{ result }}\n+++\n";
    let template = Template::parse("t", source).unwrap();
    assert_eq!(template.needs, ["recipient", "account", "result"]);
    let again = Template::parse("t", &template.source().unwrap()).unwrap();
    assert_eq!((again.head, again.needs, again.body), (template.head, template.needs, template.body));
}

#[test]
fn a_runaway_text_is_stopped_and_nothing_is_escaped() {
    let runaway = "{% for i in range(9999) %}{% for j in range(9999) %}x{% endfor %}{% endfor %}";
    assert!(Template::parse("t", &format!("{FRONT}{runaway}")).is_err());
    let plain = Template::parse("t", &format!("{FRONT}{{{{ account }}}}")).unwrap();
    let facts = Facts { account: Some("A & <B>".into()), ..Facts::default() };
    assert_eq!(plain.render(&facts).unwrap().text, "A & <B>");
}
