//! What the agenda of a session is made of: from triage, focus lists, commitments and requests to what each account tells.

use std::collections::HashMap;

use jiff::Zoned;
use jiff::civil::Date;

use super::super::introduction::{Direction, Introduction, Stage as Introducing};
use super::super::pre_read::{Content, Waiting};
use super::super::session::Session;
use super::super::store::{self, Found};
use super::super::{commitment::Commitment, request::Request};
use crate::kernel::blocks::clip;
use crate::kernel::calendar::days_between;
use crate::kernel::dates::spoken;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, OverlapId, UserId};
use crate::map::account_map::sight::Sight;
use crate::map::account_map::store::names;
use crate::map::account_map::{self, Names};
use crate::map::focus::Side;
use crate::map::lists::store as lists;
use crate::map::overlap::Overlap;
use crate::map::partner::Partner;
use crate::map::store as map;
use crate::pull::agenda::brief::{About, Brief, brief, is_shared, only_with, without_words};
use crate::pull::agenda::{Agenda, Candidate, Chosen, Ground, RESTS_DAYS, compose, compose_of};
use crate::pull::flow::agenda::weighed;
use crate::pull::focus;
use crate::pull::priority::{Priority, Reason};
use crate::store::Tx;

/// So many reasons say why now.
const REASONS: usize = 2;
/// The longest text of a promise, in characters.
const LONGEST: usize = 160;

/// Everything that an agenda is composed of.
#[derive(Debug)]
pub(super) struct Material {
    partner: Partner,
    overlaps: HashMap<AccountId, Overlap>,
    priorities: HashMap<OverlapId, Priority>,
    commitments: Vec<Commitment>,
    introductions: Vec<Introduction>,
    their_owners: HashMap<OverlapId, String>,
    names: Names,
    /// Those that may come on, the best first.
    pub(super) candidates: Vec<Candidate>,
}

/// Reads it.
pub(super) async fn material(tx: &mut Tx, here: &Zoned, session: &Session) -> Result<Material> {
    let partner = map::partner(tx, &session.partner_id).await?;
    let partner = partner.ok_or_else(|| Error::user("That partner was removed in the meantime."))?;
    let found = store::agenda_candidates(tx, session).await?;
    let overlaps = store::overlaps(tx, &found).await?;
    let (commitments, requests) = store::open_with(tx, &partner.id).await?;
    let introductions = store::open_introductions_with(tx, &partner.id).await?;
    let kinds = lists::map_settings(tx).await?.kinds;
    let sides = focus::sides(&map::focus_accounts(tx).await?, &overlaps);
    let priorities = weighed(tx, here, &partner, &kinds, &overlaps).await?;
    let ids: Vec<OverlapId> = overlaps.iter().map(|o| o.id.clone()).collect();
    let mut their_owners = HashMap::new();
    for (overlap, owner) in store::their_owners(tx, &ids).await? {
        their_owners.entry(overlap).or_insert(owner);
    }
    let mut users: Vec<UserId> = found.iter().filter_map(|f| f.planned.clone()?.1).collect();
    users.extend(requests.iter().map(|r| r.requester.clone()));
    users.extend(commitments.iter().map(|c| c.owner.clone()));
    users.extend(introductions.iter().map(|i| i.ours.clone()));
    users.extend(session.outline.ours.iter().cloned());
    let names = names(tx, &users).await?;
    let by_overlap: HashMap<&OverlapId, &Found> = found.iter().map(|f| (&f.overlap, f)).collect();
    let grounds = Grounds {
        session,
        here,
        names: &names,
        commitments: &commitments,
        requests: &requests,
        sides: &sides,
    };
    let mut candidates: Vec<Candidate> = overlaps
        .iter()
        .filter_map(|o| {
            let found = by_overlap.get(&o.id)?;
            let named = session.outline.accounts.iter().find(|a| a.account_id == o.account.id);
            Some(Candidate {
                account: o.account.id.clone(),
                name: o.account.name.clone(),
                motion: named.and_then(|a| a.motion).or_else(|| o.motion(&kinds)),
                score: priorities.get(&o.id).map_or(0, |p| p.score),
                grounds: grounds.of(o, found),
                talked: found.talked.map(|at| date(here, at)),
            })
        })
        .collect();
    candidates.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.name.cmp(&b.name)));
    let overlaps = overlaps.into_iter().map(|o| (o.account.id.clone(), o)).collect();
    Ok(Material {
        partner,
        overlaps,
        priorities,
        commitments,
        introductions,
        their_owners,
        names,
        candidates,
    })
}

fn date(here: &Zoned, at: jiff::Timestamp) -> Date {
    at.to_zoned(here.time_zone().clone()).date()
}

/// What the grounds of an overlap are found by.
struct Grounds<'a> {
    session: &'a Session,
    here: &'a Zoned,
    names: &'a Names,
    commitments: &'a [Commitment],
    requests: &'a [Request],
    sides: &'a HashMap<OverlapId, Side>,
}

