//! Plays: thought of, started, moved in sight of everybody, shipped, and on a page.

use serde_json::{Value, json};

use crate::support::stage::{ALEX, EVE, INTAKE, MAYA, OMAR, SAM, SHARED, Stage, fields, with_buttons};

crate::flows!(
    without_owners_and_a_date_it_stays_an_idea,
    a_play_runs_slips_and_ships,
    its_targets_come_from_the_map_of_its_partner_alone,
    support_is_remembered_and_dropped_with_it,
    others_are_told_and_who_may_not_is_refused,
    the_newest_of_two_moves_wins_and_the_other_is_told,
    ship_finds_the_play_that_is_meant,
    the_page_opens_by_a_link_that_is_ones_own_and_ends,
    the_day_ahead_of_a_holiday_counts,
);

/// A form with everything that starts a webinar with Northwind on 20 March.
fn whole() -> Value {
    json!({
        "title": "Returns webinar", "partner": "p-northwind", "kind": "webinar", "their_owner": "sam whitfield",
        "owner": MAYA, "date": "2026-03-20", "audience": "asks", "checks": "7", "how": "start",
    })
}

fn with(change: Value) -> Value {
    let mut form = whole();
    for (field, value) in change.as_object().unwrap() {
        match value {
            Value::Null => drop(form.as_object_mut().unwrap().remove(field)),
            value => form[field.as_str()] = value.clone(),
        }
    }
    form
}

async fn start(stage: &Stage, by: &str, change: Value) {
    assert_eq!(stage.say(by, INTAKE, "/partner play start").await, "", "the form opens");
    stage.submit(by, with(change)).await;
}

/// The last private message with its place.
fn private(stage: &Stage, user: &str) -> (Value, (String, String)) {
    let message = stage.sandbox.ephemerals(user).pop().expect("a private message");
    let at = (message["channel"].as_str().unwrap().to_owned(), message["ts"].as_str().unwrap().to_owned());
    (message, at)
}

fn direct(stage: &Stage, user: &str) -> (Value, (String, String)) {
    let im = stage.sandbox.im(user);
    let message = stage.sandbox.messages(&im).pop().expect("a direct message");
    let ts = message["ts"].as_str().unwrap().to_owned();
    (message, (im, ts))
}

fn last(stage: &Stage, user: &str) -> String {
    with_buttons(&private(stage, user).0)
}

