//! What people do with what reaches them: a manager decides on proposals, approves agendas and logs sessions, a seller does
//! what was promised. Each only while they are at work.

use std::collections::HashMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde_json::{Value, json};

use super::cast::{SIDES, ours, works, zone};
use crate::support::stage::{MAYA, OPS, Stage, text};

/// Who read what, and what they are going to do about it.
pub struct People {
    /// How many messages of a channel were looked at.
    seen: HashMap<String, usize>,
    /// What somebody is going to do.
    plans: Vec<Plan>,
    /// Sessions that were logged, to vary what comes of their accounts.
    logged: usize,
    /// Everything that was told to somebody: when, and what.
    pub told: Vec<Told>,
}

/// A direct message.
#[derive(Clone, Debug)]
pub struct Told {
    pub to: &'static str,
    pub at: Timestamp,
    pub text: String,
}

impl Told {
    /// The day on which it was read.
    pub fn day(&self) -> Date {
        self.at.to_zoned(TimeZone::get(zone(self.to)).unwrap()).date()
    }
}

struct Plan {
    user: &'static str,
    from: Date,
    at: (String, String),
    action: &'static str,
}

fn local(now: Timestamp, user: &str) -> jiff::Zoned {
    now.to_zoned(TimeZone::get(zone(user)).unwrap())
}

/// When a message was sent, as its `ts` says.
fn sent(message: &Value) -> Timestamp {
    let seconds = message["ts"].as_str().unwrap().split('.').next().unwrap();
    Timestamp::from_second(seconds.parse().unwrap()).unwrap()
}

fn offers(message: &Value, action: &str) -> bool {
    let blocks = message["blocks"].as_array().into_iter().flatten();
    let elements = blocks.flat_map(|b| {
        let elements = b["elements"].as_array().cloned().unwrap_or_default();
        elements.into_iter().chain([b["accessory"].clone()])
    });
    elements.into_iter().any(|e| e["action_id"] == action)
}

impl People {
    pub fn new() -> Self {
        Self { seen: HashMap::new(), plans: Vec::new(), logged: 0, told: Vec::new() }
    }

    /// Everybody reads what is new, and whoever is at work does what is due.
    pub async fn at_work(&mut self, stage: &Stage) {
        let now = stage.clock.now();
        for user in ours() {
            let im = stage.sandbox.im(user);
            for message in self.new_in(stage, &im) {
                self.told.push(Told { to: user, at: sent(&message), text: text(&message) });
                self.intend(user, &im, &message, now);
            }
        }
        for message in self.new_in(stage, OPS) {
            let said = text(&message);
            let side = SIDES.iter().find(|side| said.contains(side.name));
            if let Some(side) = side {
                self.intend(side.manager, OPS, &message, now);
            }
        }
        let due = |plan: &Plan| {
            let local = local(now, plan.user);
            local.date() >= plan.from && works(plan.user, local.date()) && (8..18).contains(&local.hour())
        };
        let (now_due, later) = self.plans.drain(..).partition(due);
        self.plans = later;
        let now_due: Vec<Plan> = now_due;
        for plan in now_due {
            self.act(stage, &plan).await;
        }
    }

    fn new_in(&mut self, stage: &Stage, channel: &str) -> Vec<Value> {
        let seen = self.seen.entry(channel.to_owned()).or_default();
        let (new, now) = stage.sandbox.newer(channel, *seen);
        *seen = now;
        new
    }

    /// Managers decide the next working day, sellers keep what they promised two days later.
    fn intend(&mut self, user: &'static str, channel: &str, message: &Value, now: Timestamp) {
        let waits = [
            ("session.schedule", 1),
            ("agenda.approve", 0),
            ("record.log", 0),
            ("introduction.agree", 1),
            ("introduction.made", 2),
            ("introduction.met", 3),
            ("commitment.done", 1),
        ];
        let Some((action, days)) = waits.into_iter().find(|(action, _)| offers(message, action)) else {
            return;
        };
        let forgets = action == "record.log" && channel != OPS && user != MAYA && self.logged % 6 == 5;
        if forgets {
            return;
        }
        let ts = message["ts"].as_str().unwrap().to_owned();
        let from = local(now, user).date() + Span::new().days(days);
        self.plans.push(Plan { user, from, at: (channel.to_owned(), ts), action });
    }

    async fn act(&mut self, stage: &Stage, plan: &Plan) {
        let card = stage.sandbox.message(&plan.at.0, &plan.at.1);
        // Somebody was faster, or it was asked again below.
        if !card.is_some_and(|card| offers(&card, plan.action)) {
            return;
        }
        stage.press(plan.user, &plan.at, plan.action).await;
        match plan.action {
            "session.schedule" => stage.submit(plan.user, json!({})).await,
            "record.log" => self.log(stage, plan.user).await,
            // Its card shows the next step.
            step if step.starts_with("introduction.") => {
                if let Some(card) = stage.sandbox.message(&plan.at.0, &plan.at.1) {
                    self.intend(plan.user, &plan.at.0, &card, stage.clock.now());
                }
            }
            _ => {}
        }
    }

    /// Account by account, until the form asks no more.
    async fn log(&mut self, stage: &Stage, user: &str) {
        self.logged += 1;
        let today = local(stage.clock.now(), user).date();
        let in_days = |n: i64| (today + Span::new().days(n)).to_string();
        let side = SIDES.iter().find(|side| side.manager == user).expect("a manager");
        for n in 0.. {
            let Some(modal) = stage.sandbox.modal(user) else { return };
            if !modal.to_string().contains("\"outcome\"") {
                stage.submit(user, json!({"said": "They plan the next half year in June"})).await;
                return;
            }
            let seller = side.sellers[n % 4];
            let with = |more: Value| {
                let mut all = json!({
                    "reaches_out": seller, "why_partner": format!("{} works with them", side.name),
                    "why_now": "their budget is set this month", "why_person": "she decides",
                });
                all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                all
            };
            let values = match (self.logged + n) % 4 {
                0 => with(json!({
                    "outcome": "introduction", "whom": "their VP Sales", "direction": "received",
                    "contact": side.contacts[0], "meet_by": in_days(10),
                })),
                1 => with(json!({
                    "outcome": "next_step", "promise": "send the case study", "promise_owner": seller,
                    "promise_due": in_days(6), "amount": "$60k", "stage": "Proposal",
                })),
                2 => with(json!({"outcome": "stalled", "stall": "their new CFO"})),
                _ => with(json!({"outcome": "nothing"})),
            };
            stage.submit(user, values).await;
        }
    }
}
