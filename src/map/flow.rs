//! Overlaps come in: load, decide, save and enqueue, in one transaction.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::account::Account;
use super::overlap::{Overlap, Sighting, Source, Triage};
use super::partner::Partner;
use super::view::{self, Confirmation, Line};
use super::{name, store, storm};
use crate::delivery::outbox::{self, Outgoing, Thread};
use crate::kernel::error::Result;
use crate::kernel::ids::{AccountId, ChannelId, OverlapId, UserId};
use crate::store::{Tx, audit, millis};

/// What became of a sighting.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It was not known.
    New,
    /// It was known and is the same.
    Confirmed,
    /// It was known and this changed.
    Changed(Vec<String>),
}

/// Tells accounts apart: the registrable domain first, the name without its legal form second.
#[derive(Default)]
struct Accounts {
    by_domain: HashMap<String, Account>,
    by_key: HashMap<String, Vec<Account>>,
}

impl Accounts {
    fn add(&mut self, account: Account, key: String) {
        if let Some(domain) = &account.domain {
            self.by_domain.insert(domain.clone(), account.clone());
        }
        let same_name = self.by_key.entry(key).or_default();
        if !same_name.iter().any(|a| a.id == account.id) {
            same_name.push(account);
        }
    }

    /// The account that a sighting means. One name under two domains is two accounts: a sighting without a domain means
    /// the one that is known with this partner.
    fn meant(&self, seen: &Sighting, key: &str, with_partner: &HashSet<AccountId>) -> Option<&Account> {
        if let Some(known) = seen.domain.as_ref().and_then(|d| self.by_domain.get(d)) {
            return Some(known);
        }
        let fits = |a: &&Account| a.domain.is_none() || seen.domain.is_none();
        let mut same_name = self.by_key.get(key)?.iter().filter(fits);
        let first = same_name.clone().next();
        same_name.find(|a| with_partner.contains(&a.id)).or(first)
    }

    /// The account that a sighting means, a new one where none is known. Notes what must be saved.
    fn place(
        &mut self,
        seen: &Sighting,
        key: &str,
        with_partner: &HashSet<AccountId>,
        unsaved: &mut Unsaved,
    ) -> Account {
        let Some(account) = self.meant(seen, key, with_partner).cloned() else {
            let account = new_account(seen);
            self.add(account.clone(), key.to_owned());
            unsaved.accounts.push(account.clone());
            return account;
        };
        if let (None, Some(domain)) = (&account.domain, &seen.domain) {
            unsaved.domains.push((account.id.clone(), domain.clone()));
            self.learn_domain(&account.id, key, domain);
        }
        account
    }

    fn ids(&self) -> Vec<AccountId> {
        self.by_key.values().flatten().map(|a| a.id.clone()).collect()
    }

    fn learn_domain(&mut self, id: &AccountId, key: &str, domain: &str) {
        if let Some(account) = self.by_key.get_mut(key).and_then(|all| all.iter_mut().find(|a| a.id == *id)) {
            account.domain = Some(domain.to_owned());
            self.by_domain.insert(domain.to_owned(), account.clone());
        }
    }
}

/// Accounts that are new, and domains that were learnt.
#[derive(Debug, Default)]
struct Unsaved {
    accounts: Vec<Account>,
    domains: Vec<(AccountId, String)>,
}

impl Unsaved {
    async fn save(&self, tx: &mut Tx, now: Timestamp, sample: bool) -> Result<()> {
        if !self.accounts.is_empty() {
            store::insert_accounts(tx, now, &self.accounts, sample).await?;
        }
        for (account, domain) in &self.domains {
            store::set_domain(tx, account, domain).await?;
        }
        Ok(())
    }
}

/// What a batch of sightings means, before anything is saved.
#[derive(Debug)]
pub struct Batch {
    /// One entry a sighting, in their order: the overlap's id and what became of it.
    pub outcomes: Vec<(OverlapId, Outcome)>,
    source: Source,
    unsaved: Unsaved,
    overlaps: HashMap<AccountId, Overlap>,
    accounts: HashMap<OverlapId, AccountId>,
}

impl Batch {
    fn new(source: Source) -> Self {
        Self {
            outcomes: Vec::new(),
            source,
            unsaved: Unsaved::default(),
            overlaps: HashMap::new(),
            accounts: HashMap::new(),
        }
    }

    fn take(&mut self, account: Account, partner: &Partner, seen: &Sighting, now: Timestamp) {
        let account_id = account.id.clone();
        let (id, outcome) = match self.overlaps.entry(account_id.clone()) {
            Entry::Occupied(mut known) => {
                let changes = known.get_mut().confirm(seen, self.source, now);
                let outcome = if changes.is_empty() { Outcome::Confirmed } else { Outcome::Changed(changes) };
                (known.get().id.clone(), outcome)
            }
            Entry::Vacant(none) => {
                let new = none.insert(first_seen(account, partner, seen, now));
                (new.id.clone(), Outcome::New)
            }
        };
        self.accounts.insert(id.clone(), account_id);
        self.outcomes.push((id, outcome));
    }

