//! Data of one partner never reaches a channel of another, nor an internal one that has become shared; and a channel that
//! cannot be posted in holds things up, and loses nothing.

use serde_json::json;
use tandem::delivery::outbox::{self, Destination, Outgoing};
use tandem::kernel::blocks::Message;
use tandem::map::store as map;
use tandem::sandbox::{Fault, Team};
use tandem::sql_exec;
use tandem::store::{audit, settings};

use super::drafts::{card, ground, propose};
use crate::support::stage::{ALEX, INTAKE, MAYA, OMAR, OPS, SAM, SHARED, Stage};

crate::flows!(
    an_internal_channel_that_is_shared_freezes_until_it_is_unshared,
    a_channel_shared_while_nobody_listened_is_noticed_before_the_send,
    decisions_count_while_their_cards_wait,
    what_waits_goes_to_the_channel_chosen_instead,
    an_admin_may_let_a_company_stay_that_is_no_partner,
    a_partners_channel_that_another_company_joins_freezes,
    what_waits_for_a_partner_that_gets_another_channel_comes_back,
    a_partners_channel_may_become_shared_with_that_partner,
    an_archived_channel_holds_posts_until_it_is_open_again,
    a_channel_that_we_were_removed_from_holds_posts_until_we_are_back,
    a_channel_that_refuses_us_is_tried_again,
    a_deleted_channel_holds_posts_for_the_next_one,
    a_channel_keeps_its_meaning_under_another_name_and_id,
    a_note_waits_for_its_channel_and_not_for_ever,
    a_held_note_that_may_have_arrived_is_for_a_person_to_look_for,
    nothing_is_posted_while_slack_does_not_say_who_reads,
    setup_and_digest_settings_refuse_a_shared_channel,
    a_company_that_joined_a_moment_ago_reads_no_note,
    of_several_companies_none_is_taken_for_the_partner,
);

/// Nine o'clock in Stockholm.
const MONDAY: &str = "2026-03-09T08:00:00Z";
const NORTHWIND: &str = "T0NORTHWIND";

fn stranger() -> Team {
    let zone = jiff::tz::TimeZone::UTC;
    Team { id: "T0CONTOSO".into(), name: "Contoso".into(), domain: "contoso".into(), zone }
}

async fn held(stage: &Stage) -> i64 {
    let mut tx = stage.db.read().await.unwrap();
    outbox::held(&mut tx).await.unwrap().iter().map(|(_, n)| n).sum()
}

fn cards(stage: &Stage, user: &str) -> Vec<String> {
    stage.direct(user)
}

async fn an_internal_channel_that_is_shared_freezes_until_it_is_unshared(stage: Stage) {
    stage.sandbox.invite(OPS, SAM, MAYA).await;
    stage.settle().await;
    let told = cards(&stage, MAYA);
    assert_eq!(told.len(), 1, "told once: {told:?}");
    insta::allow_duplicates! {
        insta::assert_snapshot!(told[0], @r"
        *<#C0PARTNEROPS> is shared with Northwind now*
        Held back: the digest and notes to approve. They show the data of every partner, and Northwind would read them.
        Choose another channel, or end the sharing. What stands there already they can read.
        ");
    }
    assert!(cards(&stage, OMAR).is_empty(), "only the admin is told");
    let im = stage.sandbox.im(MAYA);
    let card = stage.sandbox.messages(&im).pop().unwrap();
    assert!(!card.to_string().contains("channel.confirm"), "a partner's people never stay: {card}");
    assert!(card.to_string().contains("setup.open"), "{card}");

    stage.advance_to(MONDAY).await;
    assert!(stage.texts(OPS).is_empty(), "the digest waits: {:?}", stage.texts(OPS));
    assert_eq!(held(&stage).await, 1);
    stage.person(OMAR).command(INTAKE, "/partner status").await.unwrap();
    stage.settle().await;
    let status = stage.last_private(OMAR);
    assert!(status.contains("<#C0PARTNEROPS> is shared with another company; 1 message waits."), "{status}");

    stage.sandbox.unshare_channel(OPS, NORTHWIND).await;
    stage.settle().await;
    let posted = stage.texts(OPS);
    assert_eq!(posted.len(), 1, "{posted:?}");
    assert!(posted[0].starts_with("*Partner triage, week of 9 March:*"), "{posted:?}");
    assert_eq!(cards(&stage, MAYA), ["<#C0PARTNEROPS> is in order again. What waited goes out."]);
    stage.end().await;
}

async fn a_channel_shared_while_nobody_listened_is_noticed_before_the_send(stage: Stage) {
    // It was looked at when all was well.
    stage.person(ALEX).post(INTAKE, "Acme Inc with Northwind: our customer, their prospect").await.unwrap();
    stage.settle().await;
    assert_eq!(stage.texts(INTAKE).len(), 2);
    stage.sandbox.hold();
    stage.sandbox.invite(INTAKE, SAM, MAYA).await;
    stage.sandbox.invite(OPS, SAM, MAYA).await;
    assert!(stage.clock.advance_to("2026-03-04T09:05:00Z".parse().unwrap()));
    stage.sandbox.lose();
    stage.person(ALEX).post(INTAKE, "Bolt Inc with Northwind: our customer, their prospect").await.unwrap();
    stage.settle().await;
    assert_eq!(stage.texts(INTAKE).len(), 3, "no answer is added: {:?}", stage.texts(INTAKE));
    stage.advance_to(MONDAY).await;
    assert!(stage.texts(OPS).is_empty(), "{:?}", stage.texts(OPS));
    let told = cards(&stage, MAYA);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().all(|t| t.contains("is shared with Northwind now")), "{told:?}");
    stage.end().await;
}

