//! One gateway: its configuration and the runtime it lives in.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;

use chargetap_contract::session::Policy;
use secrecy::SecretString;

use crate::apply::EngineError;
use crate::buckets::Buckets;
use crate::callbacks::PAYTER;
use crate::config::Config;
use crate::fleet::Records;
use crate::http::{Incoming, Method, Outcome};
use crate::journal;
use crate::local_time;
use crate::platform::Platform;
use crate::receipts::{ATTEMPT_EVERY, ATTEMPTS_AT_ONCE};
use crate::rest::{CALL_EVERY, CALLS_AT_ONCE};

/// What only the gateway may know.
#[derive(Debug)]
pub struct Secrets {
    /// The payment provider's API key.
    pub payter_key: SecretString,
}

/// A gateway at work. Clone-free and shared: every method takes `&self`.
pub struct Gateway<P> {
    pub(crate) platform: P,
    pub(crate) config: Config,
    pub(crate) secrets: Secrets,
    /// When this instance last looked for orphan holds, in Unix milliseconds.
    pub(crate) swept_at: AtomicU64,
    /// Terminals that this instance tends at this moment.
    pub(crate) tended: Mutex<BTreeSet<String>>,
    /// How often each source may call back.
    pub(crate) callback_sources: Buckets,
    /// How often a callback that does not count may have its terminal looked at.
    pub(crate) read_backs: Buckets,
    /// How often each source may look for a receipt, or ask for an invoice.
    pub(crate) receipt_sources: Buckets,
    /// How often each token may call, and each source without one.
    pub(crate) callers: Buckets,
    /// The fleet's records.
    pub(crate) records: Records,
    /// When this instance last looked for alerts, in Unix milliseconds.
    pub(crate) watched_at: AtomicU64,
    /// The first operator's token, until it was told.
    pub(crate) first_token: Mutex<Option<SecretString>>,
}

/// How long a command may be under way in another instance before it counts as abandoned, in
/// milliseconds: longer than any command takes.
const ABANDONED_AFTER: u64 = 90_000;

/// How many callbacks of one source are looked at at once, and how often another one, in milliseconds:
/// more than all terminals of a site cause together.
const CALLBACKS_AT_ONCE: u64 = 200;
const CALLBACK_EVERY: u64 = 20;
/// How many read-backs of one terminal, and how often another one, in milliseconds.
const READ_BACKS_AT_ONCE: u64 = 2;
const READ_BACK_EVERY: u64 = 30_000;

impl<P: Platform> Gateway<P> {
    /// Open the journal and make sure that every open session can go on.
    ///
    /// # Errors
    /// The database cannot be used, or a session is open at a terminal, or a receipt is due from an
    /// issuer, that the configuration no longer has.
    pub async fn open(platform: P, config: Config, secrets: Secrets) -> Result<Self, EngineError> {
        journal::migrate(&platform).await?;
        let fleet = journal::load_fleet(&platform).await?;
        let gateway = Self {
            platform,
            config,
            secrets,
            swept_at: AtomicU64::new(0),
            tended: Mutex::default(),
            callback_sources: Buckets::new(CALLBACKS_AT_ONCE, CALLBACK_EVERY),
            read_backs: Buckets::new(READ_BACKS_AT_ONCE, READ_BACK_EVERY),
            receipt_sources: Buckets::new(ATTEMPTS_AT_ONCE, ATTEMPT_EVERY),
            callers: Buckets::new(CALLS_AT_ONCE, CALL_EVERY),
            records: Records::new(fleet),
            watched_at: AtomicU64::new(0),
            first_token: Mutex::default(),
        };
        gateway.issue_first_token().await?;
        for terminal in journal::terminals_in_use(&gateway.platform).await? {
            gateway.terminal(&terminal)?;
        }
        for issuer in journal::issuers_in_use(&gateway.platform).await? {
            gateway.issuer_of_key(&issuer)?;
        }
        Ok(gateway)
    }

    /// The runtime.
    pub fn platform(&self) -> &P {
        &self.platform
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Take up what a gateway that died left behind: commands that were sent and whose outcome
    /// nobody is waiting for. To be called before the first [`Self::claim`], when no other
    /// instance uses the journal.
    ///
    /// # Errors
    /// The journal or a component failed.
    pub async fn recover(&self) -> Result<(), EngineError> {
        self.recover_sent_outside(0..0).await
    }

    /// What time alone brings about: deadlines, and commands whose executor died.
    ///
    /// # Errors
    /// The journal or a component failed; the rest is done at the next tick.
    pub async fn tick(&self) -> Result<(), EngineError> {
        self.reach_deadlines().await?;
        let now = self.platform.now();
        // What seems to have been sent in the future was sent before the clock was set back.
        let under_way = now.saturating_sub(ABANDONED_AFTER)..now.saturating_add(ABANDONED_AFTER);
        self.recover_sent_outside(under_way).await?;
        self.watch().await
    }

    /// Answer a request: callbacks, the REST interface, receipts and the two probes.
    pub async fn handle(&self, request: Incoming) -> Outcome {
        let path = request.path.clone();
        let path: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match (request.method, path.as_slice()) {
            (Some(Method::Post), ["callbacks", PAYTER, capability]) => {
                self.callback(PAYTER, capability, request).await
            }
            (Some(Method::Post), ["callbacks", webhook]) if *webhook != PAYTER => {
                self.callback(webhook, "", request).await
            }
            (_, ["api", "v1", ..]) => self.rest(&request).await,
            (Some(method @ (Method::Get | Method::Post)), ["receipts"]) => {
                self.find_receipt(&request, method == Method::Post).await
            }
            (Some(Method::Get), ["receipts", id]) => self.receipt(id, &request).await,
            (Some(method @ (Method::Get | Method::Post)), ["receipts", id, "invoice"]) => {
                self.invoice(id, &request, method == Method::Post).await
            }
            (Some(Method::Get), ["healthz"]) => Outcome::text(200, "ok"),
            (Some(Method::Get), ["readyz"]) => match journal::ping(&self.platform).await {
                Ok(()) => Outcome::text(200, "ready"),
                Err(error) => {
                    tracing::error!(%error, "not ready");
                    Outcome::text(503, "not ready: the journal cannot be used")
                }
            },
            (
                _,
                ["callbacks", PAYTER, _]
                | ["callbacks" | "receipts", _]
                | ["receipts", _, "invoice"]
                | ["receipts" | "healthz" | "readyz"],
            ) => Outcome::text(405, "method not allowed"),
            _ => Outcome::text(404, "not found"),
        }
    }

    /// A terminal's policy at a moment.
    pub(crate) fn policy(&self, serial: &str, now: u64) -> Result<Policy, EngineError> {
        Ok(Policy {
            utc_offsets: local_time::utc_offsets(&self.config.time_zone, now),
            ..self.terminal(serial)?.policy.clone()
        })
    }

    pub(crate) fn terminal(&self, serial: &str) -> Result<&crate::config::Terminal, EngineError> {
        self.config
            .terminals
            .get(serial)
            .ok_or_else(|| EngineError::UnknownTerminal(serial.to_owned()))
    }
}