async fn without_owners_and_a_date_it_stays_an_idea(stage: Stage) {
    assert_eq!(stage.say(MAYA, INTAKE, "/partner play start \"Returns webinar\" with northwind").await, "");
    insta::assert_snapshot!(stage.form(MAYA), @r"
    Name: Returns webinar
    Kind: Co-branded webinar
    Something else: -
    Partner: Northwind
    Owner on their side: -
    Owner on our side: -
    Ship date: -
    Who sends it: -
    Target list from the map: Their customers that we want
    Check-ins: Every week
    Then: Start it
    ");
    // Started without what it needs, the form says where that goes.
    let lacking = with(json!({"their_owner": null, "date": null, "kind": "offer", "sender": null}));
    let refused = stage.person(MAYA).submit(lacking.clone()).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @r"
    their_owner: A play starts with an owner on their side. Write who, or keep it as an idea.
    date: A play starts with a ship date. Choose one, or keep it as an idea.
    sender: An offer to their base goes out from the account manager or CSM who owns the relationship. Choose who, or keep it as an idea.
    ");
    // Kept as an idea, it is one, and cannot start.
    let mut kept = lacking;
    kept["how"] = json!("idea");
    stage.submit(MAYA, kept).await;
    insta::assert_snapshot!(last(&stage, MAYA), @r"
    *Returns webinar* with Northwind · offer to their base
    An idea: it cannot start without an owner on their side, a ship date and the account manager who sends the offer
    Theirs: nobody yet · Ours: <@U0MAYA>
    Targets: no account of the map yet (their customers that we want)
    [Start] [Edit]
    ");
    let (_, at) = private(&stage, MAYA);
    stage.press(MAYA, &at, "play.go").await;
    insta::assert_snapshot!(last(&stage, MAYA), @"*Returns webinar* stays an idea: it cannot start without an owner on their side, a ship date and the account manager who sends the offer. *Edit* on its card is where that goes.");
    // What it lacks is added, and it starts where it stands.
    stage.press(MAYA, &at, "play.edit").await;
    let whole = json!({"their_owner": "sam whitfield", "date": "2026-03-20", "sender": ALEX});
    stage.submit(MAYA, whole).await;
    insta::assert_snapshot!(last(&stage, MAYA), @r"
    *Returns webinar* with Northwind · offer to their base
    An idea that can start
    Theirs: sam whitfield · Ours: <@U0MAYA> · Sends: <@U0ALEX>
    Targets: no account of the map yet (their customers that we want)
    [Start] [Edit]
    ");
    let (_, at) = private(&stage, MAYA);
    stage.press(MAYA, &at, "play.go").await;
    insta::assert_snapshot!(with_buttons(&stage.sandbox.message(&at.0, &at.1).unwrap()), @r"
    *Returns webinar* with Northwind · offer to their base
    Ships Fri 20 Mar, in 16 days
    Theirs: sam whitfield · Ours: <@U0MAYA> · Sends: <@U0ALEX>
    Targets: no account of the map yet (their customers that we want)
    [Ship] [Mark on track] [Move the date]
    ");
    insta::assert_snapshot!(stage.inbox(ALEX), @r"
    <@U0MAYA> counts on you to send this.
    *Returns webinar* with Northwind · offer to their base
    Ships Fri 20 Mar, in 16 days
    Theirs: sam whitfield · Ours: <@U0MAYA> · Sends: <@U0ALEX>
    Targets: no account of the map yet (their customers that we want)
    [Ship] [Mark on track] [Move the date]
    ");
    stage.end().await;
}

async fn a_play_runs_slips_and_ships(stage: Stage) {
    start(&stage, OMAR, json!({})).await;
    insta::assert_snapshot!(last(&stage, OMAR), @r"
    *Returns webinar* with Northwind · co-branded webinar
    Ships Fri 20 Mar, in 16 days
    Theirs: sam whitfield · Ours: <@U0MAYA>
    Targets: no account of the map yet (their customers that we want)
    [Ship] [Mark on track] [Move the date]
    ");
    // Its owner is told, and reminded at the check-in.
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    <@U0OMAR> put you in charge of a play.
    *Returns webinar* with Northwind · co-branded webinar
    Ships Fri 20 Mar, in 16 days
    Theirs: sam whitfield · Ours: <@U0MAYA>
    Targets: no account of the map yet (their customers that we want)
    [Ship] [Mark on track] [Move the date]
    ");
    stage.advance_to("2026-03-11T09:00:00Z").await;
    let (card, at) = direct(&stage, MAYA);
    insta::assert_snapshot!(with_buttons(&card), @r"
    How does this stand?
    *Returns webinar* with Northwind · co-branded webinar
    Ships Fri 20 Mar, in 9 days
    Theirs: sam whitfield · Ours: <@U0MAYA>
    Targets: no account of the map yet (their customers that we want)
    [Ship] [Mark on track] [Move the date]
    ");
    stage.press(MAYA, &at, "play.on_track").await;
    insta::assert_snapshot!(with_buttons(&stage.sandbox.message(&at.0, &at.1).unwrap()), @r"
    *Returns webinar* with Northwind · co-branded webinar
    Ships Fri 20 Mar, in 9 days
    Theirs: sam whitfield · Ours: <@U0MAYA>
    Targets: no account of the map yet (their customers that we want)
    <@U0MAYA> said on Wed 11 Mar that it is on track
    [Ship] [Mark on track] [Move the date]
    ");
    stage.press(MAYA, &at, "play.move").await;
    let refused = stage.person(MAYA).submit(json!({"date": "2026-03-10", "reason": "x"})).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @"date: That day is over. Choose today or later.");
    stage.submit(MAYA, json!({"date": "2026-03-24", "reason": "their landing page is late"})).await;
    insta::assert_snapshot!(with_buttons(&stage.sandbox.message(&at.0, &at.1).unwrap()), @r"
    *Returns webinar* with Northwind · co-branded webinar
    Ships Tue 24 Mar, in 13 days, 4 days later than first planned (Fri 20 Mar)
    Theirs: sam whitfield · Ours: <@U0MAYA>
    Targets: no account of the map yet (their customers that we want)
    <@U0MAYA> moved it from Fri 20 Mar to Tue 24 Mar on Wed 11 Mar: their landing page is late
    <@U0MAYA> said on Wed 11 Mar that it is on track
    [Ship] [Mark on track] [Move the date]
    ");
    // Who thought of it sees that it slips.
    insta::assert_snapshot!(with_buttons(&direct(&stage, OMAR).0), @r"
    <@U0MAYA> moved this from Fri 20 Mar: their landing page is late.
    *Returns webinar* with Northwind · co-branded webinar
    Ships Tue 24 Mar, in 13 days, 4 days later than first planned (Fri 20 Mar)
    Theirs: sam whitfield · Ours: <@U0MAYA>
    Targets: no account of the map yet (their customers that we want)
    <@U0MAYA> moved it from Fri 20 Mar to Tue 24 Mar on Wed 11 Mar: their landing page is late
    <@U0MAYA> said on Wed 11 Mar that it is on track
    [Ship] [Mark on track] [Move the date]
    ");
    // Late, it asks.
    stage.advance_to("2026-03-27T08:00:00Z").await;
    let (card, at) = direct(&stage, MAYA);
    stage.person(MAYA).open_home().await.unwrap();
    stage.settle().await;
    let home = stage.sandbox.home(MAYA).unwrap().to_string();
    assert!(home.contains("*Returns webinar*\\nNorthwind · 3 days late"), "{home}");
    insta::assert_snapshot!(with_buttons(&card), @r"
    This was due to ship. Say that it shipped, move the date, or drop it.
    *Returns webinar* with Northwind · co-branded webinar
    3 days late, was to ship Tue 24 Mar, 4 days later than first planned (Fri 20 Mar)
    Theirs: sam whitfield · Ours: <@U0MAYA>
    Targets: no account of the map yet (their customers that we want)
    <@U0MAYA> moved it from Fri 20 Mar to Tue 24 Mar on Wed 11 Mar: their landing page is late
    <@U0MAYA> said on Wed 11 Mar that it is on track
    [Ship] [Mark on track] [Move the date]
    ");
    stage.press(MAYA, &at, "play.ship").await;
    let refused = stage.person(MAYA).submit(json!({"date": "2026-04-02", "sent": "many"})).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @r#"sent: "many" is no count. Write a number such as 120."#);
    // What could be two numbers is neither.
    let unclear = json!({"date": "2026-03-26", "sent": "1.5", "replies": "1,23", "meetings": "12 3456"});
    let refused = stage.person(MAYA).submit(unclear).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @r#"
    sent: "1.5" is no count. Write a number such as 120.
    replies: "1,23" is no count. Write a number such as 120.
    meetings: "12 3456" is no count. Write a number such as 120.
    "#);
    let clear = json!({"date": "2026-03-26", "sent": "1,200", "replies": "", "meetings": ""});
    stage.submit(MAYA, clear).await;
    insta::assert_snapshot!(with_buttons(&stage.sandbox.message(&at.0, &at.1).unwrap()), @r"
    *Returns webinar* with Northwind · co-branded webinar
    Shipped Thu 26 Mar, 6 days later than first planned (Fri 20 Mar) · 1,200 sent
    Theirs: sam whitfield · Ours: <@U0MAYA>
    Targets: no account of the map yet (their customers that we want)
    <@U0MAYA> moved it from Fri 20 Mar to Tue 24 Mar on Wed 11 Mar: their landing page is late
    <@U0MAYA> said on Wed 11 Mar that it is on track
    [Update results]
    ");
    stage.press(MAYA, &at, "play.results").await;
    stage.submit(MAYA, json!({"sent": "1200", "replies": "14", "meetings": "5", "pipeline": "$80k"})).await;
    insta::assert_snapshot!(with_buttons(&stage.sandbox.message(&at.0, &at.1).unwrap()), @r"
    *Returns webinar* with Northwind · co-branded webinar
    Shipped Thu 26 Mar, 6 days later than first planned (Fri 20 Mar) · 1,200 sent · 14 replies · 5 meetings · $80k pipeline
    Theirs: sam whitfield · Ours: <@U0MAYA>
    Targets: no account of the map yet (their customers that we want)
    <@U0MAYA> moved it from Fri 20 Mar to Tue 24 Mar on Wed 11 Mar: their landing page is late
    <@U0MAYA> said on Wed 11 Mar that it is on track
    [Update results]
    ");
    insta::assert_snapshot!(stage.say(OMAR, INTAKE, "/partner play").await, @r"
    *Plays*
    *Returns webinar* with Northwind · co-branded webinar
    Shipped Thu 26 Mar, 6 days later than first planned (Fri 20 Mar) · 1,200 sent · 14 replies · 5 meetings · $80k pipeline · sam whitfield and <@U0MAYA>
    [Show] [See all on a timeline] [Start a play]
    ");
    insta::assert_snapshot!(stage.say(MAYA, INTAKE, "/partner status audit").await.lines().take(7).collect::<Vec<_>>().join("\n"), @r"
    *Friday 27 March 2026*
    Maya Lindholm recorded what came of the play Returns webinar with Northwind · 09:00
    Maya Lindholm shipped the play Returns webinar with Northwind · 09:00
    *Wednesday 11 March 2026*
    Maya Lindholm moved the date of the play Returns webinar with Northwind: to 2026-03-24: their landing page is late · 10:00
    Maya Lindholm said that the play Returns webinar with Northwind is on track · 10:00
    *Wednesday 4 March 2026*
    ");
    stage.end().await;
}

async fn its_targets_come_from_the_map_of_its_partner_alone(stage: Stage) {
    for said in [
        "New overlap with Northwind: Hooli (hooli.com), our open opp $80k, their customer",
        "New overlap with Northwind: Initech (initech.com), our prospect, their customer",
        "New overlap with Northwind: Stark (stark.com), our customer, their prospect",
        "New overlap with Globex: Umbrella (umbrella.com), our prospect, their customer",
    ] {
        stage.person(ALEX).post(INTAKE, said).await.unwrap();
        stage.settle().await;
    }
    // A contact is called as on record, however the name is typed.
    assert_eq!(stage.say(MAYA, INTAKE, "/partner partner contact northwind").await, "");
    stage.submit(MAYA, json!({"name": "Sam Whitfield"})).await;
    start(&stage, MAYA, json!({})).await;
    insta::assert_snapshot!(last(&stage, MAYA), @r"
    *Returns webinar* with Northwind · co-branded webinar
    Ships Fri 20 Mar, in 16 days
    Theirs: Sam Whitfield · Ours: <@U0MAYA>
    Targets: 2 accounts: Hooli, Initech
    [Ship] [Mark on track] [Move the date]
    ");
    start(&stage, MAYA, json!({"title": "Their wish list", "audience": "gives"})).await;
    insta::assert_snapshot!(last(&stage, MAYA).lines().find(|l| l.starts_with("Targets")).unwrap(), @"Targets: 1 account: Stark");
    start(&stage, MAYA, json!({"title": "The few", "audience": "focus"})).await;
    insta::assert_snapshot!(last(&stage, MAYA).lines().find(|l| l.starts_with("Targets")).unwrap(), @"Targets: no account of the map yet (the accounts on our focus lists)");
    stage.end().await;
}

async fn support_is_remembered_and_dropped_with_it(stage: Stage) {
    start(&stage, MAYA, json!({})).await;
    let (card, at) = private(&stage, MAYA);
    stage.person(MAYA).choose(&at.0, &at.1, "play.menu", "Add support").await.unwrap();
    stage.settle().await;
    insta::assert_snapshot!(stage.form(MAYA), @r"
    *Returns webinar* with Northwind · Ships Fri 20 Mar, in 16 days
    What we do for it: -
    Due: 2026-03-20
    Who does it: -
    ");
    stage.submit(MAYA, json!({"text": "Build the landing page", "date": "2026-03-12", "owner": ALEX})).await;
    insta::assert_snapshot!(last(&stage, MAYA), @r"
    *Returns webinar* with Northwind · co-branded webinar
    Ships Fri 20 Mar, in 16 days
    Theirs: sam whitfield · Ours: <@U0MAYA>
    Targets: no account of the map yet (their customers that we want)
    • Build the landing page: due Thu 12 Mar, in 8 days · <@U0ALEX>
    [Ship] [Mark on track] [Move the date]
    ");
    stage.advance_to("2026-03-11T09:00:00Z").await;
    insta::assert_snapshot!(with_buttons(&direct(&stage, ALEX).0), @r"
    This is due soon.
    *Build the landing page*
    For Northwind · due tomorrow, Thu 12 Mar
    [Mark done] [Snooze] [Drop]
    ");
    assert!(card["text"].as_str().unwrap().contains("Returns webinar"));
    let (_, at) = direct(&stage, MAYA);
    stage.person(MAYA).choose(&at.0, &at.1, "play.menu", "Drop").await.unwrap();
    stage.settle().await;
    stage.submit(MAYA, json!({"reason": "their budget went elsewhere"})).await;
    insta::assert_snapshot!(with_buttons(&stage.sandbox.message(&at.0, &at.1).unwrap()), @r"
    *Returns webinar* with Northwind · co-branded webinar
    Dropped by <@U0MAYA>: their budget went elsewhere
    Theirs: sam whitfield · Ours: <@U0MAYA>
    Targets: no account of the map yet (their customers that we want)
    • Build the landing page: dropped by <@U0MAYA>: the play Returns webinar was dropped: their budget went elsewhere · <@U0ALEX>
    ");
    insta::assert_snapshot!(with_buttons(&direct(&stage, ALEX).0), @r"
    <@U0MAYA> closed a commitment.
    *Build the landing page*
    For Northwind · dropped by <@U0MAYA>: the play Returns webinar was dropped: their budget went elsewhere
    ");
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner commit mine").await, @"You have no open commitments.");
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner play list").await, @r#"
    No play is under way. `/partner play start "Returns webinar" with northwind` starts one.
    [Start a play]
    "#);
    stage.end().await;
}

async fn others_are_told_and_who_may_not_is_refused(stage: Stage) {
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner play start").await, @"Only partner managers, operations and admins can do that. Ask one of them, or an admin for the role.");
    start(&stage, MAYA, json!({})).await;
    let (card, _) = private(&stage, MAYA);
    let value = card["blocks"][1]["elements"][0]["value"].as_str().unwrap().to_owned();
    let actions = [
        "play.drop",
        "play.edit",
        "play.go",
        "play.move",
        "play.on_track",
        "play.results",
        "play.ship",
        "play.support",
    ];
    for action in actions {
        let forged = stage.forged(SHARED, action, &value).await;
        stage.press(EVE, &forged, action).await;
        stage.press(SAM, &forged, action).await;
        assert!(stage.sandbox.modal(EVE).is_none() && stage.sandbox.modal(SAM).is_none(), "{action}");
    }
    insta::assert_snapshot!(stage.last_private(EVE), @"Only <@U0MAYA> can change this play, or somebody who looks after Northwind: a partner manager, operations or an admin.");
    insta::assert_snapshot!(stage.last_private(SAM), @"Only members of the workspace that runs Tandem can do that. Nothing was changed.");
    // Everybody sees the list; a card without controls is all that Eve gets of it.
    stage.say(EVE, INTAKE, "/partner play list").await;
    let (_, at) = private(&stage, EVE);
    stage.press(EVE, &at, "play.show").await;
    insta::assert_snapshot!(last(&stage, EVE), @r"
    *Returns webinar* with Northwind · co-branded webinar
    Ships Fri 20 Mar, in 16 days
    Theirs: sam whitfield · Ours: <@U0MAYA>
    Targets: no account of the map yet (their customers that we want)
    ");
    stage.end().await;
}

async fn the_newest_of_two_moves_wins_and_the_other_is_told(stage: Stage) {
    start(&stage, OMAR, json!({})).await;
    let (seen, at) = direct(&stage, MAYA);
    // Both have the form for another day open; Omar is first.
    stage.press(MAYA, &at, "play.move").await;
    let (_, omars) = private(&stage, OMAR);
    stage.press(OMAR, &omars, "play.move").await;
    stage.submit(OMAR, json!({"date": "2026-03-27", "reason": "the fair"})).await;
    stage.submit(MAYA, json!({"date": "2026-03-25", "reason": "the page"})).await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"That changed before you pressed the button. *Returns webinar*: Ships Fri 27 Mar, in 23 days, 7 days later than first planned (Fri 20 Mar). `/partner play list` shows how it is now.");
    stage.press_late(MAYA, &at, &seen, "play.ship").await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"That changed before you pressed the button. *Returns webinar*: Ships Fri 27 Mar, in 23 days, 7 days later than first planned (Fri 20 Mar). `/partner play list` shows how it is now.");
    stage.end().await;
}

async fn ship_finds_the_play_that_is_meant(stage: Stage) {
    insta::assert_snapshot!(stage.say(MAYA, INTAKE, "/partner play ship").await, @"No play is running, so none can ship. `/partner play list` shows the ideas.");
    start(&stage, MAYA, json!({})).await;
    start(
        &stage,
        MAYA,
        json!({"title": "SDR week", "kind": "own", "own_kind": "Calls for a week", "partner": "p-globex"}),
    )
    .await;
    insta::assert_snapshot!(stage.say(MAYA, INTAKE, "/partner play ship retuns webinar").await, @r#"No play "retuns webinar" is running. Did you mean Returns webinar?"#);
    insta::assert_snapshot!(stage.say(MAYA, INTAKE, "/partner play ship conference").await, @r#"No play "conference" is running. Those that are: Returns webinar, SDR week."#);
    insta::assert_snapshot!(stage.say(MAYA, INTAKE, "/partner play ship").await, @r"
    *Which one has shipped?*
    *Returns webinar* with Northwind · co-branded webinar
    Ships Fri 20 Mar, in 16 days · sam whitfield and <@U0MAYA>
    *SDR week* with Globex · Calls for a week
    Ships Fri 20 Mar, in 16 days · sam whitfield and <@U0MAYA>
    [Ship] [Ship] [See all on a timeline] [Start a play]
    ");
    assert_eq!(stage.say(MAYA, INTAKE, "/partner play ship returns webinar").await, "");
    insta::assert_snapshot!(stage.form(MAYA), @r"
    *Returns webinar* with Northwind · Ships Fri 20 Mar, in 16 days
    Shipped on: 2026-03-04

    Sent: -
    Replies or registrations: -
    Meetings: -
    Pipeline: -
    ");
    stage.submit(MAYA, json!({"date": "2026-03-04"})).await;
    insta::assert_snapshot!(last(&stage, MAYA), @r"
    *Returns webinar* with Northwind · co-branded webinar
    Shipped Wed 4 Mar, 16 days earlier than first planned (Fri 20 Mar) · no results yet
    Theirs: sam whitfield · Ours: <@U0MAYA>
    Targets: no account of the map yet (their customers that we want)
    [Record results]
    ");
    stage.end().await;
}

/// The address in the newest private message.
fn link(stage: &Stage, user: &str) -> String {
    let said = stage.last_private(user).replace("&amp;", "&");
    said.split(['<', '|']).find(|part| part.starts_with("http")).expect("a link").to_owned()
}

async fn page(url: &str) -> (u16, String) {
    let answer = reqwest::get(url).await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// What a reader of the page reads.
fn text(html: &str) -> String {
    let body = html.split("<main>").nth(1).unwrap_or(html);
    let mut text = String::new();
    let mut inside = false;
    for c in body.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            c if !inside => text.push(c),
            _ => {}
        }
    }
    let lines = text.lines().map(|l| l.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n")
}

async fn the_page_opens_by_a_link_that_is_ones_own_and_ends(stage: Stage) {
    start(&stage, MAYA, json!({"title": "Returns <webinar>"})).await;
    start(
        &stage,
        MAYA,
        json!({"title": "SDR week", "kind": "sdr_push", "partner": "p-globex", "how": "idea", "date": null}),
    )
    .await;
    stage.advance_to("2026-03-23T09:00:00Z").await;
    stage.say(ALEX, INTAKE, "/partner play list").await;
    let (_, at) = private(&stage, ALEX);
    stage.press(ALEX, &at, "play.page").await;
    let said = stage.last_private(ALEX);
    assert!(
        said.ends_with("|All plays on a timeline>. The link is yours alone and opens for 24 hours."),
        "{said}"
    );
    let url = link(&stage, ALEX);
    let (status, html) = page(&url).await;
    assert_eq!(status, 200);
    assert!(html.contains("Returns &#60;webinar&#62;") && !html.contains("<script"));
    insta::assert_snapshot!(text(&html), @r"
    Plays
    1 play is running, and it is late . 1 idea, 0 shipped in the last quarter.
    As of Monday 23 March 2026, 10:00. For Alex Rivera only; the link ends Tuesday 24 March, 10:00.
    Timeline
    from its start to its ship date late shipped the date first set today
    2 Mar
    9 Mar
    16 Mar
    23 Mar
    30 Mar
    Returns &#60;webinar&#62; with Northwind
    ships Fri 20 Mar 3 days late
    Running
    Play Partner Theirs Ours Sends Ship date Targets Support State
    Returns &#60;webinar&#62; co-branded webinar
    Northwind
    sam whitfield
    Maya Lindholm
    Fri 20 Mar
    0
    3 days late
    Ideas
    Play Partner Theirs Ours Sends Ship date Targets Support Why it has not started
    SDR week SDR push
    Globex
    sam whitfield
    Maya Lindholm
    0
    An idea: it cannot start without a ship date
    ");
    // Without the seal, with another's name, or on another page it opens nothing.
    for other in
        [url.split('?').next().unwrap().to_owned(), url.replace(ALEX, MAYA), url.replace("seal=", "seal=0")]
    {
        let (status, html) = page(&other).await;
        assert_eq!(status, 403, "{other}");
        assert!(!html.contains("Returns"));
        insta::assert_snapshot!(text(&html), @r"
        This link opens nothing
        It is not complete, or it was changed. Ask for a new one in Slack, where you got it, and open it whole.
        ");
    }
    // Who left sees nothing, though the link is whole.
    stage.sandbox.describe(ALEX, json!({"deleted": true}));
    stage.advance_to("2026-03-23T10:00:00Z").await;
    let (status, html) = page(&url).await;
    assert_eq!(status, 403);
    insta::assert_snapshot!(text(&html), @r"
    This page is closed to you
    This link was made for somebody who is no member of the workspace any more.
    ");
    stage.advance_to("2026-03-24T09:05:00Z").await;
    let (status, html) = page(&url).await;
    assert_eq!(status, 410);
    insta::assert_snapshot!(text(&html), @r"
    This link has ended
    It was good until 24 March 2026, 09:00 UTC. Ask for a new one in Slack, where you got it.
    ");
    stage.end().await;
}

/// It ships on the Tuesday after Easter: who runs it is reminded on the Thursday before.
async fn the_day_ahead_of_a_holiday_counts(stage: Stage) {
    start(&stage, OMAR, json!({"date": "2026-04-07"})).await;
    let reminders = || {
        let told = stage.direct(MAYA).into_iter();
        told.filter(|text| text.contains("*Returns webinar*")).collect::<Vec<_>>()
    };
    stage.advance_to("2026-04-01T12:00:00Z").await;
    let before = reminders().len();
    stage.advance_to("2026-04-02T09:00:00Z").await;
    let ahead = reminders();
    assert_eq!(ahead.len(), before + 1, "{ahead:?}");
    stage.advance_to("2026-04-06T09:00:00Z").await;
    assert_eq!(reminders().len(), ahead.len(), "nobody is reminded on a holiday");
    stage.end().await;
}