async fn decisions_count_while_their_cards_wait(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({})).await;
    stage.sandbox.invite(OPS, SAM, MAYA).await;
    stage.settle().await;
    stage.person(SAM).click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    assert!(stage.last_private(SAM).contains("Nothing was"), "{}", stage.last_private(SAM));
    let before = card(&stage, &ts);
    stage.person(MAYA).click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    assert_eq!(stage.texts(SHARED).len(), 1, "the note goes to the partner's own channel");
    assert_eq!(card(&stage, &ts), before, "the card is not edited before strangers' eyes");
    assert!(held(&stage).await > 0);
    stage.sandbox.unshare_channel(OPS, NORTHWIND).await;
    stage.settle().await;
    assert!(card(&stage, &ts).contains("Sent <!date^"), "{}", card(&stage, &ts));
    stage.end().await;
}

async fn what_waits_goes_to_the_channel_chosen_instead(stage: Stage) {
    ground(&stage).await;
    stage.sandbox.invite(OPS, SAM, MAYA).await;
    stage.settle().await;
    stage.advance_to(MONDAY).await;
    let omar = stage.person(OMAR);
    omar.command(INTAKE, "/partner draft new acme").await.unwrap();
    stage.settle().await;
    omar.submit(json!({})).await.unwrap();
    stage.settle().await;
    assert!(stage.texts(OPS).is_empty());

    let maya = stage.person(MAYA);
    let im = stage.sandbox.im(MAYA);
    let told = stage.sandbox.messages(&im).pop().unwrap();
    maya.click(&im, told["ts"].as_str().unwrap(), "setup.open").await.unwrap();
    stage.settle().await;
    maya.submit(json!({"digest": "C0GENERAL", "approvals": "C0GENERAL"})).await.unwrap();
    maya.submit(json!({})).await.unwrap();
    stage.settle().await;
    let there = stage.texts("C0GENERAL");
    assert!(there.iter().any(|t| t.starts_with("*Partner triage")), "{there:?}");
    assert!(there.iter().any(|t| t.starts_with("*Note to Sam Whitfield")), "{there:?}");
    assert!(stage.texts(OPS).is_empty());
    assert_eq!(held(&stage).await, 0);
    let told = cards(&stage, MAYA);
    assert!(told[0].contains("is no longer used"), "{told:?}");
    stage.end().await;
}

