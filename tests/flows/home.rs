//! Home and the status.

use serde_json::{Value, json};

use super::drafts::{card, ground, propose};
use crate::support::stage::{ALEX, INTAKE, MAYA, OMAR, Stage};

crate::flows!(
    home_says_what_waits,
    every_button_of_home_opens_something,
    home_shows_the_notes_that_its_reader_may_approve,
    home_shows_nothing_to_who_is_no_full_member,
    a_commitment_refreshes_home,
    status_is_for_everybody
);

fn words(view: &Value) -> String {
    let text = |b: &Value| {
        let text = b["text"]["text"].as_str().or_else(|| b["elements"][0]["text"].as_str());
        text.unwrap_or_default().to_owned()
    };
    view["blocks"]
        .as_array()
        .unwrap()
        .iter()
        .map(text)
        .filter(|t| !t.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

async fn home_says_what_waits(stage: Stage) {
    stage
        .person(ALEX)
        .post(INTAKE, "New overlap with Northwind: Acme Corp (acme.com), our open opp $120k, their customer")
        .await
        .unwrap();
    stage.settle().await;
    let omar = stage.person(OMAR);
    omar.open_home().await.unwrap();
    stage.settle().await;
    insta::allow_duplicates! {
        insta::assert_snapshot!(words(&stage.sandbox.home(OMAR).unwrap()), @r"
        *I keep the partner team in rhythm: map, pull, plan, sustain.*
        Write or drop overlaps into <#C0OVERLAPS>, and decide on them once a week. I propose sessions with partners where it counts, load their agendas, ask what came of them and remind whoever promised something. In between I draft notes that help your partners. Nothing goes to a partner before one of you approves it.
        Waiting for you
        *1 overlap needs a decision*
        The digest brings the most pressing ones in <#C0PARTNEROPS> on Monday at 09:00.
        Partners
        *Globex* · 0 open overlaps · list from today · no channel
        *Northwind* · 1 open overlap · list from today · <#C0NORTHWIND>
        `/partner help` says what you can type, `/partner status` what is connected.
        ");
    }
    // The welcome is for the first time only.
    omar.open_home().await.unwrap();
    stage.settle().await;
    assert!(words(&stage.sandbox.home(OMAR).unwrap()).starts_with("Waiting for you"));
    // Deciding is not Alex's: nothing waits for him.
    stage.person(ALEX).open_home().await.unwrap();
    stage.settle().await;
    assert!(words(&stage.sandbox.home(ALEX).unwrap()).contains("Nothing waits for you"));
    stage.end().await;
}

/// The buttons of a Home tab, by their action ids.
fn buttons(view: &Value) -> Vec<String> {
    let all = view["blocks"].as_array().unwrap().iter().flat_map(|b| {
        let elements = b["elements"].as_array().cloned().unwrap_or_default();
        elements.into_iter().chain([b["accessory"].clone()])
    });
    all.filter(|e| e["type"] == "button").map(|e| e["action_id"].as_str().unwrap().to_owned()).collect()
}

async fn every_button_of_home_opens_something(stage: Stage) {
    ground(&stage).await;
    for (who, count) in [(MAYA, 14), (OMAR, 12), (ALEX, 8)] {
        let person = stage.person(who);
        person.open_home().await.unwrap();
        stage.settle().await;
        let all = buttons(&stage.sandbox.home(who).unwrap());
        assert_eq!(all.len(), count, "{who}: {all:?}");
        for action in all {
            let told = stage.direct(who).len();
            person.click_in_home(&action).await.unwrap();
            stage.settle().await;
            let listed: &[&str] = match action.as_str() {
                "digest.preview" => &["*Partner triage"],
                "play.list" => &["No play is under way."],
                "library.list" => &["*What notes may draw on*"],
                "calendar.show" => &["*Your sessions*"],
                "account.list" => &["*Your accounts*", "No account has a map"],
                _ => &[],
            };
            if !listed.is_empty() {
                let answer = &stage.direct(who)[told];
                assert!(listed.iter().any(|words| answer.contains(words)), "{answer}");
                continue;
            }
            assert_eq!(stage.sandbox.modal_depth(who), 1, "{who} {action}: {:?}", stage.direct(who));
            person.close_view().await.unwrap();
        }
    }
    stage.end().await;
}

async fn home_shows_the_notes_that_its_reader_may_approve(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({})).await;
    for who in [MAYA, OMAR] {
        stage.person(who).open_home().await.unwrap();
    }
    stage.settle().await;
    let home = words(&stage.sandbox.home(MAYA).unwrap());
    assert!(home.contains("Sam Whitfield"), "{home}");
    assert!(!words(&stage.sandbox.home(OMAR).unwrap()).contains("Sam Whitfield"), "Omar does not approve");
    let maya = stage.person(MAYA);
    maya.click_in_home("draft.review").await.unwrap();
    stage.settle().await;
    maya.submit(json!({})).await.unwrap();
    stage.settle().await;
    assert!(card(&stage, &ts).contains("Sent <!date^"), "{}", card(&stage, &ts));
    assert!(!words(&stage.sandbox.home(MAYA).unwrap()).contains("Sam Whitfield"));
    stage.end().await;
}

async fn home_shows_nothing_to_who_is_no_full_member(stage: Stage) {
    ground(&stage).await;
    stage.sandbox.describe(ALEX, json!({"is_restricted": true}));
    stage.person(ALEX).open_home().await.unwrap();
    stage.settle().await;
    let home = stage.sandbox.home(ALEX).unwrap();
    insta::allow_duplicates! {
        insta::assert_snapshot!(words(&home), @r"
        Tandem
        Tandem works here for full members of Meridian. Nothing of yours is kept. For anything about the partnership, write to your contact there.
        ");
    }
    assert!(!home.to_string().contains("action_id"), "no control either: {home}");
    stage.end().await;
}

async fn a_commitment_refreshes_home(stage: Stage) {
    let maya = stage.person(MAYA);
    maya.command(INTAKE, "/partner commit add \"send the case study\" to northwind by friday").await.unwrap();
    stage.settle().await;
    if stage.sandbox.modal_depth(MAYA) > 0 {
        maya.submit(serde_json::json!({})).await.unwrap();
        stage.settle().await;
    }
    assert!(stage.sandbox.home(MAYA).is_none(), "Home is not published before it is opened");
    maya.open_home().await.unwrap();
    stage.settle().await;
    let home = words(&stage.sandbox.home(MAYA).unwrap());
    assert!(home.contains("*send the case study*\nNorthwind · "), "{home}");
    maya.click_in_home("commitment.done").await.unwrap();
    stage.settle().await;
    assert!(!words(&stage.sandbox.home(MAYA).unwrap()).contains("case study"));
    stage.end().await;
}

async fn status_is_for_everybody(stage: Stage) {
    stage.person(ALEX).command(INTAKE, "/partner status").await.unwrap();
    stage.settle().await;
    let status = stage.last_private(ALEX).replace("SQLite", "DB").replace("Postgres", "DB");
    insta::allow_duplicates! {
        insta::assert_snapshot!(status, @r"
        *Tandem 0.1.0* in Meridian · DB
        Last heard from Slack: just now. Waiting to be handled: 0. Waiting to be sent: 0.
        Nothing is stuck.

        *Set-up*
        Overlaps arrive in <#C0OVERLAPS>. The digest is posted in <#C0PARTNEROPS> on Monday at 09:00 (Europe/Stockholm). Notes to partners are approved in <#C0PARTNEROPS>.
        Admins: <@U0MAYA>. Partner managers: <@U0MAYA>. Operations: <@U0OMAR>.

        *Lists*
        • Globex: from today
        • Northwind: from today
        ");
    }
    stage.end().await;
}
