//! `/partner status audit`: who did what to what and when, as an admin reads it.

use jiff::Zoned;
use jiff::tz::TimeZone;

use super::Occasion;
use crate::delivery::intake::Handled;
use crate::kernel::actor::Right;
use crate::kernel::blocks::{Message, clip};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ChannelId, UserId};
use crate::kernel::text::escape;
use crate::map::{import, lists, store as map};
use crate::store::audit::{self, Link};
use crate::store::{Tx, instant, people};
use crate::{plan, sustain};

/// So many entries are shown.
const SHOWN: i64 = 25;
/// The longest reason that is shown, in characters.
const REASON: usize = 100;

/// What an action is called; `{}` stands for what it was done to.
const DEEDS: &[(&str, &str)] = &[
    ("account.close_room", "closed the room of {}"),
    ("account.decide", "decided on {}"),
    ("account.export", "exported the history of {}"),
    ("account.hold", "put a hold on {}"),
    ("account.involve", "said what a partner is at {}"),
    ("account.keep", "kept a hold on {}"),
    ("account.lift", "lifted a hold on {}"),
    ("account.note", "added a note to {}"),
    ("account.owners", "set the owners of {}"),
    ("account.person", "changed a contact at {}"),
    ("account.relate", "said who knows whom at {}"),
    ("account.review", "reviewed {}"),
    ("account.room", "opened the room of {}"),
    ("account.share", "shared the map of {}"),
    ("account.step", "added a next step to {}"),
    ("account.step_done", "closed a step of {}"),
    ("account.step_drop", "dropped a step of {}"),
    ("account.summary", "posted the summary of {}"),
    ("account.touch", "logged a touch with {}"),
    ("agenda.approve", "approved {}"),
    ("agenda.edit", "edited {}"),
    ("agenda.load", "loaded {}"),
    ("app.install", "installed {}"),
    ("app.uninstall", "was taken out of {}"),
    ("ask.answer", "answered {}"),
    ("ask.asked", "asked the partner about {}"),
    ("ask.close", "closed {}"),
    ("ask.decline", "declined {}"),
    ("ask.missing", "asked for more on {}"),
    ("ask.new", "asked {}"),
    ("ask.pass_on", "handed {} over"),
    ("ask.withdraw", "withdrew {}"),
    ("backup.restore", "restored {}"),
    ("calendar.drop", "read {}"),
    ("calendar.end", "ended {}"),
    ("calendar.file", "took the calendar file of {}"),
    ("calendar.held", "confirmed {}"),
    ("calendar.link", "opened {}"),
    ("calendar.not_ours", "set {} aside"),
    ("calendar.read", "had {} read"),
    ("channel.confirm", "let {} stay shared"),
    ("channel.hold", "held back what goes to {}"),
    ("check_in.later", "put off {}"),
    ("check_in.record", "recorded {}"),
    ("commitment.add", "logged {}"),
    ("commitment.done", "closed {}"),
    ("commitment.drop", "dropped {}"),
    ("commitment.pass_on", "handed {} over"),
    ("commitment.snooze", "snoozed {}"),
    ("contact.add", "added {}"),
    ("digest.settings", "changed {}"),
    ("digest.weigh", "set {}"),
    ("draft.approve", "approved {}"),
    ("draft.arrived", "marked {} as sent"),
    ("draft.dropped", "held back {}"),
    ("draft.edit", "edited {}"),
    ("draft.expire", "let {} expire"),
    ("draft.failed", "could not send {}"),
    ("draft.hand_back", "handed back {}"),
    ("draft.mark", "marked {}"),
    ("draft.new", "drafted {}"),
    ("draft.override", "overrode the check of {}"),
    ("draft.reassign", "reassigned {}"),
    ("draft.recheck", "checked {} again"),
    ("draft.reground", "put {} back for a decision"),
    ("draft.reject", "rejected {}"),
    ("draft.resend", "sent {} again"),
    ("draft.restored", "put {} back after a restore"),
    ("draft.sent", "sent {}"),
    ("draft.snooze", "snoozed {}"),
    ("draft.take_back", "took {} back from its sender"),
    ("draft.unconfirmed", "could not confirm {}"),
    ("draft.undelivered", "could not hand {} over"),
    ("focus.agree", "agreed on {}"),
    ("focus.drop", "dropped an account from {}"),
    ("focus.insist", "changed how many may stand on {}"),
    ("focus.pin", "pinned an account on {}"),
    ("focus.unpin", "unpinned an account on {}"),
    ("import.add", "added the rows of {}"),
    ("import.cancel", "cancelled {}"),
    ("import.drop", "handed in {}"),
    ("import.fetch", "fetched {}"),
    ("import.run", "imported {}"),
    ("inbox.drop", "dropped {}"),
    ("inbox.retry", "had {} tried again"),
    ("introduction.add", "logged {}"),
    ("introduction.agree", "marked {} as agreed"),
    ("introduction.close", "said what came of {}"),
    ("introduction.drop", "dropped {}"),
    ("introduction.made", "marked {} as made"),
    ("introduction.met", "marked {} as met"),
    ("introduction.snooze", "snoozed {}"),
    ("keys.rotate", "changed {}"),
    ("kinds.settings", "changed {}"),
    ("library.add", "added {}"),
    ("library.edit", "edited {}"),
    ("library.fetch", "took in {}"),
    ("library.read", "had {} read"),
    ("library.retract", "retracted {}"),
    ("overlap.add", "added {}"),
    ("overlap.assign", "assigned {}"),
    ("overlap.confirm", "confirmed {}"),
    ("overlap.dismiss", "dismissed {}"),
    ("overlap.plan", "planned {}"),
    ("overlap.reopen", "reopened {}"),
    ("overlap.snooze", "snoozed {}"),
    ("overlap.take_back", "took back {}"),
    ("overlap.wrong", "took back {} as a wrong match"),
    ("pair.child", "called {} child and parent"),
    ("pair.different", "kept {} apart"),
    ("pair.parent", "called {} parent and child"),
    ("pair.same", "called {} one account"),
    ("pair.take_back", "took back what was said of {}"),
    ("partner.add", "added {}"),
    ("partner.add_contact", "added a contact at {}"),
    ("partner.agreed", "marked the agreement with {}"),
    ("partner.edit", "changed {}"),
    ("partner.edit_contact", "changed a contact at {}"),
    ("partner.instructions", "changed the instructions for {}"),
    ("partner.names", "showed names before an agreement with {}"),
    ("partner.prospect", "marked that there is no agreement yet with {}"),
    ("partner.saturation", "looked at what is left with {}"),
    ("partner.sharing", "changed what {} may see"),
    ("play.drop", "dropped {}"),
    ("play.edit", "changed {}"),
    ("play.go", "started {}"),
    ("play.move", "moved the date of {}"),
    ("play.on_track", "said that {} is on track"),
    ("play.results", "recorded what came of {}"),
    ("play.ship", "shipped {}"),
    ("play.start", "thought of {}"),
    ("play.support", "added support to {}"),
    ("record.account", "logged an account of {}"),
    ("record.close", "closed the log of {}"),
    ("record.missed", "marked {} as missed"),
    ("request.accept", "accepted {}"),
    ("request.ask", "asked for {}"),
    ("request.decline", "declined {}"),
    ("request.insist", "kept to the first day for {}"),
    ("request.pass_on", "handed {} over"),
    ("request.propose", "proposed another day for {}"),
    ("request.take", "took the proposed day for {}"),
    ("request.withdraw", "withdrew {}"),
    ("session.cancel", "called off {}"),
    ("session.change", "changed {}"),
    ("session.close", "closed {}"),
    ("session.hold", "held {}"),
    ("session.move", "moved {}"),
    ("session.prepare", "prepared {}"),
    ("session.propose", "proposed {}"),
    ("session.schedule", "scheduled {}"),
    ("setup.add_samples", "added the sample data"),
    ("setup.remove_samples", "removed the sample data"),
    ("setup.save", "saved {}"),
    ("source.fetch", "had {} looked at"),
    ("template.add", "added {}"),
    ("template.disable", "disabled {}"),
    ("template.edit", "edited {}"),
    ("template.enable", "enabled {}"),
    ("template.restore", "went back to what is behind {}"),
];

