//! What is counted and timed for whoever watches from outside, in the Prometheus text format.
//!
//! What can be read from the database at the moment of asking (how long the oldest envelope waits, and the like) is
//! set by [`Meters::show`]; everything else is counted where it happens. Labels are words of ours and codes of Slack's:
//! no id, no text, and no name but a partner's, whose list's age would mean nothing without it.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Upper bounds of the acknowledgement's histogram, in seconds; Slack waits three.
const ACKNOWLEDGED_WITHIN: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1.0, 2.0, 3.0];

type Seconds = Gauge<f64, AtomicU64>;

type Labels<const N: usize> = [(&'static str, Cow<'static, str>); N];

/// What the database says at one instant.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Backlog {
    /// Envelopes that are not handled yet.
    pub envelopes: i64,
    /// Envelopes that could not be handled after several tries.
    pub buried: i64,
    /// How long the oldest unhandled envelope has waited.
    pub oldest_envelope: Duration,
    /// Messages that are not sent yet.
    pub messages: i64,
    /// Messages that wait until their channel is in order again.
    pub held: i64,
    /// How long the oldest unsent message has waited.
    pub oldest_message: Duration,
    /// Messages whose fate a person has to look up.
    pub unconfirmed: i64,
    /// Messages that Slack refused for good, or that could not be sent in time.
    pub failed: i64,
}

/// What became of something that knocked at the way in from Slack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// An envelope is committed, or was already.
    Accepted,
    /// A form went back to its user, with what is wrong in it or with its next step.
    HandedBack,
    /// A type that we have no use for.
    Ignored,
    /// It could not be read.
    Malformed,
    /// Its signature was bad or stale.
    Untrusted,
    /// An envelope could not be committed in time.
    Unavailable,
}

impl Came {
    const ALL: [Self; 6] = [
        Self::Accepted,
        Self::HandedBack,
        Self::Ignored,
        Self::Malformed,
        Self::Untrusted,
        Self::Unavailable,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::HandedBack => "handed_back",
            Self::Ignored => "ignored",
            Self::Malformed => "malformed",
            Self::Untrusted => "untrusted",
            Self::Unavailable => "unavailable",
        }
    }
}

/// The meters of one process. Cloning shares them.
#[derive(Clone, Debug)]
pub struct Meters {
    registry: Arc<Registry>,
    came: Family<Labels<1>, Counter>,
    acknowledgements: Histogram,
    sends: Family<Labels<3>, Counter>,
    slack_errors: Family<Labels<2>, Counter>,
    lateness: Seconds,
    /// When the scheduler's next round should begin, in milliseconds UTC; 0 before its first.
    next_round: Arc<AtomicI64>,
    stuck: Family<Labels<1>, Counter>,
    connections: Gauge,
    database: Gauge,
    envelopes: Gauge,
    buried: Gauge,
    oldest_envelope: Seconds,
    messages: Gauge,
    held: Gauge,
    oldest_message: Seconds,
    unconfirmed: Gauge,
    failed: Gauge,
    list_ages: Family<Labels<1>, Seconds>,
}

impl Meters {
    /// Meters at nought. In Socket Mode there are connections to look at; without it none is missed.
    pub fn new(socket_mode: bool) -> Self {
        let mut meters = Self {
            registry: Arc::default(),
            came: Family::default(),
            acknowledgements: Histogram::new(ACKNOWLEDGED_WITHIN),
            sends: Family::default(),
            slack_errors: Family::default(),
            lateness: Seconds::default(),
            next_round: Arc::default(),
            stuck: Family::default(),
            connections: Gauge::default(),
            database: Gauge::default(),
            envelopes: Gauge::default(),
            buried: Gauge::default(),
            oldest_envelope: Seconds::default(),
            messages: Gauge::default(),
            held: Gauge::default(),
            oldest_message: Seconds::default(),
            unconfirmed: Gauge::default(),
            failed: Gauge::default(),
            list_ages: Family::default(),
        };
        meters.registry = Arc::new(meters.registered(socket_mode));
        meters
    }

