//! When more messages come than anybody reads answers to.

use crate::support::stage::{ALEX, INTAKE, Stage};

crate::flows!(many_messages_get_one_line);

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
    // Calm again.
    let said = "Quill Inc with Northwind: our open opp $120k, their customer";
    let ts = stage.person(ALEX).post(INTAKE, said).await.unwrap();
    stage.settle().await;
    assert_eq!(stage.thread(INTAKE, &ts).len(), 1);
    stage.end().await;
}
