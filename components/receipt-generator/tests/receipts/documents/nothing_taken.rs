//! Sessions in which nothing was taken, for each reason.

use chargetap_contract::{
    money::Dimension,
    receipt::{Charging, Document, NothingTakenReason, Subject, Summary},
};

use super::parts::{document, line, price, session, total};

/// Every reason but [`below_minimum`], by the name of its document.
pub(super) fn all() -> Vec<(&'static str, Document)> {
    let reasons = [
        ("declined", NothingTakenReason::Declined),
        ("not-plugged-in", NothingTakenReason::NotPluggedIn),
        ("cancelled-by-driver", NothingTakenReason::CancelledByDriver),
        (
            "cancelled-by-operator",
            NothingTakenReason::CancelledByOperator,
        ),
        ("start-failed", NothingTakenReason::StartFailed),
        ("payment-failed", NothingTakenReason::PaymentFailed),
    ];
    reasons.map(|(name, it)| (name, because(it))).into()
}

/// A session that ended before charging began. A hold of 400 SEK was released, where there was one.
pub(crate) fn because(reason: NothingTakenReason) -> Document {
    let held = match reason {
        NothingTakenReason::Declined | NothingTakenReason::PaymentFailed => 0,
        _ => 40_000,
    };
    let session = Summary {
        settled_at: 1_749_989_141_000,
        currency: "SEK".to_owned(),
        held,
        released: held,
        nothing_taken: Some(reason),
        ..session()
    };
    document("r_4Bn7-Gk2Zt9Fy5Xs3Lm1", Subject::Session(session))
}

/// Less than the smallest amount that is captured.
///
/// 0.400 kWh at 0.49 EUR and 0.25 EUR per session are 0.446 EUR without VAT, and 0.5575 EUR with
/// 25 %: 0.56 EUR. The VAT in it is 0.112 EUR: 0.11 EUR. An earlier version kept what the terminal showed
/// and not the prices.
pub(crate) fn below_minimum() -> Document {
    let session = Summary {
        charging: Some(Charging {
            started_at: 1_749_988_923_000,
            ended_at: 1_749_989_043_000,
            energy: 400,
            cost: price(
                vec![
                    line(Dimension::Energy, 400, 49_000, 2_500, 19_600),
                    line(Dimension::Flat, 1, 25_000, 2_500, 25_000),
                ],
                vec![total(2_500, 0, 45, 11)],
            ),
        }),
        held: 5_000,
        released: 5_000,
        nothing_taken: Some(NothingTakenReason::BelowMinimum),
        ..session()
    };
    Document {
        tariff: Some("0.49 EUR/kWh + 0.25 EUR, plus VAT".to_owned()),
        ..document("r_6Cp3-Nw8Ej1Vr7Ha4Td9", Subject::Session(session))
    }
}
