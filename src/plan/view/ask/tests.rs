use jiff::civil::date;

use super::super::super::ask::Moved;
use super::super::super::ask::tests::{answer, ask, moved, stages};
use super::super::super::request::tests::at;
use super::*;

const TODAY: Date = date(2026, 3, 9);

fn here() -> Zoned {
    TODAY.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).expect("a time")
}

/// The text, then the labels of the controls.
fn shown(stage: Stage, reader: &str) -> String {
    let message = card(&ask(stage), &reader.into(), false, &here()).expect("a card");
    let buttons =
        message.blocks.iter().filter(|b| b["type"] == "actions").flat_map(|b| b["elements"].as_array());
    let labels: Vec<&str> = buttons.flatten().filter_map(|e| e["text"]["text"].as_str()).collect();
    format!("{}\n[{}]", message.text, labels.join("] ["))
}

#[test]
fn cards_as_the_manager_reads_them() {
    let all = stages().map(|stage| shown(stage, "UPM"));
    insta::assert_snapshot!(all.join("\n---\n"), @r"
    *Acme (acme.com)* · Whom to talk to · through Northwind
    > who runs RevOps there?
    <@UREP> asks <@UPM>.
    Why Northwind: Sam Whitfield there knows Dana Reyes, 5 of 5
    [Answer] [Say whom you asked] [Decline]
    ---
    *Acme (acme.com)* · Whom to talk to · through Northwind
    > who runs RevOps there?
    <@UPM> asked Sam Whitfield at Northwind on Fri 6 Mar, and waits.
    Why Northwind: Sam Whitfield there knows Dana Reyes, 5 of 5
    [Answer] [Decline]
    ---
    *Acme (acme.com)* · Whom to talk to · through Northwind
    > who runs RevOps there?
    Dana Reyes runs it, since January (Sam Whitfield at Northwind, Thu 5 Mar)
    Answered by <@UPM>. <@UREP> says what comes of it.
    []
    ---
    *Acme (acme.com)* · Whom to talk to · through Northwind
    > who runs RevOps there?
    Dana Reyes runs it, since January (Sam Whitfield at Northwind, Thu 5 Mar)
    <@UREP> still needs: her number. <@UPM> is asked again.
    [Answer] [Say whom you asked] [Decline]
    ---
    *Acme (acme.com)* · Whom to talk to · through Northwind
    > who runs RevOps there?
    Dana Reyes runs it, since January (Sam Whitfield at Northwind, Thu 5 Mar)
    Closed by <@UREP>: we meet Dana; the deal moved.
    []
    ---
    *Acme (acme.com)* · Whom to talk to · through Northwind
    > who runs RevOps there?
    Declined by <@UPM>: they do not know.
    Why Northwind: Sam Whitfield there knows Dana Reyes, 5 of 5
    []
    ---
    *Acme (acme.com)* · Whom to talk to · through Northwind
    > who runs RevOps there?
    Dana Reyes runs it, since January (Sam Whitfield at Northwind, Thu 5 Mar)
    Withdrawn by <@UREP>.
    []
    ");
}

#[test]
fn cards_as_the_requester_reads_them() {
    let all = stages().map(|stage| shown(stage, "UREP"));
    insta::assert_snapshot!(all.join("\n---\n"), @r"
    *Acme (acme.com)* · Whom to talk to · through Northwind
    > who runs RevOps there?
    <@UREP> asks <@UPM>.
    Why Northwind: Sam Whitfield there knows Dana Reyes, 5 of 5
    [Withdraw]
    ---
    *Acme (acme.com)* · Whom to talk to · through Northwind
    > who runs RevOps there?
    <@UPM> asked Sam Whitfield at Northwind on Fri 6 Mar, and waits.
    Why Northwind: Sam Whitfield there knows Dana Reyes, 5 of 5
    [Withdraw]
    ---
    *Acme (acme.com)* · Whom to talk to · through Northwind
    > who runs RevOps there?
    Dana Reyes runs it, since January (Sam Whitfield at Northwind, Thu 5 Mar)
    Answered by <@UPM>. <@UREP> says what comes of it.
    [Say what came of it] [Ask for more] [Withdraw]
    ---
    *Acme (acme.com)* · Whom to talk to · through Northwind
    > who runs RevOps there?
    Dana Reyes runs it, since January (Sam Whitfield at Northwind, Thu 5 Mar)
    <@UREP> still needs: her number. <@UPM> is asked again.
    [Withdraw]
    ---
    *Acme (acme.com)* · Whom to talk to · through Northwind
    > who runs RevOps there?
    Dana Reyes runs it, since January (Sam Whitfield at Northwind, Thu 5 Mar)
    Closed by <@UREP>: we meet Dana; the deal moved.
    []
    ---
    *Acme (acme.com)* · Whom to talk to · through Northwind
    > who runs RevOps there?
    Declined by <@UPM>: they do not know.
    Why Northwind: Sam Whitfield there knows Dana Reyes, 5 of 5
    [Ask another partner]
    ---
    *Acme (acme.com)* · Whom to talk to · through Northwind
    > who runs RevOps there?
    Dana Reyes runs it, since January (Sam Whitfield at Northwind, Thu 5 Mar)
    Withdrawn by <@UREP>.
    []
    ");
}

#[test]
fn lines() {
    let all = stages().map(|stage| news(&ask(stage), &here()).text);
    insta::assert_snapshot!(all.join("\n---\n"), @r"
    Acme (acme.com), through Northwind · <@UREP> asks <@UPM>.
    ---
    Acme (acme.com), through Northwind · <@UPM> asked Sam Whitfield at Northwind on Fri 6 Mar, and waits.
    ---
    Acme (acme.com), through Northwind · Answered by <@UPM>. <@UREP> says what comes of it.
    Dana Reyes runs it, since January (Sam Whitfield at Northwind, Thu 5 Mar)
    ---
    Acme (acme.com), through Northwind · <@UREP> still needs: her number. <@UPM> is asked again.
    ---
    Acme (acme.com), through Northwind · Closed by <@UREP>: we meet Dana; the deal moved.
    ---
    Acme (acme.com), through Northwind · Declined by <@UPM>: they do not know.
    ---
    Acme (acme.com), through Northwind · Withdrawn by <@UREP>.
    ");
    let waits = [Stage::Asked, Stage::WithPartner(moved("UPM")), Stage::Answered(moved("UPM"))];
    let all = waits.map(|stage| reminder(&ask(stage), 5).text);
    insta::assert_snapshot!(all.join("\n---\n"), @r"
    Acme (acme.com), through Northwind · <@UREP> has waited 5 working days for your answer. Above you can answer, say whom you asked, or decline.
    ---
    Acme (acme.com), through Northwind · Sam Whitfield was asked 5 working days ago, and <@UREP> waits. Above you can answer or decline.
    ---
    Acme (acme.com), through Northwind · answered 5 working days ago. What came of it, and did the deal move? Above you can say so, or ask for more.
    ");
    let answered = ask(Stage::Answered(moved("UPM")));
    insta::assert_snapshot!(decided_already(&answered, at("2026-03-09T12:00:00Z"), &TimeZone::UTC), @"That changed before you pressed the button (Fri 6 Mar, 10:00). Acme (acme.com), through Northwind · Answered by <@UPM>. <@UREP> says what comes of it.");
    insta::assert_snapshot!(asked_already(&ask(Stage::Asked), &here()), @"That is asked already, so nobody was asked again. Acme (acme.com), through Northwind · <@UREP> asks <@UPM>.");
    insta::assert_snapshot!(refusal(&answered, Side::Managers), @"Only <@UPM> can answer this question. Nothing was changed.");
    insta::assert_snapshot!(refusal(&answered, Side::Requester), @"Only <@UREP>, who asked, can do that. Nothing was changed.");
    insta::assert_snapshot!(refusal(&answered, Side::Either), @"Only <@UREP>, who asked, can do that, or somebody who looks after Northwind. Nothing was changed.");
}

#[test]
fn lists_and_earlier_answers() {
    let reader = UserId::from("UPM");
    insta::assert_snapshot!(list(&[], &reader, &here()).text, @r#"Nothing is asked. `/partner ask acme "who runs RevOps there?"` asks our manager for the best-placed partner; nobody there is written to."#);
    insta::assert_snapshot!(which(&[], &reader, &here()).text, @"No question waits for your answer.");
    let hostile = Ask { question: "<!channel>\n& co".into(), ..ask(Stage::Asked) };
    let found = [hostile, ask(Stage::Answered(moved("UPM")))];
    let message = list(&found, &reader, &here());
    insta::assert_snapshot!(message.text, @r"
    *Questions to partner managers*
    *Acme (acme.com)* · &lt;!channel&gt; &amp; co · Northwind · <@UREP> asks <@UPM>.
    *Acme (acme.com)* · who runs RevOps there? · Northwind · Answered by <@UPM>. <@UREP> says what comes of it.
    ");
    let buttons: Vec<&str> =
        message.blocks.iter().filter_map(|b| b["accessory"]["text"]["text"].as_str()).collect();
    assert_eq!(buttons, ["Answer"], "the other waits for somebody else");
    let many = list(&vec![ask(Stage::Asked); LISTED + 1], &reader, &here());
    assert!(many.text.ends_with("Only the first 20 are shown.") && many.blocks.len() <= 50);
    let names = Names::of(&[("UPM", "Maya Lindholm")]);
    let before = Ask {
        answers: vec![Answer { said_by: None, said_on: date(2026, 1, 5), ..answer() }],
        question: "what do they spend?".into(),
        ..ask(Stage::Withdrawn(moved("UREP")))
    };
    let told = earlier(&[before, ask(Stage::Answered(moved("UPM")))], &names, TODAY);
    insta::assert_snapshot!(told.join("\n"), @r"
    who runs RevOps there? Dana Reyes runs it, since January (Sam Whitfield at Northwind, Thu 5 Mar; from Maya Lindholm)
    what do they spend? Dana Reyes runs it, since January (Mon 5 Jan; from Maya Lindholm)
    ");
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

#[test]
fn an_account_on_a_card_is_found_by_its_domain() {
    assert_eq!(without_domain("Acme (acme.com)"), "acme.com");
    assert_eq!(without_domain("Acme"), "Acme");
    assert_eq!(without_domain("Acme (EMEA)"), "Acme (EMEA)");
}

#[test]
fn a_day_is_told_by_its_readers_clock() {
    // Half past eleven in Greenwich.
    let asked = ask(Stage::WithPartner(Moved { by: "UPM".into(), at: at("2026-03-06T23:30:00Z") }));
    let told = |zone: &str| state(&asked, &here().with_time_zone(TimeZone::get(zone).expect("a zone")));
    insta::assert_snapshot!(told("UTC"), @"<@UPM> asked Sam Whitfield at Northwind on Fri 6 Mar, and waits.");
    insta::assert_snapshot!(told("Europe/Stockholm"), @"<@UPM> asked Sam Whitfield at Northwind on Sat 7 Mar, and waits.");
}

#[test]
fn where_the_requester_has_left_others_say_what_came_of_it() {
    let answered = ask(Stage::Answered(moved("UPM")));
    let message = card(&answered, &"UPM".into(), true, &here()).expect("a card");
    let elements = message.blocks.iter().filter_map(|b| b["elements"].as_array()).flatten();
    let labels: Vec<&str> = elements.filter_map(|e| e["text"]["text"].as_str()).collect();
    assert_eq!(labels, ["Say what came of it"]);
    insta::assert_snapshot!(left(&answered, 5, Outside::Deactivated).text, @"Acme (acme.com), through Northwind · answered 5 working days ago. <@UREP>, who asked, is a deactivated account now. Above you can say what came of it.");
}
