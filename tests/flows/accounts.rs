//! Account maps: filled by their buttons, decided on, held, shared, and walked through every week.

use serde_json::{Value, json};
use tandem::kernel::ids::{ContactId, PartnerId};
use tandem::map::account_map;
use tandem::map::partner::{Contact, ContactRole};
use tandem::map::store as map;
use tandem::sql_exec;
use tandem::store::audit;

use super::digest::menu;
use crate::support::stage::{ALEX, EVE, INTAKE, MAYA, OMAR, OPS, SHARED, Stage, fields, text, with_buttons};

crate::flows!(
    a_map_is_filled_by_its_buttons,
    of_two_who_edit_a_contact_one_wins,
    what_is_planned_is_decided_and_a_hold_shows_everywhere,
    a_hold_that_runs_out_asks_its_author_once,
    a_map_is_shared_only_where_our_own_people_read,
    the_weekly_mapping_saves_each_account_by_one_click,
    the_weekly_mapping_begins_with_the_focus_list,
    a_message_becomes_a_note,
);

/// Nine o'clock in Stockholm.
const MONDAY: &str = "2026-03-09T08:00:00Z";

/// An overlap of Alex's account, and Sam at Northwind.
async fn ground(stage: &Stage) {
    let said = "Acme (acme.com) with Northwind: our open opp $120k, their customer, owner @alex";
    stage.person(ALEX).post(INTAKE, said).await.unwrap();
    stage.settle().await;
    let mut tx = stage.db.begin().await.unwrap();
    let sam = Contact {
        id: ContactId::from("c-sam"),
        partner: PartnerId::from("p-northwind"),
        name: "Sam Whitfield".into(),
        role: ContactRole::PartnerRep,
        email: None,
        slack_user: None,
        said_no_to: Vec::new(),
    };
    map::save_contact(&mut tx, stage.clock.now(), &sam).await.unwrap();
    tx.commit().await.unwrap();
}

/// Where the newest private message stands that offers `action`.
fn offered(stage: &Stage, user: &str, action: &str) -> (String, String) {
    let mut all = stage.sandbox.ephemerals(user);
    all.retain(|m| m["blocks"].to_string().contains(&format!("\"{action}\"")));
    let message = all.pop().unwrap_or_else(|| panic!("nobody offers {action}: {:?}", stage.private(user)));
    let part = |name: &str| message[name].as_str().unwrap().to_owned();
    (part("channel"), part("ts"))
}

async fn press(stage: &Stage, user: &str, action: &str) {
    stage.press(user, &offered(stage, user, action), action).await;
}

async fn fill(stage: &Stage, user: &str, action: &str, values: Value) -> String {
    press(stage, user, action).await;
    stage.submit(user, values).await;
    stage.last_private(user)
}

/// Dana decides, and Sam knows her well.
async fn map_dana(stage: &Stage, user: &str) {
    stage.say(user, INTAKE, "/partner account show acme").await;
    let dana = json!({"name": "Dana Reyes", "title": "VP Sales", "role": "decision_maker"});
    fill(stage, user, "account.person", dana).await;
    fill(stage, user, "account.relate", json!({"contact": "c:c-sam", "strength": "5"})).await;
}

async fn actions(stage: &Stage) -> Vec<String> {
    let mut tx = stage.db.read().await.unwrap();
    let all = audit::newest(&mut tx, 200).await.unwrap();
    tx.rollback().await.unwrap();
    let found = all.iter().filter(|l| l.action.starts_with("account.") && l.outcome == "done");
    found.map(|l| l.action.clone()).rev().collect()
}

