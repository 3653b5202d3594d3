//! Sessions, with what came of them.

use super::*;

/// Rows of sessions and of what belongs to them.
#[derive(Default)]
struct Parts {
    sessions: Vec<Value>,
    accounts: Vec<Value>,
    attendees: Vec<Value>,
    moves: Vec<Value>,
    outcomes: Vec<Value>,
    records: Vec<Value>,
    pre_reads: Vec<Value>,
}

impl House {
    pub(super) async fn sessions(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let mut parts = Parts::default();
        for n in 0..SESSIONS {
            self.session(n, &mut parts);
        }
        let columns = "id partner_id shape trigger_kind minutes# place because organiser state asked day starts_at# zone reason \
             moved_by moved_at# created_at#";
        fill(tx, "sessions", columns, parts.sessions).await?;
        fill(tx, "session_accounts", "session_id account_id position# motion goal why", parts.accounts)
            .await?;
        fill(tx, "session_attendees", "session_id side who position#", parts.attendees).await?;
        fill(tx, "session_moves", "session_id version# verb detail moved_by moved_at#", parts.moves).await?;
        let columns = "session_id account_id outcome decided commitments logged_by logged_at#";
        fill(tx, "session_outcomes", columns, parts.outcomes).await?;
        fill(tx, "session_records", "session_id said logged_by logged_at#", parts.records).await?;
        let columns = "session_id version# content made_of# loaded_at# approved_by approved_at#";
        fill(tx, "pre_reads", columns, parts.pre_reads).await
    }

    /// The first are proposals, then come those ahead and a few that nobody has logged; the rest is over.
    fn session(&mut self, n: usize, parts: &mut Parts) {
        let partner = self.partner();
        let (id, manager) = (format!("s-{n:04}"), self.partners[partner].manager.clone());
        let hour = 3_600_000;
        let now = self.now.as_millisecond();
        let (state, start) = match n {
            0..10 => ("proposed", None),
            10..22 => ("scheduled", Some(now + hour * self.random.random_range(2..72))),
            22..50 => ("scheduled", Some(now + 24 * hour * self.random.random_range(7..40))),
            50..56 => ("held", Some(now - hour * self.random.random_range(2..20))),
            56..200 => ("cancelled", Some(self.ago(2..PAST_DAYS))),
            _ => ("closed", Some(self.ago(2..PAST_DAYS))),
        };
        let moved = start.unwrap_or(now).min(now) - hour;
        let (by, at) = (start.map(|_| manager.clone()), start.map(|_| moved));
        let asked = if state == "proposed" { json!([manager]).to_string() } else { "[]".to_owned() };
        let day = (state == "proposed").then(|| self.date_in(6..20));
        let because = json!(["four worthy accounts wait"]).to_string();
        parts.sessions.push(json!([
            id,
            self.partners[partner].id,
            "managers",
            self.pick(&["planned", "accumulated"]),
            45,
            "",
            because,
            start.map(|_| manager.clone()),
            state,
            asked,
            day,
            start,
            start.map(|_| ZONE),
            (state == "cancelled").then_some("they were ill"),
            by,
            at,
            moved - 240 * hour
        ]));
        let count = self.random.random_range(3..=5);
        for (position, account) in self.accounts_of(partner, count).into_iter().enumerate() {
            let motion = self.pick(&MOTIONS);
            parts.accounts.push(json!([id, account, position, motion, "An introduction", "their customer"]));
            if state == "closed" {
                let outcome = self.pick(&["introduction", "next_step", "stalled", "nothing", "not_reached"]);
                parts.outcomes.push(json!([
                    id,
                    account,
                    outcome,
                    "Maya writes to them.",
                    "[]",
                    manager,
                    moved
                ]));
            }
        }
        let others: Vec<String> =
            self.people.sample(&mut self.random, 2).filter(|who| **who != manager).cloned().collect();
        for (position, who) in std::iter::once(manager.clone()).chain(others).enumerate() {
            parts.attendees.push(json!([id, "ours", who, position]));
        }
        for (position, who) in self.partners[partner].contacts.iter().take(2).enumerate() {
            parts.attendees.push(json!([id, "theirs", who, position]));
        }
        if let Some(start) = start {
            parts.moves.push(json!([id, 1, "session.schedule", "", manager, start.min(now) - 200 * hour]));
        }
        if state == "closed" {
            parts.moves.push(json!([id, 2, "session.close", "", manager, moved]));
            parts.records.push(json!([id, "They liked it.", manager, moved]));
            let content = json!({"partner": "Northwind", "on": self.date(-9), "minutes": 45, "ours": [], "theirs": [],
                "accounts": [], "waiting": [], "only_asks": false, "list_days": null, "lost": [], "edited": false});
            parts.pre_reads.push(json!([id, 1, content.to_string(), 1, moved, manager, moved]));
        }
    }
}
