//! Random prices, and documents that say them.

use chargetap_contract::{
    money::{Dimension, Price},
    receipt::{Document, Payout, Refund, Subject, Summary},
};
use proptest::{collection::vec, prelude::*, sample::select};

use super::exact::{Used, price, share};
use crate::{
    documents::{paid, payout, refund_in_part},
    session,
};

/// A price that random tariffs and sessions come to.
#[derive(Clone, Debug)]
pub(super) struct Case {
    currency: &'static str,
    cost: Price,
    held: u64,
    /// What is given back of what was captured, or kept as a fee, in parts of 1000.
    part: u64,
}

fn used() -> impl Strategy<Value = Used> {
    let dimension = select(vec![
        Dimension::Energy,
        Dimension::Time,
        Dimension::ParkingTime,
        Dimension::Flat,
    ]);
    let rate = select(vec![
        None,
        Some(0),
        Some(600),
        Some(1_350),
        Some(2_000),
        Some(2_550),
    ]);
    (dimension, rate, 0..200_000_000_u64, 0..2_000_000_u64).prop_map(
        |(dimension, vat_rate, quantity, unit_price)| Used {
            dimension,
            vat_rate,
            quantity: match dimension {
                Dimension::Energy => quantity / 1_000,
                Dimension::Time | Dimension::ParkingTime => quantity,
                Dimension::Flat => 1,
            },
            unit_price,
        },
    )
}

pub(super) fn cases() -> impl Strategy<Value = Case> {
    (
        // Two decimals, none, three.
        select(vec!["EUR", "ISK", "KWD"]),
        vec(used(), 1..6),
        any::<bool>(),
        prop_oneof![Just(0_i64), 0..500_000_i64],
        1..20_000_u64,
        1..=1_000_u64,
    )
        .prop_map(
            |(currency, used, tax_included, adjustment, held, part)| Case {
                currency,
                cost: price(&used, tax_included, adjustment),
                held,
                part,
            },
        )
        .prop_filter("it costs something", |case| case.cost.gross > 0)
}

impl Case {
    fn session(&self) -> Summary {
        let mut session = session(&mut paid()).clone();
        session.charging.as_mut().unwrap().cost = self.cost.clone();
        session.currency = self.currency.to_owned();
        session.prices = None;
        session.held = self.held;
        session.captured = self.cost.gross.min(self.held);
        session.released = session.held - session.captured;
        session.captured_vat = share(&self.cost, session.captured);
        session
    }

    fn part_of(&self, captured: u64) -> u64 {
        (captured * self.part / 1_000).max(1)
    }

    fn charge(&self) -> Document {
        with(paid(), Subject::Session(self.session()))
    }

    pub(super) fn refund(&self) -> Document {
        let session = self.session();
        let amount = self.part_of(session.captured);
        let refund = Refund {
            amount,
            refunded: amount,
            amount_vat: share(&self.cost, amount),
            corrected: session.charging.clone(),
            buyer: None,
            session,
        };
        with(refund_in_part(), Subject::Refund(refund))
    }

    fn payout(&self) -> Document {
        let session = self.session();
        let fee = self.part_of(session.captured);
        let payout_of = payout();
        let Subject::Payout(sample) = payout_of.subject.clone() else {
            panic!("the sample is no payout");
        };
        let payout = Payout {
            fee,
            fee_vat: fee / 5,
            paid_out: session.captured - fee,
            session,
            ..sample
        };
        with(payout_of, Subject::Payout(payout))
    }

    pub(super) fn documents(&self) -> [Document; 3] {
        [self.charge(), self.refund(), self.payout()]
    }
}

fn with(document: Document, subject: Subject) -> Document {
    Document {
        subject,
        ..document
    }
}
