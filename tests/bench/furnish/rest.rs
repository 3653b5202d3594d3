//! Notes, check-ins, focus lists and plays; and what Tandem keeps for itself.

use super::*;

impl House {
    /// Notes that were sent, and that they touched somebody.
    pub(super) async fn notes(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let (mut drafts, mut touches) = (Vec::new(), Vec::new());
        for n in 0..3_000 {
            let partner = self.partner();
            let (account, contact) = (self.account_of(partner), self.contact_of(partner));
            let at = self.ago(1..PAST_DAYS);
            let Partner { id: partner, manager, .. } = &self.partners[partner];
            let id = format!("n-{n:04}");
            drafts.push(json!([
                id,
                partner,
                contact,
                account,
                "expansion",
                "introduction",
                "expansion",
                manager,
                "email",
                "Hi Sam, a note.",
                "{\"verdict\":\"pass\",\"rules\":[]}",
                "sent",
                at,
                manager,
                at,
                manager,
                at,
                at
            ]));
            touches.push(json!([id, contact, partner, at]));
        }
        let columns = "id partner_id contact_id account_id purpose gift template sender route text verdict state waiting_since# \
             created_by created_at# decided_by decided_at# sent_at#";
        fill(tx, "drafts", columns, drafts).await?;
        fill(tx, "touches", "draft_id contact_id partner_id at#", touches).await
    }

    /// Check-ins, focus lists and plays.
    pub(super) async fn rhythms(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let (mut said, mut rhythms, mut focus, mut plays, mut targets) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for n in 0..PARTNERS {
            let manager = self.partners[n].manager.clone();
            let partner = self.partners[n].id.clone();
            rhythms.push(json!([partner, 28, self.date(0), 1]));
            for k in 0..26_i64 {
                let (day, until) = (self.date(-k * 28 - 3), self.date(60 - k * 28));
                let at = self.now.as_millisecond() - k * 28 * 86_400_000;
                said.push(json!([
                    format!("ci-{n}-{k}"),
                    partner,
                    day,
                    "retail before the season",
                    until,
                    manager,
                    at
                ]));
            }
            for side in ["ours", "theirs"] {
                for (place, account) in self.accounts_of(n, 10).into_iter().enumerate() {
                    focus.push(json!([partner, side, account, place, self.now.as_millisecond()]));
                }
            }
            let running = n % 3 == 0;
            let (state, ship) =
                if running { ("running", self.date(n as i64 + 20)) } else { ("shipped", self.date(-30)) };
            let at = self.now.as_millisecond() - 50 * 86_400_000;
            let play = format!("play-{n}");
            let title = format!("Webinar {n}");
            let done = (!running).then(|| ship.clone());
            plays.push(json!([
                play,
                "webinar",
                title,
                partner,
                manager,
                manager,
                manager,
                ship,
                ZONE,
                0,
                "asks",
                state,
                at,
                ship,
                done,
                self.date(0),
                manager,
                manager,
                at,
                at
            ]));
            for (place, account) in self.accounts_of(n, 40).into_iter().enumerate() {
                targets.push(json!([play, account, place]));
            }
        }
        fill(tx, "check_in_rhythms", "partner_id every_days# asked version#", rhythms).await?;
        fill(tx, "check_ins", "id partner_id on_date focus until_date logged_by logged_at#", said).await?;
        fill(tx, "focus_accounts", "partner_id side account_id place# since#", focus).await?;
        let columns = "id kind title partner_id owner their_owner sender ship_date zone check_days# audience state started_at# \
             first_ship shipped_on reminded created_by decided_by decided_at# created_at#";
        fill(tx, "plays", columns, plays).await?;
        fill(tx, "play_targets", "play_id account_id place#", targets).await
    }

    /// The audit log, turns that were taken, and what came in and went out lately.
    pub(super) async fn machinery(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let mut last = sql_value!(tx, i64, "SELECT COALESCE(MAX(seq), 0) FROM audit")?;
        let (mut audit, mut fires, mut inbox, mut outbox) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for n in 0..AUDIT {
            let (at, who) = (self.ago(0..PAST_DAYS), self.person());
            last += 1;
            let subject = format!("overlap:o-{:06}", n / 2);
            audit.push(json!([
                last,
                at,
                who,
                "T0MERIDIAN",
                "overlap.plan",
                subject,
                "done",
                "",
                format!("{last:064x}")
            ]));
            if n < 20_000 {
                fires.push(json!([
                    format!("ask:q-{:04}:{who}", n % ASKS),
                    self.date(-1 - (n / ASKS) as i64),
                    at
                ]));
                let at = self.ago(0..3);
                inbox.push(json!([format!("Ev{n}"), "event", "message", "C0OVERLAPS", 0, "{}", at, 2]));
                outbox.push(json!([
                    format!("sent:{n}"),
                    "C0PARTNEROPS",
                    "",
                    "internal",
                    format!("commitment:c-{n:05}"),
                    "sent",
                    at,
                    at,
                    "C0PARTNEROPS",
                    format!("1700000000.{n:06}")
                ]));
            }
        }
        let columns = "seq# at# actor team action subject outcome detail hash";
        fill(tx, "audit", columns, audit).await?;
        fill(tx, "fires", "schedule period fired_at#", fires).await?;
        fill(tx, "inbox", "key kind name lane urgent# payload received_at# state#", inbox).await?;
        let columns = "key lane action audience subject state created_at# sent_at# channel ts";
        fill(tx, "outbox", columns, outbox).await
    }
}
