//! Text from a partner, a list or a channel is data: nobody's words ring a channel, mention a person or hide a link.

use serde_json::{Value, json};

use crate::flows::drafts;
use crate::support::stage::{ALEX, INTAKE, MAYA, OMAR, OPS, SHARED, Stage};

crate::flows!(
    a_hostile_overlap_rings_nobody,
    a_hostile_list_rings_nobody,
    hostile_commitments_and_requests_ring_nobody,
    a_hostile_note_reaches_the_partner_as_plain_words,
    what_nobody_sees_is_no_part_of_a_note,
    twelve_thousand_characters_are_answered,
);

/// A broadcast, a mention, a link under another name, a text that runs backwards, and what nobody sees.
const HOSTILE: &str = "<!channel> <!here> <!subteam^S1> <@U0EVE> <https://evil.example|acme.com> \u{202E}moc.live\u{202C}\u{200B}\u{7}";

/// Everything that was sent to Slack: messages, answers, forms, Home.
fn sent(stage: &Stage) -> Vec<String> {
    fn texts(value: &Value, all: &mut Vec<String>) {
        match value {
            Value::String(text) => match serde_json::from_str::<Value>(text) {
                Ok(inner @ (Value::Object(_) | Value::Array(_))) => texts(&inner, all),
                _ => all.push(text.clone()),
            },
            Value::Array(items) => items.iter().for_each(|v| texts(v, all)),
            // What a form or a button carries for ourselves is shown to nobody, and a field is given back as it was written.
            Value::Object(fields) => fields
                .iter()
                .filter(|(key, _)| {
                    !matches!(key.as_str(), "private_metadata" | "value" | "initial_value" | "metadata")
                })
                .for_each(|(_, v)| texts(v, all)),
            _ => {}
        }
    }
    let mut all = Vec::new();
    stage.sandbox.calls().iter().for_each(|call| texts(&call.request, &mut all));
    for user in [ALEX, MAYA, OMAR] {
        stage.sandbox.ephemerals(user).iter().for_each(|message| {
            texts(&message["text"], &mut all);
            texts(&message["blocks"], &mut all);
        });
    }
    all
}

fn is_harmless(stage: &Stage) {
    let sent = sent(stage);
    assert!(sent.len() > 3, "something was said");
    for text in &sent {
        for live in ["<!", "<@U0EVE>", "<https://evil", "<http://evil", "\u{202E}", "\u{200B}", "\u{7}"] {
            assert!(!text.contains(live), "{live:?} is live in {text:?}");
        }
    }
}

async fn a_hostile_overlap_rings_nobody(stage: Stage) {
    let alex = stage.person(ALEX);
    let said = format!("New overlap with Northwind: Acme {HOSTILE} (acme.com), our customer, their prospect");
    alex.post(INTAKE, &said).await.unwrap();
    alex.post_message(
        INTAKE,
        json!({"text": "", "attachments": [{"title": "New overlap", "fields": [
            {"title": "Account", "value": format!("Hooli {HOSTILE}")}, {"title": "Partner", "value": "Northwind"},
            {"title": "Domain", "value": "hooli.com"}]}]}),
    )
    .await
    .unwrap();
    alex.post(INTAKE, &format!("Overlap with {HOSTILE}: Initrode {HOSTILE}")).await.unwrap();
    stage.settle().await;
    stage.say(ALEX, INTAKE, "/partner overlaps list").await;
    stage.say(MAYA, OPS, "/partner digest preview").await;
    stage.say(ALEX, INTAKE, &format!("/partner overlaps list {HOSTILE}")).await;
    stage.say(ALEX, INTAKE, &format!("/partner {HOSTILE}")).await;
    stage.person(MAYA).open_home().await.unwrap();
    stage.advance_to("2026-03-09T08:00:00Z").await;
    is_harmless(&stage);
    stage.end().await;
}

async fn a_hostile_list_rings_nobody(stage: Stage) {
    let list = format!(
        "Account,Domain,Our population,Their population,Owner\n\"Hooli {HOSTILE}\",hooli.com,customer,prospect,\"{HOSTILE}\"\n\"{HOSTILE}\",not a domain {HOSTILE},{HOSTILE},prospect,\n"
    );
    stage.person(OMAR).upload(INTAKE, "northwind \u{202E}<!channel>.csv", list).await.unwrap();
    stage.settle().await;
    stage.imports().await;
    is_harmless(&stage);
    stage.end().await;
}

