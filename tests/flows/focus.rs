//! Focus lists: proposed, marked, agreed on, and shown wherever the account is.

use serde_json::{Value, json};
use tandem::map::focus::Side;
use tandem::map::store as map;
use tandem::sandbox::Surface;
use tandem::sql_value;

use crate::support::stage::{ALEX, EVE, INTAKE, MAYA, OMAR, OPS, Stage, text};

crate::flows!(
    a_list_is_proposed_agreed_and_shown,
    a_change_of_the_overlaps_is_shown_and_replaces_nothing,
    of_two_who_change_a_list_one_is_told,
    only_a_manager_agrees_and_insists_with_a_reason,
    home_says_which_list_is_overdue,
    trust_inside_an_account_is_a_reason,
);

/// So many open deals of ours that Northwind serves, and one give.
async fn ground(stage: &Stage, deals: usize) {
    for name in [
        "Acme", "Bolt", "Corvid", "Dynamo", "Ember", "Fathom", "Garnet", "Harbor", "Iris", "Juno", "Kestrel",
        "Lumen",
    ]
    .iter()
    .take(deals)
    {
        let said = format!("{name} Inc with Northwind: our open opp $120k, their customer");
        stage.person(ALEX).post(INTAKE, &said).await.unwrap();
    }
    let give = "Quarry Inc with Northwind: our customer, their prospect";
    stage.person(ALEX).post(INTAKE, give).await.unwrap();
    stage.settle().await;
}

/// Shows the card and gives where it stands.
async fn open(stage: &Stage, by: &str) -> (String, String) {
    stage.say(by, OPS, "/partner partner focus northwind").await;
    let card = stage.sandbox.ephemerals(by).pop().unwrap();
    (OPS.to_owned(), card["ts"].as_str().unwrap().to_owned())
}

/// Chooses `verb` in the `⋯` of the account's row.
async fn choose(stage: &Stage, by: &str, at: &(String, String), verb: &str, account: &str) {
    let card = stage.sandbox.ephemerals(by).pop().unwrap();
    let row = card["blocks"].as_array().unwrap().iter().find(|b| {
        b["text"]["text"].as_str().is_some_and(|t| t.contains(account))
            && b["accessory"]["type"] == "overflow"
    });
    let row = row.unwrap_or_else(|| panic!("no row {account}: {}", text(&card)));
    let option = row["accessory"]["options"].as_array().unwrap().iter();
    let option = option.clone().find(|o| o["value"].as_str().unwrap().starts_with(verb)).unwrap();
    let action = json!({"action_id": "focus.row", "block_id": row["block_id"], "type": "overflow", "selected_option": option});
    let surface = Surface::Message { channel: at.0.clone(), ts: at.1.clone() };
    stage.person(by).block_action(&surface, action, &Value::Null).await.unwrap();
    stage.settle().await;
}

async fn agreed(stage: &Stage, side: Side) -> Vec<String> {
    let mut tx = stage.db.read().await.unwrap();
    let found = map::agreed_accounts(&mut tx, &"p-northwind".into(), side).await.unwrap();
    tx.rollback().await.unwrap();
    found.into_iter().map(|(a, _)| a.name).collect()
}

