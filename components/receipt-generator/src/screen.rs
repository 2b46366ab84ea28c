//! What a terminal's screen says, in words.

use chargetap_contract::{
    money::Money,
    receipt::{NothingTakenReason, Problem},
    screen::{Message, Outcome, Quote, ReceiptNotice},
};

use crate::{
    clean,
    formats::Formats,
    language::Language,
    money::Currency,
    prices::{Wording, capitalised},
};

/// Writes a message as one line. Terminals are not known to show spaces of special widths, so all of
/// them are ordinary ones.
pub(crate) fn write(
    message: &Message,
    language: &'static Language,
    formats: &'static Formats,
) -> Result<String, Problem> {
    let screen = &language.screen;
    let writer = Writer { language, formats };
    let text = match message {
        Message::Offer(offer) => writer.offer(offer)?,
        Message::CardAccepted => screen.card_accepted.to_owned(),
        Message::ChargingBegun => screen.charging_begun.to_owned(),
        Message::ChargingEnded(price) => (screen.charging_ended)(&writer.money(price)?),
        Message::NothingTaken(reason) => writer.nothing_taken(*reason),
        Message::Occupied => format!("{} {}.", screen.in_use, language.nothing_taken),
        Message::NoEvse => format!("{} {}.", screen.plug_in, language.nothing_taken),
        Message::Receipt(notice) => writer.receipt(notice)?,
        Message::InUse => screen.in_use.to_owned(),
        Message::InUseCardStops => format!("{} {}", screen.in_use, screen.to_stop),
        Message::PlugIn => format!("{} {}", screen.plug_in, screen.to_stop),
        Message::ShowFirstCard => screen.show_first_card.to_owned(),
        Message::HowMuch => screen.how_much.to_owned(),
        Message::Amount(amount) => writer.money(amount)?,
        Message::WhereToCharge => screen.where_to_charge.to_owned(),
        Message::Stop => screen.stop.to_owned(),
        Message::StopAt(label) => (screen.stop_at)(label),
        Message::ConfirmStop => screen.confirm_stop.to_owned(),
        Message::GoOn => screen.go_on.to_owned(),
        Message::OutOfService => screen.out_of_service.to_owned(),
    };
    Ok(clean::text(text).replace(['\u{a0}', '\u{202f}'], " "))
}

struct Writer {
    language: &'static Language,
    formats: &'static Formats,
}

impl Writer {
    fn offer(&self, Quote { prices, hold }: &Quote) -> Result<String, Problem> {
        let Self { language, formats } = *self;
        let currency = Currency::find(&prices.currency)?;
        let amounts = &formats.amounts(&currency);
        let wording = Wording {
            language,
            formats,
            amounts,
        };
        let prices = wording.prices(prices);
        let hold = (language.screen.hold)(&amounts.amount(*hold));
        let sentence = capitalised(&format!("{prices}, {hold}."));
        Ok(format!("{sentence} {}", language.screen.show_card))
    }

    fn nothing_taken(&self, reason: NothingTakenReason) -> String {
        let reason = (self.language.reason)(reason);
        format!("{reason} {}.", self.language.nothing_taken)
    }

    fn receipt(&self, notice: &ReceiptNotice) -> Result<String, Problem> {
        let screen = &self.language.screen;
        let outcome = match &notice.outcome {
            Outcome::Paid(amount) => (screen.paid)(&self.money(amount)?),
            Outcome::NothingTaken(reason) => self.nothing_taken(*reason),
        };
        let receipt = (screen.receipt_at)(&notice.address, &grouped(&notice.code));
        Ok(match notice.recalled {
            true => format!("{outcome} {receipt} {}", screen.to_charge_again),
            false => format!("{outcome} {receipt}"),
        })
    }

    fn money(&self, money: &Money) -> Result<String, Problem> {
        let currency = Currency::find(&money.currency)?;
        Ok(self.formats.amounts(&currency).amount(money.amount))
    }
}

/// A code in two halves, which is easier to type.
fn grouped(code: &str) -> String {
    match code.split_at_checked(code.len() / 2) {
        Some((first, second)) if !first.is_empty() => format!("{first}-{second}"),
        _ => code.to_owned(),
    }
}
