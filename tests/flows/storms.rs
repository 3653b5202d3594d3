//! When more messages come than anybody reads answers to.

use tandem::delivery::outbox::{self, Destination, Outgoing};
use tandem::kernel::blocks::Message;
use tandem::sandbox::Fault;

use crate::support::stage::{ALEX, INTAKE, OPS, Stage};

crate::flows!(many_messages_get_one_line, a_text_too_long_for_one_message_goes_on_below);

async fn many_messages_get_one_line(stage: Stage) {
    for n in 0..60 {
        let said = format!("Company{n} Inc with Northwind: our open opp $120k, their customer");
        stage.person(ALEX).post(INTAKE, &said).await.unwrap();
    }
    stage.settle().await;
    let messages = stage.sandbox.messages(INTAKE);
    let answered = messages.iter().filter(|m| !stage.thread(INTAKE, m["ts"].as_str().unwrap()).is_empty());
    assert_eq!(answered.count(), 20, "the first twenty are answered one by one");
    stage.advance_to("2026-03-04T09:10:00Z").await;
    stage.advance_to("2026-03-04T09:11:00Z").await;
    let lines: Vec<String> = stage.texts(INTAKE).into_iter().filter(|t| t.starts_with("From ")).collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    insta::assert_snapshot!(lines[0], @"From 10:00 to 10:10, 60 messages here named overlaps: 60 new, 0 known already. That is more than I answer one by one: the first 20 have a line in their thread, the rest are recorded just the same. Triage on Monday.");
    // An unknown partner is asked about twenty times, not sixty.
    for n in 0..60 {
        let said = format!(
            "New overlap: Other{n} Inc (other{n}.com), our open opp, their customer. Partner: Pied Piper"
        );
        stage.person(ALEX).post(INTAKE, &said).await.unwrap();
    }
    stage.settle().await;
    assert_eq!(stage.private(ALEX).len(), 20, "the first twenty are asked about one by one");
    stage.advance_to("2026-03-04T09:20:00Z").await;
    stage.advance_to("2026-03-04T09:21:00Z").await;
    let lines: Vec<String> = stage.texts(INTAKE).into_iter().filter(|t| t.starts_with("From ")).collect();
    insta::assert_snapshot!(lines[1], @"From 10:10 to 10:20, 60 messages here named overlaps: 0 new, 0 known already. That is more than I answer one by one: the first 20 have an answer. 60 of them name no account, or no partner that I know, and that is not recorded. Add the partner with `/partner partner add` and post them again, or send them as a list. Triage on Monday.");
    // Calm again.
    let said = "Quill Inc with Northwind: our open opp $120k, their customer";
    let ts = stage.person(ALEX).post(INTAKE, said).await.unwrap();
    stage.settle().await;
    assert_eq!(stage.thread(INTAKE, &ts).len(), 1);
    stage.end().await;
}

/// The second part is refused at first: it is as safe as the first one.
async fn a_text_too_long_for_one_message_goes_on_below(stage: Stage) {
    let line = |n: usize| format!("{n}: {}", "word ".repeat(20).trim());
    let text: Vec<String> = (0..200).map(line).collect();
    let out = Outgoing::post("long", Destination::Channel(OPS.into()), Message::text(text.join("\n")));
    stage.sandbox.script("chat.postMessage", Fault::RateLimited { seconds: 0 }, 2);
    for _ in 0..2 {
        let mut tx = stage.db.begin().await.unwrap();
        outbox::enqueue(&mut tx, stage.clock.now().as_millisecond(), &out).await.unwrap();
        tx.commit().await.unwrap();
    }
    stage.bot.bell.ring();
    stage.settle().await;
    let messages = stage.sandbox.messages(OPS);
    let ts = messages[0]["ts"].as_str().unwrap();
    let mut parts = stage.texts(OPS);
    parts.truncate(1);
    parts.extend(stage.thread(OPS, ts));
    assert_eq!(parts.len(), 2, "each part once");
    assert_eq!(parts.join("\n"), text.join("\n"), "nothing is lost, and lines are whole");
    stage.end().await;
}