pub(super) async fn command(o: &Occasion<'_>) -> Result<Handled> {
    if !o.actor.may(Right::Administer, None) {
        return Err(Error::refused(
            "Only an admin can read the audit log. `/partner status` says who that is.",
        ));
    }
    let mut tx = o.read().await?;
    let text = text(&mut tx, &o.actor.zone).await?;
    tx.rollback().await?;
    o.answer(Message::text(text)).await
}

async fn text(tx: &mut Tx, zone: &TimeZone) -> Result<String> {
    let links = audit::newest(tx, SHOWN).await?;
    let Some(newest) = links.first() else { return Ok("Nothing is in the audit log yet.".to_owned()) };
    let total = newest.seq;
    let mut lines = Vec::new();
    let mut day = None;
    for link in &links {
        let at = instant(link.at)?.to_zoned(zone.clone());
        if day != Some(at.date()) {
            day = Some(at.date());
            lines.push(format!("*{}*", at.strftime("%A %-d %B %Y")));
        }
        lines.push(line(tx, link, &at).await?);
    }
    if total > SHOWN {
        lines.push(format!("The newest {SHOWN} of {total}. `tandem audit export` writes all of them."));
    }
    Ok(lines.join("\n"))
}

async fn line(tx: &mut Tx, link: &Link, at: &Zoned) -> Result<String> {
    let who = who(tx, &link.actor).await?;
    let what = object(tx, link).await?;
    let time = at.strftime("%H:%M");
    if link.outcome != "done" {
        let tried = escape(&clip(&link.action, REASON));
        return Ok(match what {
            _ if link.subject == "command" => format!("{who} was refused `/partner {tried}` · {time}"),
            Some(what) => format!("{who} was refused `{tried}` on {what} · {time}"),
            None => format!("{who} was refused `{tried}` · {time}"),
        });
    }
    let what = what.unwrap_or_else(|| escape(&link.subject));
    let did = match DEEDS.iter().find(|(action, _)| *action == link.action) {
        Some((_, deed)) => deed.replacen("{}", &what, 1),
        None => format!("did `{}` on {what}", escape(&link.action)),
    };
    Ok(format!("{who} {did}{} · {time}", more(link)))
}

