//! Everything that a terminal can say.

use chargetap_contract::{
    money::{Dimension, Money, PriceTime, Prices, UnitPrice},
    receipt::NothingTakenReason,
    screen::{Message, Outcome, Quote, ReceiptNotice},
};

/// Every message by its name. A message that is missing here does not compile in `name`.
pub(crate) fn screens() -> Vec<(&'static str, Message)> {
    let paid = Outcome::Paid(euros(465));
    let declined = NothingTakenReason::Declined;
    let messages = [
        Message::Offer(quote()),
        Message::CardAccepted,
        Message::ChargingBegun,
        Message::ChargingEnded(euros(465)),
        Message::NothingTaken(declined),
        Message::Occupied,
        Message::NoEvse,
        Message::Receipt(notice(paid.clone(), false)),
        Message::Receipt(notice(paid, true)),
        Message::Receipt(notice(Outcome::NothingTaken(declined), false)),
        Message::InUse,
        Message::InUseCardStops,
        Message::PlugIn,
        Message::ShowFirstCard,
        Message::HowMuch,
        Message::Amount(euros(2_000)),
        Message::WhereToCharge,
        Message::Stop,
        Message::StopAt("A".to_owned()),
        Message::ConfirmStop,
        Message::GoOn,
        Message::OutOfService,
    ];
    messages.map(|message| (name(&message), message)).into()
}

fn name(message: &Message) -> &'static str {
    match message {
        Message::Offer(_) => "offer",
        Message::CardAccepted => "card-accepted",
        Message::ChargingBegun => "charging-begun",
        Message::ChargingEnded(_) => "charging-ended",
        Message::NothingTaken(_) => "nothing-taken",
        Message::Occupied => "occupied",
        Message::NoEvse => "no-evse",
        Message::Receipt(_) => "receipt",
        Message::InUse => "in-use",
        Message::InUseCardStops => "in-use-card-stops",
        Message::PlugIn => "plug-in",
        Message::ShowFirstCard => "show-first-card",
        Message::HowMuch => "how-much",
        Message::Amount(_) => "amount",
        Message::WhereToCharge => "where-to-charge",
        Message::Stop => "stop",
        Message::StopAt(_) => "stop-at",
        Message::ConfirmStop => "confirm-stop",
        Message::GoOn => "go-on",
        Message::OutOfService => "out-of-service",
    }
}

/// Every kind of price, and a hold of 50 EUR.
pub(crate) fn quote() -> Quote {
    let later = unit(Dimension::Energy, PriceTime::Later, 55_000);
    let units = vec![
        unit(Dimension::Energy, PriceTime::Now, 49_000),
        unit(Dimension::Energy, PriceTime::ByPower, 69_000),
        UnitPrice {
            is_highest: true,
            ..later
        },
        unit(Dimension::Time, PriceTime::After(7_200_000), 5_000),
        unit(Dimension::Flat, PriceTime::Now, 100_000),
        unit(Dimension::ParkingTime, PriceTime::Now, 10_000),
    ];
    Quote {
        prices: Prices {
            currency: "EUR".to_owned(),
            units,
            minimum: Some(200),
        },
        hold: 5_000,
    }
}

fn unit(dimension: Dimension, when: PriceTime, price: u64) -> UnitPrice {
    UnitPrice {
        dimension,
        when,
        is_highest: false,
        price,
    }
}

/// A quote of nothing but a hold.
pub(crate) fn free(currency: &str, hold: u64) -> Quote {
    Quote {
        prices: Prices {
            currency: currency.to_owned(),
            units: vec![],
            minimum: None,
        },
        hold,
    }
}

pub(crate) fn notice(outcome: Outcome, recalled: bool) -> ReceiptNotice {
    ReceiptNotice {
        outcome,
        address: "laddning.example/receipts".to_owned(),
        code: "K7Q2XW9Z".to_owned(),
        recalled,
    }
}

pub(crate) fn euros(amount: u64) -> Money {
    Money {
        amount,
        currency: "EUR".to_owned(),
    }
}
