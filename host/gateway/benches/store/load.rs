//! A load of signed callbacks over connections that are kept, and how long their answers took.
//!
//! It runs on one thread of this process: it signs a callback, writes it, and reads the answer. What that costs is
//! small beside what a server does for it, and the same for every server.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha2::Sha256;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::process::{WEBHOOK, WEBHOOK_KEY};

/// How long callbacks are sent before any is measured.
const WARM_UP: Duration = Duration::from_secs(1);
/// Sources are limited, so the callbacks come from as many, as a trusted proxy in front tells.
const SOURCES: u64 = 5_000;

/// When a connection sends the next callback.
#[derive(Clone, Copy)]
pub(crate) enum Pace {
    /// Once the one before is answered.
    Answered,
    /// So many a second over all connections. A callback that has to wait for the answer to the one before counts from
    /// when it should have been sent.
    PerSecond(f64),
}

/// What came of a load.
#[derive(Clone, Copy)]
pub(crate) struct Answers {
    pub(crate) per_second: f64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
}

/// Send callbacks to a server, which has to accept every one.
pub(crate) fn send(server: SocketAddr, connections: u32, pace: Pace, lasting: Duration) -> Answers {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let begun = Instant::now();
    let ends = begun + WARM_UP + lasting;
    let mut latencies = runtime.block_on(async {
        let mut sending = JoinSet::new();
        for number in 0..connections {
            let interval = match pace {
                Pace::Answered => None,
                Pace::PerSecond(rate) => {
                    Some(Duration::from_secs_f64(f64::from(connections) / rate))
                }
            };
            let first = begun + interval.unwrap_or_default() * number / connections;
            sending.spawn(connection(server, first, interval, begun + WARM_UP, ends));
        }
        sending.join_all().await.concat()
    });
    latencies.sort_unstable();
    let at = |part: f64| latencies[(latencies.len() as f64 * part) as usize];
    Answers {
        per_second: latencies.len() as f64 / lasting.as_secs_f64(),
        p50: at(0.5),
        p99: at(0.99),
    }
}

/// Send callbacks over one connection, at times of their own or one after the other. How long those took that were sent
/// while it is measured.
async fn connection(
    server: SocketAddr,
    first: Instant,
    interval: Option<Duration>,
    measured_from: Instant,
    ends: Instant,
) -> Vec<Duration> {
    let mut stream = TcpStream::connect(server).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut latencies = Vec::new();
    let mut due = first;
    loop {
        // The timer is coarse: a callback that it sent late counts from then.
        if interval.is_none() || due > Instant::now() {
            tokio::time::sleep_until(due.into()).await;
            due = due.max(Instant::now());
        }
        if due >= ends {
            return latencies;
        }
        let status = exchange(&mut stream, &callback()).await;
        assert_eq!(status, 200, "a callback was not accepted");
        if due >= measured_from {
            latencies.push(due.elapsed());
        }
        due = interval.map_or_else(Instant::now, |interval| due + interval);
    }
}

/// Send one callback over a connection of its own. Whether it was accepted.
pub(crate) fn is_accepted(server: SocketAddr) -> bool {
    use std::io::{Read as _, Write as _};
    let Ok(mut stream) = std::net::TcpStream::connect(server) else {
        return false;
    };
    let mut answer = [0; 12];
    stream.write_all(&callback()).is_ok()
        && stream.read_exact(&mut answer).is_ok()
        && answer.ends_with(b"200")
}

/// Write a request and read its answer, whose length it says itself. Returns the status.
async fn exchange(stream: &mut TcpStream, request: &[u8]) -> u16 {
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::with_capacity(1_024);
    loop {
        assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0, "closed");
        let text = std::str::from_utf8(&answer).unwrap();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_ascii_lowercase();
            let length = head.split("content-length: ").nth(1).unwrap();
            let length: usize = length.lines().next().unwrap().parse().unwrap();
            if body.len() == length {
                return head.split(' ').nth(1).unwrap().parse().unwrap();
            }
        }
    }
}

/// A request that reports a capture, with an id of its own.
fn callback() -> Vec<u8> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = now.unwrap().as_secs();
    let id = format!("msg_{}_{number:08}", std::process::id());
    let body = json!({"type": "payment.captured", "timestamp": "2026-11-29T12:00:00Z", "data": {
        "payment": format!("pay_{number:020}"), "change": format!("cap_{number:020}"),
        "reference": format!("{number:020}"), "amount": 1_234, "currency": "EUR"}});
    let body = body.to_string();
    let mut tag = Hmac::<Sha256>::new_from_slice(WEBHOOK_KEY).unwrap();
    tag.update(format!("{id}.{now}.{body}").as_bytes());
    let tag = STANDARD.encode(tag.finalize().into_bytes());
    let source = number % SOURCES;
    format!(
        "POST /callbacks/{WEBHOOK} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n\
         x-forwarded-for: 10.0.{}.{}\r\nwebhook-id: {id}\r\nwebhook-timestamp: {now}\r\nwebhook-signature: v1,{tag}\r\n\
         content-length: {}\r\n\r\n{body}",
        source / 250,
        source % 250,
        body.len(),
    )
    .into_bytes()
}
