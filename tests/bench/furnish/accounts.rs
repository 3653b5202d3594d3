//! Accounts, what they overlap with, the lists that say so, and the maps of accounts.

use std::collections::HashSet;

use super::*;

impl House {
    pub(super) async fn accounts(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let mut known = HashSet::new();
        let mut rows = Vec::new();
        for n in 0..ACCOUNTS {
            let name = match n {
                0 => "Acme".to_owned(),
                _ => format!("{}{} {}", word(n), word(n / 90).to_lowercase(), self.pick(&KINDS)),
            };
            let domain = format!("{}.com", name.split(' ').next().unwrap_or_default().to_lowercase());
            let domain = known.insert(domain.clone()).then_some(domain);
            let owner = if self.chance(70) { Some(format!("<@{}>", self.person())) } else { None };
            let created = self.ago(0..PAST_DAYS);
            rows.push(json!([account_id(n), name, name::key(&name), domain, owner, created]));
        }
        fill(tx, "accounts", "id name name_key domain owner created_at#", rows).await
    }

    pub(super) async fn overlaps(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let weights: f64 = (0..PARTNERS).map(weight).sum();
        let mut rows = Vec::new();
        for n in 0..PARTNERS {
            let share = (OVERLAPS as f64 * weight(n) / weights).round() as usize;
            let count = if n + 1 == PARTNERS { OVERLAPS - rows.len() } else { share };
            // Steps of a prime lead to every account once.
            let accounts: Vec<usize> = (0..count).map(|k| (n * 617 + k * 7_919) % ACCOUNTS).collect();
            for account in &accounts {
                rows.push(self.overlap(n, *account, rows.len()));
            }
            self.partners[n].accounts = accounts;
        }
        fill(
            tx,
            "account_overlaps",
            "id account_id partner_id our_population their_population owner amount_hundredths# amount_currency stage \
             first_seen# last_seen# gone_at# changed_at# source triage assignee snoozed_until# dismissed_because decided_by \
             decided_at# decision",
            rows,
        )
        .await
    }

    fn overlap(&mut self, partner: usize, account: usize, number: usize) -> Value {
        let first = self.ago(0..PAST_DAYS);
        let last = self.ago(0..45).max(first);
        let owner = if self.chance(30) { Some(format!("<@{}>", self.person())) } else { None };
        let amount = self.chance(40).then(|| self.random.random_range(5..500) * 100_000);
        let gone = if self.chance(6) { Some(last) } else { None };
        let changed = if self.chance(20) { Some(last) } else { None };
        let triage = match self.random.random_range(0..100) {
            0..72 => "open",
            72..77 => "planned",
            77..85 => "snoozed",
            _ => "dismissed",
        };
        let assignee = if self.chance(10) { Some(self.person()) } else { None };
        let until = (triage == "snoozed")
            .then(|| self.now.as_millisecond() + self.random.random_range(-30..60) * 86_400_000);
        let because = (triage == "dismissed").then_some("not a fit");
        let by = (triage != "open").then(|| self.partners[partner].manager.clone());
        let at = (triage != "open").then_some(last);
        let decision = (triage == "planned").then_some("\"agenda\"");
        json!([
            format!("o-{number:06}"),
            account_id(account),
            self.partners[partner].id,
            self.pick(&POPULATIONS),
            self.pick(&POPULATIONS),
            owner,
            amount,
            amount.map(|_| "USD"),
            amount.map(|_| "negotiation"),
            first,
            last,
            gone,
            changed,
            "list",
            triage,
            assignee,
            until,
            because,
            by,
            at,
            decision
        ])
    }

    /// Our list and the partners', and which of their rows are one account.
    pub(super) async fn lists(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let countries = ["US", "US", "GB", "DE", "FR", "NL", "SE"];
        let seen = self.now.as_millisecond() - 9 * 86_400_000;
        let mut rows: Vec<Value> = (0..ACCOUNTS)
            .map(|n| {
                let id = account_id(n);
                json!(["ours", id, null, id, format!("Listed {n}"), self.pick(&countries), "f", seen, seen])
            })
            .collect();
        let mut pairs = Vec::new();
        let mut number = 0;
        for partner in &self.partners {
            for account in &partner.accounts {
                let id = account_id(*account);
                rows.push(json!([
                    partner.id,
                    id,
                    partner.id,
                    id,
                    format!("Listed {account}"),
                    "US",
                    "f",
                    seen,
                    seen
                ]));
                let (verdict, overlap) = if number % 200 == 0 {
                    ("review", None)
                } else {
                    ("match", Some(format!("o-{number:06}")))
                };
                let pair = format!("pair-{number:06}");
                pairs.push(json!([pair, partner.id, id, id, verdict, 90, "same domain", overlap, "run"]));
                number += 1;
            }
        }
        let columns = "list key partner_id account_id name country fingerprint first_seen# last_seen#";
        fill(tx, "listed_accounts", columns, rows).await?;
        let columns = "id partner_id our_key their_key verdict score# reason overlap_id run";
        fill(tx, "list_pairs", columns, pairs).await
    }

