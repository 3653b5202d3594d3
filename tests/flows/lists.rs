//! Our own list and a partner's are dropped, matched and reviewed.

use serde_json::{Value, json};

use super::fit;
use super::imports::{card, drop_list, import};
use crate::support::stage::{ALEX, INTAKE, MAYA, OMAR, OPS, Stage, text, with_buttons};

crate::flows!(
    pairs_wait_for_an_agreement,
    both_lists_become_overlaps_and_reviews,
    an_answer_counts_in_later_lists,
    two_people_answer_one_pair,
    the_second_drop_says_what_changed,
    a_wrong_match_is_taken_back,
    our_customer_moves_and_its_overlaps_with_it,
    a_list_without_a_name_is_ours_by_choice,
    without_ours_a_partners_list_is_overlaps,
    a_list_of_overlaps_takes_the_place_of_accounts,
    kinds_are_set_by_an_admin,
    a_stale_list_of_ours_is_said,
);

const OURS: &str = "id,name,domain,country,population,owner,amount,stage\n\
001,Acme Corp,acme.com,Sweden,Open opportunity,Alex,120000,negotiation\n\
002,Globex Retail,globex-retail.com,Sweden,Customer,Kim,,\n\
003,Quorvita Labs Inc,,,Prospect,,,\n\
004,Zephyron Bank,zephyron.de,Germany,Customer,,,\n\
005,Marrowell Foods,,,Customer,,,\n\
006,Tindrel Shipping Group,,,Prospect,,,\n";

const THEIRS: &str = "account id,company,website,country,type,account owner\n\
a1,\"Acme, Inc.\",https://www.acme.com/about,SE,Customer,Sam\n\
a2,Globex Retail AB,globex-retail.com,SE,Prospect,Sam\n\
a3,Quorvitta Laboratories,,,Customer,Dana\n\
a4,Zephiron Bank AG,,Germany,Prospect,\n\
a5,Marrowel Food,,,Customer,\n\
a7,Tindrel Lines,,,Customer,\n\
a6,Nobody Known,nobody-known.com,SE,Customer,\n";

async fn ours(stage: &Stage) {
    import(stage, "ours.csv", OURS.to_owned(), "import.run").await;
}

async fn both(stage: &Stage) -> String {
    ours(stage).await;
    stage.advance_to("2026-03-06T09:00:00Z").await;
    import(stage, "northwind accounts.csv", THEIRS.to_owned(), "import.run").await.1
}

/// What Northwind's overlaps are: account, ours, theirs, gone.
pub async fn overlaps(stage: &Stage) -> Vec<String> {
    let mut tx = stage.db.read().await.unwrap();
    let rows = tandem::sql_all!(
        &mut tx,
        (String, Option<String>, Option<String>, Option<i64>),
        "SELECT a.name, o.our_population, o.their_population, o.gone_at FROM account_overlaps o JOIN accounts a ON a.id = o.account_id \
         WHERE o.partner_id = 'p-northwind' ORDER BY a.name"
    )
    .unwrap();
    tx.rollback().await.unwrap();
    let word = |p: Option<String>| p.unwrap_or_else(|| "?".to_owned());
    rows.into_iter()
        .map(|(name, ours, theirs, gone)| {
            let gone = if gone.is_some() { ", gone" } else { "" };
            format!("{name}: our {}, their {}{gone}", word(ours), word(theirs))
        })
        .collect()
}

/// The newest private message of this person: where it stands, to be clicked in.
fn newest(stage: &Stage, user: &str) -> Value {
    stage.sandbox.ephemerals(user).pop().expect("a private message")
}

/// Opens the queue and gives what it says.
async fn review(stage: &Stage, user: &str) -> String {
    stage.say(user, OPS, "/partner overlaps review").await
}

/// Presses a button of the newest private message; gives what stands there then.
async fn press(stage: &Stage, user: &str, action: &str) -> String {
    let message = newest(stage, user);
    let (channel, ts) = (message["channel"].as_str().unwrap_or(OPS), message["ts"].as_str().unwrap());
    stage.person(user).click(channel, ts, action).await.unwrap();
    stage.settle().await;
    with_buttons(&newest(stage, user))
}