    fn registered(&self, socket_mode: bool) -> Registry {
        let mut all = Registry::with_prefix("tandem");
        let seconds = || Unit::Seconds;
        for outcome in Came::ALL {
            drop(self.outcome(outcome));
        }
        all.register(
            "came",
            "What knocked at the way in from Slack, by what became of it",
            self.came.clone(),
        );
        all.register_with_unit(
            "acknowledgement",
            "From a request of Slack's to its acknowledgement",
            seconds(),
            self.acknowledgements.clone(),
        );
        all.register(
            "sends",
            "Calls that carry a message, by audience, method and outcome",
            self.sends.clone(),
        );
        all.register(
            "slack_errors",
            "Failed calls of Slack's Web API by method and code",
            self.slack_errors.clone(),
        );
        all.register_with_unit(
            "schedule_lateness",
            "How late the scheduler's last round began, or how long the next one is overdue",
            seconds(),
            self.lateness.clone(),
        );
        all.register(
            "stuck",
            "How often a part was found stuck: it was started anew, or mends itself",
            self.stuck.clone(),
        );
        if socket_mode {
            let connections = self.connections.clone();
            all.register("socket_connections", "Socket Mode connections that are up", connections);
        }
        all.register("database_up", "Whether the database answered this request", self.database.clone());
        all.register("inbox_open", "Envelopes that are not handled yet", self.envelopes.clone());
        all.register("inbox_buried", "Envelopes that could not be handled", self.buried.clone());
        all.register_with_unit(
            "inbox_oldest",
            "How long the oldest unhandled envelope has waited",
            seconds(),
            self.oldest_envelope.clone(),
        );
        all.register("outbox_open", "Messages that are not sent yet", self.messages.clone());
        all.register(
            "outbox_held",
            "Messages that wait until their channel is in order again",
            self.held.clone(),
        );
        all.register_with_unit(
            "outbox_oldest",
            "How long the oldest unsent message has waited",
            seconds(),
            self.oldest_message.clone(),
        );
        all.register(
            "outbox_unconfirmed",
            "Messages whose fate a person has to look up",
            self.unconfirmed.clone(),
        );
        all.register(
            "outbox_failed",
            "Messages that Slack refused for good or that could not be sent in time",
            self.failed.clone(),
        );
        all.register_with_unit(
            "list_age",
            "How long ago each partner's list was last seen",
            seconds(),
            self.list_ages.clone(),
        );
        all
    }

    fn outcome(&self, outcome: Came) -> impl Deref<Target = Counter> {
        self.came.get_or_create(&[("outcome", outcome.as_str().into())])
    }

    /// Something came in from Slack, or pretended to.
    pub fn came(&self, outcome: Came) {
        self.outcome(outcome).inc();
    }

    /// A Socket Mode connection is up.
    pub fn connected(&self) {
        self.connections.inc();
    }

    /// It is up no more.
    pub fn disconnected(&self) {
        self.connections.dec();
    }

    /// An acknowledgement went out, so long after the request came in.
    pub fn acknowledged(&self, after: Duration) {
        self.acknowledgements.observe(after.as_secs_f64());
    }

    /// A call of `method` for `audience` (`internal`, `partner`) ended as `outcome` (`arrived`, `later` …).
    pub fn sent(&self, audience: &'static str, method: &'static str, outcome: &'static str) {
        let labels = [("audience", audience), ("method", method), ("outcome", outcome)];
        self.sends.get_or_create(&labels.map(|(name, value)| (name, value.into()))).inc();
    }

    /// A call of `method` failed with Slack's code or one of ours (`timeout`, `http_503`).
    pub fn slack_refused(&self, method: &str, code: &str) {
        let code = if is_code(code) { code } else { "other" };
        let labels = [("method", method.to_owned().into()), ("code", code.to_owned().into())];
        self.slack_errors.get_or_create(&labels).inc();
    }

    /// The scheduler began a round that much later than it should have; `next` is when it should begin the next one.
    pub fn late(&self, by: Duration, next: i64) {
        self.lateness.set(by.as_secs_f64());
        self.next_round.store(next, Ordering::Relaxed);
    }

    /// It is `now` (milliseconds UTC): a round that should have begun and has not is late by now.
    pub fn overdue(&self, now: i64) {
        let next = self.next_round.load(Ordering::Relaxed);
        let waited = Duration::from_millis(u64::try_from(now.saturating_sub(next)).unwrap_or(0));
        if next != 0 && waited.as_secs_f64() > self.lateness.get() {
            self.lateness.set(waited.as_secs_f64());
        }
    }

    /// A part is watched: its count begins at nought, so that its first fault is seen as a rise.
    pub fn watched(&self, part: &'static str) {
        drop(self.stuck.get_or_create(&[("part", part.into())]));
    }

    /// A part was found stuck, or was started anew once more because of it.
    pub fn stuck(&self, part: &'static str) {
        self.stuck.get_or_create(&[("part", part.into())]).inc();
    }

    /// How old each partner's list is, by the partner's name.
    pub fn lists(&self, ages: &[(String, Duration)]) {
        self.list_ages.clear();
        for (partner, age) in ages {
            let labels = [("partner", partner.clone().into())];
            self.list_ages.get_or_create(&labels).set(age.as_secs_f64());
        }
    }

    /// Everything as text. `backlog` is of this moment; without one, because the database does not answer, what it
    /// said last stands.
    pub fn show(&self, backlog: Option<&Backlog>) -> String {
        self.database.set(backlog.is_some().into());
        if let Some(backlog) = backlog {
            self.envelopes.set(backlog.envelopes);
            self.buried.set(backlog.buried);
            self.oldest_envelope.set(backlog.oldest_envelope.as_secs_f64());
            self.messages.set(backlog.messages);
            self.held.set(backlog.held);
            self.oldest_message.set(backlog.oldest_message.as_secs_f64());
            self.unconfirmed.set(backlog.unconfirmed);
            self.failed.set(backlog.failed);
        }
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => text,
            Err(error) => format!("# the meters cannot be written: {error}\n"),
        }
    }
}

