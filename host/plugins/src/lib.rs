//! The three Chargetap components in wasmtime: load, check, limit, pool, call.
//!
//! [`Plugins`] is all that a host in Rust needs to call them. It knows no HTTP, no database and no
//! charging station. A component that imports a function is refused, so a plugin can do nothing but
//! compute; a call that traps, or takes more than the [limits](#limits), costs its instance and nothing else.
//!
//! Components decide about money, so a host says whose it takes ([`Trust`]): those of a [`bundle`] that was signed
//! with a key it knows, or any. What is unsigned, altered or signed by somebody else is refused before it is
//! compiled, and so is what has another version of the contract. What was compiled is kept in a folder, and taken
//! from there only if this host wrote it.
//!
//! # Limits
//!
//! What a component is and does is bounded before it can do harm, and who calls it learns what happened. An instance
//! that failed is thrown away. If it had been used before, the call is made once more on a new one: the same
//! arguments give the same answer.
//!
//! | what | at most | otherwise |
//! |---|---|---|
//! | a call, with all that follows its answer | 500 ms | [`FaultCause::Time`] |
//! | making an instance for it, where none is idle | another 500 ms | [`FaultCause::Time`] |
//! | memory of an instance | 16 MiB, and 20,000 elements in each of 4 tables | [`FaultCause::Memory`] |
//! | stack of a call | 512 KiB | [`FaultCause::Stack`] |
//! | an answer, in bytes that it takes in the host | 4 MiB | [`FaultCause::Output`] |
//! | resources of an instance | 100 | [`FaultCause::Trap`] |
//! | calls of one component at once | 20 | [`FaultCause::Busy`] |
//! | the reason of a trap | 1,000 characters on one line | cut off |
//! | a component's file | 8 MiB | [`Flaw::TooLarge`] |
//! | code of one function | 128 KiB, or less if it has many variables | [`Flaw::TooComplex`] |
//! | parameters and results of a function | 100 | [`Flaw::TooComplex`] |
//! | components instantiated in a component | 10 | [`Flaw::TooComplex`] |
//! | core modules instantiated in it; memories of these | 8; 1 | [`LoadError::Unusable`] |
//!
//! Each of the three components has its own 20 calls, so one whose calls never end takes none from the others. The
//! thread that calls is held up for as long as a call may take, and its stack must have room for the component's:
//! call from threads that nothing else waits for, so many at once and no more, and let nothing that moves money wait
//! behind a page.
//!
//! # Example
//!
//! A card is reported, the session goes from tap to settled, and its receipt is rendered. The functions
//! are those of the contract, whose types are in [`contract`].
//!
//! ```
//! use std::path::Path;
//!
//! use chargetap_plugins::contract::callback::{
//!     CallbackEvent, Capability, Endpoint, KeyInfo, Request, Scheme,
//! };
//! use chargetap_plugins::contract::money::{Dimension, PriceComponent, Tariff, TariffElement};
//! use chargetap_plugins::contract::receipt::{Document, Format, Issuer, Site, Subject};
//! use chargetap_plugins::contract::session::{
//!     Action, CommandResult, Event, Evse, MeterReading, Outcome, Phase, Policy, Stopped, Tap,
//! };
//! use chargetap_plugins::contract::terminal::{Hold, TerminalEvent};
//! use chargetap_plugins::{Components, Plugins, Trust};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))?;
//! const MINUTE: u64 = 60_000;
//! let tapped_at = 1_767_268_800_000; // milliseconds since 1970
//!
//! // Load the components, and the key of callback URLs.
//! let folder = Path::new("target/components");
//! let endpoint = Endpoint { id: "payter".into(), scheme: Scheme::CapabilityUrl, tolerance: None };
//! let key = KeyInfo { id: "2026".into(), not_before: None, not_after: None };
//! let secret = "an example's key of at least 32 bytes".into();
//! let trust = Trust::Unsigned; // they were just built
//! let endpoints = vec![(endpoint, vec![(key, secret)])];
//! let plugins = Plugins::load(folder, &trust, Path::new("target/components-cache"), endpoints)?;
//!
//! // Mint the URL to which the terminal reports one card, and verify the callback that comes.
//! let capability = Capability {
//!     terminal: "P66-0001".into(),
//!     read: "0123456789ABCDEFGHJK".into(), // the arming id: unguessable, at most 20 characters
//!     expires_at: tapped_at + MINUTE,
//! };
//! let segment = plugins.mint("payter", &capability)?.ok_or("no capability URLs")?;
//! let callback = Request {
//!     endpoint: "payter".into(),
//!     target_uri: format!("https://cms.example/callbacks/payter/{segment}"),
//!     capability: segment,
//!     method: "POST".into(),
//!     headers: vec![("content-type".into(), b"application/json".to_vec())],
//!     body: br#"{"serialNumber":"P66-0001","cardId":"c4a760a8","maskedPan":"************0042"}"#.to_vec(),
//!     received_at: Some(tapped_at),
//! };
//! let verified = plugins.verify(&callback)?.map_err(|why| format!("{why:?}"))?;
//! let Some(CallbackEvent::Terminal(TerminalEvent::CardRead(read))) =
//!     verified.into_iter().next().map(|it| it.event)
//! else {
//!     return Err("not a card".into());
//! };
//!
//! // Step the session. A host stores event, state, commands and deadline in one transaction, executes
//! // each command, and hands its outcome back as the next event.
//! let policy = Policy {
//!     tariff: Tariff {
//!         currency: "EUR".into(),
//!         tax_included: false,
//!         elements: vec![TariffElement {
//!             components: vec![PriceComponent {
//!                 dimension: Dimension::Energy,
//!                 price: 49_000, // thousandths of a cent for a kWh
//!                 vat_rate: Some(2_500),
//!                 step_size: 1,
//!             }],
//!             restrictions: vec![],
//!         }],
//!         min_price: None,
//!         max_price: None,
//!         preauthorize_amount: None,
//!     },
//!     utc_offsets: vec![],
//!     currency_decimals: 2,
//!     minimum_capture: 50,
//!     authorise_timeout: MINUTE,
//!     plug_in_timeout: 5 * MINUTE,
//!     maximum_duration: 24 * 60 * MINUTE,
//!     hold_lifetime: 7 * 24 * 60 * MINUTE,
//!     stop_timeout: 2 * MINUTE,
//!     offline_timeout: 60 * 60_000,
//!     maximum_power: 500_000,
//! };
//! let evse = Evse { station: "CT-1".into(), connector: 1 };
//! let mut events = vec![Event::CardPresented(Tap { read, evse: Some(evse), told_price: None })];
//! let (mut state, mut now, mut phase, mut summary) = (None, tapped_at, Phase::Authorising, None);
//! while let Some(event) = events.pop() {
//!     let decision = plugins
//!         .step(&policy, state.as_deref(), &event, now)?
//!         .map_err(|why| format!("{why:?}"))?;
//!     (state, phase) = (Some(decision.state), decision.view.phase);
//!     now += MINUTE;
//!     for command in decision.commands {
//!         let result = match command.action {
//!             Action::LookUp(_) => CommandResult::OpenHolds(vec![]),
//!             Action::Authorise(_) => {
//!                 CommandResult::Authorised(Hold { payment: "pay-1".into(), amount: 5_000 })
//!             }
//!             Action::StartCharging(_) => {
//!                 // The station starts, and stops 10 kWh and some minutes later.
//!                 events.push(Event::ChargingStopped(Stopped {
//!                     at: now + 12 * MINUTE,
//!                     energy: Some(22_345),
//!                     reason: "Local".into(),
//!                 }));
//!                 let start = MeterReading { energy: 12_345, at: now };
//!                 events.push(Event::ChargingStarted(start));
//!                 now += 20 * MINUTE;
//!                 continue;
//!             }
//!             Action::Capture(capture) => {
//!                 assert_eq!(capture.amount, 613); // 10 kWh at 0.49, with 25 % VAT
//!                 CommandResult::Done
//!             }
//!             Action::IssueReceipt(Subject::Session(it)) => {
//!                 summary = Some(it);
//!                 continue;
//!             }
//!             _ => continue, // texts for the screen
//!         };
//!         events.push(Event::CommandEnded(Outcome { command: command.id, result }));
//!     }
//! }
//! assert_eq!(phase, Phase::Settled);
//!
//! // Render the receipt.
//! let summary = summary.ok_or("no receipt")?;
//! let document = Document {
//!     id: "K7MV42N5SHZEB5VRSGTN70G9P".into(),
//!     number: Some("L-1".into()),
//!     issued_at: summary.settled_at,
//!     issuer: Issuer {
//!         name: "Laddbolaget AB".into(),
//!         address: "Storgatan 1, 111 22 Stockholm, Sweden".into(),
//!         vat_number: "SE556677889901".into(),
//!         contact: "help@laddbolaget.example".into(),
//!     },
//!     site: Site {
//!         name: "Stora Torget".into(),
//!         address: "Torget 2, 111 23 Stockholm, Sweden".into(),
//!         time_zone: "Europe/Stockholm".into(),
//!     },
//!     evse_id: None,
//!     subject: Subject::Session(summary),
//!     original: None,
//!     slip: None,
//!     tariff: None,
//!     measurement: None,
//!     link: None,
//!     code: None,
//!     refunded: None,
//! };
//! let receipt = plugins
//!     .render(&document, Format::Text(40), "en")?
//!     .map_err(|why| format!("{why:?}"))?;
//! let text = String::from_utf8(receipt.body)?;
//! assert!(text.contains("6.13"), "{text}");
//! # Ok(())
//! # }
//! ```

pub mod bundle;

mod bindings;
mod cache;
mod complexity;
mod error;
mod fault;
mod files;
mod inspection;
mod keys;
mod limits;
mod load;
mod oci;
mod plugins;
mod pool;
#[cfg(test)]
mod tests;
mod worlds;

pub use bundle::Trust;
pub use chargetap_contract as contract;
pub use chargetap_contract::{ComponentFault, Components, FaultCause};
pub use error::{Flaw, LoadError};
pub use files::{Bundle, Component, component_path, sign_folder};
pub use inspection::{CONTRACT_SECTION, Import, Inspection, Kind};
pub use keys::{KeyError, PrivateKey, PublicKey};
pub use oci::{Artefact, pack_folder};
pub use plugins::Plugins;
pub use worlds::{COMPONENTS, EndpointKeys};
