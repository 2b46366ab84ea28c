//! Sessions in which something was captured.

use chargetap_contract::{
    money::{Dimension, PriceTime, Prices, UnitPrice},
    receipt::{Charging, Document, Subject, Summary},
};

use super::{
    measurements::verified,
    parts::{document, line, price, prices, session, slip, total, unit},
};

/// Charging that was paid for, from a hold of 50 EUR, with all that a receipt can say.
///
/// 7.420 kWh at 0.49 EUR and 0.25 EUR per session are 3.8858 EUR without VAT, and 4.85725 EUR with
/// 25 %: 4.86 EUR. The VAT in it is 0.972 EUR: 0.97 EUR.
pub(crate) fn paid() -> Document {
    let id = "r_7Kq2-Xw9Zb4Tn6Vd1Hs8";
    Document {
        number: Some("CT-2025-000042".to_owned()),
        slip: Some(slip()),
        tariff: Some("0.49 EUR/kWh + 0.25 EUR, plus VAT".to_owned()),
        measurement: Some(verified(7_420)),
        code: Some("K7Q2XW9Z".to_owned()),
        evse_id: Some("SE*EXL*E0004*1".to_owned()),
        ..document(id, Subject::Session(paid_session()))
    }
}

/// The session of [`paid`]. With 25 % of VAT a kilowatt-hour is 0.6125 EUR, and the session 0.3125 EUR.
pub(crate) fn paid_session() -> Summary {
    let units = vec![
        unit(Dimension::Energy, PriceTime::Now, 61_250),
        unit(Dimension::Flat, PriceTime::Now, 31_250),
    ];
    Summary {
        prices: Some(prices(units, None)),
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
        captured_vat: vec![total(2_500, 0, 389, 97)],
        ..session()
    }
}

/// A price above the hold of 30 EUR, over the hour that winter time repeats in Finland.
///
/// 61.234 kWh at 0.395 EUR are 24.18743 EUR; 3600.5 s, which count as 3601 s, at 1.20 EUR per hour are
/// 1.2003333 EUR; together 31.8616 EUR with 25.5 %: 31.86 EUR. The VAT in it is 6.4735 EUR: 6.47 EUR.
/// Of the 30.00 EUR that were captured, 6.0956 EUR are VAT: 6.10 EUR.
pub(crate) fn above_hold() -> Document {
    // With 25.5 %: 0.395 EUR are 0.495725 EUR, and 0.02 EUR a minute are 0.0251 EUR.
    let units = vec![
        unit(Dimension::Energy, PriceTime::Now, 49_570),
        unit(Dimension::Time, PriceTime::Now, 2_510),
    ];
    let session = Summary {
        prices: Some(prices(units, Some(200))),
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
        captured_vat: vec![total(2_550, 0, 2_390, 610)],
        ..session()
    };
    let mut document = Document {
        number: Some("CT-2025-000107".to_owned()),
        ..document("r_3Jm8-Qe5Yc2Lp9Wf7Gt4", Subject::Session(session))
    };
    document.site.time_zone = "Europe/Helsinki".to_owned();
    document
}