async fn both_lists_become_overlaps_and_reviews(stage: Stage) {
    let (before, after) = import(&stage, "ours.csv", OURS.to_owned(), "import.run").await;
    insta::assert_snapshot!(before, @r"
    *ours.csv* · our own accounts
    6 new · 0 changed · 0 unchanged · 0 unreadable
    [Import] [Change columns] [Cancel]
    ");
    insta::assert_snapshot!(after, @r"
    *ours.csv* · our own accounts: imported by <@U0OMAR>.
    6 new: Acme Corp, Globex Retail, Quorvita Labs Inc, Zephyron Bank, Marrowell Foods and 1 more · 0 changed · 0 unchanged · 0 gone · 0 unreadable
    ");
    stage.advance_to("2026-03-06T09:00:00Z").await;
    let (before, after) = import(&stage, "northwind accounts.csv", THEIRS.to_owned(), "import.run").await;
    insta::assert_snapshot!(before, @r"
    *northwind accounts.csv* · Northwind's accounts
    7 of Northwind's accounts against our 6: 3 match, 3 to review.
    3 new overlaps · 0 changed · 0 unchanged · 0 unreadable
    [Import] [Change columns] [Cancel]
    ");
    insta::assert_snapshot!(after, @r"
    *northwind accounts.csv* · Northwind's accounts: imported by <@U0OMAR>.
    7 of Northwind's accounts against our 6: 3 match, 3 to review.
    3 new: Acme Corp, Globex Retail, Zephyron Bank · 0 changed · 0 unchanged · 0 gone
    `/partner overlaps review` asks about the pairs in doubt.
    [Review 3 pairs]
    ");
    insta::assert_snapshot!(overlaps(&stage).await.join("\n"), @r"
    Acme Corp: our open_opportunity, their customer
    Globex Retail: our customer, their prospect
    Zephyron Bank: our customer, their prospect
    ");
    insta::assert_snapshot!(stage.say(OMAR, OPS, "/partner overlaps list acme").await, @r"
    *Overlaps for Acme Corp (acme.com)*
    *Acme Corp (acme.com)* with Northwind · their customer, our open deal (120k, negotiation) · Alex
    ");
    let status = stage.say(OMAR, OPS, "/partner status").await;
    insta::assert_snapshot!(status.replace("Postgres", "SQLite"), @r"
    *Tandem 0.1.0* in Meridian · SQLite
    Last heard from Slack: just now. Waiting to be handled: 0. Waiting to be sent: 0.
    Nothing is stuck.

    *Set-up*
    Overlaps arrive in <#C0OVERLAPS>. The digest is posted in <#C0PARTNEROPS> on Monday at 09:00 (Europe/Stockholm). Notes to partners are approved in <#C0PARTNEROPS>.
    Admins: <@U0MAYA>. Partner managers: <@U0MAYA>. Operations: <@U0OMAR>.

    *Lists*
    • Our own accounts: 2 days old
    • Globex: 2 days old
    • Northwind: from today
    ");
    // Home has the pairs in doubt too, and the button there opens the queue in the direct messages.
    let omar = stage.person(OMAR);
    omar.open_home().await.unwrap();
    stage.settle().await;
    let home = stage.sandbox.home(OMAR).unwrap().to_string();
    assert!(home.contains("*3 pairs of accounts may be one each*"), "{home}");
    omar.click_in_home("pair.review").await.unwrap();
    stage.settle().await;
    assert!(stage.inbox(OMAR).contains("*Are these one account?* With Northwind · 3 to go"));
    stage.end().await;
}

async fn an_answer_counts_in_later_lists(stage: Stage) {
    both(&stage).await;
    insta::assert_snapshot!(review(&stage, OMAR).await, @r"
    *Are these one account?* With Northwind · 3 to go
    *Ours:* Quorvita Labs Inc · our prospect
    *Northwind's:* Quorvitta Laboratories · their customer · owner Dana
    names nearly the same
    [Same] [Different] [Parent of] [Child of] [Skip] [Show answered pairs]
    ");
    insta::assert_snapshot!(press(&stage, OMAR, "pair.skip").await, @r"
    *Are these one account?* With Northwind · 2 to go
    *Ours:* Marrowell Foods · our customer
    *Northwind's:* Marrowel Food · their customer
    names nearly the same
    [Same] [Different] [Parent of] [Child of] [Skip] [Show answered pairs]
    ");
    insta::assert_snapshot!(press(&stage, OMAR, "pair.same").await, @r"
    Marrowell Foods and Marrowel Food are one account: an overlap with Northwind from now on.

    *Are these one account?* With Northwind · the last one
    *Ours:* Tindrel Shipping Group · our prospect
    *Northwind's:* Tindrel Lines · their customer
    names share a telling word
    [Same] [Different] [Parent of] [Child of] [Skip] [Show answered pairs]
    ");
    insta::assert_snapshot!(press(&stage, OMAR, "pair.parent").await, @r"
    Tindrel Shipping Group is the parent of Tindrel Lines: they stay apart, linked.
    That was the last one. 1 pair was skipped and waits.
    [Review it] [Show answered pairs]
    ");
    insta::assert_snapshot!(press(&stage, OMAR, "pair.review").await, @r"
    *Are these one account?* With Northwind · the last one
    *Ours:* Quorvita Labs Inc · our prospect
    *Northwind's:* Quorvitta Laboratories · their customer · owner Dana
    names nearly the same
    [Same] [Different] [Parent of] [Child of] [Skip] [Show answered pairs]
    ");
    insta::assert_snapshot!(press(&stage, OMAR, "pair.different").await, @r"
    Quorvita Labs Inc and Quorvitta Laboratories are two accounts: they are not asked about again.
    No pair waits for a review.
    [Show answered pairs]
    ");
    insta::assert_snapshot!(press(&stage, OMAR, "pair.answers").await, @r"
    Quorvita Labs Inc and Quorvitta Laboratories are two accounts · Northwind · <@U0OMAR>, 10:00
    Tindrel Shipping Group is the parent of Tindrel Lines · Northwind · <@U0OMAR>, 10:00
    Marrowell Foods and Marrowel Food are one account · Northwind · <@U0OMAR>, 10:00
    [Take back] [Take back] [Take back] [Review pairs]
    ");
    let overlapping = overlaps(&stage).await;
    insta::assert_snapshot!(overlapping.join("\n"), @r"
    Acme Corp: our open_opportunity, their customer
    Globex Retail: our customer, their prospect
    Marrowell Foods: our customer, their customer
    Zephyron Bank: our customer, their prospect
    ");
    // Theirs comes anew, numbered otherwise and turned round; then ours without its ids.
    stage.advance_to("2026-03-07T09:00:00Z").await;
    let mut rows: Vec<&str> = THEIRS.lines().skip(1).collect();
    rows.reverse();
    let numbered: Vec<String> =
        rows.iter().enumerate().map(|(n, row)| format!("a{}{}", n + 1, &row[2..])).collect();
    let again = format!("{}\n{}\n", THEIRS.lines().next().unwrap(), numbered.join("\n"));
    let (_, after) = import(&stage, "northwind accounts.csv", again, "import.run").await;
    insta::assert_snapshot!(after, @r"
    *northwind accounts.csv* · Northwind's accounts: imported by <@U0OMAR>.
    7 of Northwind's accounts against our 6: 4 match, 0 to review.
    0 new · 0 changed · 4 unchanged · 0 gone
    ");
    stage.advance_to("2026-03-08T09:00:00Z").await;
    let bare: Vec<&str> = OURS.lines().map(|line| line.split_once(',').unwrap().1).collect();
    let (_, after) = import(&stage, "ours.csv", bare.join("\n") + "\n", "import.run").await;
    insta::assert_snapshot!(after, @r"
    *ours.csv* · our own accounts: imported by <@U0OMAR>.
    6 new: Acme Corp, Globex Retail, Quorvita Labs Inc, Zephyron Bank, Marrowell Foods and 1 more · 0 changed · 0 unchanged · 6 gone · 0 unreadable
    7 of Northwind's accounts against our 6: 4 match, 0 to review. 0 new · 0 changed · 0 gone
    ");
    assert_eq!(overlaps(&stage).await, overlapping, "the answers stand");
    insta::assert_snapshot!(review(&stage, OMAR).await, @r"
    No pair waits for a review.
    [Show answered pairs]
    ");
    // What was said is taken back: it is asked again, and the overlap that it made is gone.
    press(&stage, OMAR, "pair.answers").await;
    insta::assert_snapshot!(press(&stage, OMAR, "pair.take_back").await, @r"
    Taken back. The pair waits for a review again.
    Tindrel Shipping Group is the parent of Tindrel Lines · Northwind · <@U0OMAR>, 6 March
    Marrowell Foods and Marrowel Food are one account · Northwind · <@U0OMAR>, 6 March
    [Take back] [Take back] [Review pairs]
    ");
    press(&stage, OMAR, "pair.take_back").await;
    press(&stage, OMAR, "pair.take_back").await;
    assert!(
        overlaps(&stage).await.contains(&"Marrowell Foods: our customer, their customer, gone".to_owned())
    );
    assert!(review(&stage, OMAR).await.contains("3 to go"));
    stage.end().await;
}

async fn two_people_answer_one_pair(stage: Stage) {
    both(&stage).await;
    review(&stage, OMAR).await;
    review(&stage, MAYA).await;
    let (omar, maya) = (newest(&stage, OMAR), newest(&stage, MAYA));
    let ts = |message: &Value| message["ts"].as_str().unwrap().to_owned();
    let (one, other) = (ts(&omar), ts(&maya));
    let (omar, maya) = (stage.person(OMAR), stage.person(MAYA));
    let (a, b) = tokio::join!(omar.click(OPS, &one, "pair.same"), maya.click(OPS, &other, "pair.different"));
    a.unwrap();
    b.unwrap();
    stage.settle().await;
    let said = [text(&newest(&stage, OMAR)), text(&newest(&stage, MAYA))];
    let second = said.iter().filter(|text| text.contains("was faster")).count();
    assert_eq!(second, 1, "one of the two is told: {said:#?}");
    let mut tx = stage.db.read().await.unwrap();
    let answers = tandem::map::lists::store::newest_answers(&mut tx, 10).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(answers.len(), 1);
    // Somebody who may not triage is not asked.
    insta::assert_snapshot!(review(&stage, ALEX).await, @"Only partner managers, operations and admins can do that. Ask one of them, or an admin for the role.");
    stage.end().await;
}

async fn the_second_drop_says_what_changed(stage: Stage) {
    both(&stage).await;
    stage.advance_to("2026-03-20T09:00:00Z").await;
    let changed = THEIRS
        .replace("a2,Globex Retail AB,globex-retail.com,SE,Prospect,Sam\n", "")
        .replace("SE,Customer,Sam", "SE,Prospect,Sam")
        + "a9,Zephyron Bank,zephyron.de,Germany,Customer,\n";
    let (before, after) = import(&stage, "northwind accounts.csv", changed, "import.run").await;
    insta::assert_snapshot!(before, @r"
    *northwind accounts.csv* · Northwind's accounts
    7 of Northwind's accounts against our 6: 2 match, 3 to review.
    0 new overlaps · 2 changed · 0 unchanged · 0 unreadable
    It lacks 1 of the 3 overlaps of the last list. As the whole list, it marks that one as gone; as an addition, nothing goes.
    [Import as the whole list] [Add only] [Change columns] [Cancel]
    ");
    insta::assert_snapshot!(after, @r"
    *northwind accounts.csv* · Northwind's accounts: imported by <@U0OMAR>.
    7 of Northwind's accounts against our 6: 2 match, 3 to review.
    0 new · 2 changed · 0 unchanged · 1 gone: Globex Retail
    • Acme Corp: their customer became a prospect
    • Zephyron Bank: their prospect became a customer
    `/partner overlaps review` asks about the pairs in doubt.
    [Review 3 pairs]
    ");
    insta::assert_snapshot!(overlaps(&stage).await.join("\n"), @r"
    Acme Corp: our open_opportunity, their prospect
    Globex Retail: our customer, their prospect, gone
    Zephyron Bank: our customer, their customer
    ");
    stage.end().await;
}

async fn a_wrong_match_is_taken_back(stage: Stage) {
    both(&stage).await;
    let said = stage.say(OMAR, OPS, "/partner overlaps list globex retail").await;
    assert!(said.contains("Globex Retail"), "{said}");
    let message = newest(&stage, OMAR);
    let menu = message["blocks"].as_array().unwrap().iter().find(|b| b["type"] == "actions").unwrap();
    let option = menu["elements"][0]["options"][0]["value"].as_str().unwrap().to_owned();
    let menu = json!({"action_id": "overlap.menu", "block_id": menu["block_id"], "type": "static_select",
        "selected_option": {"text": {"type": "plain_text", "text": "x"}, "value": option}});
    let surface = tandem::sandbox::Surface::Message {
        channel: OPS.to_owned(),
        ts: message["ts"].as_str().unwrap().to_owned(),
    };
    stage.person(OMAR).block_action(&surface, menu, &Value::Null).await.unwrap();
    stage.settle().await;
    insta::assert_snapshot!(with_buttons(&newest(&stage, OMAR)), @r"
    Took back Globex Retail with Northwind. Our Globex Retail and Northwind's Globex Retail AB are not matched again.
    To undo it, press *Show answered pairs*.
    [Show answered pairs]
    ");
    insta::assert_snapshot!(overlaps(&stage).await.join("\n"), @r"
    Acme Corp: our open_opportunity, their customer
    Globex Retail: our customer, their prospect, gone
    Zephyron Bank: our customer, their prospect
    ");
    // A later list does not bring it back.
    stage.advance_to("2026-03-20T09:00:00Z").await;
    let (_, after) = import(&stage, "northwind accounts.csv", THEIRS.to_owned(), "import.run").await;
    assert!(after.contains("0 new"), "{after}");
    insta::assert_snapshot!(overlaps(&stage).await.join("\n"), @r"
    Acme Corp: our open_opportunity, their customer
    Globex Retail: our customer, their prospect, gone
    Zephyron Bank: our customer, their prospect
    ");
    stage.end().await;
}

async fn our_customer_moves_and_its_overlaps_with_it(stage: Stage) {
    both(&stage).await;
    let said = "New overlap with Globex: Acme Corp (acme.com), our open opp, their customer";
    stage.person(ALEX).post(INTAKE, said).await.unwrap();
    stage.settle().await;
    {
        let mut tx = stage.db.begin().await.unwrap();
        tandem::sql_exec!(
            &mut tx,
            "UPDATE account_overlaps SET triage = 'dismissed', dismissed_because = 'too early' WHERE partner_id = 'p-northwind'"
        )
        .unwrap();
        tx.commit().await.unwrap();
    }
    stage.advance_to("2026-03-20T09:00:00Z").await;
    let won = OURS.replace("Open opportunity,Alex,120000,negotiation", "Customer,Alex,120000,closed won");
    let (before, after) = import(&stage, "ours.csv", won, "import.run").await;
    insta::assert_snapshot!(before, @r"
    *ours.csv* · our own accounts
    0 new · 1 changed · 5 unchanged · 0 unreadable
    Then what partners sent is matched against it again: Northwind.
    [Import] [Change columns] [Cancel]
    ");
    insta::assert_snapshot!(after, @r"
    *ours.csv* · our own accounts: imported by <@U0OMAR>.
    0 new · 1 changed · 5 unchanged · 0 gone · 0 unreadable
    2 overlaps changed with it:
    • Acme Corp with Globex: our open deal became a customer; the amount is 120k; the stage is closed won; the owner changed
    • Acme Corp with Northwind: our open deal became a customer; the stage is closed won
    7 of Northwind's accounts against our 6: 3 match, 3 to review. 0 new · 0 changed · 0 gone
    `/partner overlaps review` asks about the pairs in doubt.
    [Review 3 pairs]
    ");
    let mut tx = stage.db.read().await.unwrap();
    let rows = tandem::sql_all!(
        &mut tx,
        (String, String, String),
        "SELECT o.partner_id, o.triage, o.change_note FROM account_overlaps o JOIN accounts a ON a.id = o.account_id \
         WHERE a.name = 'Acme Corp' ORDER BY o.partner_id"
    )
    .unwrap();
    let left =
        tandem::sql_value!(&mut tx, i64, "SELECT COUNT(*) FROM account_overlaps WHERE triage = 'dismissed'")
            .unwrap();
    tx.rollback().await.unwrap();
    insta::assert_snapshot!(rows.iter().map(|(p, t, n)| format!("{p} {t}: {n}")).collect::<Vec<_>>().join("\n"), @r"
    p-globex open: our open deal became a customer; the amount is 120k; the stage is closed won; the owner changed
    p-northwind open: our open deal became a customer; the stage is closed won
    ");
    assert_eq!(left, 2, "what did not change stays dismissed");
    // The same list again changes nothing.
    stage.advance_to("2026-03-21T09:00:00Z").await;
    let same = OURS.replace("Open opportunity,Alex,120000,negotiation", "Customer,Alex,120000,closed won");
    let (_, after) = import(&stage, "ours.csv", same, "import.run").await;
    insta::assert_snapshot!(after, @r"
    *ours.csv* · our own accounts: imported by <@U0OMAR>.
    0 new · 0 changed · 6 unchanged · 0 gone · 0 unreadable
    7 of Northwind's accounts against our 6: 3 match, 3 to review. 0 new · 0 changed · 0 gone
    `/partner overlaps review` asks about the pairs in doubt.
    [Review 3 pairs]
    ");
    stage.end().await;
}

async fn a_list_without_a_name_is_ours_by_choice(stage: Stage) {
    let list = "company,website,status\nAcme Corp,acme.com,Customer\n";
    let ts = drop_list(&stage, OMAR, "export.csv", list).await;
    let (said, at) = card(&stage, &ts);
    insta::assert_snapshot!(said, @"*export.csv*: It does not say which partner it is from. Nothing is imported yet.");
    let omar = stage.person(OMAR);
    omar.click(INTAKE, &at, "import.columns").await.unwrap();
    stage.settle().await;
    omar.submit(
        json!({"partner": "ours", "column0": "account", "column1": "domain", "column2": "our_population"}),
    )
    .await
    .unwrap();
    stage.settle().await;
    stage.imports().await;
    insta::assert_snapshot!(card(&stage, &ts).0, @r"
    *export.csv* · our own accounts
    1 new · 0 changed · 0 unchanged · 0 unreadable
    ");
    stage.end().await;
}

async fn without_ours_a_partners_list_is_overlaps(stage: Stage) {
    let ts = drop_list(&stage, OMAR, "northwind.csv", "company,website\nAcme Corp,acme.com\n").await;
    insta::assert_snapshot!(card(&stage, &ts).0, @r"
    *northwind.csv* · Northwind
    1 new · 0 changed · 0 unchanged · 0 unreadable
    Each row counts as an overlap. If these are all of Northwind's accounts, keep them as accounts: they are matched once our own list is here.
    ");
    stage.end().await;
}

async fn a_list_of_overlaps_takes_the_place_of_accounts(stage: Stage) {
    both(&stage).await;
    stage.advance_to("2026-03-20T09:00:00Z").await;
    let list = "account,domain,partner,our_population,their_population\nAcme Corp,acme.com,Northwind,customer,customer\n";
    import(&stage, "overlaps.csv", list.to_owned(), "import.run").await;
    let after = overlaps(&stage).await;
    stage.advance_to("2026-03-21T09:00:00Z").await;
    ours(&stage).await;
    insta::assert_snapshot!(after.join("\n"), @r"
    Acme Corp: our customer, their customer
    Globex Retail: our customer, their prospect, gone
    Zephyron Bank: our customer, their prospect, gone
    ");
    insta::assert_snapshot!(overlaps(&stage).await.join("\n"), @r"
    Acme Corp: our open_opportunity, their customer
    Globex Retail: our customer, their prospect, gone
    Zephyron Bank: our customer, their prospect, gone
    ");
    insta::assert_snapshot!(review(&stage, OMAR).await, @r"
    No pair waits for a review.
    [Show answered pairs]
    ");
    stage.end().await;
}

async fn kinds_are_set_by_an_admin(stage: Stage) {
    both(&stage).await;
    insta::assert_snapshot!(stage.say(OMAR, OPS, "/partner overlaps kinds").await, @"Only an admin can change the set-up. `/partner status` says who that is.");
    stage.say(MAYA, OPS, "/partner overlaps kinds").await;
    insta::assert_snapshot!(stage.form(MAYA), @r"
    Our customer, their customer: Joint: we go in together
    Our customer, their open deal: Give: we open doors for the partner
    Our customer, their prospect: Give: we open doors for the partner
    Our open deal, their customer: Ask: we need the partner's path in
    Our open deal, their open deal: Joint: we go in together
    Our open deal, their prospect: Joint: we go in together
    Our prospect, their customer: Ask: we need the partner's path in
    Our prospect, their open deal: Joint: we go in together
    Our prospect, their prospect: None: nobody gains yet
    Refresh our own list every … days: 45
    ");
    let mut values = json!({"our_refresh_days": "0"});
    for ours in ["customer", "prospect", "open_opportunity"] {
        for theirs in ["customer", "prospect", "open_opportunity"] {
            values[format!("kind_{ours}_{theirs}")] = json!("joint");
        }
    }
    let refused = stage.person(MAYA).submit(values.clone()).await.unwrap_err();
    insta::assert_snapshot!(crate::support::stage::fields(&refused), @"our_refresh_days: Write a number of days from 1 to 365.");
    values["our_refresh_days"] = json!("20");
    stage.submit(MAYA, values).await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"Saved. The next digest goes by it.");
    let digest = stage.say(OMAR, OPS, "/partner digest preview").await;
    insta::assert_snapshot!(digest, @r"
    Only you see this preview. The next digest comes Monday 9 March at 09:00, Europe/Stockholm, in <#C0PARTNEROPS>.
    *Partner triage, week of 2 March*
    3 new overlaps

    *Needs a decision*
    *Acme Corp* with Northwind · their customer, our open deal (120k, negotiation)
    Joint: our open deal, their customer · Alex · today
    *Globex Retail* with Northwind · their prospect, our customer
    Joint: our customer, their prospect · Kim · today
    *Zephyron Bank* with Northwind · their prospect, our customer
    Joint: our customer, their prospect · unassigned · today

    Our own list is from 4 March. Globex's list is from 4 March. Northwind's list is from 6 March.
    [Change weights]
    ");
    stage.end().await;
}

async fn a_stale_list_of_ours_is_said(stage: Stage) {
    both(&stage).await;
    stage.advance_to("2026-05-04T09:00:00Z").await;
    let digest = stage.say(OMAR, OPS, "/partner digest preview").await;
    assert!(digest.contains("Our own list is 61 days old: drop a new one"), "{digest}");
    let status = stage.say(OMAR, OPS, "/partner status").await;
    assert!(status.contains("Our own accounts: 61 days old, *stale*"), "{status}");
    stage.end().await;
}

async fn pairs_wait_for_an_agreement(stage: Stage) {
    both(&stage).await;
    assert!(review(&stage, OMAR).await.contains("Quorvita"));
    fit::is_prospective(&stage, true).await;
    insta::assert_snapshot!(review(&stage, OMAR).await, @r"
    No pair waits for a review. 3 pairs wait until there is an agreement with their partner.
    [Show answered pairs]
    ");
    fit::is_prospective(&stage, false).await;
    assert!(review(&stage, OMAR).await.contains("Quorvita"));
    stage.end().await;
}