async fn hostile_commitments_and_requests_ring_nobody(stage: Stage) {
    drafts::ground(&stage).await;
    stage
        .say(
            ALEX,
            INTAKE,
            &format!("/partner commit add \"send {HOSTILE}\" to northwind by friday <@U0ALEX|alex>"),
        )
        .await;
    stage.submit(ALEX, json!({})).await;
    stage
        .say(ALEX, INTAKE, &format!("/partner session request acme {HOSTILE} with northwind by friday"))
        .await;
    if stage.sandbox.modal(ALEX).is_some() {
        stage.submit(ALEX, json!({"account": "Acme Corp", "partner": "p-northwind", "goal": HOSTILE})).await;
    }
    stage.say(ALEX, INTAKE, "/partner commit").await;
    stage.advance_to("2026-03-06T08:00:00Z").await;
    is_harmless(&stage);
    stage.end().await;
}

/// An approver may write it; it still reads as what it is, and the card shows what the partner will see.
async fn a_hostile_note_reaches_the_partner_as_plain_words(stage: Stage) {
    drafts::ground(&stage).await;
    let ts = drafts::propose(&stage, json!({})).await;
    let text = format!(
        "Hi Sam, Acme Corp is our customer and your prospect, and I can introduce you there. {HOSTILE}"
    );
    drafts::edit(&stage, &ts, &text).await;
    is_harmless(&stage);
    let card = drafts::card(&stage, &ts);
    assert!(card.contains("&lt;!channel&gt;"), "{card}");
    assert!(stage.texts(SHARED).iter().all(|t| !t.contains("<!channel>")));
    stage.end().await;
}

/// What the approver reads, what the check reads, what is kept and what is sent are one text.
async fn what_nobody_sees_is_no_part_of_a_note(stage: Stage) {
    drafts::ground(&stage).await;
    let omar = stage.person(OMAR);
    omar.command(OPS, "/partner draft new acme").await.unwrap();
    stage.settle().await;
    omar.choose_in_view("draft.contact", "new").await.unwrap();
    stage.settle().await;
    stage.submit(OMAR, json!({"contact_name": "K\u{200B}im Lund"})).await;
    let ts = stage.sandbox.messages(OPS).pop().unwrap()["ts"].as_str().unwrap().to_owned();
    let note = drafts::waiting(&stage).await.note;
    assert!(note.text.contains("Kim"), "{}", note.text);
    assert!(!drafts::card(&stage, &ts).contains("*Blocked*"), "{}", drafts::card(&stage, &ts));

    let gift =
        "Acme Corp is our customer and your prospect, and I can introduce you to Dana Reyes there this week.";
    drafts::edit(&stage, &ts, &format!("Hi Kim, {gift} Glo\u{200D}b\u{2060}ex knows them too.")).await;
    let card = drafts::card(&stage, &ts);
    assert!(card.contains("*Blocked*") && card.contains("Globex knows"), "{card}");

    drafts::edit(
        &stage,
        &ts,
        &format!("Hi K\u{E0041}im,\u{2028}{} \u{202E}\u{7}", gift.replace("Acme", "Ac\u{200B}me")),
    )
    .await;
    let note = drafts::waiting(&stage).await.note;
    assert_eq!(note.text, format!("Hi Kim,\n{gift}"));
    stage.person(MAYA).click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    let card = drafts::card(&stage, &ts);
    let quoted: Vec<&str> = card.lines().filter_map(|l| l.strip_prefix("> ")).collect();
    assert_eq!(quoted.join("\n"), note.text);
    assert_eq!(stage.texts(SHARED), [note.text]);
    stage.end().await;
}

async fn twelve_thousand_characters_are_answered(stage: Stage) {
    let alex = stage.person(ALEX);
    let long = "x".repeat(11_800);
    alex.post(INTAKE, &format!("New overlap with Northwind: {long} (acme.com), our customer")).await.unwrap();
    stage.settle().await;
    stage.say(ALEX, INTAKE, &format!("/partner overlaps list {}", "y".repeat(2_000))).await;
    stage.say(ALEX, INTAKE, &format!("/partner {}", "z".repeat(2_000))).await;
    let answer = stage.last_private(ALEX);
    assert!(answer.chars().count() < 2_500 && answer.contains("What you can say"), "{answer}");
    is_harmless(&stage);
    stage.end().await;
}
