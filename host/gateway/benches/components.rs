//! What a call costs through a component, on a live instance, and natively.
//!
//! `cargo xtask bench` builds the components and runs this.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up ends")]

use std::path::{Path, PathBuf};

use chargetap_contract::money::{Dimension, PriceComponent, Tariff, TariffElement};
use chargetap_contract::receipt::Format;
use chargetap_contract::session::{CommandResult, Event, Evse, MeterReading, Outcome, Policy, Tap};
use chargetap_contract::terminal::{Card, CardRead, CardReference, CardScheme, Hold};
use chargetap_plugins::{Components, Plugins, Trust};
use divan::Bencher;
use session_orchestrator::step;

#[path = "../../../components/callback-verifier/benches/callback/mod.rs"]
mod callback;
#[expect(dead_code, reason = "one of the samples is enough here")]
#[path = "../../../components/receipt-generator/tests/receipts/documents.rs"]
mod documents;

const TAPPED_AT: u64 = 1_767_268_800_000;
const MINUTE: u64 = 60_000;
const READ: &str = "0123456789ABCDEFGHJK";

fn main() {
    divan::main();
}

/// A meter reading, the step that a session makes most often.
mod a_meter_reading {
    use super::*;

    #[divan::bench]
    fn through_the_component(bencher: Bencher<'_, '_>) {
        let components = components();
        let (policy, state, event, now) = metered();
        bencher.bench(|| components.step(&policy, Some(&state), &event, now).unwrap());
    }

    #[divan::bench]
    fn natively(bencher: Bencher<'_, '_>) {
        let (policy, state, event, now) = metered();
        bencher.bench(|| step(&policy, Some(&state), event.clone(), now).unwrap());
    }
}

/// A callback of 1,024 bytes that reports a card. What it costs natively without the processor's
/// SHA extensions is measured by the benchmark of `callback-verifier`.
mod a_callback {
    use super::*;

    #[divan::bench]
    fn through_the_component(bencher: Bencher<'_, '_>) {
        let components = components();
        let request = callback::request(mint(&components));
        bencher.bench(|| components.verify(&request).unwrap().unwrap());
    }

    #[divan::bench]
    fn through_a_fresh_instance(bencher: Bencher<'_, '_>) {
        let components = components();
        let request = callback::request(mint(&components));
        bencher
            .with_inputs(|| components.forget_instances())
            .bench_values(|()| components.verify(&request).unwrap().unwrap());
    }

    #[divan::bench]
    fn natively_with_sha_extensions(bencher: Bencher<'_, '_>) {
        callback::verify_natively(bencher);
    }
}

/// A paid receipt with every optional part, in the language with the longest words.
mod a_receipt {
    use super::*;

    const LOCALE: &str = "el";
    const FORMATS: [Format; 4] = [Format::Html, Format::Json, Format::Text(40), Format::Pdf];

    #[divan::bench(args = FORMATS)]
    fn through_the_component(bencher: Bencher<'_, '_>, format: Format) {
        let components = components();
        let document = documents::paid();
        bencher.bench(|| {
            let rendered = components.render(&document, format, LOCALE).unwrap();
            rendered.unwrap()
        });
    }

    #[divan::bench(args = FORMATS)]
    fn natively(bencher: Bencher<'_, '_>, format: Format) {
        let document = documents::paid();
        bencher.bench(|| receipt_generator::render(&document, format, LOCALE).unwrap());
    }
}

fn mint(components: &Plugins) -> String {
    let endpoint = callback::endpoint().id;
    let segment = components.mint(&endpoint, &callback::capability());
    segment.unwrap().unwrap()
}

fn components() -> Plugins {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/components");
    let keys = vec![(callback::key_info(), callback::KEY.to_owned().into())];
    Plugins::load(
        &folder,
        &Trust::Unsigned,
        &folder.with_file_name("components-cache"),
        vec![(callback::endpoint(), keys)],
    )
    .unwrap()
}

fn policy() -> Policy {
    let component = |dimension, price| PriceComponent {
        dimension,
        price,
        vat_rate: Some(2_500),
        step_size: 1,
    };
    Policy {
        tariff: Tariff {
            currency: "EUR".into(),
            tax_included: false,
            elements: vec![TariffElement {
                components: vec![
                    component(Dimension::Energy, 49_000),
                    component(Dimension::Time, 100_000),
                    component(Dimension::Flat, 25_000),
                ],
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
        offline_timeout: 60 * 60_000,
        maximum_power: 500_000,
    }
}

/// The arguments of the step that a charging session makes at a meter reading.
fn metered() -> (Policy, Vec<u8>, Event, u64) {
    let policy = policy();
    let ended = |kind: &str, result| {
        Event::CommandEnded(Outcome {
            command: format!("{READ}/{kind}"),
            result,
        })
    };
    let reading = |minutes| MeterReading {
        energy: 1_000 + 800 * minutes,
        at: TAPPED_AT + minutes * MINUTE,
    };
    let card = CardRead {
        terminal: "P66-1".into(),
        read: READ.into(),
        card: Card {
            scheme: CardScheme::Visa,
            last_four: Some(1_234),
            reference: CardReference { high: 7, low: 1 },
        },
        application: None,
    };
    let evse = Evse {
        station: "CT-1".into(),
        connector: 1,
    };
    let hold = Hold {
        payment: "pay-1".into(),
        amount: 5_000,
    };
    let events = [
        Event::CardPresented(Tap {
            read: card,
            told_price: None,
            evse: Some(evse),
        }),
        ended("look-up-before", CommandResult::OpenHolds(vec![])),
        ended("authorise", CommandResult::Authorised(hold)),
        Event::ChargingStarted(reading(1)),
        Event::MeterRead(reading(2)),
    ];
    let now = TAPPED_AT + 10 * MINUTE;
    let state = events
        .into_iter()
        .fold(None, |state: Option<Vec<u8>>, event| {
            Some(step(&policy, state.as_deref(), event, now).unwrap().state)
        });
    (policy, state.unwrap(), Event::MeterRead(reading(3)), now)
}
