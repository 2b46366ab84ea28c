//! What the sample documents are made of.

use chargetap_contract::{
    money::{Dimension, Price, PriceLine, PriceTime, Prices, UnitPrice, VatTotal},
    receipt::{Document, EntryMode, Issuer, Site, Slip, Subject, Summary},
    terminal::{ApplicationId, Card, CardReference, CardScheme},
};

pub(crate) fn line(
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

pub(crate) fn total(vat_rate: u32, adjustment: i64, net: u64, vat: u64) -> VatTotal {
    VatTotal {
        vat_rate: Some(vat_rate),
        adjustment,
        net,
        vat,
        gross: net + vat,
    }
}

/// A price whose unit prices do not include VAT.
pub(crate) fn price(lines: Vec<PriceLine>, vat_totals: Vec<VatTotal>) -> Price {
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

/// Prices in euros of these units, and what a session costs at least.
pub(crate) fn prices(units: Vec<UnitPrice>, minimum: Option<u64>) -> Prices {
    Prices {
        currency: "EUR".to_owned(),
        units,
        minimum,
    }
}

/// The price of a unit, in thousandths of the minor unit, with VAT.
pub(crate) fn unit(dimension: Dimension, when: PriceTime, price: u64) -> UnitPrice {
    UnitPrice {
        dimension,
        when,
        is_highest: false,
        price,
    }
}

/// A session at which nothing has happened yet but that a card was shown, in Sweden in summer.
pub(crate) fn session() -> Summary {
    Summary {
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
        charging: None,
        prices: None,
        held: 0,
        captured: 0,
        released: 0,
        captured_vat: vec![],
        nothing_taken: None,
    }
}

/// A document with nothing that is not needed, issued when its session was settled.
pub(crate) fn document(id: &str, subject: Subject) -> Document {
    let issued_at = match &subject {
        Subject::Session(session) => session.settled_at,
        Subject::Refund(refund) => refund.session.settled_at,
        Subject::Invoice(invoice) => invoice.session.settled_at,
        Subject::Payout(payout) => payout.session.settled_at,
    };
    Document {
        id: id.to_owned(),
        number: None,
        issued_at,
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
        evse_id: None,
        subject,
        original: None,
        slip: None,
        tariff: None,
        measurement: None,
        link: Some(format!("https://laddning.example/receipts/{id}")),
        code: None,
        refunded: None,
    }
}

/// A slip with all that one can have. The application is Visa's credit and debit.
pub(crate) fn slip() -> Slip {
    Slip {
        entry_mode: Some(EntryMode::Contactless),
        application: Some(ApplicationId {
            rid: 0xA0_0000_0003,
            pix: 0x1010,
            pix_bytes: 2,
        }),
        authorisation_code: Some("A1B2C3".to_owned()),
        sequence_number: Some(1_234),
        tvr: Some(0x80_0000),
        tsi: Some(0xE800),
    }
}
