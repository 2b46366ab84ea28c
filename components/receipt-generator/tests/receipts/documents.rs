//! The documents that the tests render. Every price was computed with Python's `Fraction`, by the
//! rule of the contract: `gross = floor(net * (1 + rate) + 1/2)`, then
//! `vat = floor(gross * rate / (1 + rate) + 1/2)`, and the rest is `net`.

use chargetap_contract::{
    money::{Price, Tariff},
    receipt::{Charging, Document, Issuer, NothingTakenReason, Site, Summary},
    terminal::{Card, CardReference, CardScheme},
};

/// Charging that was paid for, from a hold of 50 EUR, in Sweden in summer.
///
/// 7.420 kWh at 0.49 EUR and 0.25 EUR per session are 3.8858 EUR without VAT, and 4.85725 EUR with
/// 25 %: 4.86 EUR. The VAT in it is 0.972 EUR: 0.97 EUR.
pub(crate) fn paid() -> Document {
    Document {
        id: "r_7Kq2-Xw9Zb4Tn6Vd1Hs8".to_owned(),
        issuer: Issuer {
            name: "Exempel Laddning AB".to_owned(),
            address: "Kungsgatan 8, 111 43 Stockholm".to_owned(),
            vat_number: "SE556677889901".to_owned(),
            contact: "help@laddning.example".to_owned(),
        },
        site: Site {
            name: "P-hus Centrum".to_owned(),
            address: "Storgatan 12, 852 30 Sundsvall".to_owned(),
            time_zone: "Europe/Stockholm".to_owned(),
        },
        summary: Summary {
            session: "01JXSM2T7F4Q9V8A".to_owned(),
            terminal: "P6X-2024.0001".to_owned(),
            evse: "SUNDSVALL-04/1".to_owned(),
            card: Some(Card {
                scheme: CardScheme::Visa,
                last_four: Some(42),
                reference: CardReference {
                    high: 0x1234_5678_9abc_def0,
                    low: 0x0fed_cba9_8765_4321,
                },
            }),
            tapped_at: 1_749_988_841_000,
            settled_at: 1_749_992_649_000,
            currency: "EUR".to_owned(),
            charging: Some(Charging {
                started_at: 1_749_988_923_000,
                ended_at: 1_749_992_646_500,
                energy: 7_420,
                tariff: Tariff {
                    currency: "EUR".to_owned(),
                    per_kwh: 49_000,
                    per_hour: 0,
                    per_session: 25_000,
                    vat_rate: 2_500,
                },
                cost: Price {
                    net: 389,
                    vat: 97,
                    gross: 486,
                },
            }),
            held: 5_000,
            captured: 486,
            released: 4_514,
            nothing_taken: None,
        },
    }
}

/// A hold of 400 SEK that was released because nobody plugged in.
pub(crate) fn not_plugged_in() -> Document {
    let mut document = paid();
    document.summary = Summary {
        settled_at: 1_749_989_141_000,
        currency: "SEK".to_owned(),
        charging: None,
        held: 40_000,
        captured: 0,
        released: 40_000,
        nothing_taken: Some(NothingTakenReason::NotPluggedIn),
        ..document.summary
    };
    document
}

/// A price above the hold of 30 EUR, over the hour that winter time repeats in Finland.
///
/// 61.234 kWh at 0.395 EUR are 24.18743 EUR; 3600.5 s at 1.20 EUR per hour are 1.2001667 EUR;
/// together 31.8614 EUR with 25.5 %: 31.86 EUR. The VAT in it is 6.4735 EUR: 6.47 EUR.
pub(crate) fn above_hold() -> Document {
    let mut document = paid();
    document.site.time_zone = "Europe/Helsinki".to_owned();
    document.summary = Summary {
        tapped_at: 1_761_438_550_000,
        settled_at: 1_761_442_205_000,
        charging: Some(Charging {
            started_at: 1_761_438_600_250,
            ended_at: 1_761_442_200_750,
            energy: 61_234,
            tariff: Tariff {
                currency: "EUR".to_owned(),
                per_kwh: 39_500,
                per_hour: 120_000,
                per_session: 0,
                vat_rate: 2_550,
            },
            cost: Price {
                net: 2_539,
                vat: 647,
                gross: 3_186,
            },
        }),
        held: 3_000,
        captured: 3_000,
        released: 0,
        ..document.summary
    };
    document
}
