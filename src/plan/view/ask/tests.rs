use jiff::civil::date;

use super::super::super::ask::tests::{answer, ask, moved, stages};
use super::super::super::request::tests::at;
use super::*;

const TODAY: Date = date(2026, 3, 9);

/// The text, then the labels of the controls.
fn shown(stage: Stage, reader: &str) -> String {
    let message = card(&ask(stage), &reader.into(), TODAY).expect("a card");
    let buttons =
        message.blocks.iter().filter(|b| b["type"] == "actions").flat_map(|b| b["elements"].as_array());
    let labels: Vec<&str> = buttons.flatten().filter_map(|e| e["text"]["text"].as_str()).collect();
    format!("{}\n[{}]", message.text, labels.join("] ["))
}

#[test]
fn cards_as_the_manager_reads_them() {
    let all = stages().map(|stage| shown(stage, "UPM"));
    insta::assert_snapshot!(all.join("\n---\n"), @"");
}

#[test]
fn cards_as_the_requester_reads_them() {
    let all = stages().map(|stage| shown(stage, "UREP"));
    insta::assert_snapshot!(all.join("\n---\n"), @"");
}

#[test]
fn lines() {
    let all = stages().map(|stage| news(&ask(stage), TODAY).text);
    insta::assert_snapshot!(all.join("\n---\n"), @"");
    let waits = [Stage::Asked, Stage::WithPartner(moved("UPM")), Stage::Answered(moved("UPM"))];
    let all = waits.map(|stage| reminder(&ask(stage), 5).text);
    insta::assert_snapshot!(all.join("\n---\n"), @"");
    let answered = ask(Stage::Answered(moved("UPM")));
    insta::assert_snapshot!(decided_already(&answered, at("2026-03-09T12:00:00Z"), &TimeZone::UTC), @"");
    insta::assert_snapshot!(asked_already(&ask(Stage::Asked), TODAY), @"");
    insta::assert_snapshot!(refusal(&answered, true), @"");
    insta::assert_snapshot!(refusal(&answered, false), @"");
}

#[test]
fn lists_and_earlier_answers() {
    let reader = UserId::from("UPM");
    insta::assert_snapshot!(list(&[], &reader, TODAY).text, @"");
    insta::assert_snapshot!(which(&[], &reader, TODAY).text, @"");
    let hostile = Ask { question: "<!channel>\n& co".into(), ..ask(Stage::Asked) };
    let found = [hostile, ask(Stage::Answered(moved("UPM")))];
    let message = list(&found, &reader, TODAY);
    insta::assert_snapshot!(message.text, @"");
    let buttons: Vec<&str> =
        message.blocks.iter().filter_map(|b| b["accessory"]["text"]["text"].as_str()).collect();
    assert_eq!(buttons, ["Answer"], "the other waits for somebody else");
    let many = list(&vec![ask(Stage::Asked); LISTED + 1], &reader, TODAY);
    assert!(many.text.ends_with("Only the first 20 are shown.") && many.blocks.len() <= 50);
    let names = Names::of(&[("UPM", "Maya Lindholm")]);
    let before = Ask {
        answers: vec![Answer { said_by: None, said_on: date(2026, 1, 5), ..answer() }],
        question: "what do they spend?".into(),
        ..ask(Stage::Withdrawn(moved("UREP")))
    };
    let told = earlier(&[before, ask(Stage::Answered(moved("UPM")))], &names, TODAY);
    insta::assert_snapshot!(told.join("\n"), @"");
}

#[test]
fn the_usual_question_is_asked_where_none_is_written() {
    use super::super::super::ask::Topic;
    assert_eq!(usual(Topic::Whom, "Acme", Some(" who? ")).as_deref(), Some("who?"));
    assert_eq!(
        usual(Topic::Spend, "Acme", Some("  ")).as_deref(),
        Some("How much does Acme spend with you, and does it grow?")
    );
    assert_eq!(usual(Topic::Other, "Acme", None), None);
    let prefill = |question: &str, topic: Option<&str>| Prefill {
        question: question.into(),
        topic: topic.map(str::to_owned),
        ..Prefill::default()
    };
    assert_eq!(prefill("", None).topic(), Topic::Whom);
    assert_eq!(prefill("what do they spend?", None).topic(), Topic::Spend);
    assert_eq!(prefill("what do they spend?", Some("other")).topic(), Topic::Other);
}
