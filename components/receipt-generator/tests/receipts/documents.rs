//! The documents that the tests render. Every price was computed with Python's `Fraction`, by the
//! rule of the contract: `gross = floor(net * (1 + rate) + 1/2)`, then
//! `vat = floor(gross * rate / (1 + rate) + 1/2)`, and the rest is `net`.

use chargetap_contract::{
    money::{Dimension, Price, PriceLine, VatTotal},
    receipt::{Charging, Document, Issuer, NothingTakenReason, Site, Summary},
    terminal::{Card, CardReference, CardScheme},
};

fn line(
    dimension: Dimension,
    quantity: u64,
    unit_price: u64,
    vat_rate: u32,
    amount: u64,
) -> PriceLine {
    PriceLine {
        dimension,
        quantity,
        unit_price,
        vat_rate: Some(vat_rate),
        amount,
    }
}

fn total(vat_rate: u32, adjustment: i64, net: u64, vat: u64) -> VatTotal {
    VatTotal {
        vat_rate: Some(vat_rate),
        adjustment,
        net,
        vat,
        gross: net + vat,
    }
}

fn price(lines: Vec<PriceLine>, vat_totals: Vec<VatTotal>) -> Price {
    let (net, vat) = vat_totals
        .iter()
        .fold((0, 0), |(net, vat), it| (net + it.net, vat + it.vat));
    Price {
        net,
        vat,
        gross: net + vat,
        tax_included: false,
        lines,
        vat_totals,
    }
}

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
                cost: price(
                    vec![
                        line(Dimension::Energy, 7_420, 49_000, 2_500, 363_580),
                        line(Dimension::Flat, 1, 25_000, 2_500, 25_000),
                    ],
                    vec![total(2_500, 0, 389, 97)],
                ),
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
/// 61.234 kWh at 0.395 EUR are 24.18743 EUR; 3600.5 s, which count as 3601 s, at 1.20 EUR per hour are
/// 1.2003333 EUR; together 31.8616 EUR with 25.5 %: 31.86 EUR. The VAT in it is 6.4735 EUR: 6.47 EUR.
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
            cost: price(
                vec![
                    line(Dimension::Energy, 61_234, 39_500, 2_550, 2_418_743),
                    line(Dimension::Time, 3_601_000, 120_000, 2_550, 120_033),
                ],
                vec![total(2_550, 0, 2_539, 647)],
            ),
        }),
        held: 3_000,
        captured: 3_000,
        released: 0,
        ..document.summary
    };
    document
}

/// Two VAT rates, parking, and a maximum.
///
/// 50 kWh at 0.25 EUR are 12.50 EUR with 10 %; 45 min at 2.00 EUR per hour are 1.50 EUR, and a fee
/// of 0.50 EUR, both with 20 %. That is 14.50 EUR without VAT; of at most 12.00 EUR, the 2.50 EUR
/// above come off the 20 % first, 2.00 EUR, and then 0.50 EUR off the 10 %. The VAT of 12.00 EUR
/// with 10 % is 1.20 EUR.
pub(crate) fn several_rates() -> Document {
    let mut document = paid();
    let summary = &mut document.summary;
    (summary.captured, summary.released) = (1_320, 3_680);
    let charging = summary.charging.as_mut().unwrap();
    charging.energy = 50_000;
    charging.cost = price(
        vec![
            line(Dimension::Energy, 50_000, 25_000, 1_000, 1_250_000),
            line(Dimension::ParkingTime, 2_700_000, 200_000, 2_000, 150_000),
            line(Dimension::Flat, 1, 50_000, 2_000, 50_000),
        ],
        vec![
            total(1_000, -50_000, 1_200, 120),
            total(2_000, -200_000, 0, 0),
        ],
    );
    document
}