    /// Who is at the accounts, who knows them, and what was noted and decided.
    pub(super) async fn maps(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let (mut people, mut known, mut log) = (Vec::new(), Vec::new(), Vec::new());
        for n in 0..30_000_usize {
            let (at, by) = (self.ago(0..PAST_DAYS), self.person());
            let account = account_id(n % 12_000);
            let name = format!("{} {}", word(n + 17), word(n / 3 + 5));
            let role = self.pick(&["decision_maker", "champion", "influencer", "user"]);
            people.push(json!([format!("h-{n}"), account, name, "VP Sales", role, "director", at, by, at]));
            if n < 20_000 {
                let strength = self.random.random_range(1..=5);
                let whom = format!("h-{n}");
                let user = self.person();
                known.push(json!([format!("{user} {whom}"), user, whom, strength, user, at]));
                let kind = self.pick(&["touch", "note"]);
                let day = self.date_in(-400..0);
                log.push(json!([format!("l-{n}"), account, kind, day, "Met about renewal.", by, by, at]));
            }
        }
        let columns = "id account_id name title role seniority created_at# changed_by changed_at#";
        fill(tx, "account_people", columns, people).await?;
        fill(tx, "relationships", "pair from_user to_person strength# said_by said_at#", known).await?;
        fill(tx, "account_log", "id account_id kind on_date text said_by logged_by logged_at#", log).await?;
        let (mut decisions, mut holds, mut steps, mut involved) = Default::default();
        self.decisions(&mut decisions, &mut holds, &mut steps, &mut involved);
        let columns = "id account_id partner_id reaches_out stays_out why_partner why_now why_person decided_by decided_at#";
        fill(tx, "account_decisions", columns, decisions).await?;
        let columns = "id account_id decision_id text held until zone author created_at# lifted_at#";
        fill(tx, "account_holds", columns, holds).await?;
        let columns = "id account_id text owner due state created_by created_at#";
        fill(tx, "account_steps", columns, steps).await?;
        let columns = "account_id partner_id role involvement changed_by changed_at#";
        fill(tx, "account_partners", columns, involved).await
    }

    fn decisions(
        &mut self,
        decisions: &mut Vec<Value>,
        holds: &mut Vec<Value>,
        steps: &mut Vec<Value>,
        involved: &mut Vec<Value>,
    ) {
        for n in 0..1_500 {
            let (partner, at, by) = (self.partner(), self.ago(0..400), self.person());
            let (account, decision) = (self.account_of(partner), format!("d-{n}"));
            let partner = self.partners[partner].id.clone();
            let who = self.person();
            decisions.push(json!([
                decision,
                account,
                partner,
                who,
                "[]",
                "They know them.",
                "Renewal.",
                "Trust.",
                by,
                at
            ]));
            let until = self.date_in(5..60);
            let lifted = if self.chance(80) { Some(at) } else { None };
            holds.push(json!([
                format!("hold-{n}"),
                account,
                decision,
                "Stay out.",
                "[]",
                until,
                ZONE,
                by,
                at,
                lifted
            ]));
            let (due, state) = (self.date_in(-20..40), self.pick(&["open", "done", "done"]));
            steps.push(json!([format!("step-{n}"), account, "Send the case study", by, due, state, by, at]));
        }
        for partner in 0..PARTNERS {
            let accounts: Vec<usize> = self.partners[partner].accounts.iter().take(250).copied().collect();
            for account in accounts {
                let (by, at) = (self.person(), self.ago(0..400));
                let role = self.pick(&["referral", "reseller", "services"]);
                let id = &self.partners[partner].id;
                involved.push(json!([account_id(account), id, role, "runs their rollout", by, at]));
            }
        }
    }
}
