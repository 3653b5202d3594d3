//! Commitments, introductions, and what was asked.

use super::*;

impl House {
    pub(super) async fn commitments(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let today = self.date(0);
        let mut rows = Vec::new();
        for n in 0..COMMITMENTS {
            let partner = self.partner();
            let manager = self.partners[partner].manager.clone();
            let owner = if self.chance(60) { manager.clone() } else { self.person() };
            let contact = if self.chance(20) { Some(self.contact_of(partner)) } else { None };
            let account = if self.chance(80) { Some(self.account_of(partner)) } else { None };
            let open = n < OPEN_COMMITMENTS;
            let due = match open {
                true => self.date_in(-12..60),
                false => self.date_in(-PAST_DAYS..5),
            };
            // What is late was reminded of this morning.
            let reminded = if open && due <= today { today.clone() } else { String::new() };
            let state = if open { "open" } else { self.pick(&["done", "done", "done", "dropped"]) };
            let at = self.ago(1..PAST_DAYS);
            let late = open && due < today;
            rows.push(json!([
                format!("c-{n:05}"),
                "Send the returns deck",
                self.partners[partner].id,
                account,
                owner,
                contact,
                due,
                ZONE,
                state,
                (state == "dropped").then_some("no need any more"),
                reminded,
                i64::from(late),
                manager,
                (!open).then(|| owner.clone()),
                (!open).then_some(at),
                at
            ]));
        }
        let columns = "id text partner_id account_id owner contact_id due zone state reason reminded escalated# created_by \
             decided_by decided_at# created_at#";
        fill(tx, "commitments", columns, rows).await
    }

    pub(super) async fn introductions(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let today = self.date(0);
        let mut rows = Vec::new();
        for n in 0..INTRODUCTIONS {
            let partner = self.partner();
            let (account, ours, contact) =
                (self.account_of(partner), self.person(), self.contact_of(partner));
            let direction = self.pick(&["made", "received"]);
            let state = match n < 300 {
                true => self.pick(&["requested", "agreed", "made", "met"]),
                false => self.pick(&["closed", "closed", "dropped"]),
            };
            let at = self.ago(10..PAST_DAYS);
            let due = if n < 300 { self.date_in(-8..30) } else { self.date_in(-PAST_DAYS..0) };
            let made = matches!(state, "made" | "met" | "closed");
            let moved = state != "requested";
            rows.push(json!([
                format!("i-{n:04}"),
                account,
                self.partners[partner].id,
                direction,
                ours,
                contact,
                "Dana Reyes",
                due,
                state,
                matches!(state, "closed" | "dropped").then_some("they met"),
                (state == "closed").then_some("moved"),
                today,
                1,
                self.partners[partner].manager,
                moved.then_some(ours.clone()),
                moved.then_some(at),
                made.then_some(ours.clone()),
                made.then_some(at),
                at
            ]));
        }
        let columns = "id account_id partner_id direction ours contact_id whom due state reason deal reminded escalated# created_by \
             decided_by decided_at# made_by made_at# created_at#";
        fill(tx, "introductions", columns, rows).await
    }

    /// What reps ask about accounts, with the answers, and the sessions that they ask for.
    pub(super) async fn asks(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let (mut asks, mut answers, mut requests) = (Vec::new(), Vec::new(), Vec::new());
        for n in 0..ASKS {
            let partner = self.partner();
            let (account, requester) = (self.account_of(partner), self.person());
            let manager = self.partners[partner].manager.clone();
            let open = n < 150;
            let state = if open { self.pick(&["asked", "with_partner", "answered"]) } else { "closed" };
            let at = if open { self.ago(0..3) } else { self.ago(3..PAST_DAYS) };
            let topic = self.pick(&["introduction", "spend", "priorities", "stack", "other"]);
            let moved = state != "asked";
            let partner = self.partners[partner].id.clone();
            asks.push(json!([
                format!("q-{n:04}"),
                account,
                partner,
                requester,
                json!([manager]).to_string(),
                topic,
                "Who runs RevOps there?",
                "Northwind knows them best.",
                state,
                (!open).then_some("it helped"),
                (!open).then_some("moved"),
                moved.then_some(manager.clone()),
                moved.then_some(at),
                at
            ]));
            if moved {
                let day = self.date_in(-PAST_DAYS..0);
                let text = "Dana Reyes runs it.";
                answers.push(json!([format!("w-{n:04}"), format!("q-{n:04}"), text, day, manager, at]));
            }
            if n < REQUESTS {
                let open = n < 60;
                let state = if open { "asked" } else { self.pick(&["accepted", "declined"]) };
                let date = (state == "accepted").then(|| self.date(-30));
                let wanted = if open { self.date_in(4..30) } else { self.date_in(-PAST_DAYS..0) };
                let (by, when) = ((!open).then_some(manager.clone()), (!open).then_some(at));
                let because = (state == "declined").then_some("too early");
                let asked = json!([manager]).to_string();
                requests.push(json!([
                    format!("r-{n:04}"),
                    account,
                    partner,
                    requester,
                    asked,
                    wanted,
                    "Get in",
                    state,
                    date,
                    because,
                    by,
                    when,
                    at
                ]));
            }
        }
        let columns = "id account_id partner_id requester asked topic question why state reason deal decided_by decided_at# created_at#";
        fill(tx, "asks", columns, asks).await?;
        fill(tx, "ask_answers", "id ask_id text said_on given_by given_at#", answers).await?;
        let columns = "id account_id partner_id requester asked wanted_by goal state agreed_date reason decided_by decided_at# created_at#";
        fill(tx, "session_requests", columns, requests).await
    }
}