async fn a_map_is_filled_by_its_buttons(stage: Stage) {
    ground(&stage).await;
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner account").await, @r"
    No account has a map yet. `/partner account show acme` opens the map of Acme, and its buttons fill it.
    [Start weekly mapping]
    ");
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner account acme.com").await, @r"
    *Acme* · acme.com
    *Deal owner:* @alex
    *Relationship owner:* nobody yet
    *Northwind* · their customer, our open deal ($120k) · an ask: we need their path in
    *Who matters?*
    Not known yet.
    *Who has trust?*
    Not known yet.
    *What is missing or fragile?*
    Not known yet.
    *What is the next move?*
    Not known yet.
    *LEVER*
    Leverage (open): nobody is known to have trust inside
    Exposure (open): no contact has a role yet
    Velocity (open): no touch is logged
    Execution (open): no path leads in, and nobody was chosen
    Risk (open): can't be judged: nobody owns the relationship and no touch is logged
    _0 of 5 lenses answered: not truly mapped until Leverage, Exposure, Velocity, Execution and Risk are._
    [Set owners] [Set role] [Add contact] [Add contact] [Add contact] [Add next step] [Add contact] [Add relationship] [Add next step] [Log a touch] [Show history] [Share]
    ");
    let dana = json!({"name": "Dana Reyes", "title": "VP Sales", "role": "decision_maker", "seniority": "executive"});
    insta::assert_snapshot!(fill(&stage, ALEX, "account.person", dana).await, @"Added Dana Reyes, VP Sales, decision maker, at *Acme*.");
    let sam = json!({"contact": "c:c-sam", "strength": "5"});
    insta::assert_snapshot!(fill(&stage, ALEX, "account.relate", sam).await, @r"
    Saved: Sam Whitfield at Northwind knows Dana Reyes, VP Sales, 5 of 5.
    The best way in: Maya Lindholm (manages Northwind) → Sam Whitfield at Northwind → Dana Reyes, VP Sales, 5 of 5
    ");
    insta::assert_snapshot!(fill(&stage, ALEX, "account.owners", json!({"relationship_owner": MAYA})).await, @"Saved the owners of *Acme*: the deal is @alex's, the relationship Maya Lindholm's.");
    let runs = json!({"role": "services", "involvement": "Runs their <returns>"});
    insta::assert_snapshot!(fill(&stage, ALEX, "account.involve", runs).await, @"Saved: Northwind at *Acme*, services.");
    let brief = json!({"text": "Send the returns brief", "date": "2026-03-13"});
    insta::assert_snapshot!(fill(&stage, ALEX, "account.step", brief).await, @"Next on *Acme*: Send the returns brief · Alex Rivera · by Fri 13 Mar");
    insta::assert_snapshot!(fill(&stage, ALEX, "account.touch", json!({"text": "Sam called Dana"})).await, @"Logged on *Acme*: Sam called Dana, Wed 4 Mar");
    let said = "/partner commit add \"send the case study\" to northwind about acme by 12 march";
    stage.say(ALEX, INTAKE, said).await;
    stage.submit(ALEX, json!({"account": "acme"})).await;
    press(&stage, ALEX, "account.show").await;
    insta::assert_snapshot!(with_buttons(&stage.sandbox.ephemerals(ALEX).pop().unwrap()), @r"
    *Acme* · acme.com
    *Deal owner:* @alex
    *Relationship owner:* Maya Lindholm
    *Northwind* · their customer, our open deal ($120k) · an ask: we need their path in
    Services: Runs their &lt;returns&gt;
    *Dana Reyes*, VP Sales · decision maker · executive
    Known by Sam Whitfield at Northwind, 5 of 5 (says Alex Rivera, Wed 4 Mar)
    *Way in*
    Maya Lindholm (manages Northwind) → Sam Whitfield at Northwind → Dana Reyes, VP Sales, 5 of 5
    *Who matters?*
    Dana Reyes, VP Sales (decision maker).
    *Who has trust?*
    Sam Whitfield at Northwind with Dana Reyes (5 of 5).
    *What is missing or fragile?*
    Missing: executive sponsor, champion and user. Fragile: Dana Reyes hangs on Sam Whitfield at Northwind alone.
    *What is the next move?*
    Alex Rivera: Send the returns brief, by Fri 13 Mar.
    *LEVER*
    Leverage: Sam Whitfield at Northwind has 5 of 5 with Dana Reyes, VP Sales
    Exposure: 1 of 4 roles: decision maker; missing executive sponsor, champion and user
    Velocity: active, last touch Wed 4 Mar: Sam called Dana
    Execution: best placed is Maya Lindholm, through Sam Whitfield at Northwind
    Risk: nobody decided who reaches out
    _All 5 lenses answered._
    *Next:* Send the returns brief
    Alex Rivera · by Fri 13 Mar
    *Open commitments*
    send the case study, for Northwind · due Thu 12 Mar, in 8 days · Alex Rivera
    *Last touch:* Wed 4 Mar, Sam called Dana (Alex Rivera)
    [Set owners] [Set role] [Edit] [Mark done] [Add contact] [Add relationship] [Add next step] [Log a touch] [Show history] [Share]
    ");
    press(&stage, ALEX, "account.step_done").await;
    let redrawn = stage.last_private(ALEX);
    assert!(redrawn.contains("*LEVER*") && !redrawn.contains("Send the returns brief"), "{redrawn}");
    assert_eq!(
        actions(&stage).await,
        [
            "account.person",
            "account.relate",
            "account.owners",
            "account.involve",
            "account.step",
            "account.touch",
            "account.step_done"
        ]
    );
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner account").await, @r"
    *Maps that changed last*
    Acme (acme.com)
    [Show map] [Start weekly mapping]
    ");
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner account akme").await, @r#"I don't know an account "akme". Did you mean Acme?"#);
    // What is missing is said at its field.
    press(&stage, ALEX, "account.touch").await;
    let refused = stage.person(ALEX).submit(json!({"text": "x", "date": "2026-03-05"})).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @"date: That day is still to come. A touch is what happened.");
    stage.end().await;
}

async fn of_two_who_edit_a_contact_one_wins(stage: Stage) {
    ground(&stage).await;
    map_dana(&stage, ALEX).await;
    for who in [ALEX, OMAR] {
        stage.say(who, INTAKE, "/partner account show acme").await;
        press(&stage, who, "account.person").await;
        assert!(stage.form(who).contains("Name: Dana Reyes"), "{}", stage.form(who));
    }
    stage.submit(ALEX, json!({"title": "Chief Revenue Officer"})).await;
    stage.submit(OMAR, json!({"role": "champion"})).await;
    insta::assert_snapshot!(stage.last_private(OMAR), @"Somebody else changed Dana Reyes while your form was open, so yours was not saved. `/partner account show acme` shows how it is now.");
    let shown = stage.say(OMAR, INTAKE, "/partner account show acme").await;
    assert!(shown.contains("*Dana Reyes*, Chief Revenue Officer · decision maker"), "{shown}");
    // A step that somebody closed is not closed twice.
    fill(&stage, ALEX, "account.step", json!({"text": "Call Sam", "date": "2026-03-13"})).await;
    for who in [ALEX, OMAR] {
        stage.say(who, INTAKE, "/partner account show acme").await;
    }
    press(&stage, ALEX, "account.step_done").await;
    press(&stage, OMAR, "account.step_done").await;
    assert_eq!(stage.last_private(OMAR), "That step was closed or changed before you pressed the button.");
    stage.end().await;
}

async fn what_is_planned_is_decided_and_a_hold_shows_everywhere(stage: Stage) {
    ground(&stage).await;
    map_dana(&stage, MAYA).await;
    stage.advance_to(MONDAY).await;
    let digest = stage.sandbox.messages(OPS)[0]["ts"].as_str().unwrap().to_owned();
    let at = (OPS.to_owned(), digest.clone());
    stage.press(OMAR, &at, "overlap.plan").await;
    insta::assert_snapshot!(stage.form(OMAR), @r"
    *Acme (acme.com)* with Northwind · their customer, our open deal ($120k)
    Where it goes: Put it on the next agenda
    Session by: 2026-03-16
    Who reaches out: -
    Who introduces: Sam Whitfield at Northwind
    Who stays out of the way: -
    Why this partner: Sam Whitfield at Northwind knows Dana Reyes, VP Sales, 5 of 5
    Why now: an ask: Northwind can open doors for our deal; Sam Whitfield at Northwind knows Dana Reyes, VP Sales: 5 of 5
    Why this person: Dana Reyes, VP Sales is the decision maker
    Hold: -
    Hold until: -
    ");
    let refused = stage.person(OMAR).submit(json!({"stays_out": [MAYA]})).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @"stays_out: Whoever reaches out can't stay out of the way as well.");
    let plan = json!({"stays_out": [EVE], "why_now": "their peak is in May", "hold": "No executive outreach until the <introduction>",
        "hold_until": "2026-03-20"});
    stage.submit(OMAR, plan).await;
    insta::assert_snapshot!(text(&stage.sandbox.message(OPS, &digest).unwrap()), @r"
    *Partner triage, week of 9 March*
    1 new overlap

    *Needs a decision*
    *Acme* with Northwind · their customer, our open deal ($120k)
    _Planned by Omar Haddad · 9 March: on the next agenda with Northwind_
    *Hold:* No executive outreach until the &lt;introduction&gt; (until Fri 20 Mar; holds Evelyn Osei)

    Globex's list is from 4 March. Northwind's list is from 4 March. For the people in <#C0PARTNEROPS>.
    ");
    let recorded = actions(&stage).await;
    assert_eq!(recorded[recorded.len() - 2..], ["account.decide", "account.hold"]);
    // Whoever looks the account up sees it, and who is held is told so.
    let listed = stage.say(ALEX, INTAKE, "/partner overlaps list acme").await;
    assert!(listed.contains("*Hold:* No executive outreach until the &lt;introduction&gt; (until Fri 20 Mar; holds Evelyn Osei)"), "{listed}");
    let held = stage.say(EVE, INTAKE, "/partner account acme").await;
    assert!(held.contains("*On hold, and it holds you*: No executive outreach"), "{held}");
    assert!(held.contains("Why now: their peak is in May"), "{held}");
    assert!(!held.contains("[Lift]") && !held.contains("[Decide]"), "an executive decides nothing: {held}");
    menu(&stage, OMAR, &digest, "draft").await;
    let draft = stage.form(OMAR);
    assert!(draft.contains("*Hold:* No executive outreach"), "{draft}");
    stage.person(OMAR).close_view().await.unwrap();
    assert!(
        stage.say(ALEX, INTAKE, "/partner account decide acme").await.starts_with("Only partner managers")
    );
    // It can be decided at any time, and nothing is forgotten.
    stage.say(MAYA, INTAKE, "/partner account decide acme").await;
    stage.say(OMAR, INTAKE, "/partner account decide acme").await;
    stage.submit(MAYA, json!({"reaches_out": MAYA})).await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"Decided on *Acme*: Maya Lindholm reaches out, Sam Whitfield at Northwind introduces.");
    stage.submit(OMAR, json!({"reaches_out": OMAR})).await;
    assert!(
        stage.last_private(OMAR).starts_with("Somebody else changed the decision"),
        "{}",
        stage.last_private(OMAR)
    );
    stage.say(OMAR, INTAKE, "/partner account show acme").await;
    press(&stage, OMAR, "account.history").await;
    insta::assert_snapshot!(stage.last_private(OMAR), @r"
    *Decisions on Acme*, the newest first
    *Decided Mon 9 Mar by Maya Lindholm:* Maya Lindholm reaches out, Sam Whitfield at Northwind introduces · with Northwind
    Why this partner: Sam Whitfield at Northwind knows Dana Reyes, VP Sales, 5 of 5
    Why now: our deal is open
    Why this person: Dana Reyes, VP Sales is the decision maker
    *Decided Mon 9 Mar by Omar Haddad:* Maya Lindholm reaches out, Sam Whitfield at Northwind introduces, Evelyn Osei stays out of the way · with Northwind
    Why this partner: Sam Whitfield at Northwind knows Dana Reyes, VP Sales, 5 of 5
    Why now: their peak is in May
    Why this person: Dana Reyes, VP Sales is the decision maker
    *Holds*
    No executive outreach until the &lt;introduction&gt;. Holds Evelyn Osei; put by Omar Haddad on Mon 9 Mar, until Fri 20 Mar.
    ");
    press(&stage, OMAR, "account.lift").await;
    let lifted = stage.last_private(OMAR);
    assert!(!lifted.contains("On hold"), "{lifted}");
    assert!(!text(&stage.sandbox.message(OPS, &digest).unwrap()).contains("Hold"));
    stage.end().await;
}

async fn a_hold_that_runs_out_asks_its_author_once(stage: Stage) {
    ground(&stage).await;
    stage.say(MAYA, INTAKE, "/partner account decide acme").await;
    let hold = json!({"hold": "No pricing talk before the workshop", "hold_until": "2026-03-06"});
    stage.submit(MAYA, hold).await;
    stage.advance_to("2026-03-06T22:30:00Z").await;
    assert_eq!(stage.direct(MAYA), Vec::<String>::new(), "its last day is not over");
    stage.advance_to("2026-03-07T08:00:00Z").await;
    stage.advance_to("2026-03-08T08:00:00Z").await;
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    Your hold on *Acme* ran out on Fri 6 Mar. Does it go on?
    > No pricing talk before the workshop.
    It holds everybody. It is shown on the map until you keep or lift it.
    [Keep until…] [Lift] [Show map]
    ");
    stage.person(MAYA).open_home().await.unwrap();
    stage.settle().await;
    let home = stage.sandbox.home(MAYA).unwrap().to_string();
    assert!(
        home.contains("Your hold on Acme") && home.contains("ran out on Fri 6 Mar: does it go on?"),
        "{home}"
    );
    let im = stage.sandbox.im(MAYA);
    let ts = stage.sandbox.messages(&im)[0]["ts"].as_str().unwrap().to_owned();
    let asked = (im.clone(), ts.clone());
    stage.press(MAYA, &asked, "account.keep").await;
    let refused = stage.person(MAYA).submit(json!({"date": "2026-03-08"})).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @"date: That day is over or is today. Choose a later one.");
    stage.submit(MAYA, json!({"date": "2026-03-10"})).await;
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    The hold on *Acme* goes on, until Tue 10 Mar.
    > No pricing talk before the workshop.
    It holds everybody.
    ");
    // It runs out again, and asks again.
    stage.advance_to("2026-03-11T08:00:00Z").await;
    let again = stage.sandbox.messages(&im).pop().unwrap()["ts"].as_str().unwrap().to_owned();
    stage.press(MAYA, &(im.clone(), again), "account.lift").await;
    assert!(
        stage.direct(MAYA).pop().unwrap().starts_with("The hold on *Acme* was lifted by Maya Lindholm."),
        "{:?}",
        stage.direct(MAYA)
    );
    stage.advance_to("2026-04-11T08:00:00Z").await;
    assert_eq!(stage.direct(MAYA).len(), 2, "{:?}", stage.direct(MAYA));
    stage.end().await;
}

async fn a_map_is_shared_only_where_our_own_people_read(stage: Stage) {
    ground(&stage).await;
    map_dana(&stage, ALEX).await;
    stage.say(ALEX, OPS, "/partner account show acme").await;
    press(&stage, ALEX, "account.share").await;
    let shared = stage.sandbox.messages(OPS).pop().unwrap();
    assert!(text(&shared).starts_with("*Acme* · acme.com"), "{}", text(&shared));
    assert!(with_buttons(&shared).ends_with("[Open the map]"), "{}", with_buttons(&shared));
    stage.say(MAYA, SHARED, "/partner account show acme").await;
    press(&stage, MAYA, "account.share").await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"Northwind's people read this channel, and the map is internal: it names other partners and what is on hold. Share it in a channel of your own. The map was not shared.");
    assert_eq!(stage.texts(SHARED), Vec::<String>::new());
    // Everybody may open it from there, for their own eyes.
    let ts = shared["ts"].as_str().unwrap().to_owned();
    stage.press(EVE, &(OPS.to_owned(), ts), "account.show").await;
    assert!(stage.last_private(EVE).contains("Dana Reyes"));
    let theirs = tandem::sandbox::World::meridian().others.remove(0);
    stage.sandbox.share_channel(OPS, theirs).await;
    stage.settle().await;
    let before = stage.texts(OPS).len();
    stage.say(ALEX, OPS, "/partner account show acme").await;
    press(&stage, ALEX, "account.share").await;
    insta::assert_snapshot!(stage.last_private(ALEX), @"People of another company read that channel. Choose one that only your own people read. The map was not shared.");
    assert_eq!(stage.texts(OPS).len(), before);
    stage.end().await;
}