async fn a_list_is_proposed_agreed_and_shown(stage: Stage) {
    ground(&stage, 3).await;
    let at = open(&stage, MAYA).await;
    insta::assert_snapshot!(stage.last_private(MAYA), @r"
    *Accounts that we want Northwind in*
    Nothing agreed yet. Proposed by what both sides are to the account, the amount, who could open the door, and how fresh it is.
    1. *Acme Inc* · their customer, our open deal ($120k)
    An ask: Northwind can open doors for our deal · seen today · nobody of ours has it yet
    2. *Bolt Inc* · their customer, our open deal ($120k)
    An ask: Northwind can open doors for our deal · seen today · nobody of ours has it yet
    3. *Corvid Inc* · their customer, our open deal ($120k)
    An ask: Northwind can open doors for our deal · seen today · nobody of ours has it yet

    *Accounts that Northwind wants us in*
    Nothing agreed yet. Proposed by what both sides are to the account, the amount, who could open the door, and how fresh it is.
    1. *Quarry Inc* · their prospect, our customer
    A give: we can introduce Northwind · seen today · nobody of ours has it yet
    ");
    choose(&stage, MAYA, &at, "drop", "Corvid").await;
    assert!(stage.last_private(MAYA).contains("Dropped: Corvid Inc by <@U0MAYA>. Add one to bring it back."));
    choose(&stage, MAYA, &at, "pin", "Bolt").await;
    assert!(stage.last_private(MAYA).contains("1. *Bolt Inc*"), "{}", stage.last_private(MAYA));
    stage.press(MAYA, &at, "focus.agree").await;
    insta::assert_snapshot!(stage.last_private(MAYA), @r"
    *Accounts that we want Northwind in*
    Version 1, agreed by <@U0MAYA> on 4 March.
    1. *Bolt Inc* · their customer, our open deal ($120k) · _pinned_
    An ask: Northwind can open doors for our deal · seen today · nobody of ours has it yet
    2. *Acme Inc* · their customer, our open deal ($120k)
    An ask: Northwind can open doors for our deal · seen today · nobody of ours has it yet
    Dropped: Corvid Inc by <@U0MAYA>. Add one to bring it back.

    *Accounts that Northwind wants us in*
    Nothing agreed yet. Proposed by what both sides are to the account, the amount, who could open the door, and how fresh it is.
    1. *Quarry Inc* · their prospect, our customer
    A give: we can introduce Northwind · seen today · nobody of ours has it yet
    ");
    assert_eq!(agreed(&stage, Side::Ours).await, ["Bolt Inc", "Acme Inc"]);
    assert_eq!(agreed(&stage, Side::Theirs).await, [""; 0]);
    // It shows in the list of overlaps, on the partner's card, and first in the digest.
    let listed = stage.say(ALEX, INTAKE, "/partner overlaps list northwind").await;
    assert_eq!(listed.matches("on our focus list with Northwind").count(), 2, "{listed}");
    let shown = stage.say(ALEX, INTAKE, "/partner partner show northwind").await;
    assert!(shown.contains("Focus list: ours 2, agreed on 4 March; theirs none yet"), "{shown}");
    stage.advance_to("2026-03-09T08:00:00Z").await;
    let digest = stage.texts(OPS).into_iter().find(|t| t.contains("Partner triage")).unwrap();
    let first = digest.split("*Needs a decision*").nth(1).unwrap().trim();
    assert!(first.starts_with("*Acme Inc*") || first.starts_with("*Bolt Inc*"), "{digest}");
    assert!(digest.contains("On our focus list with Northwind; an ask"), "{digest}");
    // The lookups that other parts stand on.
    let mut tx = stage.db.read().await.unwrap();
    let all = map::focus_accounts(&mut tx).await.unwrap();
    assert_eq!(all.len(), 2);
    let one = map::focus_of(&mut tx, &all[0].account).await.unwrap();
    assert_eq!(
        (one.len(), one[0].side, one[0].words().as_str()),
        (1, Side::Ours, "on our focus list with Northwind")
    );
    tx.rollback().await.unwrap();
    stage.end().await;
}

async fn a_change_of_the_overlaps_is_shown_and_replaces_nothing(stage: Stage) {
    ground(&stage, 2).await;
    let at = open(&stage, MAYA).await;
    stage.press(MAYA, &at, "focus.agree").await;
    assert_eq!(agreed(&stage, Side::Ours).await, ["Acme Inc", "Bolt Inc"]);
    let said = "Zenith Inc with Northwind: our open opp $2M, negotiation, their customer";
    stage.person(ALEX).post(INTAKE, said).await.unwrap();
    let acme = "Acme Inc with Northwind: our prospect, their prospect";
    stage.person(ALEX).post(INTAKE, acme).await.unwrap();
    stage.settle().await;
    let at = open(&stage, MAYA).await;
    insta::assert_snapshot!(stage.last_private(MAYA).split("\n\n").next().unwrap(), @r"
    *Accounts that we want Northwind in*
    Version 1, agreed by <@U0MAYA> on 4 March.
    1. *Zenith Inc* · their customer, our open deal ($2M, negotiation) · _proposed_
    An ask, and soon: Northwind knows them and our deal is nearly decided · seen today · nobody of ours has it yet
    2. *Bolt Inc* · their customer, our open deal ($120k)
    An ask: Northwind can open doors for our deal · seen today · nobody of ours has it yet
    Would go: *Acme Inc* (now their prospect, our prospect ($120k)).
    Until somebody agrees, the list stays as it was agreed.
    ");
    assert_eq!(agreed(&stage, Side::Ours).await, ["Acme Inc", "Bolt Inc"], "nothing is replaced silently");
    stage.press(MAYA, &at, "focus.agree").await;
    assert_eq!(agreed(&stage, Side::Ours).await, ["Zenith Inc", "Bolt Inc"]);
    let mut tx = stage.db.read().await.unwrap();
    let versions = map::focus_agreements(&mut tx, &"p-northwind".into(), Side::Ours, 5).await.unwrap();
    tx.rollback().await.unwrap();
    let versions: Vec<_> = versions.iter().map(|(a, n)| (a.number, a.by.as_str(), *n)).collect();
    assert_eq!(versions, [(2, MAYA, 2), (1, MAYA, 2)]);
    stage.end().await;
}

async fn of_two_who_change_a_list_one_is_told(stage: Stage) {
    ground(&stage, 3).await;
    let (maya, omar) = (open(&stage, MAYA).await, open(&stage, OMAR).await);
    choose(&stage, OMAR, &omar, "drop", "Acme").await;
    stage.press(MAYA, &maya, "focus.agree").await;
    let told = stage.last_private(MAYA);
    assert!(
        told.starts_with("The focus list with Northwind changed since you looked, so nothing was done."),
        "{told}"
    );
    assert_eq!(agreed(&stage, Side::Ours).await, [""; 0]);
    // Nor is agreed what a new overlap changed in between.
    let maya = open(&stage, MAYA).await;
    ground(&stage, 4).await;
    stage.press(MAYA, &maya, "focus.agree").await;
    assert!(
        stage.last_private(MAYA).starts_with("The focus list with Northwind changed"),
        "{}",
        stage.last_private(MAYA)
    );
    stage.press(MAYA, &maya, "focus.agree").await;
    assert_eq!(agreed(&stage, Side::Ours).await, ["Bolt Inc", "Corvid Inc", "Dynamo Inc"]);
    stage.end().await;
}

async fn only_a_manager_agrees_and_insists_with_a_reason(stage: Stage) {
    ground(&stage, 12).await;
    // Operations marks and does not agree; reps read.
    let at = open(&stage, OMAR).await;
    let card = stage.sandbox.ephemerals(OMAR).pop().unwrap().to_string();
    assert!(card.contains("focus.add") && !card.contains("focus.agree") && !card.contains("focus.insist"));
    open(&stage, EVE).await;
    assert!(!stage.sandbox.ephemerals(EVE).pop().unwrap().to_string().contains("focus.row"));
    let forged = stage.forged(OPS, "focus.agree", "p-northwind:ours:0:feed").await;
    stage.press(OMAR, &forged, "focus.agree").await;
    assert_eq!(
        stage.last_private(OMAR),
        "Only Northwind's manager or an admin agrees on its focus list. That is <@U0MAYA>. Nothing was changed."
    );
    // Somebody adds an eleventh: it is pinned and takes a place.
    stage.press(OMAR, &at, "focus.add").await;
    let refused = stage.person(OMAR).submit(json!({"name": "Nowhere"})).await.unwrap_err();
    assert!(refused.fields()["name"].as_str().unwrap().contains("Nowhere"), "{refused}");
    stage.submit(OMAR, json!({"name": "Lumen Inc"})).await;
    assert!(stage.last_private(OMAR).contains("1. *Lumen Inc*"), "{}", stage.last_private(OMAR));
    let at = open(&stage, MAYA).await;
    stage.press(MAYA, &at, "focus.insist").await;
    let refused = stage.person(MAYA).submit(json!({"size": "40", "why": "two regions"})).await.unwrap_err();
    assert_eq!(refused.fields()["size"], "Write a number from 10 to 20.");
    stage.submit(MAYA, json!({"size": "12", "why": "two regions"})).await;
    let card = stage.last_private(MAYA);
    assert!(card.contains("It may hold 12: <@U0MAYA> insisted, “two regions”."), "{card}");
    let at = open(&stage, MAYA).await;
    stage.press(MAYA, &at, "focus.agree").await;
    assert_eq!(agreed(&stage, Side::Ours).await.len(), 12);
    let mut tx = stage.db.read().await.unwrap();
    let sql = "SELECT COUNT(*) FROM audit WHERE action = 'focus.insist' AND outcome = 'done' AND detail = '12 accounts: two regions'";
    assert_eq!(sql_value!(&mut tx, i64, sql).unwrap(), 1);
    tx.rollback().await.unwrap();
    let history = stage.say(MAYA, OPS, "/partner status audit").await;
    assert!(
        history.contains(
            "changed how many may stand on the focus list with Northwind: 12 accounts: two regions"
        ),
        "{history}"
    );
    stage.end().await;
}

async fn trust_inside_an_account_is_a_reason(stage: Stage) {
    ground(&stage, 2).await;
    let contact = json!({"name": "Sam Whitfield", "role": "partner_rep"});
    stage.say(MAYA, OPS, "/partner partner contact northwind").await;
    stage.submit(MAYA, contact).await;
    let mut tx = stage.db.read().await.unwrap();
    let sam = map::contacts(&mut tx, &"p-northwind".into()).await.unwrap().remove(0).id;
    tx.rollback().await.unwrap();
    let fill = async |account: &str, action: &str, values: Value| {
        stage.say(ALEX, OPS, &format!("/partner account show {account}")).await;
        let card = stage.sandbox.ephemerals(ALEX).pop().unwrap();
        stage.press(ALEX, &(OPS.to_owned(), card["ts"].as_str().unwrap().to_owned()), action).await;
        stage.submit(ALEX, values).await;
    };
    let dana = json!({"name": "Dana Reyes", "title": "VP Sales", "role": "decision_maker"});
    fill("bolt inc", "account.person", dana).await;
    fill("bolt inc", "account.relate", json!({"contact": format!("c:{sam}"), "strength": "4"})).await;
    let lee = json!({"name": "Lee <Park>", "title": "CIO", "role": "decision_maker"});
    fill("quarry inc", "account.person", lee).await;
    fill("quarry inc", "account.relate", json!({"contact": format!("u:{ALEX}"), "strength": "5"})).await;
    open(&stage, MAYA).await;
    insta::assert_snapshot!(stage.last_private(MAYA), @r"
    *Accounts that we want Northwind in*
    Nothing agreed yet. Proposed by what both sides are to the account, the amount, who could open the door, and how fresh it is.
    1. *Bolt Inc* · their customer, our open deal ($120k)
    An ask: Northwind can open doors for our deal · Sam Whitfield at Northwind knows Dana Reyes, VP Sales: 4 of 5 · seen today · nobody of ours has it yet
    2. *Acme Inc* · their customer, our open deal ($120k)
    An ask: Northwind can open doors for our deal · seen today · nobody of ours has it yet

    *Accounts that Northwind wants us in*
    Nothing agreed yet. Proposed by what both sides are to the account, the amount, who could open the door, and how fresh it is.
    1. *Quarry Inc* · their prospect, our customer
    A give: we can introduce Northwind · Alex Rivera knows Lee &lt;Park&gt;, CIO: 5 of 5 · seen today · nobody of ours has it yet
    ");
    // Trust of which nobody has spoken fades, and is no reason any more.
    stage.advance_to("2026-09-07T08:00:00Z").await;
    open(&stage, MAYA).await;
    assert!(
        stage.last_private(MAYA).contains("Sam Whitfield at Northwind knows Dana Reyes, VP Sales: 3 of 5")
    );
    stage.advance_to("2027-03-08T08:00:00Z").await;
    open(&stage, MAYA).await;
    let card = stage.last_private(MAYA);
    assert!(!card.contains("Dana Reyes") && card.contains("Alex Rivera knows"), "{card}");
    stage.end().await;
}

async fn home_says_which_list_is_overdue(stage: Stage) {
    ground(&stage, 6).await;
    stage.person(MAYA).open_home().await.unwrap();
    stage.settle().await;
    let home = stage.sandbox.home(MAYA).unwrap();
    let row = home["blocks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|b| b["accessory"]["action_id"] == "focus.show")
        .unwrap();
    assert_eq!(
        row["text"]["text"],
        "*Focus list with Northwind*\nOurs: nothing agreed yet, 6 accounts to choose from"
    );
    // It is the manager's to agree.
    stage.person(OMAR).open_home().await.unwrap();
    stage.settle().await;
    assert!(!stage.sandbox.home(OMAR).unwrap().to_string().contains("focus.show"));
    let button = row["accessory"].clone();
    let action = json!({"action_id": "focus.show", "block_id": row["block_id"], "type": "button", "value": button["value"]});
    let surface = Surface::View { id: home["id"].as_str().unwrap().to_owned() };
    stage.person(MAYA).block_action(&surface, action, &Value::Null).await.unwrap();
    stage.settle().await;
    assert!(stage.direct(MAYA).pop().unwrap().starts_with("*Accounts that we want Northwind in*"));
    // A quarter after it was agreed it asks again.
    let at = open(&stage, MAYA).await;
    stage.press(MAYA, &at, "focus.agree").await;
    assert!(!stage.sandbox.home(MAYA).unwrap().to_string().contains("focus.show"));
    stage.end().await;
}
