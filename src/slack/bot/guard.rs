//! The one gate of commands, controls, forms and shortcuts: what is not in this table does nothing.
//!
//! How a control is added is said in [`super`]. Nouns check again with the partner that it is about.

use super::{Occasion, setup};
use crate::kernel::actor::Right;
use crate::kernel::error::Result;
use crate::slack::grammar::{AccountVerb, DigestVerb, Noun, OverlapsVerb, PartnerVerb, PlayVerb};

/// What somebody needs to get through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A right, for some partner at least.
    Right(Right),
    /// The right to administer; where nobody has it yet, a full member of the workspace takes it.
    SetUp,
}

const CONTRIBUTE: Need = Need::Right(Right::Contribute);
const TRIAGE: Need = Need::Right(Right::Triage);
const APPROVE: Need = Need::Right(Right::Approve);
const ADMINISTER: Need = Need::Right(Right::Administer);

/// Every control, form and shortcut by its id.
pub const TABLE: &[(&str, Need)] = &[
    ("account.decide", TRIAGE),
    ("account.export", CONTRIBUTE),
    ("account.history", CONTRIBUTE),
    ("account.involve", CONTRIBUTE),
    // A hold is kept and lifted by its author too; the flow checks.
    ("account.keep", CONTRIBUTE),
    ("account.lift", CONTRIBUTE),
    ("account.list", CONTRIBUTE),
    ("account.note", CONTRIBUTE),
    ("account.owners", CONTRIBUTE),
    ("account.person", CONTRIBUTE),
    ("account.relate", CONTRIBUTE),
    ("account.review", CONTRIBUTE),
    // Everybody is told where a room is; who opens one, the noun checks.
    ("account.room", CONTRIBUTE),
    ("account.share", CONTRIBUTE),
    ("account.show", CONTRIBUTE),
    ("account.step", CONTRIBUTE),
    ("account.step_done", CONTRIBUTE),
    ("account.summary", CONTRIBUTE),
    ("account.touch", CONTRIBUTE),
    // Who approves and edits an agenda, the flow checks: a sheet may name anybody.
    ("agenda.approve", CONTRIBUTE),
    ("agenda.edit", CONTRIBUTE),
    ("agenda.name", CONTRIBUTE),
    ("agenda.page", CONTRIBUTE),
    ("agenda.show", CONTRIBUTE),
    // Whose move it is, the flow checks.
    ("ask.answer", CONTRIBUTE),
    ("ask.asked", CONTRIBUTE),
    ("ask.close", CONTRIBUTE),
    ("ask.decline", CONTRIBUTE),
    ("ask.missing", CONTRIBUTE),
    ("ask.new", CONTRIBUTE),
    ("ask.withdraw", CONTRIBUTE),
    // Whose feed or file it is, and who answers for the partner, the flow checks.
    ("calendar.end", CONTRIBUTE),
    ("calendar.file", CONTRIBUTE),
    ("calendar.held", CONTRIBUTE),
    ("calendar.link", CONTRIBUTE),
    ("calendar.link_with", CONTRIBUTE),
    ("calendar.not_ours", CONTRIBUTE),
    ("calendar.read", TRIAGE),
    ("calendar.show", CONTRIBUTE),
    ("channel.confirm", ADMINISTER),
    // Asked again with the partner.
    ("check_in.later", TRIAGE),
    ("check_in.record", TRIAGE),
    ("commitment.add", CONTRIBUTE),
    ("commitment.done", CONTRIBUTE),
    ("commitment.drop", CONTRIBUTE),
    ("commitment.owed", CONTRIBUTE),
    ("commitment.snooze", CONTRIBUTE),
    ("digest.preview", CONTRIBUTE),
    ("digest.settings", ADMINISTER),
    // What one sets counts for every partner: the noun asks for somebody who looks after all.
    ("digest.weigh", TRIAGE),
    ("digest.weights", TRIAGE),
    ("draft.approve", APPROVE),
    ("draft.arrived", APPROVE),
    ("draft.contact", TRIAGE),
    ("draft.edit", APPROVE),
    ("draft.gift", TRIAGE),
    ("draft.more", APPROVE),
    ("draft.new", TRIAGE),
    // Who sends by hand says what became of it; the noun checks that it is theirs.
    ("draft.not_me", CONTRIBUTE),
    ("draft.override", APPROVE),
    ("draft.pick", TRIAGE),
    ("draft.purpose", TRIAGE),
    ("draft.reassign", APPROVE),
    ("draft.recheck", APPROVE),
    ("draft.reject", APPROVE),
    ("draft.resend", APPROVE),
    ("draft.review", APPROVE),
    ("draft.role", TRIAGE),
    ("draft.sent", CONTRIBUTE),
    ("draft.template", TRIAGE),
    ("focus.add", TRIAGE),
    // Who agrees and insists is asked again with the partner.
    ("focus.agree", TRIAGE),
    ("focus.insist", TRIAGE),
    ("focus.row", TRIAGE),
    ("focus.show", CONTRIBUTE),
    ("import.accounts", TRIAGE),
    ("import.add", TRIAGE),
    ("import.cancel", TRIAGE),
    ("import.columns", TRIAGE),
    ("import.map", TRIAGE),
    ("import.overlaps", TRIAGE),
    ("import.run", TRIAGE),
    // Who may move one, the flow checks.
    ("introduction.add", CONTRIBUTE),
    ("introduction.agree", CONTRIBUTE),
    ("introduction.close", CONTRIBUTE),
    ("introduction.drop", CONTRIBUTE),
    ("introduction.made", CONTRIBUTE),
    ("introduction.met", CONTRIBUTE),
    ("introduction.snooze", CONTRIBUTE),
    ("kinds.settings", ADMINISTER),
    // Asked again with the partner whose people may read of it.
    ("library.add", TRIAGE),
    ("library.draft", TRIAGE),
    ("library.edit", TRIAGE),
    ("library.list", TRIAGE),
    ("library.not_launch", TRIAGE),
    ("library.read", TRIAGE),
    ("library.retract", TRIAGE),
    ("overlap.add", CONTRIBUTE),
    ("overlap.assign", TRIAGE),
    ("overlap.claim", TRIAGE),
    ("overlap.dismiss", TRIAGE),
    ("overlap.menu", TRIAGE),
    ("overlap.plan", TRIAGE),
    ("overlap.snooze", TRIAGE),
    ("pair.answers", TRIAGE),
    ("pair.child", TRIAGE),
    ("pair.different", TRIAGE),
    ("pair.parent", TRIAGE),
    ("pair.review", TRIAGE),
    ("pair.same", TRIAGE),
    ("pair.skip", TRIAGE),
    ("pair.take_back", TRIAGE),
    ("partner.add", ADMINISTER),
    ("partner.add_contact", TRIAGE),
    // Whether there is an agreement yet is asked again with the partner.
    ("partner.agreed", TRIAGE),
    ("partner.edit", ADMINISTER),
    ("partner.edit_contact", TRIAGE),
    ("partner.fit", CONTRIBUTE),
    ("partner.ledger", CONTRIBUTE),
    // Everybody reads them; who writes them is asked again with the partner.
    ("partner.instructions", CONTRIBUTE),
    ("partner.names", TRIAGE),
    ("partner.prospect", TRIAGE),
    // Asked again with the partner: its manager's or an admin's.
    ("partner.sharing", TRIAGE),
    ("partner.show", CONTRIBUTE),
    // Those who run a play and who thought of it may move it, whatever their role; the flow checks.
    ("play.drop", CONTRIBUTE),
    ("play.edit", CONTRIBUTE),
    ("play.go", CONTRIBUTE),
    ("play.list", CONTRIBUTE),
    ("play.menu", CONTRIBUTE),
    ("play.move", CONTRIBUTE),
    ("play.on_track", CONTRIBUTE),
    ("play.page", CONTRIBUTE),
    ("play.results", CONTRIBUTE),
    ("play.ship", CONTRIBUTE),
    ("play.show", CONTRIBUTE),
    // Asked again with the partner.
    ("play.start", TRIAGE),
    ("play.support", CONTRIBUTE),
    // Who was there logs; the flow checks.
    ("record.account", CONTRIBUTE),
    ("record.close", CONTRIBUTE),
    ("record.log", CONTRIBUTE),
    ("record.missed", CONTRIBUTE),
    ("record.show", CONTRIBUTE),
    // Whose answer is asked for, the flow checks.
    ("request.accept", CONTRIBUTE),
    ("request.ask", CONTRIBUTE),
    ("request.decline", CONTRIBUTE),
    ("request.insist", CONTRIBUTE),
    ("request.propose", CONTRIBUTE),
    ("request.take", CONTRIBUTE),
    ("request.withdraw", CONTRIBUTE),
    // Whose sessions these are to set up, the flow checks: a partner's manager needs no role.
    ("session.cancel", CONTRIBUTE),
    ("session.change", CONTRIBUTE),
    ("session.move", CONTRIBUTE),
    ("session.partner", CONTRIBUTE),
    ("session.schedule", CONTRIBUTE),
    ("session.set_aside", CONTRIBUTE),
    ("session.show", CONTRIBUTE),
    ("setup.add_samples", ADMINISTER),
    ("setup.channels", Need::SetUp),
    ("setup.open", Need::SetUp),
    ("setup.partner", Need::SetUp),
    ("setup.remove_samples", ADMINISTER),
    ("setup.roles", Need::SetUp),
    // Asked again with the partner whose list it brings.
    ("source.fetch", TRIAGE),
    ("template.add", TRIAGE),
    ("template.edit", TRIAGE),
    ("template.list", TRIAGE),
    ("template.menu", TRIAGE),
    ("template.preview", TRIAGE),
];