async fn who(tx: &mut Tx, actor: &str) -> Result<String> {
    match actor {
        audit::TANDEM => return Ok("Tandem".to_owned()),
        audit::CONSOLE => return Ok("Somebody on the server".to_owned()),
        _ => {}
    }
    let id = UserId::from(actor);
    Ok(match people::find(tx, &id).await? {
        Some((person, _)) => escape(&person.name),
        None if actor.starts_with('B') => "Another app".to_owned(),
        None => id.mention(),
    })
}

/// The version that was approved, or the reason that was given.
fn more(link: &Link) -> String {
    match link.action.as_str() {
        "draft.approve" => link
            .detail
            .strip_prefix("version ")
            .and_then(|rest| rest.split(',').next())
            .map_or_else(String::new, |version| format!(" (v{})", escape(version))),
        "check_in.record"
        | "digest.weigh"
        | "draft.dropped"
        | "draft.failed"
        | "draft.mark"
        | "draft.override"
        | "draft.reject"
        | "draft.unconfirmed"
        | "draft.undelivered"
        | "focus.agree"
        | "focus.drop"
        | "focus.insist"
        | "focus.pin"
        | "partner.instructions"
        | "partner.names"
        | "partner.saturation"
        | "partner.sharing"
        | "play.move"
        | "focus.unpin"
            if !link.detail.is_empty() =>
        {
            format!(": {}", escape(&clip(&link.detail, REASON)))
        }
        _ => String::new(),
    }
}