/// What came from outside becomes a label only where it looks like a code: no id, no token, no sentence.
fn is_code(text: &str) -> bool {
    let status =
        text.strip_prefix("http_").is_some_and(|s| s.len() == 3 && s.bytes().all(|b| b.is_ascii_digit()));
    status || ((1..=48).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
}

impl Default for Meters {
    fn default() -> Self {
        Self::new(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_shown_under_a_name_that_says_its_unit() {
        let meters = Meters::new(true);
        meters.came(Came::Untrusted);
        meters.connected();
        meters.connected();
        meters.disconnected();
        meters.acknowledged(Duration::from_millis(2));
        meters.sent("partner", "chat.postMessage", "arrived");
        meters.sent("partner", "chat.postMessage", "arrived");
        meters.slack_refused("chat.postMessage", "ratelimited");
        meters.late(Duration::from_millis(1500), 60_000);
        meters.watched("worker");
        meters.watched("outbox");
        meters.stuck("worker");
        meters.lists(&[("globex".to_owned(), Duration::ZERO)]);
        meters.lists(&[("northwind".to_owned(), Duration::from_secs(86_400))]);
        let backlog = Backlog { envelopes: 3, oldest_envelope: Duration::from_secs(7), ..Backlog::default() };
        let text = meters.show(Some(&backlog));
        for line in [
            "tandem_came_total{outcome=\"untrusted\"} 1",
            "tandem_came_total{outcome=\"accepted\"} 0",
            "tandem_acknowledgement_seconds_bucket{le=\"0.0025\"} 1",
            "tandem_acknowledgement_seconds_bucket{le=\"0.001\"} 0",
            "tandem_sends_total{audience=\"partner\",method=\"chat.postMessage\",outcome=\"arrived\"} 2",
            "tandem_slack_errors_total{method=\"chat.postMessage\",code=\"ratelimited\"} 1",
            "tandem_schedule_lateness_seconds 1.5",
            "tandem_stuck_total{part=\"worker\"} 1",
            "tandem_stuck_total{part=\"outbox\"} 0",
            "tandem_socket_connections 1",
            "tandem_database_up 1",
            "tandem_inbox_open 3",
            "tandem_inbox_oldest_seconds 7.0",
            "tandem_outbox_unconfirmed 0",
            "tandem_list_age_seconds{partner=\"northwind\"} 86400.0",
            "# EOF",
        ] {
            assert!(text.lines().any(|l| l == line), "{line} is missing in\n{text}");
        }
        let text = meters.show(None);
        assert!(text.contains("tandem_database_up 0\n") && text.contains("tandem_inbox_open 3\n"), "{text}");
    }

    #[test]
    fn a_scheduler_that_hangs_is_later_with_every_look() {
        let meters = Meters::default();
        let shown = |now| {
            meters.overdue(now);
            let text = meters.show(None);
            let line = text.lines().find_map(|l| l.strip_prefix("tandem_schedule_lateness_seconds "));
            line.unwrap().parse::<f64>().unwrap()
        };
        assert_eq!(shown(90_000), 0.0, "it has not begun yet");
        meters.late(Duration::from_millis(500), 60_000);
        assert_eq!(shown(60_100), 0.5);
        assert_eq!(shown(90_000), 30.0);
        assert_eq!(shown(240_000), 180.0);
        meters.late(Duration::from_secs(181), 300_000);
        assert_eq!(shown(242_000), 181.0);
        meters.late(Duration::ZERO, 360_000);
        assert_eq!(shown(301_000), 0.0);
    }

    #[test]
    fn without_socket_mode_no_connection_is_missed() {
        let text = Meters::default().show(Some(&Backlog::default()));
        assert!(!text.lines().any(|line| line.starts_with("tandem_socket_connections")), "{text}");
    }

    #[test]
    fn what_slack_says_becomes_a_label_only_where_it_is_a_code() {
        let meters = Meters::default();
        for said in
            ["channel_not_found", "http_503", "xoxb-1-secret", "U0MAYA", "it said \"hello\"", "", "http_u0m"]
        {
            meters.slack_refused("chat.postMessage", said);
        }
        let text = meters.show(None);
        let errors: Vec<&str> = text.lines().filter(|l| l.starts_with("tandem_slack_errors_total")).collect();
        assert_eq!(errors.len(), 3, "{errors:?}");
        let other = "tandem_slack_errors_total{method=\"chat.postMessage\",code=\"other\"} 5";
        assert!(errors.contains(&other), "{errors:?}");
    }
}