/// Two VAT rates, parking, and a maximum.
///
/// 50 kWh at 0.25 EUR are 12.50 EUR with 10 %; 45 min at 2.00 EUR per hour are 1.50 EUR, and a fee
/// of 0.50 EUR, both with 20 %. That is 14.50 EUR without VAT; of at most 12.00 EUR, the 2.50 EUR
/// above come off the 20 % first, 2.00 EUR, and then 0.50 EUR off the 10 %. The VAT of 12.00 EUR
/// with 10 % is 1.20 EUR.
pub(crate) fn several_rates() -> Document {
    let cost = price(
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
    let paid = paid_session();
    let session = Summary {
        prices: Some(prices(prices_of_two_rates(), None)),
        charging: paid.charging.map(|it| Charging {
            energy: 50_000,
            cost,
            ..it
        }),
        captured: 1_320,
        released: 3_680,
        captured_vat: vec![total(1_000, 0, 1_200, 120)],
        ..paid
    };
    Document {
        number: Some("CT-2025-000043".to_owned()),
        ..document("r_5Rv1-Ka7Ud3Xj6Nb9Me2", Subject::Session(session))
    }
}

/// Two VAT rates, and a price above the hold of 10 EUR.
///
/// 50 kWh at 0.25 EUR are 12.50 EUR, with 10 % 13.75 EUR, of which 1.25 EUR are VAT; 45 min at
/// 2.00 EUR per hour are 1.50 EUR, with 20 % 1.80 EUR, of which 0.30 EUR are VAT: 15.55 EUR. Of the
/// 10.00 EUR, 10.00 * 13.75 / 15.55 = 8.8424 EUR are with 10 %: 8.84 EUR with 0.8036 EUR of VAT, and
/// the other 1.16 EUR with 0.1933 EUR.
pub(crate) fn two_rates_above_hold() -> Document {
    Document {
        number: Some("CT-2025-000044".to_owned()),
        ..document(
            "r_8Wd6-Hy4Sg1Cz5Qk3Pa7",
            Subject::Session(two_rates_session()),
        )
    }
}

/// With 10 % of VAT 0.275 EUR a kilowatt-hour, up to 0.30 EUR later; with 20 % 0.60 EUR a session, and
/// 0.04 EUR a minute of parking after an hour.
fn prices_of_two_rates() -> Vec<UnitPrice> {
    let later = unit(Dimension::Energy, PriceTime::Later, 30_000);
    let after_an_hour = PriceTime::After(3_600_000);
    vec![
        unit(Dimension::Energy, PriceTime::Now, 27_500),
        UnitPrice {
            is_highest: true,
            ..later
        },
        unit(Dimension::Flat, PriceTime::Now, 60_000),
        unit(Dimension::ParkingTime, after_an_hour, 4_000),
    ]
}

/// The session of [`two_rates_above_hold`].
pub(crate) fn two_rates_session() -> Summary {
    let cost = price(
        vec![
            line(Dimension::Energy, 50_000, 25_000, 1_000, 1_250_000),
            line(Dimension::ParkingTime, 2_700_000, 200_000, 2_000, 150_000),
        ],
        vec![total(1_000, 0, 1_250, 125), total(2_000, 0, 150, 30)],
    );
    let paid = paid_session();
    Summary {
        prices: Some(prices(prices_of_two_rates(), None)),
        charging: paid.charging.map(|it| Charging {
            energy: 50_000,
            cost,
            ..it
        }),
        held: 1_000,
        captured: 1_000,
        released: 0,
        captured_vat: vec![total(1_000, 0, 804, 80), total(2_000, 0, 97, 19)],
        ..paid
    }
}

/// Unit prices with VAT, in a currency without decimals, in Iceland.
///
/// 33.333 kWh at 65 ISK are 2166.645 ISK: 2167 ISK. The VAT in it at 24 % is 419.42 ISK: 419 ISK.
pub(crate) fn prices_with_vat() -> Document {
    let mut cost = price(
        vec![line(Dimension::Energy, 33_333, 65_000, 2_400, 2_166_645)],
        vec![total(2_400, 0, 1_748, 419)],
    );
    cost.tax_included = true;
    let paid = paid_session();
    let isk = Prices {
        currency: "ISK".to_owned(),
        units: vec![
            unit(Dimension::Energy, PriceTime::Now, 65_000),
            unit(Dimension::Energy, PriceTime::ByPower, 85_500),
        ],
        minimum: None,
    };
    let session = Summary {
        prices: Some(isk),
        evse: "AKUREYRI-01/2".to_owned(),
        currency: "ISK".to_owned(),
        charging: paid.charging.map(|it| Charging {
            energy: 33_333,
            cost,
            ..it
        }),
        held: 8_000,
        captured: 2_167,
        released: 5_833,
        captured_vat: vec![total(2_400, 0, 1_748, 419)],
        ..paid
    };
    let mut document = Document {
        number: Some("CT-2025-000045".to_owned()),
        ..document("r_2Tf9-Vb6Mx8Rh4Jc1Zq5", Subject::Session(session))
    };
    document.site.time_zone = "Atlantic/Reykjavik".to_owned();
    document
}
