//! What is counted and timed for whoever watches from outside, in the Prometheus text format.
//!
//! What can be read from the database at the moment of asking (how long the oldest envelope waits, and the like) is
//! set by [`Meters::show`]; everything else is counted where it happens. Names carry no text of people and no id.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, LabelSetEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Upper bounds of the acknowledgement's histogram, in seconds; Slack waits three.
const ACKNOWLEDGED_WITHIN: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1.0, 2.0, 3.0];

type Seconds = Gauge<f64, AtomicU64>;

/// One label and its value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Label<const N: usize>([(&'static str, String); N]);

impl<const N: usize> EncodeLabelSet for Label<N> {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> Result<(), std::fmt::Error> {
        for label in &self.0 {
            prometheus_client::encoding::EncodeLabel::encode(label, encoder.encode_label())?;
        }
        Ok(())
    }
}

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
    /// How long the oldest unsent message has waited.
    pub oldest_message: Duration,
    /// Messages whose fate a person has to look up.
    pub unconfirmed: i64,
    /// Messages that Slack refused for good.
    pub failed: i64,
}

/// The meters of one process. Cloning shares them.
#[derive(Clone, Debug)]
pub struct Meters {
    registry: Arc<Registry>,
    acknowledgements: Histogram,
    sends: Family<Label<2>, Counter>,
    slack_errors: Family<Label<2>, Counter>,
    lateness: Seconds,
    stuck: Family<Label<1>, Counter>,
    connections: Gauge,
    envelopes: Gauge,
    buried: Gauge,
    oldest_envelope: Seconds,
    messages: Gauge,
    oldest_message: Seconds,
    unconfirmed: Gauge,
    failed: Gauge,
}

impl Default for Meters {
    fn default() -> Self {
        let mut meters = Self {
            registry: Arc::default(),
            acknowledgements: Histogram::new(ACKNOWLEDGED_WITHIN),
            sends: Family::default(),
            slack_errors: Family::default(),
            lateness: Seconds::default(),
            stuck: Family::default(),
            connections: Gauge::default(),
            envelopes: Gauge::default(),
            buried: Gauge::default(),
            oldest_envelope: Seconds::default(),
            messages: Gauge::default(),
            oldest_message: Seconds::default(),
            unconfirmed: Gauge::default(),
            failed: Gauge::default(),
        };
        meters.registry = Arc::new(meters.registered());
        meters
    }
}

impl Meters {
    fn registered(&self) -> Registry {
        let mut all = Registry::with_prefix("tandem");
        let seconds = || Unit::Seconds;
        all.register_with_unit(
            "acknowledgement",
            "From a request of Slack's to its acknowledgement",
            seconds(),
            self.acknowledgements.clone(),
        );
        all.register("sends", "Messages by audience and by what became of them", self.sends.clone());
        all.register("slack_errors", "Failed calls of Slack's Web API by method and code", self.slack_errors.clone());
        all.register_with_unit(
            "schedule_lateness",
            "How late the scheduler's last round began",
            seconds(),
            self.lateness.clone(),
        );
        all.register("stuck", "Parts that were found stuck and started anew", self.stuck.clone());
        all.register("socket_connections", "Socket Mode connections that are up", self.connections.clone());
        all.register("inbox_open", "Envelopes that are not handled yet", self.envelopes.clone());
        all.register("inbox_buried", "Envelopes that could not be handled", self.buried.clone());
        all.register_with_unit(
            "inbox_oldest",
            "How long the oldest unhandled envelope has waited",
            seconds(),
            self.oldest_envelope.clone(),
        );
        all.register("outbox_open", "Messages that are not sent yet", self.messages.clone());
        all.register_with_unit(
            "outbox_oldest",
            "How long the oldest unsent message has waited",
            seconds(),
            self.oldest_message.clone(),
        );
        all.register("outbox_unconfirmed", "Messages whose fate a person has to look up", self.unconfirmed.clone());
        all.register("outbox_failed", "Messages that Slack refused for good", self.failed.clone());
        all
    }

    /// An acknowledgement went out, so long after the request came in.
    pub fn acknowledged(&self, after: Duration) {
        self.acknowledgements.observe(after.as_secs_f64());
    }

    /// A message to `audience` (`internal`, `partner`) ended as `outcome` (`sent`, `later`, `unconfirmed` …).
    pub fn sent(&self, audience: &'static str, outcome: &'static str) {
        let labels = Label([("audience", audience.to_owned()), ("outcome", outcome.to_owned())]);
        self.sends.get_or_create(&labels).inc();
    }

    /// A call of `method` failed with Slack's code or one of ours (`timeout`, `http_503`).
    pub fn slack_refused(&self, method: &str, code: &str) {
        let labels = Label([("method", method.to_owned()), ("code", code.to_owned())]);
        self.slack_errors.get_or_create(&labels).inc();
    }

    /// The scheduler began a round that much later than it should have.
    pub fn late(&self, by: Duration) {
        self.lateness.set(by.as_secs_f64());
    }

    /// A part was found stuck.
    pub fn stuck(&self, part: &'static str) {
        self.stuck.get_or_create(&Label([("part", part.to_owned())])).inc();
    }

    /// Everything as text. `backlog` and `connections` are of this moment.
    pub fn show(&self, backlog: &Backlog, connections: u64) -> String {
        self.connections.set(i64::try_from(connections).unwrap_or(i64::MAX));
        self.envelopes.set(backlog.envelopes);
        self.buried.set(backlog.buried);
        self.oldest_envelope.set(backlog.oldest_envelope.as_secs_f64());
        self.messages.set(backlog.messages);
        self.oldest_message.set(backlog.oldest_message.as_secs_f64());
        self.unconfirmed.set(backlog.unconfirmed);
        self.failed.set(backlog.failed);
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => text,
            Err(error) => format!("# the meters cannot be written: {error}\n"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_shown_under_a_name_that_says_its_unit() {
        let meters = Meters::default();
        meters.acknowledged(Duration::from_millis(2));
        meters.sent("partner", "sent");
        meters.sent("partner", "sent");
        meters.slack_refused("chat.postMessage", "ratelimited");
        meters.late(Duration::from_millis(1500));
        meters.stuck("worker");
        let backlog = Backlog { envelopes: 3, oldest_envelope: Duration::from_secs(7), ..Backlog::default() };
        let text = meters.show(&backlog, 1);
        for line in [
            "tandem_acknowledgement_seconds_bucket{le=\"0.0025\"} 1",
            "tandem_acknowledgement_seconds_bucket{le=\"0.001\"} 0",
            "tandem_sends_total{audience=\"partner\",outcome=\"sent\"} 2",
            "tandem_slack_errors_total{method=\"chat.postMessage\",code=\"ratelimited\"} 1",
            "tandem_schedule_lateness_seconds 1.5",
            "tandem_stuck_total{part=\"worker\"} 1",
            "tandem_socket_connections 1",
            "tandem_inbox_open 3",
            "tandem_inbox_oldest_seconds 7.0",
            "tandem_outbox_unconfirmed 0",
            "# EOF",
        ] {
            assert!(text.lines().any(|l| l == line), "{line} is missing in\n{text}");
        }
    }
}