    /// The overlap that a sighting became.
    pub fn overlap(&self, id: &OverlapId) -> Option<&Overlap> {
        self.overlaps.get(self.accounts.get(id)?)
    }

    /// Forgets what was not known before.
    pub fn keep_known(&mut self) {
        let new: HashSet<OverlapId> =
            self.outcomes.iter().filter(|(_, o)| *o == Outcome::New).map(|(id, _)| id.clone()).collect();
        self.overlaps.retain(|_, overlap| !new.contains(&overlap.id));
        self.accounts.retain(|id, _| !new.contains(id));
        self.outcomes.retain(|(id, _)| !new.contains(id));
        self.unsaved.accounts.clear();
    }
}

/// Loads what the sightings touch and decides; a preview ends here. Nobody else changes these overlaps until the
/// transaction ends.
pub async fn weigh(
    tx: &mut Tx,
    now: Timestamp,
    source: Source,
    partner: &Partner,
    sightings: &[Sighting],
) -> Result<Batch> {
    let keys: Vec<String> = sightings.iter().map(|s| name::key(&s.account)).collect();
    let domains: Vec<String> = sightings.iter().filter_map(|s| s.domain.clone()).collect();
    let mut accounts = Accounts::default();
    for (account, key) in store::accounts_like(tx, &domains, &keys).await? {
        accounts.add(account, key);
    }
    let known = store::lock_overlaps_with(tx, &partner.id, &accounts.ids()).await?;
    let mut known: HashMap<AccountId, Overlap> =
        known.into_iter().map(|overlap| (overlap.account.id.clone(), overlap)).collect();
    let mut with_partner: HashSet<AccountId> = known.keys().cloned().collect();
    let mut batch = Batch::new(source);
    for (seen, key) in sightings.iter().zip(&keys) {
        let account = accounts.place(seen, key, &with_partner, &mut batch.unsaved);
        with_partner.insert(account.id.clone());
        if let Some(overlap) = known.remove(&account.id) {
            batch.overlaps.insert(account.id.clone(), overlap);
        }
        batch.take(account, partner, seen, now);
    }
    Ok(batch)
}

/// The same where it is known which account each sighting means; each account once.
pub async fn weigh_known(
    tx: &mut Tx,
    now: Timestamp,
    source: Source,
    partner: &Partner,
    seen: &[(Account, Sighting)],
) -> Result<Batch> {
    let ids: Vec<AccountId> = seen.iter().map(|(account, _)| account.id.clone()).collect();
    let known = store::lock_overlaps_with(tx, &partner.id, &ids).await?;
    let mut batch = Batch::new(source);
    batch.overlaps = known.into_iter().map(|overlap| (overlap.account.id.clone(), overlap)).collect();
    for (account, seen) in seen {
        batch.take(account.clone(), partner, seen, now);
    }
    Ok(batch)
}

/// The accounts that these sightings mean, in their order; new ones are saved.
pub async fn bind(tx: &mut Tx, now: Timestamp, seen: &[Sighting]) -> Result<Vec<Account>> {
    let keys: Vec<String> = seen.iter().map(|s| name::key(&s.account)).collect();
    let domains: Vec<String> = seen.iter().filter_map(|s| s.domain.clone()).collect();
    let mut accounts = Accounts::default();
    for (account, key) in store::accounts_like(tx, &domains, &keys).await? {
        accounts.add(account, key);
    }
    let mut unsaved = Unsaved::default();
    let nobody = HashSet::new();
    let found =
        seen.iter().zip(&keys).map(|(seen, key)| accounts.place(seen, key, &nobody, &mut unsaved)).collect();
    unsaved.save(tx, now, false).await?;
    Ok(found)
}

fn new_account(seen: &Sighting) -> Account {
    Account {
        id: AccountId::random(),
        name: seen.account.clone(),
        domain: seen.domain.clone(),
        owner: seen.owner.clone(),
    }
}

fn first_seen(account: Account, partner: &Partner, seen: &Sighting, now: Timestamp) -> Overlap {
    Overlap {
        id: OverlapId::random(),
        account,
        partner_id: partner.id.clone(),
        partner: partner.name.clone(),
        our_population: seen.our_population,
        their_population: seen.their_population,
        owner: seen.owner.clone(),
        amount: seen.amount,
        stage: seen.stage.clone(),
        first_seen: now,
        last_seen: now,
        gone_at: None,
        changed_at: None,
        change_note: None,
        triage: Triage::Open,
        assignee: None,
        decided_by: None,
        version: 1,
    }
}