impl Grounds<'_> {
    /// Why an overlap belongs on the agenda. What was talked about in a session since is no ground any more.
    fn of(&self, o: &Overlap, found: &Found) -> Vec<Ground> {
        let mut all = Vec::new();
        let today = self.here.date();
        let account = &o.account.id;
        if let Some(place) = self.session.outline.accounts.iter().position(|a| a.account_id == *account) {
            all.push(Ground::Named(place));
        }
        let news = |at: jiff::Timestamp| found.talked.is_none_or(|talked| talked < at);
        all.extend(found.left.filter(|at| news(*at)).map(|at| Ground::Left { on: date(self.here, at) }));
        let asked = self.requests.iter().filter(|r| r.account_id == *account && news(r.created_at));
        all.extend(asked.take(1).map(|r| Ground::Asked {
            until: r.wanted_by,
            by: self.names.of_user(&r.requester).to_owned(),
            goal: r.goal.clone(),
        }));
        if let Some((at, by)) = found.planned.clone().filter(|(at, _)| news(*at)) {
            let by = by.map(|user| self.names.of_user(&user).to_owned());
            all.push(Ground::Planned { on: date(self.here, at), by });
        }
        let rested = |talked: jiff::Timestamp| days_between(date(self.here, talked), today) >= RESTS_DAYS;
        if let Some(side) = self.sides.get(&o.id).filter(|_| found.talked.is_none_or(rested)) {
            all.push(Ground::Focus(*side));
        }
        let open = || self.commitments.iter().filter(|c| c.account_id.as_ref() == Some(account));
        match (open().count(), open().filter(|c| c.due < today).count()) {
            (0, _) => {}
            (count, 0) => all.push(Ground::Promised { count }),
            (_, count) => all.push(Ground::Late { count }),
        }
        all
    }
}

/// What the session's agenda says now; `pick` are accounts that somebody chose, in their order.
pub(super) async fn content(
    tx: &mut Tx,
    here: &Zoned,
    mapping: &account_map::Settings,
    session: &Session,
    material: &Material,
    pick: Option<&[AccountId]>,
) -> Result<Content> {
    let candidates = material.candidates.clone();
    let agenda = match pick {
        Some(chosen) => compose_of(chosen, candidates),
        None => compose(session.outline.minutes, candidates),
    };
    let today = here.date();
    let promises = promises(&material.commitments, &material.names, today);
    let (mut accounts, mut paper) = (Vec::new(), Vec::new());
    for chosen in &agenda.chosen {
        let mut promised = promises.get(&chosen.candidate.account).cloned().unwrap_or_default();
        promised.extend(material.introduced(&chosen.candidate.account, today));
        if let Some((told, printed)) = told(tx, here, mapping, session, material, chosen, promised).await? {
            accounts.push(told);
            paper.extend(printed);
        }
    }
    let partner = &material.partner;
    Ok(Content {
        partner: partner.name.clone(),
        on: today,
        minutes: session.outline.minutes,
        ours: session.outline.ours.iter().map(|user| material.names.of_user(user).to_owned()).collect(),
        theirs: session.outline.theirs.iter().map(|guest| guest.name.clone()).collect(),
        accounts,
        paper,
        waiting: waiting(&agenda, &partner.name, today),
        only_asks: agenda.only_asks(),
        list_days: partner.list_age_days(here).filter(|_| partner.list_is_stale(here)),
        lost: lost(session, &agenda),
        edited: false,
    })
}

/// Accounts that the session names and that are no overlap with the partner any more.
fn lost(session: &Session, agenda: &Agenda) -> Vec<String> {
    let known =
        |id: &AccountId| agenda.chosen.iter().chain(&agenda.waiting).any(|c| c.candidate.account == *id);
    let named = session.outline.accounts.iter().filter(|a| !known(&a.account_id));
    named.map(|a| a.name.clone()).collect()
}

/// What an account tells; and on paper, where that is something else.
async fn told(
    tx: &mut Tx,
    here: &Zoned,
    mapping: &account_map::Settings,
    session: &Session,
    material: &Material,
    chosen: &Chosen,
    promises: Vec<String>,
) -> Result<Option<(Brief, Option<Brief>)>> {
    let account = &chosen.candidate.account;
    let (Some(overlap), Some(map)) =
        (material.overlaps.get(account), account_map::store::load(tx, account).await?)
    else {
        return Ok(None);
    };
    let shared = is_shared(&map, &material.partner.id);
    let map = only_with(map, &material.partner.id);
    let sight = Sight { map: &map, now: here, settings: mapping };
    let named = session.outline.accounts.iter().find(|a| a.account_id == *account);
    let organiser = session.organiser.clone().or_else(|| material.partner.manager.clone());
    let organiser = organiser.or_else(|| session.outline.ours.first().cloned());
    let about = About {
        partner: &material.partner.id,
        partner_name: &material.partner.name,
        overlap,
        motion: chosen.candidate.motion,
        goal: named.map_or("", |a| a.goal.as_str()),
        because: chosen.because(&material.partner.name, here.date()),
        why_now: named
            .map(|a| a.why.clone())
            .filter(|why| !why.is_empty())
            .or_else(|| material.priorities.get(&overlap.id).map(why_now))
            .unwrap_or_default(),
        their_owner: material.their_owners.get(&overlap.id).cloned(),
        promises,
        under_way: material.under_way(account, here.date()),
        organiser: &organiser.unwrap_or_else(|| UserId::from("")),
    };
    let told = brief(&sight, about.clone());
    let paper = shared.then(|| {
        let bare = without_words(map.clone());
        told.on_paper(brief(&Sight { map: &bare, ..sight }, about))
    });
    Ok(Some((told, paper)))
}