/// What it was done to, in words; `None` where that is gone or was no thing.
async fn object(tx: &mut Tx, link: &Link) -> Result<Option<String>> {
    let (kind, id) = kind_and_id(&link.action, &link.subject);
    let found = match kind {
        "account" if id == "walk" => Some("the weekly mapping".to_owned()),
        "account" => map::account(tx, &id.into()).await?.map(|a| a.label()),
        "draft" => {
            sustain::store::find(tx, &id.into()).await?.map(|d| format!("the note to {}", d.note.contact))
        }
        "overlap" => {
            map::overlap(tx, &id.into()).await?.map(|o| format!("{} with {}", o.account.name, o.partner))
        }
        "request" => plan::store::request(tx, &id.into())
            .await?
            .map(|r| format!("the session on {} with {}", r.account, r.partner)),
        "ask" => plan::store::ask(tx, &id.into())
            .await?
            .map(|q| format!("the question about {} to {}", q.account, q.partner)),
        "introduction" => plan::store::introduction(tx, &id.into())
            .await?
            .map(|i| format!("the introduction to {} at {}", i.whom, i.account)),
        "session" | "record" => plan::store::session(tx, &id.into()).await?.map(|s| s.title()),
        "agenda" => {
            plan::store::session(tx, &id.into()).await?.map(|s| format!("the agenda of “{}”", s.title()))
        }
        "commitment" => {
            plan::store::commitment(tx, &id.into()).await?.map(|c| format!("“{}”", clip(&c.text, REASON)))
        }
        "partner" => map::partner(tx, &id.into()).await?.map(|p| p.name),
        "play" => plan::store::play(tx, &id.into())
            .await?
            .map(|p| format!("the play {} with {}", p.plan.title, p.partner)),
        "focus" => {
            let partner = id.split(':').next().unwrap_or_default();
            map::partner(tx, &partner.into()).await?.map(|p| format!("the focus list with {}", p.name))
        }
        "check_in" => map::partner(tx, &id.into()).await?.map(|p| format!("the check-in with {}", p.name)),
        "contact" => map::contact(tx, &id.into()).await?.map(|c| c.name),
        "import" => import::store::find(tx, &id.into()).await?.map(|i| i.file_name),
        "pair" => {
            let answer = lists::store::answer(tx, &id.into()).await?;
            // One that was taken back is known by what was written down then.
            let names = answer.map(|a| format!("{} / {}", a.ours.name, a.theirs.name));
            names.or_else(|| (!link.detail.is_empty()).then(|| clip(&link.detail, REASON)))
        }
        "library" if id == "feeds" => Some("the feeds".to_owned()),
        "library" => sustain::store::item(tx, id)
            .await?
            .map(|i| format!("“{}” of the library", clip(&i.title, REASON))),
        "kinds" => Some("what kinds of overlaps suggest".to_owned()),
        "calendar" => {
            plan::store::found(tx, &id.into()).await?.map(|f| format!("“{}”", clip(&f.title, REASON)))
        }
        "calendars" if id == "file" => Some("a calendar file".to_owned()),
        "calendars" => Some("the calendars".to_owned()),
        "feed" => Some("a calendar link".to_owned()),
        "channel" => return Ok(Some(ChannelId::from(id).mention())),
        "app" => Some("Tandem".to_owned()),
        "backup" => Some("a backup".to_owned()),
        "digest" if id == "weights" => Some("the weights of triage".to_owned()),
        "digest" => Some("the digest's settings".to_owned()),
        "inbox" => Some(format!("number {id} of the inbox")),
        "keys" => Some("the key of the stored secrets".to_owned()),
        "setup" => Some("the set-up".to_owned()),
        "source" => Some(format!("the source {id}")),
        "template" => Some(format!("the text {id}")),
        _ => None,
    };
    Ok(found.map(|text| escape(&text)))
}

/// What things are written down about.
const KINDS: &[&str] = &[
    "account",
    "agenda",
    "app",
    "ask",
    "backup",
    "calendar",
    "calendars",
    "channel",
    "check_in",
    "commitment",
    "contact",
    "digest",
    "draft",
    "feed",
    "focus",
    "import",
    "inbox",
    "introduction",
    "keys",
    "kinds",
    "library",
    "overlap",
    "pair",
    "partner",
    "play",
    "record",
    "request",
    "session",
    "setup",
    "source",
    "template",
];

