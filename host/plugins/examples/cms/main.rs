//! A charge point management system (CMS) that runs card sessions on a database of its own, with nothing of Chargetap
//! but the three components. It is to be copied from.
//!
//! `cargo run --package chargetap-plugins --example cms -- FOLDER` lets one driver charge, and writes the receipt into
//! the folder. It can be killed at any moment: the next run goes on where it was.
//!
//! A host owes the components three things, each marked below:
//!
//! 1. Event, dedupe key, state, commands and deadline are stored in one transaction, and only then is the event
//!    acknowledged.
//! 2. Every command is executed, and is on record as sent before it is sent. Its outcome is an event; if nobody knows
//!    it, it is `unknown`, and only the next step says whether it is sent again.
//! 3. A deadline that has passed is an event.

mod outside;

use std::path::{Path, PathBuf};

use chargetap_plugins::contract::callback::{
    CallbackEvent, Capability, Endpoint, KeyInfo, Request, Scheme,
};
use chargetap_plugins::contract::money::{Dimension, PriceComponent, Tariff, TariffElement};
use chargetap_plugins::contract::receipt::{Document, Format, Issuer, Site, Subject};
use chargetap_plugins::contract::session::{
    Action, CommandResult, Event, Evse, LookUp, Outcome, Policy, Refusal, Tap,
};
use chargetap_plugins::contract::terminal::TerminalEvent;
use chargetap_plugins::{Components, Plugins, Trust};
use rusqlite::{Connection, OptionalExtension, params};

use crate::outside::Outside;

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
/// When the driver shows the card, in milliseconds since 1970. Time passes in this example as its events do.
const TAPPED_AT: u64 = 1_767_268_800_000;
const TERMINAL: &str = "P66-0001";

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS session (id TEXT PRIMARY KEY, state BLOB NOT NULL, now INTEGER NOT NULL,
        deadline INTEGER, payment TEXT);
    CREATE TABLE IF NOT EXISTS event (number INTEGER PRIMARY KEY, session TEXT NOT NULL, event TEXT NOT NULL,
        dedupe_key TEXT UNIQUE);
    CREATE TABLE IF NOT EXISTS command (number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, session TEXT NOT NULL,
        action TEXT NOT NULL, stage TEXT NOT NULL);
";

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let folder: PathBuf = std::env::args_os()
        .nth(1)
        .ok_or("usage: cms FOLDER")?
        .into();
    let dies_after = std::env::var("CMS_DIES_AFTER").ok();
    let dies_after = dies_after.map(|messages| messages.parse()).transpose()?;
    let outside = Outside::open(&folder.join("outside.db"), dies_after)?;
    let mut cms = Cms::open(&folder, outside)?;
    cms.run()
}

struct Cms {
    folder: PathBuf,
    plugins: Plugins,
    database: Connection,
    outside: Outside,
}

/// An event, and what makes it the same when it comes again.
struct Incoming<'a> {
    session: &'a str,
    event: Event,
    dedupe_key: Option<&'a str>,
    /// The command whose outcome it is.
    command: Option<&'a str>,
}

impl Cms {
    fn open(folder: &Path, outside: Outside) -> Result<Self> {
        let database = Connection::open(folder.join("cms.db"))?;
        database.execute_batch(SCHEMA)?;
        let endpoint = Endpoint {
            id: "payter".into(),
            scheme: Scheme::CapabilityUrl,
            tolerance: None,
        };
        let key = KeyInfo {
            id: "2026".into(),
            not_before: None,
            not_after: None,
        };
        let secret = "an example's key of at least 32 bytes".into();
        let components = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/components");
        let plugins = Plugins::load(
            &components,
            &Trust::Unsigned, // they were just built here
            &components.join("../components-cache"),
            vec![(endpoint, vec![(key, secret)])],
        )?;
        Ok(Self {
            folder: folder.to_owned(),
            plugins,
            database,
            outside,
        })
    }