async fn an_admin_may_let_a_company_stay_that_is_no_partner(stage: Stage) {
    stage.sandbox.share_channel(OPS, stranger()).await;
    stage.settle().await;
    let im = stage.sandbox.im(MAYA);
    let told = stage.sandbox.messages(&im).pop().unwrap();
    insta::allow_duplicates! {
        insta::assert_snapshot!(told["text"].as_str().unwrap(), @r"
        *<#C0PARTNEROPS> is shared with another company now*
        Held back: the digest and notes to approve. They show the data of every partner, and another company would read them.
        Choose another channel, or end the sharing. If they are people of your own, of a sister company for instance, say that it may stay. What stands there already they can read.
        ");
    }
    stage.advance_to(MONDAY).await;
    assert!(stage.texts(OPS).is_empty());
    stage.person(MAYA).click(&im, told["ts"].as_str().unwrap(), "channel.confirm").await.unwrap();
    stage.settle().await;
    assert_eq!(stage.texts(OPS).len(), 1, "{:?}", stage.texts(OPS));
    assert_eq!(
        cards(&stage, MAYA),
        ["<#C0PARTNEROPS> may stay shared, <@U0MAYA> said. What waited goes out."]
    );
    let mut tx = stage.db.read().await.unwrap();
    let log = audit::of(&mut tx, "channel:C0PARTNEROPS").await.unwrap();
    let lines: Vec<_> =
        log.iter().map(|e| (e.actor.as_str(), e.action.as_str(), e.detail.as_str())).collect();
    let key = "shared:T0CONTOSO";
    assert_eq!(lines, [("tandem", "channel.hold", key), (MAYA, "channel.confirm", key)]);
    tx.rollback().await.unwrap();
    // A partner's people were not meant by that.
    stage.sandbox.invite(OPS, SAM, MAYA).await;
    stage.settle().await;
    assert!(cards(&stage, MAYA).pop().unwrap().contains("is shared with Northwind now"));
    stage.advance_to("2026-03-16T08:00:00Z").await;
    assert_eq!(stage.texts(OPS).len(), 1);
    stage.end().await;
}

async fn approved(stage: &Stage) -> String {
    let ts = propose(stage, json!({})).await;
    stage.person(MAYA).click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    ts
}

async fn a_partners_channel_that_another_company_joins_freezes(stage: Stage) {
    ground(&stage).await;
    approved(&stage).await;
    assert_eq!(stage.texts(SHARED).len(), 1);
    stage.sandbox.share_channel(SHARED, stranger()).await;
    stage.settle().await;
    let ts = approved(&stage).await;
    assert_eq!(stage.texts(SHARED).len(), 1, "the second note waits");
    let thread = stage.thread(OPS, &ts);
    assert!(thread[0].starts_with("It waits: <#C0NORTHWIND> is not in order"), "{thread:?}");
    let im = stage.sandbox.im(MAYA);
    let told = stage.sandbox.messages(&im).pop().unwrap();
    insta::allow_duplicates! {
        insta::assert_snapshot!(told["text"].as_str().unwrap(), @r"
        *Another company reads <#C0NORTHWIND> now, beside Northwind*
        Nothing goes there until that is settled, so that only Northwind reads what is meant for Northwind. Held back: approved notes to Northwind.
        End the sharing, give Northwind another channel, or say that they may stay.
        ");
    }
    stage.person(MAYA).click(&im, told["ts"].as_str().unwrap(), "channel.confirm").await.unwrap();
    stage.settle().await;
    assert_eq!(stage.texts(SHARED).len(), 2);
    assert!(card(&stage, &ts).contains("Sent <!date^"), "{}", card(&stage, &ts));
    stage.end().await;
}

async fn what_waits_for_a_partner_that_gets_another_channel_comes_back(stage: Stage) {
    ground(&stage).await;
    approved(&stage).await;
    stage.sandbox.share_channel(SHARED, stranger()).await;
    stage.settle().await;
    let ts = approved(&stage).await;
    assert_eq!(held(&stage).await, 1);
    let maya = stage.person(MAYA);
    let im = stage.sandbox.im(MAYA);
    let told = stage.sandbox.messages(&im).pop().unwrap();
    maya.click(&im, told["ts"].as_str().unwrap(), "partner.edit").await.unwrap();
    stage.settle().await;
    maya.submit(json!({"partner_channel": "C0INITECH"})).await.unwrap();
    stage.settle().await;
    assert_eq!(
        cards(&stage, MAYA)[0],
        "<#C0NORTHWIND> is no longer used. The notes that waited for it come back for a decision."
    );
    assert_eq!((stage.texts(SHARED).len(), stage.texts("C0INITECH").len()), (1, 0), "the first note alone");
    assert!(stage.sandbox.message(OPS, &ts).unwrap().to_string().contains("draft.approve"));
    stage.end().await;
}

async fn a_partners_channel_may_become_shared_with_that_partner(stage: Stage) {
    let now = stage.clock.now();
    let mut tx = stage.db.begin().await.unwrap();
    let mut globex = map::partner(&mut tx, &"p-globex".into()).await.unwrap().unwrap();
    globex.channel = Some("C0GLOBEX".into());
    map::save_partner(&mut tx, now, &globex).await.unwrap();
    tx.commit().await.unwrap();
    stage.sandbox.share_channel("C0GLOBEX", stranger()).await;
    stage.settle().await;
    assert!(cards(&stage, MAYA).is_empty(), "{:?}", cards(&stage, MAYA));
    // Northwind's people in Globex's channel are another matter.
    stage.sandbox.invite("C0GLOBEX", SAM, MAYA).await;
    stage.settle().await;
    let told = cards(&stage, MAYA).pop().unwrap();
    assert!(told.starts_with("*Another company reads <#C0GLOBEX> now, beside Globex*"), "{told}");
    assert!(!told.contains("may stay"), "{told}");
    stage.end().await;
}

async fn an_archived_channel_holds_posts_until_it_is_open_again(stage: Stage) {
    stage.sandbox.archive_channel(OPS, MAYA).await;
    stage.settle().await;
    insta::allow_duplicates! {
        insta::assert_snapshot!(cards(&stage, MAYA).join("\n"), @r"
        *<#C0PARTNEROPS> is archived*
        Held back until it is open again: the digest and notes to approve. Unarchive it, or choose another channel.
        ");
    }
    stage.advance_to(MONDAY).await;
    assert_eq!(held(&stage).await, 1);
    stage.sandbox.unarchive_channel(OPS, MAYA).await;
    stage.settle().await;
    assert_eq!(stage.texts(OPS).len(), 1);
    stage.end().await;
}

async fn a_channel_that_we_were_removed_from_holds_posts_until_we_are_back(stage: Stage) {
    stage.sandbox.remove(OPS, "U0TANDEM", OMAR).await;
    stage.settle().await;
    insta::allow_duplicates! {
        insta::assert_snapshot!(cards(&stage, MAYA).join("\n"), @r"
        *I am no longer in <#C0PARTNEROPS>*
        Held back until I am: the digest and notes to approve. Write /invite @Tandem there, or choose another channel.
        ");
    }
    stage.advance_to(MONDAY).await;
    assert_eq!(held(&stage).await, 1);
    stage.person(MAYA).command(OPS, "/invite @tandem").await.unwrap();
    stage.settle().await;
    assert_eq!(stage.texts(OPS).len(), 1);
    stage.end().await;
}

async fn a_channel_that_refuses_us_is_tried_again(stage: Stage) {
    stage.sandbox.restrict_channel(OPS, true);
    stage.advance_to(MONDAY).await;
    assert_eq!(held(&stage).await, 1);
    insta::allow_duplicates! {
        insta::assert_snapshot!(cards(&stage, MAYA).join("\n"), @r"
        *I may not post in <#C0PARTNEROPS>*
        Its posting permissions leave me out. Held back: the digest and notes to approve. Let me post under the channel's settings, Permissions, or choose another channel. I try again every ten minutes.
        ");
    }
    stage.advance_to("2026-03-09T08:11:00Z").await;
    assert_eq!(held(&stage).await, 1, "tried, and refused again");
    assert_eq!(cards(&stage, MAYA).len(), 1, "told once");
    stage.sandbox.restrict_channel(OPS, false);
    stage.advance_to("2026-03-09T08:22:00Z").await;
    assert_eq!(stage.texts(OPS).len(), 1);
    assert_eq!(cards(&stage, MAYA), ["<#C0PARTNEROPS> is in order again. What waited goes out."]);
    stage.end().await;
}

async fn a_deleted_channel_holds_posts_for_the_next_one(stage: Stage) {
    stage.advance_to("2026-03-04T09:05:00Z").await;
    stage.sandbox.delete_channel(OPS).await;
    stage.settle().await;
    insta::allow_duplicates! {
        insta::assert_snapshot!(cards(&stage, MAYA).join("\n"), @r"
        *I can't see #partner-ops any more*
        It was deleted, or it is private and I was removed. Held back: the digest and notes to approve. Write /invite @Tandem there, or choose another channel.
        ");
    }
    stage.advance_to(MONDAY).await;
    assert_eq!(held(&stage).await, 1);
    let maya = stage.person(MAYA);
    maya.command(INTAKE, "/partner digest settings").await.unwrap();
    stage.settle().await;
    maya.submit(json!({"channel": "C0GENERAL"})).await.unwrap();
    stage.settle().await;
    assert_eq!(stage.texts("C0GENERAL").len(), 1);
    stage.end().await;
}

async fn a_channel_keeps_its_meaning_under_another_name_and_id(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({})).await;
    stage.sandbox.rename_channel(OPS, "partner-operations").await;
    stage.settle().await;
    stage.sandbox.renumber_channel(OPS, "C0NEWOPS").await;
    stage.sandbox.renumber_channel(SHARED, "C0NEWNORTH").await;
    stage.settle().await;
    let mut tx = stage.db.read().await.unwrap();
    assert_eq!(settings::load(&mut tx).await.unwrap().digest_channel, Some("C0NEWOPS".into()));
    tx.rollback().await.unwrap();
    stage.person(MAYA).click("C0NEWOPS", &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    assert_eq!(stage.texts("C0NEWNORTH").len(), 1, "the note follows its channel");
    let shown = stage.sandbox.message("C0NEWOPS", &ts).unwrap();
    assert!(shown["text"].as_str().unwrap().contains("Sent <!date^"), "{shown}");
    stage.advance_to(MONDAY).await;
    assert!(stage.texts("C0NEWOPS").iter().any(|t| t.starts_with("*Partner triage")));
    assert!(cards(&stage, MAYA).is_empty(), "{:?}", cards(&stage, MAYA));
    stage.end().await;
}

async fn a_note_waits_for_its_channel_and_not_for_ever(stage: Stage) {
    ground(&stage).await;
    stage.sandbox.archive_channel(SHARED, MAYA).await;
    stage.settle().await;
    let ts = approved(&stage).await;
    assert!(card(&stage, &ts).contains("sending"), "{}", card(&stage, &ts));
    assert_eq!(held(&stage).await, 1);
    stage.advance_to("2026-03-07T10:00:00Z").await;
    let back = card(&stage, &ts);
    assert!(back.contains("It came back: Its channel was not in order for three days."), "{back}");
    stage.sandbox.unarchive_channel(SHARED, MAYA).await;
    stage.settle().await;
    assert!(stage.texts(SHARED).is_empty(), "nobody approved it for today");
    stage.person(MAYA).click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    assert_eq!(stage.texts(SHARED).len(), 1);
    stage.end().await;
}

async fn a_held_note_that_may_have_arrived_is_for_a_person_to_look_for(stage: Stage) {
    ground(&stage).await;
    stage.sandbox.archive_channel(SHARED, MAYA).await;
    stage.settle().await;
    let ts = approved(&stage).await;
    let mut tx = stage.db.begin().await.unwrap();
    assert_eq!(sql_exec!(&mut tx, "UPDATE outbox SET uncertain = 1 WHERE state = 'held'").unwrap(), 1);
    tx.commit().await.unwrap();
    stage.advance_to("2026-03-07T10:00:00Z").await;
    let shown = card(&stage, &ts);
    assert!(shown.contains("Not confirmed: check, then resend"), "{shown}");
    stage.press(MAYA, &(OPS.to_owned(), ts.clone()), "draft.arrived").await;
    assert!(card(&stage, &ts).contains("Sent <!date^"), "{}", card(&stage, &ts));
    stage.end().await;
}

async fn nothing_is_posted_while_slack_does_not_say_who_reads(stage: Stage) {
    stage.advance_to("2026-03-04T09:05:00Z").await;
    stage.sandbox.script("conversations.info", Fault::Error("internal_error".into()), 3);
    stage.sandbox.script("conversations.info", Fault::RateLimited { seconds: 1 }, 1);
    let now = stage.clock.now().as_millisecond();
    let mut tx = stage.db.begin().await.unwrap();
    let out = Outgoing::post("a", Destination::Channel("C0GENERAL".into()), Message::text("Numbers"));
    outbox::enqueue(&mut tx, now, &out).await.unwrap();
    tx.commit().await.unwrap();
    stage.bot.bell.ring();
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    assert!(stage.texts("C0GENERAL").is_empty());
    stage.clock.advance_to("2026-03-04T09:06:00Z".parse().unwrap());
    stage.clock.advance_to("2026-03-04T09:07:00Z".parse().unwrap());
    stage.settle().await;
    assert_eq!(stage.texts("C0GENERAL"), ["Numbers"]);
    stage.end().await;
}

async fn setup_and_digest_settings_refuse_a_shared_channel(stage: Stage) {
    stage.sandbox.share_channel("C0GENERAL", stranger()).await;
    let maya = stage.person(MAYA);
    let why = "People of another company read that channel. Choose one that only your own people read.";
    for field in ["intake", "digest", "approvals"] {
        maya.command(INTAKE, "/partner setup").await.unwrap();
        stage.settle().await;
        let refused = maya.submit(json!({(field): "C0GENERAL"})).await.unwrap_err();
        assert_eq!(refused.fields()[field], why);
    }
    maya.command(INTAKE, "/partner digest settings").await.unwrap();
    stage.settle().await;
    let refused = maya.submit(json!({"channel": "C0GENERAL"})).await.unwrap_err();
    assert_eq!(refused.fields()["channel"], why);
    stage.end().await;
}

/// What Slack said a moment ago is not asked of a partner's channel: it is looked at right before the send.
async fn a_company_that_joined_a_moment_ago_reads_no_note(stage: Stage) {
    ground(&stage).await;
    approved(&stage).await;
    stage.sandbox.hold();
    stage.sandbox.share_channel(SHARED, stranger()).await;
    stage.sandbox.lose();
    let ts = approved(&stage).await;
    assert_eq!(stage.texts(SHARED).len(), 1, "the second note waits");
    assert_eq!(held(&stage).await, 1);
    assert!(stage.thread(OPS, &ts)[0].starts_with("It waits: <#C0NORTHWIND> is not in order"));
    assert!(cards(&stage, MAYA)[0].starts_with("*Another company reads <#C0NORTHWIND> now"));
    stage.end().await;
}

async fn of_several_companies_none_is_taken_for_the_partner(stage: Stage) {
    let now = stage.clock.now();
    let mut tx = stage.db.begin().await.unwrap();
    let mut globex = map::partner(&mut tx, &"p-globex".into()).await.unwrap().unwrap();
    globex.channel = Some("C0GLOBEX".into());
    map::save_partner(&mut tx, now, &globex).await.unwrap();
    tx.commit().await.unwrap();
    let other =
        Team { id: "T0FABRIKAM".into(), name: "Fabrikam".into(), domain: "fabrikam".into(), ..stranger() };
    stage.sandbox.hold();
    stage.sandbox.share_channel("C0GLOBEX", stranger()).await;
    stage.sandbox.share_channel("C0GLOBEX", other).await;
    stage.sandbox.lose();
    stage.advance_to("2026-03-04T09:05:00Z").await;
    let told = cards(&stage, MAYA);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("*Another company reads <#C0GLOBEX> now, beside Globex*"), "{told:?}");
    // Who is left when one goes need not be the partner.
    stage.sandbox.unshare_channel("C0GLOBEX", "T0FABRIKAM").await;
    stage.settle().await;
    let im = stage.sandbox.im(MAYA);
    let told = stage.sandbox.messages(&im).pop().unwrap();
    assert!(told["text"].as_str().unwrap().starts_with("*Another company reads <#C0GLOBEX> now"), "{told}");
    stage.press(MAYA, &(im, told["ts"].as_str().unwrap().to_owned()), "channel.confirm").await;
    let told = cards(&stage, MAYA).pop().unwrap();
    assert!(told.contains("may stay shared, <@U0MAYA> said"), "{told}");
    stage.end().await;
}
