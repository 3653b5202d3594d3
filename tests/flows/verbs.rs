//! Every verb of the command, with right, wrong and no words: what is answered.

use serde_json::json;

use crate::support::stage::{ALEX, INTAKE, MAYA, OMAR, SAM, SHARED, Stage};

crate::flows!(every_verb_answers, a_guest_learns_nothing);

/// Types each, and gives what was answered; a form is shown by its title and how it begins.
async fn answers(stage: &Stage, who: &str, tails: &[&str]) -> String {
    let mut all = Vec::new();
    for tail in tails {
        let answer = stage.say(who, INTAKE, &format!("/partner {tail}")).await;
        let form = stage.sandbox.modal(who).map(|m| {
            format!("({})\n{}", m["title"]["text"].as_str().unwrap_or_default(), stage.form(who).trim())
        });
        if form.is_some() {
            stage.person(who).close_view().await.unwrap();
        }
        all.push(format!("> {tail}\n{}{}", answer, form.unwrap_or_default()));
    }
    all.join("\n")
}

async fn every_verb_answers(stage: Stage) {
    let said = "New overlap with Northwind: Hooli (hooli.com), our open opp $80k, their customer";
    stage.person(ALEX).post(INTAKE, said).await.unwrap();
    stage.settle().await;
    insta::assert_snapshot!(answers(&stage, ALEX, &["overlaps", "overlaps list HOOLI", "overlaps list hooly",
        "overlaps list account hooli", "overlaps list partner NORTHWIND", "overlaps list nortwind", "overlaps list globex",
        "overlaps list mine", "overlaps list new", "overlaps review", "overlaps kinds", "overlaps import", "overlaps add", "overlaps add Acme (acme.com) with nortwind",
        "overlaps ad", "overlap", "overlaps list <@U0MAYA|maya>", "overlaps list Smith &amp; Sons"]).await, @r#"
    > overlaps
    *Overlaps*
    *Hooli (hooli.com)* with Northwind · their customer, our open deal ($80k) · unassigned
    > overlaps list HOOLI
    *Overlaps for Hooli (hooli.com)*
    *Hooli (hooli.com)* with Northwind · their customer, our open deal ($80k) · unassigned
    > overlaps list hooly
    I don't know an account "hooly". Did you mean Hooli?
    > overlaps list account hooli
    *Overlaps for Hooli (hooli.com)*
    *Hooli (hooli.com)* with Northwind · their customer, our open deal ($80k) · unassigned
    > overlaps list partner NORTHWIND
    *Overlaps for Northwind*
    *Hooli (hooli.com)* with Northwind · their customer, our open deal ($80k) · unassigned
    > overlaps list nortwind
    I don't know a partner "nortwind". Did you mean Northwind?
    > overlaps list globex
    No overlaps for Globex. Globex's list is from today.
    > overlaps list mine
    No overlaps for you. Globex's list is from today. Northwind's list is from today.
    > overlaps list new
    *Overlaps for the last seven days*
    *Hooli (hooli.com)* with Northwind · their customer, our open deal ($80k) · unassigned
    > overlaps review
    Only partner managers, operations and admins can do that. Ask one of them, or an admin for the role.
    > overlaps kinds
    Only an admin can change the set-up. `/partner status` says who that is.
    > overlaps import
    Drop a CSV, TSV or XLSX file into <#C0OVERLAPS>: a list of overlaps, a partner's accounts, or our own (with "ours" in its name). A partner's accounts are matched against ours. I show what I can read and what would change before anything is imported.
    > overlaps add
    (Add an overlap)
    Account: -
    Domain: -
    Partner: -
    For us it is: -
    For them it is: -
    Owner: -
    Amount: -
    Stage: -
    > overlaps add Acme (acme.com) with nortwind
    (Add an overlap)
    I don't know a partner "nortwind". Did you mean Northwind?
    Account: Acme
    Domain: acme.com
    Partner: -
    For us it is: -
    For them it is: -
    Owner: -
    Amount: -
    Stage: -
    > overlaps ad
    I don't know `/partner overlaps ad`. Did you mean `/partner overlaps add`?
    > overlap
    I don't know `/partner overlap`. Did you mean `/partner overlaps`?
    > overlaps list <@U0MAYA|maya>
    I don't know an account "@maya". `/partner overlaps add` adds one with its partner.
    > overlaps list Smith &amp; Sons
    I don't know an account "Smith &amp; Sons". `/partner overlaps add` adds one with its partner.
    "#);
    insta::assert_snapshot!(answers(&stage, ALEX, &["session request", "session request hooli", "session ask", "session list all",
        "session", "commit", "commit add", "commit mine please", "commit late", "commit list everything", "commit done"]).await, @r#"
    > session request
    (Request a session)
    Account: -
    Partner: -
    Needed by: -
    What for: -
    > session request hooli
    (Request a session)
    Account: hooli
    Partner: -
    Needed by: -
    What for: -
    > session ask
    I don't know `/partner session ask`. You can say:
    `/partner session request account with partner by date`  Ask the partner's manager for a session
    `/partner session schedule accounts with partner on date`  Set one up in a form: accounts, time, who comes
    `/partner session agenda partner or account`  The agenda of the next session: with a partner, about an account, or yours
    `/partner session log partner or account`  Log what came of a session that is over
    `/partner session list`  What is proposed, ahead and past, and what was asked for
    > session list all
    `/partner session list` takes no more words. Send it alone.
    > session
    No session is asked for. `/partner session request acme with northwind by friday` asks for one.
    > commit
    No open commitments. `/partner commit add "send the case study" to northwind by friday` logs one.
    > commit add
    (Log a commitment)
    What is promised: -
    Partner: -
    Account: -
    Due: -
    Who does it: -
    > commit mine please
    `/partner commit mine` takes no more words. Send it alone.
    > commit late
    No commitment is late.
    > commit list everything
    I can list `mine` or `late`, not "everything". `/partner commit list` shows all open ones.
    > commit done
    I don't know `/partner commit done`. You can say:
    `/partner commit add "what" to partner by date @owner`  Log a commitment
    `/partner commit list mine or late`  Open commitments
    `/partner commit mine`  Your own
    `/partner commit late`  Those past their date
    `/partner commit owed`  What you owe and what you are owed
    "#);
    insta::assert_snapshot!(answers(&stage, ALEX, &["draft", "draft list", "draft new", "draft new pied piper", "digest", "digest preview",
        "digest settings", "digest now"]).await, @r"
    > draft
    Only partner managers, operations and admins can do that. Ask one of them, or an admin for the role.
    > draft list
    Only partner managers, operations and admins can do that. Ask one of them, or an admin for the role.
    > draft new
    Only partner managers, operations and admins can do that. Ask one of them, or an admin for the role.
    > draft new pied piper
    Only partner managers, operations and admins can do that. Ask one of them, or an admin for the role.
    > digest
    Only you see this preview. The next digest comes Monday 9 March at 09:00, Europe/Stockholm, in <#C0PARTNEROPS>.
    *Partner triage, week of 2 March*
    1 new overlap

    *Needs a decision*
    *Hooli* with Northwind · their customer, our open deal ($80k)
    An ask: Northwind can open doors for our deal · unassigned · today

    Globex's list is from 4 March. Northwind's list is from 4 March.
    > digest preview
    Only you see this preview. The next digest comes Monday 9 March at 09:00, Europe/Stockholm, in <#C0PARTNEROPS>.
    *Partner triage, week of 2 March*
    1 new overlap

    *Needs a decision*
    *Hooli* with Northwind · their customer, our open deal ($80k)
    An ask: Northwind can open doors for our deal · unassigned · today

    Globex's list is from 4 March. Northwind's list is from 4 March.
    > digest settings
    Only an admin can change the set-up. `/partner status` says who that is.
    > digest now
    I don't know `/partner digest now`. You can say:
    `/partner digest preview`  The digest as it would be posted now, for your eyes only
    `/partner digest settings`  When and where it is posted
    `/partner digest weights`  How much amount, trust, age and the rest count; shows what other weights would change
    ");
    insta::assert_snapshot!(answers(&stage, ALEX, &["partner", "partner show", "partner show pied piper", "partner add Initech",
        "partner contact", "partner contact nobody", "partner contact northwind", "setup", "setup now", "frobnicate", "help me"]).await, @r#"
    > partner
    *Globex* · 0 open overlaps · list from today · no channel
    *Northwind* · 1 open overlap · list from today · <#C0NORTHWIND>
    [Show] [Show]
    > partner show
    *Globex* · 0 open overlaps · list from today · no channel
    *Northwind* · 1 open overlap · list from today · <#C0NORTHWIND>
    [Show] [Show]
    > partner show pied piper
    I don't know a partner "pied piper". The partners here are Globex, Northwind.
    > partner add Initech
    Only an admin can change the set-up. `/partner status` says who that is.
    > partner contact
    Only partner managers, operations and admins can do that. Ask one of them, or an admin for the role.
    > partner contact nobody
    Only partner managers, operations and admins can do that. Ask one of them, or an admin for the role.
    > partner contact northwind
    Only partner managers, operations and admins can do that. Ask one of them, or an admin for the role.
    > setup
    Only an admin can change the set-up. `/partner status` says who that is.
    > setup now
    `/partner setup` takes no more words. Send it alone.
    > frobnicate
    I don't know `/partner frobnicate`.
    *What you can say*
    `/partner overlaps list | add | import | review | kinds`  Overlaps with partners: list them, add one, read a list file, review matches
    `/partner account show | decide | room | history | review`  The map of an account: who matters, who knows them, what is decided, what is next
    `/partner session request | schedule | agenda | log | list`  Account-planning sessions: ask for one, schedule one, see what is ahead
    `/partner calendar show | link`  Sessions in your calendar: files, links, and what calendars show that nobody logged
    `/partner commit add | list | mine | late | owed`  Commitments: who does what for whom by when
    `/partner intro add | list | mine`  Introductions: who introduces whom to whom by when
    `/partner ask list | answer`  Ask whoever manages the best-placed partner about an account; see what is asked, answer it
    `/partner play start | list | ship`  Plays: campaigns that a partner runs with you, each with owners and a ship date
    `/partner draft new | list | templates`  Notes to partners: draft one, see what waits, the texts they come from
    `/partner library list | for | add | retract`  What notes to partners may draw on: documents, what you shipped, what they shipped
    `/partner digest preview | settings | weights`  The weekly triage digest
    `/partner partner list | add | show | focus | fit | ledger | check-in | instructions | sharing | contact`  Partners: add one, give instructions, agree on focus lists, say what it may see, add a contact
    `/partner setup`  Set up channels, the digest's time and roles
    `/partner status show | audit`  What is connected and what is stuck; who did what
    Everything that changes something is also a button, a shortcut on a message, or on the Home tab.
    > help me
    *What you can say*
    `/partner overlaps list | add | import | review | kinds`  Overlaps with partners: list them, add one, read a list file, review matches
    `/partner account show | decide | room | history | review`  The map of an account: who matters, who knows them, what is decided, what is next
    `/partner session request | schedule | agenda | log | list`  Account-planning sessions: ask for one, schedule one, see what is ahead
    `/partner calendar show | link`  Sessions in your calendar: files, links, and what calendars show that nobody logged
    `/partner commit add | list | mine | late | owed`  Commitments: who does what for whom by when
    `/partner intro add | list | mine`  Introductions: who introduces whom to whom by when
    `/partner ask list | answer`  Ask whoever manages the best-placed partner about an account; see what is asked, answer it
    `/partner play start | list | ship`  Plays: campaigns that a partner runs with you, each with owners and a ship date
    `/partner draft new | list | templates`  Notes to partners: draft one, see what waits, the texts they come from
    `/partner library list | for | add | retract`  What notes to partners may draw on: documents, what you shipped, what they shipped
    `/partner digest preview | settings | weights`  The weekly triage digest
    `/partner partner list | add | show | focus | fit | ledger | check-in | instructions | sharing | contact`  Partners: add one, give instructions, agree on focus lists, say what it may see, add a contact
    `/partner setup`  Set up channels, the digest's time and roles
    `/partner status show | audit`  What is connected and what is stuck; who did what
    Everything that changes something is also a button, a shortcut on a message, or on the Home tab.
    "#);
    insta::assert_snapshot!(answers(&stage, MAYA, &["partner add", "partner add Smith &amp; Sons", "partner contact northwind",
        "draft new hooli", "draft new pied piper", "digest settings"]).await, @r#"
    > partner add
    (Add a partner)
    Name: -
    Domain: -
    Manager: -
    Channel with them: -
    Refresh the list every … days: 45
    > partner add Smith &amp; Sons
    (Add a partner)
    Name: Smith & Sons
    Domain: -
    Manager: -
    Channel with them: -
    Refresh the list every … days: 45
    > partner contact northwind
    (Add a contact)
    Name: -
    Role: sales rep
    E-mail: -
    In Slack: -
    Has said no to: -
    > draft new hooli
    (Draft a note)
    *Hooli (hooli.com)* with Northwind · their customer, our open deal ($80k) · seen 4 March
    Name at Northwind: -
    Role: sales rep
    Purpose: Prospecting
    Gift: A plain offer of help

    Route: In the partner's channel
    Sender: -
    > draft new pied piper
    I don't know an account "pied piper". `/partner overlaps add` adds one with its partner.
    > digest settings
    (Digest settings)
    Day of the digest: Monday
    Time: -
    Time zone: Europe/Stockholm
    Channel: -
    "#);
    insta::assert_snapshot!(answers(&stage, OMAR, &["partner add Initech", "draft new northwind", "draft list", "digest settings"]).await, @r"
    > partner add Initech
    Only an admin can change the set-up. `/partner status` says who that is.
    > draft new northwind
    (Draft a note)
    Partner: Northwind
    Account: -
    > draft list
    No note waits. `/partner draft new` starts one.
    [Templates]
    > digest settings
    Only an admin can change the set-up. `/partner status` says who that is.
    ");
    stage.end().await;
}

/// A guest of the workspace may type commands: no channel, colleague, partner or account is named.
async fn a_guest_learns_nothing(stage: Stage) {
    stage.sandbox.make_guest(ALEX);
    let mut seen = Vec::new();
    for tail in [
        "help",
        "overlaps",
        "overlaps import",
        "partner show northwind",
        "session list",
        "commit",
        "digest preview",
        "setup",
        "status",
    ] {
        seen.push(stage.say(ALEX, SHARED, &format!("/partner {tail}")).await);
    }
    seen.dedup();
    insta::assert_snapshot!(seen.join("\n---\n"), @"Only members of the workspace that runs Tandem can do that. Nothing was changed.");
    let ts = stage.person(MAYA).post(SHARED, "we send you the paper by friday").await.unwrap();
    stage.settle().await;
    stage.person(ALEX).shortcut("commitment.add", SHARED, &ts).await.unwrap();
    stage.settle().await;
    assert!(stage.sandbox.modal(ALEX).is_none());
    let forged = stage.forged(SHARED, "request.ask", &json!({"account": "hooli"}).to_string()).await;
    for who in [ALEX, SAM] {
        stage.press(who, &forged, "request.ask").await;
        assert_eq!(vec![stage.last_private(who)], seen);
        assert!(stage.sandbox.modal(who).is_none());
    }
    stage.end().await;
}