    /// Do what is to be done, until nothing is left.
    fn run(&mut self) -> Result<()> {
        self.take_up_sent()?;
        // A real CMS arms its terminals all the time, each under an id that was never used.
        let capability = Capability {
            terminal: TERMINAL.into(),
            read: "0123456789ABCDEFGHJK".into(),
            expires_at: TAPPED_AT + MINUTE,
        };
        let segment = self.plugins.mint("payter", &capability)?;
        self.outside
            .show_card(&segment.ok_or("no capability URLs")?)?;
        while self.take_callback()?
            || self.execute_next()?
            || self.take_report()?
            || self.pass_deadline()?
        {}
        Ok(())
    }

    /// Duty 1: one transaction, and only then is the event acknowledged. An event that came before changes nothing.
    /// Returns whether a step was made.
    fn apply(&mut self, incoming: Incoming<'_>) -> Result<bool> {
        let Incoming {
            session,
            event,
            dedupe_key,
            command,
        } = incoming;
        let transaction = self.database.transaction()?;
        let added = transaction.execute(
            "INSERT INTO event (session, event, dedupe_key) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            params![session, serde_json::to_string(&event)?, dedupe_key],
        )?;
        if added == 0 {
            return Ok(false);
        }
        let stored = transaction
            .query_row(
                "SELECT state, now, deadline FROM session WHERE id = ?1",
                [session],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .optional()?;
        let stored: Option<(Vec<u8>, i64, Option<i64>)> = stored;
        let (state, before, deadline) = match stored {
            Some((state, before, deadline)) => (Some(state), moment(before), deadline.map(moment)),
            None => (None, TAPPED_AT, None),
        };
        let now = match &event {
            Event::DeadlineReached(_) => deadline.unwrap_or_default().max(before),
            Event::ChargingStopped(stopped) => stopped.at.max(before),
            _ => before + SECOND,
        };
        let decided = self
            .plugins
            .step(&policy(), state.as_deref(), &event, now)?;
        // An older component may be in its place: the event has to be told again once the state can be read.
        if let Err(Refusal::UnknownStateVersion(_) | Refusal::MalformedState(_)) = &decided {
            return Err(format!("{session}: its state cannot be read: {decided:?}").into());
        }
        let is_decided = decided.is_ok();
        // Any other refusal changes nothing: the event does not apply, or not any more.
        if let Ok(decision) = decided {
            transaction.execute(
                "INSERT INTO session (id, state, now, deadline, payment) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET state = ?2, now = ?3, deadline = ?4, payment = ?5",
                params![
                    session,
                    decision.state,
                    now.cast_signed(),
                    decision.deadline.map(u64::cast_signed),
                    decision.view.hold.map(|hold| hold.payment)
                ],
            )?;
            for command in decision.commands {
                // One with an id that was there before takes its place, and is done once more.
                transaction.execute(
                    "INSERT OR REPLACE INTO command (id, session, action, stage) VALUES (?1, ?2, ?3, 'new')",
                    params![command.id, session, serde_json::to_string(&command.action)?],
                )?;
            }
        }
        if let Some(id) = command {
            // Unless the step asked for it once more.
            transaction.execute(
                "UPDATE command SET stage = 'done' WHERE id = ?1 AND stage = 'sent'",
                [id],
            )?;
        }
        transaction.commit()?;
        Ok(is_decided)
    }

    /// Take the callback that the provider posts, if it posts one.
    fn take_callback(&mut self) -> Result<bool> {
        let Some(segment) = self.outside.callback()? else {
            return Ok(false);
        };
        let body = format!(
            r#"{{"serialNumber":"{TERMINAL}","cardId":"c4a760a8","maskedPan":"************0042"}}"#
        );
        let request = Request {
            endpoint: "payter".into(),
            target_uri: format!("https://cms.example/callbacks/payter/{segment}"),
            capability: segment,
            method: "POST".into(),
            headers: vec![("content-type".into(), b"application/json".to_vec())],
            body: body.into_bytes(),
            received_at: Some(TAPPED_AT),
        };
        let verified = match self.plugins.verify(&request)? {
            Ok(verified) => verified,
            Err(why) => {
                // The answer is 401, and it is not asked for again.
                println!("a callback is refused: {why:?}");
                self.outside.acknowledge_callback()?;
                return Ok(true);
            }
        };
        for verified in verified {
            let CallbackEvent::Terminal(TerminalEvent::CardRead(read)) = verified.event else {
                continue;
            };
            let session = read.read.clone();
            let evse = Evse {
                station: "CT-1".into(),
                connector: 1,
            };
            self.apply(Incoming {
                session: &session,
                event: Event::CardPresented(Tap {
                    read,
                    evse: Some(evse),
                    told_price: None,
                }),
                dedupe_key: verified.dedupe_key.as_deref(),
                command: None,
            })?;
        }
        self.outside.acknowledge_callback()?;
        Ok(true)
    }

    /// Take what the station tells, if it tells something.
    fn take_report(&mut self) -> Result<bool> {
        let Some(report) = self.outside.report()? else {
            return Ok(false);
        };
        self.apply(Incoming {
            session: &report.session,
            event: report.event,
            dedupe_key: Some(&format!("station CT-1, report {}", report.id)),
            command: None,
        })?;
        self.outside.acknowledge_report(report.id)?;
        Ok(true)
    }

    /// Duty 2: on record as sent before it is sent.
    fn execute_next(&mut self) -> Result<bool> {
        let transaction = self.database.transaction()?;
        let next = transaction
            .query_row(
                "UPDATE command SET stage = 'sent'
                 WHERE number = (SELECT min(number) FROM command WHERE stage = 'new')
                 RETURNING id, session, action",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .optional()?;
        transaction.commit()?;
        let next: Option<(String, String, String)> = next;
        let Some((id, session, action)) = next else {
            return Ok(false);
        };
        match self.execute(&session, serde_json::from_str(&action)?)? {
            Some(result) => self.ended(&session, &id, result)?,
            None => {
                let done = "UPDATE command SET stage = 'done' WHERE id = ?1";
                self.database.execute(done, [&id])?;
            }
        }
        Ok(true)
    }

    /// Do what a command asks for. Returns how it ended, unless it is the CMS's own affair.
    fn execute(&mut self, session: &str, action: Action) -> Result<Option<CommandResult>> {
        Ok(match action {
            Action::LookUp(look_up) => Some(self.look_up(session, &look_up)?),
            Action::Authorise(authorise) => Some(self.outside.authorise(&authorise)?),
            Action::Capture(capture) => Some(self.outside.capture(&capture)?),
            Action::Cancel(cancel) => Some(self.outside.cancel(&cancel.target.payment)?),
            Action::StartCharging(start) => {
                let now = self.now(session)?;
                Some(self.outside.start(&start.evse, &start.id_tag, now)?)
            }
            Action::StopCharging(evse) => Some(self.outside.stop(&evse, session)?),
            Action::IssueReceipt(subject) => {
                self.write_receipt(session, subject)?;
                None
            }
            Action::ShowMessage(show) => {
                let text = self.plugins.screen_text(&show.message, "en")?;
                println!("the terminal shows: {}", text.unwrap_or_default());
                None
            }
            Action::RaiseAlert(alert) => {
                println!("somebody must see to it: {}", alert.next_action);
                None
            }
        })
    }

    /// The holds that are open at a terminal and that no other session has, or the one that is asked about.
    fn look_up(&mut self, session: &str, look_up: &LookUp) -> Result<CommandResult> {
        let mut holds = self.outside.open_holds(&look_up.terminal)?;
        if let Some(payment) = &look_up.payment {
            holds.retain(|hold| hold.payment == *payment);
        }
        let query = "SELECT 1 FROM session WHERE payment = ?1 AND id <> ?2";
        let mut of_others = self.database.prepare(query)?;
        let mut left = Vec::new();
        for hold in holds {
            if !of_others.exists(params![hold.payment, session])? {
                left.push(hold);
            }
        }
        Ok(CommandResult::OpenHolds(left))
    }

    fn ended(&mut self, session: &str, command: &str, result: CommandResult) -> Result<()> {
        let outcome = Outcome {
            command: command.to_owned(),
            result,
        };
        self.apply(Incoming {
            session,
            event: Event::CommandEnded(outcome),
            dedupe_key: None,
            command: Some(command),
        })?;
        Ok(())
    }

    /// Duty 2, at the start: nobody knows what became of a command that is on record as sent. What is the CMS's own
    /// affair is done again.
    fn take_up_sent(&mut self) -> Result<()> {
        let sent = {
            let query = "SELECT id, session, action FROM command WHERE stage = 'sent'";
            let mut statement = self.database.prepare(query)?;
            let rows = statement.query_map([], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?))
            })?;
            rows.collect::<rusqlite::Result<Vec<(String, String, String)>>>()?
        };
        for (id, session, action) in sent {
            match serde_json::from_str(&action)? {
                Action::ShowMessage(_) | Action::IssueReceipt(_) | Action::RaiseAlert(_) => {
                    let again = "UPDATE command SET stage = 'new' WHERE id = ?1";
                    self.database.execute(again, [&id])?;
                }
                _ => self.ended(&session, &id, CommandResult::Unknown)?,
            }
        }
        Ok(())
    }

    /// Duty 3: nothing else happens any more, so time passes until the next deadline.
    fn pass_deadline(&mut self) -> Result<bool> {
        let query = "SELECT id FROM session WHERE deadline IS NOT NULL ORDER BY deadline LIMIT 1";
        let next = self.database.query_row(query, [], |row| row.get(0));
        let Some(session): Option<String> = next.optional()? else {
            return Ok(false);
        };
        let is_decided = self.apply(Incoming {
            session: &session,
            // The station has been connected all the time.
            event: Event::DeadlineReached(Some(MINUTE)),
            dedupe_key: None,
            command: None,
        })?;
        if !is_decided {
            return Err(format!("{session}: its deadline is refused").into());
        }
        Ok(true)
    }

    /// When the session's last event was.
    fn now(&self, session: &str) -> Result<u64> {
        let query = "SELECT now FROM session WHERE id = ?1";
        let now = self
            .database
            .query_row(query, [session], |row| row.get(0))?;
        Ok(moment(now))
    }

    /// The receipt is the same file however often it is written.
    fn write_receipt(&self, session: &str, subject: Subject) -> Result<()> {
        let issued_at = self.now(session)?;
        let document = Document {
            id: format!("R-{session}"),
            number: Some("L-1".into()),
            issued_at,
            issuer: Issuer {
                name: "Laddbolaget AB".into(),
                address: "Storgatan 1, 111 22 Stockholm, Sweden".into(),
                vat_number: "SE556677889901".into(),
                contact: "help@laddbolaget.example".into(),
            },
            site: Site {
                name: "Stora Torget".into(),
                address: "Torget 2, 111 23 Stockholm, Sweden".into(),
                time_zone: "Europe/Stockholm".into(),
            },
            evse_id: None,
            subject,
            original: None,
            slip: None,
            tariff: None,
            measurement: None,
            link: None,
            code: None,
            refunded: None,
        };
        let rendered = self.plugins.render(&document, Format::Text(40), "en")?;
        let rendered = rendered.map_err(|why| format!("{why:?}"))?;
        std::fs::write(self.folder.join("receipt.txt"), rendered.body)?;
        Ok(())
    }
}

/// Milliseconds since 1970, as SQLite has them.
fn moment(stored: i64) -> u64 {
    stored.cast_unsigned()
}

/// What the operator decided: 0.49 EUR for a kilowatt-hour, and 25 % VAT on top.
fn policy() -> Policy {
    Policy {
        tariff: Tariff {
            currency: "EUR".into(),
            tax_included: false,
            elements: vec![TariffElement {
                components: vec![PriceComponent {
                    dimension: Dimension::Energy,
                    price: 49_000,
                    vat_rate: Some(2_500),
                    step_size: 1,
                }],
                restrictions: vec![],
            }],
            min_price: None,
            max_price: None,
            preauthorize_amount: None,
        },
        utc_offsets: vec![],
        currency_decimals: 2,
        minimum_capture: 50,
        authorise_timeout: MINUTE,
        plug_in_timeout: 5 * MINUTE,
        maximum_duration: 24 * 60 * MINUTE,
        hold_lifetime: 7 * 24 * 60 * MINUTE,
        stop_timeout: 2 * MINUTE,
        offline_timeout: 60 * MINUTE,
        maximum_power: 500_000,
    }
}