/// Subjects are `kind:id`; a refusal keeps a control's value, `id:version`, and the kind is the action's noun.
fn kind_and_id<'a>(action: &'a str, subject: &'a str) -> (&'a str, &'a str) {
    let (first, rest) = subject.split_once(':').unwrap_or((subject, ""));
    if KINDS.contains(&first) {
        return (first, rest);
    }
    (action.split('.').next().unwrap_or_default(), first)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// Controls, forms and names of other things under which nothing is written down as done.
    const SILENT: &[&str] = &[
        "account.history",
        "account.list",
        "account.show",
        "agenda.name",
        "agenda.page",
        "agenda.show",
        "commitment.owed",
        "calendar.link_with",
        "calendar.show",
        "digest.preview",
        "digest.weights",
        "draft.contact",
        "draft.gift",
        "draft.more",
        "draft.not_me",
        "draft.pick",
        "draft.purpose",
        "draft.review",
        "draft.role",
        "draft.template",
        "focus.add",
        "focus.row",
        "focus.show",
        "import.accounts",
        "import.columns",
        "import.map",
        "import.overlaps",
        "inbox.ru",
        "keys.ring",
        "library.draft",
        "library.list",
        "library.not_launch",
        "overlap.claim",
        "overlap.menu",
        "overlap.say",
        "pair.answers",
        "pair.review",
        "pair.skip",
        "partner.fit",
        "partner.ledger",
        "partner.show",
        "play.list",
        "play.menu",
        "play.page",
        "play.show",
        "record.log",
        "record.show",
        "session.partner",
        "session.set_aside",
        "session.show",
        "setup.channels",
        "setup.open",
        "setup.partner",
        "setup.roles",
        "template.list",
        "template.menu",
        "template.preview",
    ];

    /// Every `"noun.verb"` of the code, its tests and the sandbox left out.
    fn verbs() -> BTreeSet<String> {
        fn read(folder: &Path, all: &mut String) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_str().unwrap();
                if path.is_dir() && !matches!(name, "sandbox" | "tests" | "matching" | "intake") {
                    read(&path, all);
                } else if name.ends_with(".rs")
                    && !name.ends_with("tests.rs")
                    && !matches!(name, "history.rs" | "guard.rs")
                {
                    let code = std::fs::read_to_string(&path).unwrap();
                    let code = code.split("mod tests {").next().unwrap_or_default();
                    // Places where a test ends the process are named alike.
                    code.lines()
                        .filter(|line| !line.contains("failpoint!"))
                        .for_each(|line| all.push_str(line));
                }
            }
        }
        let mut code = String::new();
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut code);
        let kinds = KINDS.join("|");
        let verb = regex::Regex::new(&format!(r#""((?:{kinds})\.[a-z_]+)""#)).unwrap();
        verb.captures_iter(&code).map(|found| found[1].to_owned()).collect()
    }

    #[test]
    fn whatever_is_written_down_has_words() {
        let worded: BTreeSet<String> = DEEDS.iter().map(|(action, _)| (*action).to_owned()).collect();
        let silent = SILENT.iter().map(ToString::to_string).collect();
        let found = verbs();
        let expected: BTreeSet<String> = worded.union(&silent).cloned().collect();
        assert_eq!(found.difference(&expected).collect::<Vec<_>>(), Vec::<&String>::new(), "without words");
        assert_eq!(expected.difference(&found).collect::<Vec<_>>(), Vec::<&String>::new(), "written nowhere");
    }

    #[test]
    fn a_refused_click_names_its_thing_by_the_controls_value() {
        assert_eq!(kind_and_id("draft.approve", "abc:3:seal"), ("draft", "abc"));
        assert_eq!(kind_and_id("draft.approve", "draft:abc"), ("draft", "abc"));
        assert_eq!(kind_and_id("digest.settings", "digest:settings"), ("digest", "settings"));
        assert_eq!(kind_and_id("setup", "command"), ("setup", "command"));
    }
}