async fn the_weekly_mapping_saves_each_account_by_one_click(stage: Stage) {
    ground(&stage).await;
    map_dana(&stage, OMAR).await;
    fill(&stage, OMAR, "account.step", json!({"text": "Send the returns brief", "date": "2026-03-06"})).await;
    let said = "Bolt Ltd (bolt.com) with Northwind: our open opp $20k, their customer";
    stage.person(ALEX).post(INTAKE, said).await.unwrap();
    stage.settle().await;
    stage.advance_to(MONDAY).await;
    stage.say(OMAR, INTAKE, "/partner account review").await;
    let title =
        |stage: &Stage| stage.sandbox.modal(OMAR).unwrap()["title"]["text"].as_str().unwrap().to_owned();
    assert_eq!(title(&stage), "Mapping, 1 of 2");
    let first = stage.form(OMAR);
    let acme_first = first.contains("Acme");
    let acme = json!({"step_0": "done", "strength_0": "4", "text": "Ask Sam for the introduction"});
    let bolt = json!({"text": ""});
    stage.submit(OMAR, if acme_first { acme.clone() } else { bolt.clone() }).await;
    assert_eq!(title(&stage), "Mapping, 2 of 2");
    let second = stage.form(OMAR);
    insta::assert_snapshot!(if acme_first { &first } else { &second }, @r"
    *Acme (acme.com)*
    3 of 5 lenses answered: not truly mapped until Velocity and Risk are.
    Send the returns brief (Omar Haddad, by Fri 6 Mar): Still open
    Sam Whitfield at Northwind with Dana Reyes: 5 of 5: would vouch for us
    Next step: -
    Who does it: -
    By: 2026-03-16
    ");
    insta::assert_snapshot!(if acme_first { &second } else { &first }, @r"
    *Bolt Ltd (bolt.com)*
    0 of 5 lenses answered: not truly mapped until Leverage, Exposure, Velocity, Execution and Risk are.
    Next step: Find out who matters at Bolt Ltd
    Who does it: -
    By: 2026-03-16
    ");
    stage.submit(OMAR, if acme_first { bolt } else { acme }).await;
    insta::assert_snapshot!(stage.form(OMAR), @"2 accounts are mapped for this week. Post a short summary in <#C0PARTNEROPS>?");
    let before = stage.texts(OPS).len();
    stage.submit(OMAR, json!({})).await;
    let posted = stage.texts(OPS);
    assert_eq!(posted.len(), before + 1);
    let mut lines: Vec<&str> = posted.last().unwrap().lines().collect();
    lines[1..].sort_unstable();
    insta::assert_snapshot!(lines.join("\n"), @r"
    *Weekly mapping* · 2 accounts, by Omar Haddad
    *Acme*: 1 step done; now Sam Whitfield at Northwind with Dana Reyes 4 of 5; next: Omar Haddad: Ask Sam for the introduction, by Mon 16 Mar
    *Bolt Ltd*: nothing new
    ");
    let shown = stage.say(OMAR, INTAKE, "/partner account acme").await;
    assert!(shown.contains("4 of 5") && shown.contains("Ask Sam for the introduction"), "{shown}");
    assert!(!shown.contains("returns brief"), "{shown}");
    stage.end().await;
}

async fn a_message_becomes_a_note(stage: Stage) {
    ground(&stage).await;
    let said = "Dana at Acme takes 400 returns a day by hand &amp; hates it";
    let ts = stage.person(ALEX).post(OPS, said).await.unwrap();
    stage.settle().await;
    stage.person(OMAR).shortcut("account.note", OPS, &ts).await.unwrap();
    stage.settle().await;
    insta::assert_snapshot!(stage.form(OMAR), @r"
    Account: Acme
    Text: Dana at Acme takes 400 returns a day by hand & hates it
    Keep it as: A note
    Who does it: -
    By: 2026-03-11
    ");
    stage.submit(OMAR, json!({})).await;
    assert_eq!(stage.last_private(OMAR), "Added the note to *Acme (acme.com)*.");
    let shown = stage.say(OMAR, OPS, "/partner account acme").await;
    let note = shown
        .lines()
        .find(|l| l.starts_with("*Note:*"))
        .unwrap_or_default()
        .replace(&ts.replace('.', ""), "TS");
    let said =
        "*Note:* Wed 4 Mar, Alex Rivera: Dana at Acme takes 400 returns a day by hand &amp; hates it <http";
    assert!(note.starts_with(said) && note.ends_with("/archives/C0PARTNEROPS/pTS|message>"), "{note}");
    assert!(shown.contains("Velocity (open): no touch is logged"), "a note is no touch: {shown}");
    stage.end().await;
}

async fn the_weekly_mapping_begins_with_the_focus_list(stage: Stage) {
    ground(&stage).await;
    for said in [
        "Bolt Ltd (bolt.com) with Northwind: our open opp $20k",
        "Corvid (corvid.com) with Northwind: our customer",
    ] {
        stage.person(ALEX).post(INTAKE, said).await.unwrap();
        stage.settle().await;
    }
    let walk = async || {
        let mut tx = stage.db.read().await.unwrap();
        let found = account_map::store::focus(&mut tx, 10).await.unwrap();
        tx.rollback().await.unwrap();
        found.into_iter().map(|account| account.name).collect::<Vec<_>>()
    };
    let deals = walk().await;
    assert_eq!(deals.len(), 2, "nobody has a deal with Corvid: {deals:?}");
    let mut tx = stage.db.begin().await.unwrap();
    sql_exec!(
        &mut tx,
        "INSERT INTO focus_accounts (partner_id, side, account_id, place, since) \
         SELECT 'p-northwind', 'theirs', id, 1, 0 FROM accounts WHERE name = 'Corvid'"
    )
    .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(walk().await, [vec!["Corvid".to_owned()], deals].concat());
    stage.end().await;
}
