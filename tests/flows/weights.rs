//! The order of triage: what counts is set in words, after a look at what would change; and rows are claimed.

use serde_json::{Value, json};

use crate::support::stage::{ALEX, EVE, INTAKE, MAYA, OMAR, OPS, Stage, with_buttons};

crate::flows!(
    other_weights_are_tried_and_then_taken,
    who_may_not_set_weights_is_refused,
    a_row_is_claimed_with_one_click,
    what_was_turned_down_comes_back_with_its_memory,
);

async fn overlaps(stage: &Stage) {
    for said in [
        "New overlap with Northwind: Hooli (hooli.com), our open opp $80k, their customer",
        "New overlap with Northwind: Stark (stark.com), our customer $900k, their prospect",
        "New overlap with Globex: Umbrella (umbrella.com), our prospect $5k, their customer",
    ] {
        stage.person(ALEX).post(INTAKE, said).await.unwrap();
        stage.settle().await;
    }
}

fn private(stage: &Stage, user: &str) -> (Value, (String, String)) {
    let message = stage.sandbox.ephemerals(user).pop().expect("a private message");
    let at = (message["channel"].as_str().unwrap().to_owned(), message["ts"].as_str().unwrap().to_owned());
    (message, at)
}

async fn other_weights_are_tried_and_then_taken(stage: Stage) {
    overlaps(&stage).await;
    let preview = stage.say(OMAR, INTAKE, "/partner digest preview").await;
    insta::assert_snapshot!(preview, @r"
    Only you see this preview. The next digest comes Monday 9 March at 09:00, Europe/Stockholm, in <#C0PARTNEROPS>.
    *Partner triage, week of 2 March*
    3 new overlaps

    *Needs a decision*
    *Hooli* with Northwind · their customer, our open deal ($80k)
    An ask: Northwind can open doors for our deal · unassigned · today
    *Stark* with Northwind · their prospect, our customer ($900k)
    A give: we can introduce Northwind · unassigned · today
    *Umbrella* with Globex · their customer, our prospect ($5k)
    An ask: Globex can introduce us · unassigned · today

    Globex's list is from 4 March. Northwind's list is from 4 March.
    [Change weights]
    ");
    let (_, at) = private(&stage, OMAR);
    stage.press(OMAR, &at, "digest.weights").await;
    insta::assert_snapshot!(stage.form(OMAR), @r"
    Amount: Normal
    Kind: Normal
    Stage: Normal
    Freshness: Normal
    Waiting: Normal
    Trust: Normal
    Give and ask: Normal
    Focus list: Normal
    Mostly planned already: Normal
    ");
    stage.submit(OMAR, json!({"kind": "low", "amount": "high"})).await;
    insta::assert_snapshot!(with_buttons(&private(&stage, OMAR).0), @r"
    *What these weights would change* · amount high, kind low
    2 of the 3 that are weighed would stand elsewhere. The first ones:
    1. *Stark* with Northwind · now in place 2 · a give: we can introduce Northwind
    2. *Hooli* with Northwind · now in place 1 · an ask: Northwind can open doors for our deal
    3. *Umbrella* with Globex · as now · an ask: Globex can introduce us
    Nothing has changed yet, and a digest that was posted stays as it is.
    [Use these weights] [Change them]
    ");
    assert_eq!(stage.say(OMAR, INTAKE, "/partner digest preview").await, preview, "nothing has changed yet");
    let tried = stage.sandbox.ephemerals(OMAR);
    let tried = tried.iter().rev().find(|m| with_buttons(m).contains("Use these weights")).unwrap();
    let at = (tried["channel"].as_str().unwrap().to_owned(), tried["ts"].as_str().unwrap().to_owned());
    // The form that one comes back to begins with what was tried.
    stage.press(OMAR, &at, "digest.weights").await;
    assert!(stage.form(OMAR).contains("Amount: High"));
    stage.person(OMAR).close_view().await.unwrap();
    stage.press(OMAR, &at, "digest.weigh").await;
    insta::assert_snapshot!(with_buttons(&stage.sandbox.message(&at.0, &at.1).unwrap()), @"From now on the order of triage goes by: amount high, kind low. The next digest comes Monday 9 March at 09:00, Europe/Stockholm.");
    insta::assert_snapshot!(stage.say(OMAR, INTAKE, "/partner digest preview").await, @r"
    Only you see this preview. The next digest comes Monday 9 March at 09:00, Europe/Stockholm, in <#C0PARTNEROPS>.
    *Partner triage, week of 2 March*
    3 new overlaps

    *Needs a decision*
    *Stark* with Northwind · their prospect, our customer ($900k)
    A give: we can introduce Northwind · unassigned · today
    *Hooli* with Northwind · their customer, our open deal ($80k)
    An ask: Northwind can open doors for our deal · unassigned · today
    *Umbrella* with Globex · their customer, our prospect ($5k)
    An ask: Globex can introduce us · unassigned · today

    Globex's list is from 4 March. Northwind's list is from 4 March.
    [Change weights]
    ");
    insta::assert_snapshot!(stage.say(MAYA, INTAKE, "/partner status audit").await.lines().nth(1).unwrap_or_default(), @"Omar Haddad set the weights of triage: amount high, kind low · 10:00");
    // What counts the same is in the same order, however often it is asked for.
    assert_eq!(
        stage.say(MAYA, INTAKE, "/partner digest").await,
        stage.say(OMAR, INTAKE, "/partner digest").await
    );
    stage.end().await;
}

async fn who_may_not_set_weights_is_refused(stage: Stage) {
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner digest weights").await, @"Only partner managers, operations and admins can do that. Ask one of them, or an admin for the role.");
    for action in ["digest.weights", "digest.weigh"] {
        let forged = stage.forged(OPS, action, "{\"amount\":\"off\"}").await;
        stage.press(EVE, &forged, action).await;
        assert!(stage.sandbox.modal(EVE).is_none());
    }
    let mut tx = stage.db.read().await.unwrap();
    assert_eq!(tandem::pull::store::weights(&mut tx).await.unwrap().words(), "everything normal");
    tx.rollback().await.unwrap();
    stage.end().await;
}

async fn a_row_is_claimed_with_one_click(stage: Stage) {
    overlaps(&stage).await;
    stage.advance_to("2026-03-09T08:00:00Z").await;
    let digest =
        stage.sandbox.messages(OPS).into_iter().find(|m| m["thread_ts"].is_null()).expect("a digest");
    insta::assert_snapshot!(with_buttons(&digest), @r"
    *Partner triage, week of 9 March*
    3 new overlaps

    *Needs a decision*
    *Hooli* with Northwind · their customer, our open deal ($80k)
    An ask: Northwind can open doors for our deal · unassigned · 5 days
    *Stark* with Northwind · their prospect, our customer ($900k)
    A give: we can introduce Northwind · unassigned · 5 days
    *Umbrella* with Globex · their customer, our prospect ($5k)
    An ask: Globex can introduce us · unassigned · 5 days

    Globex's list is from 4 March. Northwind's list is from 4 March. For the people in <#C0PARTNEROPS>.
    [Plan] [Claim] [Plan] [Claim] [Plan] [Claim] [Change digest settings]
    ");
    let at = (OPS.to_owned(), digest["ts"].as_str().unwrap().to_owned());
    stage.press(OMAR, &at, "overlap.claim").await;
    insta::assert_snapshot!(with_buttons(&stage.sandbox.message(&at.0, &at.1).unwrap()), @r"
    *Partner triage, week of 9 March*
    3 new overlaps

    *Needs a decision*
    *Hooli* with Northwind · their customer, our open deal ($80k)
    An ask: Northwind can open doors for our deal · Omar Haddad · 5 days
    _Taken by Omar Haddad · 9 March_
    *Stark* with Northwind · their prospect, our customer ($900k)
    A give: we can introduce Northwind · unassigned · 5 days
    *Umbrella* with Globex · their customer, our prospect ($5k)
    An ask: Globex can introduce us · unassigned · 5 days

    Globex's list is from 4 March. Northwind's list is from 4 March. For the people in <#C0PARTNEROPS>.
    [Plan] [Plan] [Claim] [Plan] [Claim] [Change digest settings]
    ");
    assert_eq!(stage.direct(OMAR), Vec::<String>::new(), "nobody is told of what they do themselves");
    stage.end().await;
}

async fn what_was_turned_down_comes_back_with_its_memory(stage: Stage) {
    let said = "New overlap with Northwind: Hooli (hooli.com), our open opp $80k, their customer";
    stage.person(ALEX).post(INTAKE, said).await.unwrap();
    stage.settle().await;
    stage.advance_to("2026-03-09T08:00:00Z").await;
    let digest = stage.sandbox.messages(OPS).pop().expect("a digest");
    super::digest::menu(&stage, OMAR, digest["ts"].as_str().unwrap(), "dismiss").await;
    stage.submit(OMAR, json!({"reason": "too_early", "why": "budget in autumn"})).await;
    stage.advance_to("2026-03-10T08:00:00Z").await;
    let changed = "New overlap with Northwind: Hooli (hooli.com), our open opp $120k, their customer";
    stage.person(ALEX).post(INTAKE, changed).await.unwrap();
    stage.settle().await;
    insta::assert_snapshot!(stage.say(OMAR, INTAKE, "/partner digest preview").await, @r"
    Only you see this preview. The next digest comes Monday 16 March at 09:00, Europe/Stockholm, in <#C0PARTNEROPS>.
    *Partner triage, week of 9 March*
    1 new overlap · 1 unclaimed over 5 days

    *Needs a decision*
    *Hooli* with Northwind · their customer, our open deal ($120k)
    Changed on Tuesday: the amount went from $80k to $120k; an ask: Northwind can open doors for our deal · open for 6 days and nobody has it
    _Dismissed by Omar Haddad · 9 March: Too early: budget in autumn_

    Globex's list is from 4 March. Northwind's list is from 4 March.
    [Change weights]
    ");
    stage.end().await;
}