/// The first reasons that are about now; what is said elsewhere on the page is left out.
fn why_now(priority: &Priority) -> String {
    let said = |r: &&Reason| {
        // Of the partner as a whole, and not of this account.
        let of_all = matches!(r, Reason::Stale { .. } | Reason::Habit { .. } | Reason::Worked { .. });
        !of_all && !matches!(r, Reason::Focus { .. } | Reason::Waiting(_) | Reason::Open(_))
    };
    priority.why.iter().filter(said).take(REASONS).map(Reason::words).collect::<Vec<_>>().join("; ")
}

/// Open commitments in a line each, by account.
fn promises(commitments: &[Commitment], names: &Names, today: Date) -> HashMap<AccountId, Vec<String>> {
    let mut all: HashMap<AccountId, Vec<String>> = HashMap::new();
    for c in commitments {
        let Some(account) = &c.account_id else { continue };
        let who = match &c.theirs {
            Some((_, name)) => format!("{name} of {}", c.partner),
            None => names.of_user(&c.owner).to_owned(),
        };
        let late = if c.due < today { ", late" } else { "" };
        let text = clip(c.text.trim_end_matches('.'), LONGEST);
        let line = format!("{who}: {text}, by {}{late}", spoken(c.due, today));
        all.entry(account.clone()).or_default().push(line);
    }
    all
}

/// The accounts that did not fit, as they wait by name.
fn waiting(agenda: &Agenda, partner: &str, today: Date) -> Vec<Waiting> {
    let one = |c: &Chosen| Waiting {
        account: c.candidate.account.clone(),
        name: c.candidate.name.clone(),
        because: c.because(partner, today).first().cloned().unwrap_or_default(),
    };
    agenda.waiting.iter().map(one).collect()
}

impl Material {
    /// What is under way to the account, the soonest first.
    fn under_way_to<'a>(&'a self, account: &'a AccountId) -> impl Iterator<Item = &'a Introduction> {
        self.introductions.iter().filter(move |i| i.account_id == *account)
    }

    /// Introductions to the account that are still to be made, in a line each.
    fn introduced(&self, account: &AccountId, today: Date) -> Vec<String> {
        let ahead = self.under_way_to(account).filter(|i| !matches!(i.stage, Introducing::Made(_)));
        let told = ahead.map(|i| {
            let ours = self.names.of_user(&i.ours);
            let theirs = i.theirs.as_ref().map_or(i.partner.as_str(), |(_, name)| name);
            let whom = clip(&i.whom, LONGEST);
            let due = spoken(i.due, today);
            let late = if i.due < today { ", late" } else { "" };
            match i.direction {
                Direction::Received => {
                    let of = if i.theirs.is_some() { format!(" of {}", i.partner) } else { String::new() };
                    format!("{theirs}{of}: introduce {ours} to {whom}, by {due}{late}")
                }
                Direction::Made => format!("{ours}: introduce {theirs} to {whom}, by {due}{late}"),
            }
        });
        told.collect()
    }

    /// How to begin where the partner's introduction of one of ours is under way: nobody asks for it again.
    fn under_way(&self, account: &AccountId, today: Date) -> Option<String> {
        let i = self.under_way_to(account).find(|i| i.direction == Direction::Received)?;
        let ours = self.names.of_user(&i.ours);
        let theirs = i.theirs.as_ref().map_or(i.partner.as_str(), |(_, name)| name);
        let (whom, due) = (clip(&i.whom, LONGEST), spoken(i.due, today));
        Some(match i.stage {
            Introducing::Made(_) => format!("Tell {theirs} what came of the introduction to {whom}."),
            Introducing::Agreed(_) => {
                format!("Ask {theirs} how the introduction agreed for {due} stands: {ours} to {whom}.")
            }
            _ => format!("Ask {theirs} whether they introduce {ours} to {whom}: it was asked for by {due}."),
        })
    }

    /// What can be chosen, the best first.
    pub(super) fn offered(&self) -> Vec<(AccountId, String)> {
        self.candidates.iter().map(|c| (c.account.clone(), c.name.clone())).collect()
    }
}
