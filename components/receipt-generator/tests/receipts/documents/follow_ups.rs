//! Documents after a receipt: refunds, an invoice, and a payout.

use chargetap_contract::{
    money::Dimension,
    receipt::{Buyer, Charging, Document, Invoice, Original, Payout, Refund, Subject},
};

use super::{
    charges::{paid, paid_session, two_rates_above_hold, two_rates_session},
    parts::{document, line, price, total},
};

/// The second 1.00 EUR of [`paid`] that is given back.
///
/// Of 2.00 EUR with 25 % 0.40 EUR are VAT, and of the 1.00 EUR before 0.20 EUR: 0.20 EUR are left.
pub(crate) fn refund_in_part() -> Document {
    let refund = Refund {
        session: paid_session(),
        amount: 100,
        refunded: 200,
        amount_vat: vec![total(2_500, 0, 80, 20)],
        corrected: None,
        buyer: None,
    };
    let id = "f_9Zs2-Dq6Lw4Bv8Ny7Kj3";
    follows(&paid(), id, "CT-2025-000046", Subject::Refund(refund))
}

/// Half of the 10.00 EUR of [`two_rates_above_hold`] is given back to a buyer who has an invoice.
///
/// Of the 5.00 EUR, 5.00 * 13.75 / 15.55 = 4.4212 EUR are with 10 %: 4.42 EUR with 0.4018 EUR of VAT,
/// and the other 0.58 EUR with 20 % have 0.0967 EUR.
pub(crate) fn refund_of_two_rates() -> Document {
    let refund = Refund {
        session: two_rates_session(),
        amount: 500,
        refunded: 500,
        amount_vat: vec![total(1_000, 0, 402, 40), total(2_000, 0, 48, 10)],
        corrected: None,
        buyer: Some(buyer()),
    };
    let original = two_rates_above_hold();
    let id = "f_1Xe5-Pm3Ku9Hg7Ct2Rw6";
    follows(&original, id, "CT-2025-000047", Subject::Refund(refund))
}

/// The station reported after the capture of [`paid`] that it was less.
///
/// 5.120 kWh at 0.49 EUR and 0.25 EUR per session are 2.7588 EUR without VAT, and 3.4485 EUR with
/// 25 %: 3.45 EUR with 0.69 EUR of VAT. 4.86 EUR less that are 1.41 EUR, with 0.282 EUR of VAT.
pub(crate) fn refund_corrected() -> Document {
    let session = paid_session();
    let corrected = session.charging.clone().map(|it| Charging {
        energy: 5_120,
        cost: price(
            vec![
                line(Dimension::Energy, 5_120, 49_000, 2_500, 250_880),
                line(Dimension::Flat, 1, 25_000, 2_500, 25_000),
            ],
            vec![total(2_500, 0, 276, 69)],
        ),
        ..it
    });
    let refund = Refund {
        session,
        amount: 141,
        refunded: 141,
        amount_vat: vec![total(2_500, 0, 113, 28)],
        corrected,
        buyer: None,
    };
    let id = "f_7Vk4-Tb8Qs1Jx6Ef5Gc2";
    follows(&paid(), id, "CT-2025-000048", Subject::Refund(refund))
}

/// An invoice in the place of [`paid`], to a buyer in Germany.
pub(crate) fn invoice() -> Document {
    let invoice = Invoice {
        session: paid_session(),
        buyer: buyer(),
    };
    let id = "i_3Lh9-Yr7Wd2Mz4Sn8Pu1";
    Document {
        slip: paid().slip,
        tariff: paid().tariff,
        measurement: paid().measurement,
        ..follows(&paid(), id, "CT-2025-000049", Subject::Invoice(invoice))
    }
}

fn buyer() -> Buyer {
    Buyer {
        name: "Muster Spedition GmbH".to_owned(),
        address: "Hafenstraße 5, 20457 Hamburg".to_owned(),
        vat_number: "DE136695976".to_owned(),
    }
}

/// What the platform pays out for [`paid`]: 4.86 EUR less a fee of 0.15 EUR, of which 0.03 EUR are
/// VAT.
pub(crate) fn payout() -> Document {
    let payout = Payout {
        session: paid_session(),
        payee: "Parkeringsbolaget i Sundsvall AB".to_owned(),
        statement: "2025-06".to_owned(),
        fee: 15,
        fee_vat: 3,
        paid_out: 471,
    };
    document("p_6Gj1-Cf5Xv3Ka9Rb7Qt8", Subject::Payout(payout))
}

/// A document that refers to another one, issued a day later.
fn follows(first: &Document, id: &str, number: &str, subject: Subject) -> Document {
    let document = document(id, subject);
    Document {
        number: Some(number.to_owned()),
        issued_at: first.issued_at + 86_400_000,
        original: Some(Original {
            id: first.id.clone(),
            number: first.number.clone(),
            issued_at: first.issued_at,
        }),
        ..document
    }
}
