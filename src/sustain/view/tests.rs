use jiff::tz::TimeZone;
use serde_json::json;

use super::*;
use crate::sustain::draft::tests::{at, check, now, sample, seen};
use crate::sustain::draft::{Arrival, Draft, Route, Seen};
use crate::sustain::relevance::Level;

fn shown(draft: &Draft) -> String {
    let card = card(draft, now()).unwrap();
    let controls: Vec<String> = card
        .blocks
        .iter()
        .filter(|b| b["type"] == "actions")
        .flat_map(|b| b["elements"].as_array().cloned().unwrap_or_default())
        .map(|e| e["text"]["text"].as_str().unwrap_or("⋯").to_owned())
        .collect();
    let message = json!({"channel": "C1", "text": card.text, "blocks": card.blocks});
    assert!(card.blocks.len() <= 50, "{message}");
    format!("{}\n[{}]", card.text, controls.join("] ["))
}

fn approved() -> Draft {
    let draft = sample(Level::Pass, Route::Channel);
    let seen = seen(&draft);
    draft.approve(&seen, "U0MAYA".into(), now()).unwrap()
}

#[test]
fn a_card_that_passes() {
    insta::assert_snapshot!(shown(&sample(Level::Pass, Route::Channel)), @r"
    *Note to Sam at Northwind* · <#C0NORTHWIND> · *External: Northwind staff will see this*
    From <@U0ALEX> · expansion · Acme Corp
    > Hi Sam, Acme's &lt;ops&gt; team &amp; you.
    > 
    > Alex
    Relevance: passes 3 of 3 · Acme Corp, seen 9 days ago · Gives an introduction · Note 2 of 4 in 30 days
    Stands on: Acme Corp, overlap seen 2 March
    Version 1, drafted by <@U0OMAR>. <@U0MAYA> decides.
    [Approve and send] [Edit] [Reject] [⋯]
    ");
}

#[test]
fn a_card_with_a_remark_or_a_block() {
    insta::assert_snapshot!(shown(&sample(Level::Warn, Route::ByHand)), @r"
    *Note to Sam at Northwind* · by hand of <@U0ALEX> · *External: Sam will see this*
    From <@U0ALEX> · expansion · Acme Corp
    > Hi Sam, Acme's &lt;ops&gt; team &amp; you.
    > 
    > Alex
    *Worth another look* · relevance passes 2 of 3
    • *warns*: Nothing here helps Sam. _Fix:_ Start from one shared account.
    Stands on: Acme Corp, overlap seen 2 March
    Version 1, drafted by <@U0OMAR>. <@U0MAYA> decides.
    [Approve and hand over] [Edit] [Reject] [⋯]
    ");
    insta::assert_snapshot!(shown(&sample(Level::Block, Route::Channel)), @r"
    *Note to Sam at Northwind* · <#C0NORTHWIND> · *External: Northwind staff will see this*
    From <@U0ALEX> · expansion · Acme Corp
    > Hi Sam, Acme's &lt;ops&gt; team &amp; you.
    > 
    > Alex
    *Blocked* · relevance passes 2 of 3
    • *blocks*: Nothing here helps Sam. _Fix:_ Start from one shared account.
    Stands on: Acme Corp, overlap seen 2 March
    Version 1, drafted by <@U0OMAR>. <@U0MAYA> decides.
    [Edit] [Reject] [⋯]
    ");
}

/// The last line, which says how it stands, and the controls.
fn end(draft: &Draft) -> String {
    let text = shown(draft);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len() - 2..].join("\n")
}

#[test]
fn a_card_says_how_it_stands() {
    let blocked = sample(Level::Block, Route::Channel);
    let s = seen(&blocked);
    let overridden =
        blocked.clone().overrule(&s, "U0MAYA".into(), "agreed with <Sam>".into(), now()).unwrap();
    let text = shown(&overridden);
    assert!(
        text.contains("The block was overridden by <@U0MAYA>: agreed with &lt;Sam&gt;\n*Blocked*"),
        "{text}"
    );
    assert!(text.ends_with("[Approve and send] [Edit] [Reject] [⋯]"), "{text}");
    let arrival = Arrival { link: Some("https://x.slack.com/archives/C1/p1".into()), ..Arrival::default() };
    let states = [
        approved(),
        approved().arrived(now(), arrival).unwrap(),
        approved().lost_sight("its fate is unknown".into()).unwrap(),
        approved().came_back("Slack refused it: is_archived.".into(), now()).unwrap(),
        blocked.clone().reject(&s, "U0MAYA".into(), now(), "Sam left <them>".into()).unwrap(),
        blocked.clone().expire("Nobody decided within 7 days.".into()).unwrap(),
        blocked.snooze(&s, at("2026-03-16T08:00:00Z")).unwrap(),
    ];
    insta::assert_snapshot!(states.iter().map(end).collect::<Vec<_>>().join("\n"), @"
    Approved by <@U0MAYA>, sending
    []
    Sent <!date^1773219600^{date_short_pretty} at {time}|11 March, 09:00 UTC> · approved by <@U0MAYA> · <https://x.slack.com/archives/C1/p1|view>
    []
    Not confirmed: check, then resend. <@U0MAYA> approved it, and Slack did not say whether it arrived (its fate is unknown). Look in <#C0NORTHWIND>.
    [It arrived] [Resend]
    It came back: Slack refused it: is_archived. It waits for a decision again. Version 3, drafted by <@U0OMAR>. <@U0MAYA> decides.
    [Approve and send] [Edit] [Reject] [⋯]
    Rejected by <@U0MAYA>: Sam left &lt;them&gt;
    []
    Expired: Nobody decided within 7 days. Nothing was sent.
    []
    Snoozed until <!date^1773648000^{date_short_pretty} at {time}|16 March, 08:00 UTC>. Version 2, drafted by <@U0OMAR>. <@U0MAYA> decides.
    [Edit] [Reject] [⋯]
    ");
}

#[test]
fn who_comes_too_late_is_told_who_was_faster() {
    insta::assert_snapshot!(decided(&approved(), None).unwrap(), @"<@U0MAYA> approved this note <!date^1773219600^{date_short_pretty} at {time}|11 March, 09:00 UTC>. It goes out once.");
    let draft = sample(Level::Pass, Route::Channel);
    let s: Seen = seen(&draft);
    let edited = draft.edit(&s, "Other.".into(), check(Level::Pass), now()).unwrap();
    insta::assert_snapshot!(decided(&edited, Some(("U0OMAR".into(), now()))).unwrap(), @"<@U0OMAR> changed this note <!date^1773219600^{date_short_pretty} at {time}|11 March, 09:00 UTC>: it is version 2 now, and nothing was sent. Read the card again before you decide.");
}

#[test]
fn a_long_text_is_quoted_whole_within_the_limits() {
    let mut draft = sample(Level::Pass, Route::Channel);
    draft.note.text = "&".repeat(TEXT_LIMIT);
    let card = card(&draft, now()).unwrap();
    let amps: usize = card
        .blocks
        .iter()
        .filter_map(|b| b["text"]["text"].as_str())
        .map(|t| t.matches("&amp;").count())
        .sum();
    assert_eq!(amps, TEXT_LIMIT);
    assert!(card.blocks.iter().filter_map(|b| b["text"]["text"].as_str()).all(|t| t.chars().count() <= 3000));
}

#[test]
fn nobody_is_named_twice_where_the_drafter_decides() {
    let mut draft = sample(Level::Pass, Route::Channel);
    draft.approver = Some(draft.created_by.clone());
    insta::assert_snapshot!(end(&draft), @r"
    Version 1, drafted by <@U0OMAR>, who decides.
    [Approve and send] [Edit] [Reject] [⋯]
    ");
    insta::assert_snapshot!(proposed(&draft, "C0OPS").text, @"Drafted a note to Sam at Northwind about Acme Corp. It is in <#C0OPS>. You decide. Nothing is sent before.");
    insta::assert_snapshot!(proposed(&sample(Level::Warn, Route::Channel), "C0OPS").text, @"Drafted a note to Sam at Northwind about Acme Corp. It is in <#C0OPS>. <@U0MAYA> decides; the relevance check has a remark.");
}

#[test]
fn the_ready_text_is_whole_and_says_what_to_do() {
    let draft = sample(Level::Pass, Route::ByHand);
    insta::assert_snapshot!(ready(&draft, &"U0MAYA".into()).unwrap().text, @r"
    *Ready to send to Sam at Northwind* · Acme Corp
    <@U0MAYA> approved it. Send it your own way, then say so here.
    Hi Sam, Acme's &lt;ops&gt; team &amp; you.

    Alex
    ");
    let mut long = draft;
    long.note.text = format!("{}\n\nAlex", "fifteen words ".repeat(150));
    let sections = ready(&long, &"U0MAYA".into()).unwrap().blocks;
    let text = sections[2]["text"]["text"].as_str().unwrap();
    assert!(
        text.starts_with("fifteen") && text.ends_with("words \n\nAlex"),
        "one section, no word is broken: {text}"
    );
}

#[test]
fn the_list_offers_what_can_be_done() {
    let later = at("2026-03-12T23:30:00Z").to_zoned(TimeZone::get("Europe/Stockholm").unwrap());
    let lost = approved().lost_sight("its fate is unknown".into()).unwrap();
    let link = Some("https://x.slack.com/archives/C1/p1".to_owned());
    let shown = list(&[sample(Level::Block, Route::Channel), lost], &[link, None], &later);
    insta::assert_snapshot!(shown.text, @r"
    *Notes that wait*
    *Note to Sam at Northwind* · Acme Corp · blocked by the relevance check · 2 days · <https://x.slack.com/archives/C1/p1|card>
    *Note to Sam at Northwind* · Acme Corp · not confirmed · 2 days
    ");
    let buttons: Vec<String> = shown
        .blocks
        .iter()
        .flat_map(|b| b["elements"].as_array().cloned().unwrap_or_else(|| vec![b["accessory"].clone()]))
        .filter_map(|e| e["text"]["text"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(buttons, ["Review", "It arrived", "Resend", "Templates"]);
}