/// What a control, form or shortcut needs; nothing for one that this version does not have.
pub fn need_of(id: &str) -> Option<Need> {
    TABLE.iter().find(|(known, _)| *known == id).map(|(_, need)| *need)
}

/// What a command needs.
pub fn need_of_command(noun: &Noun) -> Need {
    match noun {
        Noun::Overlaps { verb: Some(OverlapsVerb::Review) } => TRIAGE,
        Noun::Overlaps { verb: Some(OverlapsVerb::Kinds) } => ADMINISTER,
        Noun::Overlaps { .. }
        | Noun::Session { .. }
        | Noun::Calendar { .. }
        | Noun::Commit { .. }
        | Noun::Status { .. } => CONTRIBUTE,
        Noun::Intro { .. } | Noun::Ask { .. } => CONTRIBUTE,
        Noun::Account { verb: Some(AccountVerb::Decide { .. }), .. }
        | Noun::Draft { .. }
        | Noun::Library { .. } => TRIAGE,
        Noun::Play { verb: Some(PlayVerb::Start { .. }) } => TRIAGE,
        Noun::Play { .. } => CONTRIBUTE,
        Noun::Account { .. } => CONTRIBUTE,
        Noun::Digest { verb } => match verb {
            Some(DigestVerb::Settings) => ADMINISTER,
            Some(DigestVerb::Weights) => TRIAGE,
            Some(DigestVerb::Preview) | None => CONTRIBUTE,
        },
        Noun::Partner { verb } => match verb {
            Some(PartnerVerb::Add { .. }) => ADMINISTER,
            Some(PartnerVerb::CheckIn { .. } | PartnerVerb::Contact { .. } | PartnerVerb::Sharing { .. }) => {
                TRIAGE
            }
            Some(
                PartnerVerb::List
                | PartnerVerb::Instructions { .. }
                | PartnerVerb::Show { .. }
                | PartnerVerb::Focus { .. }
                | PartnerVerb::Fit { .. }
                | PartnerVerb::Ledger { .. },
            )
            | None => CONTRIBUTE,
        },
        Noun::Setup => Need::SetUp,
    }
}

/// Lets through who has what is needed.
pub(super) async fn pass(o: &Occasion<'_>, need: Need) -> Result<()> {
    match need {
        Need::Right(right) => o.actor.require(right, None),
        Need::SetUp => {
            let mut tx = o.read().await?;
            setup::may_set_up(&mut tx, &o.actor).await
        }
    }
}