/// Saves what was weighed.
pub async fn save(tx: &mut Tx, now: Timestamp, batch: &Batch, sample: bool) -> Result<()> {
    batch.unsaved.save(tx, now, sample).await?;
    let changed: HashSet<&OverlapId> =
        batch.outcomes.iter().filter(|(_, o)| matches!(o, Outcome::Changed(_))).map(|(id, _)| id).collect();
    let mut overlaps: Vec<(&Overlap, bool)> =
        batch.overlaps.values().map(|o| (o, changed.contains(&o.id))).collect();
    // In one order everywhere, so that of two transactions neither waits for the other.
    overlaps.sort_unstable_by(|(a, _), (b, _)| a.account.id.as_str().cmp(b.account.id.as_str()));
    store::save_sightings(tx, batch.source, &overlaps).await
}

/// An account whose partner is not known here, and the partner as written.
pub type Stranger = (String, Option<String>);

/// A message of the intake channel, as it was understood.
#[derive(Debug)]
pub struct Said<'a> {
    /// The intake channel.
    pub channel: &'a ChannelId,
    /// The message.
    pub ts: &'a str,
    /// Who wrote it: a person's or an app's id.
    pub by: &'a str,
    /// What it says, each with the partner that it names.
    pub sightings: Vec<(Partner, Sighting)>,
    /// What it says of partners that we do not know: account and the partner as written.
    pub strangers: Vec<Stranger>,
    /// The day of the next triage, in words.
    pub triage: &'a str,
}

/// Records what a message says. An edited message is read again: what it no longer says is taken back.
pub async fn message(tx: &mut Tx, now: Timestamp, said: &Said<'_>) -> Result<Confirmation> {
    let before = store::said_by(tx, said.channel, said.ts).await?;
    let mut lines = Vec::new();
    let mut kept = Vec::new();
    for (partner, sightings) in by_partner(&said.sightings) {
        let batch = weigh(tx, now, Source::Message, &partner, &sightings).await?;
        save(tx, now, &batch, false).await?;
        for (id, outcome) in &batch.outcomes {
            store::add_source(tx, now, said.channel, said.ts, id).await?;
            let word = if *outcome == Outcome::New { "overlap.add" } else { "overlap.confirm" };
            audit::done(tx, now, said.by, word, &format!("overlap:{id}"), "from a message");
            if let Some(overlap) = batch.overlap(id) {
                lines.push(Line::of(overlap, outcome, before.contains(id)));
            }
            kept.push(id.clone());
        }
    }
    let mut taken_back = 0;
    for id in before.iter().filter(|id| !kept.contains(id)) {
        if store::unsay(tx, said.channel, said.ts, id).await? {
            audit::done(
                tx,
                now,
                said.by,
                "overlap.take_back",
                &format!("overlap:{id}"),
                "the message no longer says it",
            );
            taken_back += 1;
        }
    }
    Ok(Confirmation { lines, taken_back, strangers: said.strangers.clone(), triage: said.triage.to_owned() })
}

/// Puts the confirmation under the message: one line in its thread, edited when the message is. In a storm there is
/// none: one line for all of them follows.
pub async fn confirm(
    tx: &mut Tx,
    now: Timestamp,
    said: &Said<'_>,
    confirmation: &Confirmation,
) -> Result<()> {
    let Some(message) = view::confirmation(confirmation)? else { return Ok(()) };
    let subject = format!("intake:{}:{}", said.channel, said.ts);
    let out = if outbox::is_shown(tx, &subject).await? {
        Outgoing::update(&subject, message)
    } else if storm::rages(tx, now, said.channel).await? {
        return Ok(());
    } else {
        Outgoing::reply(&subject, said.channel.clone(), Thread::At(said.ts.to_owned()), message)
            .showing(&subject)
    };
    outbox::enqueue(tx, millis(now), &out).await
}

fn by_partner(sightings: &[(Partner, Sighting)]) -> Vec<(Partner, Vec<Sighting>)> {
    let mut groups: Vec<(Partner, Vec<Sighting>)> = Vec::new();
    for (partner, seen) in sightings {
        match groups.iter_mut().find(|(p, _)| p.id == partner.id) {
            Some((_, group)) => group.push(seen.clone()),
            None => groups.push((partner.clone(), vec![seen.clone()])),
        }
    }
    groups
}

/// Adds one overlap by hand.
pub async fn add(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    partner: &Partner,
    seen: &Sighting,
) -> Result<(Overlap, Outcome)> {
    let batch = weigh(tx, now, Source::Hand, partner, std::slice::from_ref(seen)).await?;
    save(tx, now, &batch, false).await?;
    let (id, outcome) = batch.outcomes[0].clone();
    audit::done(tx, now, by.as_str(), "overlap.add", &format!("overlap:{id}"), "by hand");
    let overlap = batch
        .overlap(&id)
        .cloned()
        .ok_or_else(|| crate::kernel::error::Error::fault("an overlap was not weighed"))?;
    Ok((overlap, outcome))
}
