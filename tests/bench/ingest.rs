//! How fast signed Slack events become durable: `cargo bench --bench ingest`.
//!
//! It starts the release build of `tandem serve` on an empty SQLite folder, with a Slack Web API of its own that
//! answers every call with `ok`, and posts signed `message` events over kept-alive HTTP/1.1 connections. It shares
//! no code with the product: it signs, speaks HTTP and reads `/proc` by itself. The answer to an event is counted
//! only when it is 200, which the product gives after the commit. The generator runs on one thread of the same machine.
#![allow(clippy::print_stdout)]

mod http;
mod memory;
mod product;
mod slack_stub;

use std::cell::Cell;
use std::error::Error;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use clap::Parser;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use product::Product;

type Failure = Box<dyn Error>;

/// Measures the intake of signed events and prints a table in Markdown.
#[derive(Parser)]
struct Options {
    /// Events at each concurrency.
    #[arg(long, default_value_t = 60_000)]
    events: usize,
    /// How many requests are in flight.
    #[arg(long, value_delimiter = ',', default_value = "1,16,64")]
    concurrency: Vec<usize>,
    /// SQLite's `synchronous` settings to measure.
    #[arg(long, value_delimiter = ',', default_value = "full,normal")]
    synchronous: Vec<String>,
    /// One event in this many is sent a second time, as Slack's retries are.
    #[arg(long, default_value_t = 20)]
    duplicate_each: usize,
    /// The program to measure; the build that belongs to this one by default.
    #[arg(long)]
    binary: Option<std::path::PathBuf>,
    /// Given by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<(), Failure> {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio::task::LocalSet::new().block_on(&runtime, measure(&options))
}

async fn measure(options: &Options) -> Result<(), Failure> {
    let slack = slack_stub::start().await?;
    println!("| synchronous | in flight | events | events/s | p50 ms | p99 ms | max ms | RSS peak MB |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    let mut closing = Vec::new();
    for synchronous in &options.synchronous {
        let mut product = Product::prepare(options.binary.as_deref(), slack, synchronous)?;
        product.start().await?;
        product.stop().await?;
        // Again on the database that is there now: that is the start that counts.
        let start_up = product.start().await?;
        let idle = product.memory("VmRSS")?;
        let mut sent = 0;
        for (round, &in_flight) in options.concurrency.iter().enumerate() {
            let requests = requests(options, round, product.address)?;
            let events = requests.len();
            let run = run(product.address, requests, in_flight).await?;
            sent += events - events / (options.duplicate_each + 1);
            println!(
                "| {synchronous} | {in_flight} | {events} | {:.0} | {:.2} | {:.2} | {:.2} | {:.1} |",
                events as f64 / run.took.as_secs_f64(),
                run.percentile(50),
                run.percentile(99),
                run.percentile(100),
                product.memory("VmHWM")?,
            );
        }
        closing.push(format!(
            "synchronous={synchronous}: starts in {} ms with an existing database, {idle:.1} MB idle; {}.",
            start_up.as_millis(),
            match product.stored_envelopes().await? {
                Some(stored) => format!("{stored} envelopes stored of {sent} sent once or more"),
                None => "the stored envelopes were not counted".to_owned(),
            },
        ));
        product.stop().await?;
    }
    println!();
    closing.iter().for_each(|line| println!("{line}"));
    Ok(())
}

/// What one round gave.
struct Run {
    took: Duration,
    /// Sorted.
    latencies: Vec<Duration>,
}

impl Run {
    /// In milliseconds.
    fn percentile(&self, percent: usize) -> f64 {
        let at = (self.latencies.len() * percent / 100).min(self.latencies.len() - 1);
        self.latencies[at].as_secs_f64() * 1_000.0
    }
}

/// Sends every request once over `in_flight` connections, each with one request under way at a time.
async fn run(address: SocketAddr, requests: Vec<Vec<u8>>, in_flight: usize) -> Result<Run, Failure> {
    let requests = Rc::new(requests);
    let next = Rc::new(Cell::new(0));
    let mut connections = Vec::new();
    for _ in 0..in_flight {
        connections.push(http::Connection::open(address).await?);
    }
    let started = Instant::now();
    let workers: Vec<_> = connections
        .into_iter()
        .map(|mut connection| {
            let (requests, next) = (Rc::clone(&requests), Rc::clone(&next));
            tokio::task::spawn_local(async move {
                let mut latencies = Vec::new();
                while let Some(request) = requests.get(next.replace(next.get() + 1)) {
                    let sent = Instant::now();
                    let status = connection.exchange(request).await.map_err(|e| e.to_string())?;
                    if status != 200 {
                        return Err(format!("an event was answered with {status}"));
                    }
                    latencies.push(sent.elapsed());
                }
                Ok(latencies)
            })
        })
        .collect();
    let mut latencies = Vec::with_capacity(requests.len());
    for worker in workers {
        latencies.extend(worker.await??);
    }
    let took = started.elapsed();
    latencies.sort_unstable();
    Ok(Run { took, latencies })
}

/// Whole signed HTTP requests, ready for the wire; a duplicate follows 40 requests after its original.
fn requests(options: &Options, round: usize, address: SocketAddr) -> Result<Vec<Vec<u8>>, Failure> {
    let now = unix_seconds();
    let mut requests = Vec::with_capacity(options.events + options.events / options.duplicate_each + 1);
    for number in 0..options.events {
        requests.push(request(&event(round, number, now), now, address)?);
        if number % options.duplicate_each == options.duplicate_each - 1 {
            let original = requests[requests.len().saturating_sub(40)].clone();
            requests.push(original);
        }
    }
    Ok(requests)
}

fn event(round: usize, number: usize, now: u64) -> String {
    serde_json::json!({
        "token": "ignored", "team_id": "T0MERIDIAN", "api_app_id": "A0TANDEM", "type": "event_callback",
        "event_id": format!("Ev{round:02}{number:08}"), "event_time": now,
        "authorizations": [{"team_id": "T0MERIDIAN", "user_id": "U0TANDEM", "is_bot": true,
            "is_enterprise_install": false}],
        "event": {"type": "message", "channel": "C0GENERAL", "channel_type": "channel", "user": "U0OMAR",
            "team": "T0MERIDIAN", "ts": format!("{now}.{number:06}"), "event_ts": format!("{now}.{number:06}"),
            "text": format!("Lunch at noon for table {number}, who comes?"),
            "client_msg_id": format!("00000000-0000-4000-8000-{number:012}")},
    })
    .to_string()
}

fn request(body: &str, now: u64, address: SocketAddr) -> Result<Vec<u8>, Failure> {
    let mut mac = Hmac::<Sha256>::new_from_slice(product::SIGNING_SECRET.as_bytes())?;
    mac.update(format!("v0:{now}:{body}").as_bytes());
    let signature = hex::encode(mac.finalize().into_bytes());
    Ok(format!(
        "POST /slack/events HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         X-Slack-Request-Timestamp: {now}\r\nX-Slack-Signature: v0={signature}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes())
}

/// Slack refuses nothing here, but the product refuses a signature that is not of these minutes.
#[allow(clippy::disallowed_methods)]
fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
