//! JSON, against the schema that is published for it, by a validator of others.

use std::collections::BTreeSet;

use boon::{Compiler, SchemaIndex, Schemas};
use chargetap_contract::{
    money::Dimension,
    receipt::{
        Document, EntryMode, Measurement, MeasurementProblem, MeasurementVerdict,
        NothingTakenReason,
    },
    terminal::CardScheme,
};
use serde_json::{Value, json};

use crate::{
    documents::{above_hold, measurement_differs, nothing_taken, paid, samples},
    json, session,
};

fn schema() -> Value {
    serde_json::from_str(include_str!("../../receipt.schema.json")).unwrap()
}

/// The schema, and whether a value is valid by it.
struct Validator {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Validator {
    fn new(schema: Value) -> Self {
        let mut compiler = Compiler::new();
        compiler.enable_format_assertions();
        compiler
            .add_resource("receipt.schema.json", schema)
            .unwrap();
        let mut schemas = Schemas::new();
        let index = compiler
            .compile("receipt.schema.json", &mut schemas)
            .unwrap();
        Self { schemas, index }
    }

    fn refusal(&self, value: &Value) -> Option<String> {
        let refused = self.schemas.validate(value, self.index).err()?;
        Some(refused.to_string())
    }
}

/// The schema without fields that it does not name, so that none is forgotten in it.
fn closed(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(fields) => {
            let named = std::mem::take(fields).into_iter();
            fields.extend(named.map(|(name, it)| (name, closed(it))));
            // A field may have the name `required`, but then it is no list.
            if fields.get("required").is_some_and(Value::is_array) {
                fields.insert("additionalProperties".to_owned(), json!(false));
            }
        }
        Value::Array(items) => {
            for item in items {
                *item = closed(item.take());
            }
        }
        _ => {}
    }
    schema
}

#[test]
fn every_sample_is_valid_and_has_no_field_that_the_schema_does_not_name() {
    let [open, closed] = [schema(), closed(schema())].map(Validator::new);
    for (kind, document) in samples() {
        let receipt = json(&document);
        for validator in [&open, &closed] {
            assert_eq!(validator.refusal(&receipt), None, "{kind}");
        }
    }
}

#[test]
fn what_is_missing_or_of_another_type_is_not_valid_and_what_is_added_is() {
    let validator = Validator::new(schema());
    let receipt = json(&paid());
    let changed = |pointer: &str, to: Value| {
        let mut receipt = receipt.clone();
        *receipt.pointer_mut(pointer).unwrap() = to;
        validator.refusal(&receipt).is_some()
    };
    assert!(changed("/captured", json!("4.86")));
    assert!(changed("/captured", json!(4.86)));
    assert!(changed("/captured", json!(-1)));
    assert!(changed("/kind", json!("gift")));
    assert!(changed("/issued_at", json!("15 June 2025")));
    assert!(changed("/charging/price/lines/0/dimension", json!("power")));
    assert!(changed("/slip/tvr", json!("0")));
    for field in receipt.as_object().unwrap().keys() {
        let mut less = receipt.clone();
        less.as_object_mut().unwrap().remove(field);
        assert!(validator.refusal(&less).is_some(), "{field}");
    }
    let mut more = receipt.clone();
    more["new"] = json!(1);
    assert_eq!(validator.refusal(&more), None);
}

/// The names that the schema lists at a place, and those that documents have there.
#[track_caller]
fn lists(listed: &str, place: &str, documents: impl IntoIterator<Item = Document>) {
    let listed: BTreeSet<_> = schema()
        .pointer(listed)
        .unwrap()
        .as_array()
        .unwrap()
        .iter()
        .map(Value::to_string)
        .collect();
    let written: BTreeSet<_> = documents
        .into_iter()
        .map(|document| json(&document).pointer(place).unwrap().to_string())
        .collect();
    assert_eq!(listed, written);
}

#[test]
fn the_schema_lists_every_name_and_no_other() {
    lists(
        "/properties/kind/enum",
        "/kind",
        samples().into_iter().map(|(_, it)| it),
    );
    lists(
        "/properties/nothing_taken_reason/enum",
        "/nothing_taken_reason",
        reasons().chain([paid()]),
    );
    lists(
        "/$defs/card/properties/scheme/enum",
        "/card/scheme",
        schemes(),
    );
    lists(
        "/$defs/slip/properties/entry_mode/enum",
        "/slip/entry_mode",
        entry_modes(),
    );
    lists(
        "/$defs/line/properties/dimension/enum",
        "/charging/price/lines/1/dimension",
        dimensions(),
    );
    lists(
        "/$defs/measurement/properties/problem/enum",
        "/measurement/problem",
        problems().chain([measurement_differs()]),
    );
}

fn reasons() -> impl Iterator<Item = Document> {
    [
        NothingTakenReason::Declined,
        NothingTakenReason::NotPluggedIn,
        NothingTakenReason::CancelledByDriver,
        NothingTakenReason::CancelledByOperator,
        NothingTakenReason::StartFailed,
        NothingTakenReason::BelowMinimum,
        NothingTakenReason::PaymentFailed,
    ]
    .into_iter()
    .map(nothing_taken::because)
}

fn schemes() -> impl Iterator<Item = Document> {
    let schemes = [
        CardScheme::Visa,
        CardScheme::Mastercard,
        CardScheme::Maestro,
        CardScheme::Amex,
        CardScheme::Discover,
        CardScheme::Jcb,
        CardScheme::Unionpay,
        CardScheme::Girocard,
        CardScheme::Unknown,
    ];
    schemes.into_iter().map(|scheme| {
        let mut document = paid();
        session(&mut document).card.as_mut().unwrap().scheme = scheme;
        document
    })
}

fn entry_modes() -> impl Iterator<Item = Document> {
    let modes = [
        Some(EntryMode::Contactless),
        Some(EntryMode::Chip),
        Some(EntryMode::MagneticStripe),
        None,
    ];
    modes.into_iter().map(|mode| {
        let mut document = paid();
        document.slip.as_mut().unwrap().entry_mode = mode;
        document
    })
}

fn dimensions() -> impl Iterator<Item = Document> {
    let dimensions = [
        Dimension::Energy,
        Dimension::Time,
        Dimension::ParkingTime,
        Dimension::Flat,
    ];
    dimensions.into_iter().map(|dimension| {
        let mut document = above_hold();
        let charging = session(&mut document).charging.as_mut().unwrap();
        charging.cost.lines[1].dimension = dimension;
        document
    })
}

fn problems() -> impl Iterator<Item = Document> {
    let problems = [
        MeasurementProblem::NoKey,
        MeasurementProblem::UnreadableKey,
        MeasurementProblem::UnsupportedCurve,
        MeasurementProblem::UnreadablePacket,
        MeasurementProblem::UnsupportedAlgorithm,
        MeasurementProblem::WrongSignature,
        MeasurementProblem::TooLarge,
        MeasurementProblem::NoBeginning,
        MeasurementProblem::NoEnd,
        MeasurementProblem::OtherMeter,
        MeasurementProblem::WrongOrder,
        MeasurementProblem::NotMeasured,
    ];
    problems.into_iter().map(|problem| Document {
        measurement: Some(Measurement {
            packets: vec![],
            public_key: None,
            verdict: MeasurementVerdict::Refused(problem),
        }),
        ..paid()
    })
}
