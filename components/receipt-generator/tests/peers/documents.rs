//! The documents that the peers are shown: one of each kind, full of what is long.

use chargetap_contract::{
    money::{Dimension, Price, PriceLine, VatTotal},
    receipt::{
        Buyer, Charging, Document, EntryMode, Invoice, Issuer, Measurement, MeasurementVerdict,
        NothingTakenReason, Original, Refund, Site, Slip, Subject, Summary,
    },
    terminal::{ApplicationId, Card, CardReference, CardScheme},
};

/// Each with the name of its file.
pub(crate) fn all() -> Vec<(&'static str, Document)> {
    let session = paid();
    vec![
        ("paid", document(Subject::Session(session.clone()))),
        ("nothing-taken", nothing_taken()),
        (
            "refund",
            document(Subject::Refund(Refund {
                amount: 486,
                refunded: 486,
                amount_vat: vec![total()],
                corrected: session.charging.clone(),
                session: session.clone(),
            })),
        ),
        (
            "invoice",
            document(Subject::Invoice(Invoice {
                session,
                buyer: Buyer {
                    name: "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk GmbH & Co. KG"
                        .to_owned(),
                    address: "Lentokonesuihkuturbiinimoottorinkuja 12, 00100 Helsinki".to_owned(),
                    vat_number: "DE136695976".to_owned(),
                },
            })),
        ),
    ]
}

fn document(subject: Subject) -> Document {
    let is_original = matches!(subject, Subject::Session(_));
    Document {
        id: "r_7Kq2-Xw9Zb4Tn6Vd1Hs8".to_owned(),
        number: Some("CT-2025-000042".to_owned()),
        issued_at: 1_749_992_649_000,
        issuer: Issuer {
            name: "Exempel Laddning AB".to_owned(),
            address: "Kungsgatan 8, 111 43 Stockholm".to_owned(),
            vat_number: "SE556677889901".to_owned(),
            contact: "questions-and-disputes@elektromobilitaetsdienstleistungen.example".to_owned(),
        },
        site: Site {
            name: "P-hus Centrum".to_owned(),
            address: "Storgatan 12, 852 30 Sundsvall".to_owned(),
            time_zone: "Europe/Stockholm".to_owned(),
        },
        subject,
        original: (!is_original).then(|| Original {
            id: "r_original".to_owned(),
            number: Some("CT-2025-000041".to_owned()),
            issued_at: 1_749_992_600_000,
        }),
        slip: Some(Slip {
            entry_mode: Some(EntryMode::Contactless),
            application: Some(ApplicationId {
                rid: 0xA0_0000_0003,
                pix: 0x1010,
                pix_bytes: 2,
            }),
            authorisation_code: Some("A1B2C3".to_owned()),
            sequence_number: Some(42),
            tvr: Some(0),
            tsi: Some(0),
        }),
        tariff: Some("0.6125 EUR/kWh + 0.3125 EUR per session, incl. 25 % VAT".to_owned()),
        measurement: Some(Measurement {
            packets: vec!["OCMF|{}|{}".to_owned()],
            public_key: None,
            verdict: MeasurementVerdict::Verified(7_420),
        }),
        link: Some("https://charge.example/receipts/r_7Kq2-Xw9Zb4Tn6Vd1Hs8".to_owned()),
        code: Some("7KQ2XW9Z".to_owned()),
    }
}

fn nothing_taken() -> Document {
    let session = Summary {
        charging: None,
        captured: 0,
        released: 5_000,
        captured_vat: vec![],
        nothing_taken: Some(NothingTakenReason::NotPluggedIn),
        ..paid()
    };
    Document {
        number: None,
        slip: None,
        tariff: None,
        measurement: None,
        ..document(Subject::Session(session))
    }
}

/// 7.420 kWh at 0.49 EUR and 0.25 EUR per session are 3.8858 EUR without VAT, and 4.85725 EUR with
/// 25 %: 4.86 EUR. The VAT in it is 0.972 EUR: 0.97 EUR.
fn paid() -> Summary {
    let line = |dimension, quantity, unit_price, amount| PriceLine {
        dimension,
        quantity,
        unit_price,
        vat_rate: Some(2_500),
        amount,
    };
    Summary {
        session: "01JXSM2T7F4Q9V8A".to_owned(),
        terminal: "P6X-2024.0001".to_owned(),
        evse: "SE*EXL*E-SUNDSVALL-PARKERINGSHUS-CENTRUM-0000000000000004/1".to_owned(),
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
            cost: Price {
                net: 389,
                vat: 97,
                gross: 486,
                tax_included: false,
                lines: vec![
                    line(Dimension::Energy, 7_420, 49_000, 363_580),
                    line(Dimension::Flat, 1, 25_000, 25_000),
                ],
                vat_totals: vec![total()],
            },
        }),
        held: 5_000,
        captured: 486,
        released: 4_514,
        captured_vat: vec![total()],
        nothing_taken: None,
    }
}

fn total() -> VatTotal {
    VatTotal {
        vat_rate: Some(2_500),
        adjustment: 0,
        net: 389,
        vat: 97,
        gross: 486,
    }
}
