//! The price: its lines, the minimum and maximum, and VAT by rate.

use chargetap_contract::{
    money::{Dimension, Price, PriceLine, VatTotal},
    receipt::Charging,
};

use crate::prices::{Wording, capitalised};

use super::{Composer, Entry, Section, entry, section, sum};

impl Composer<'_> {
    pub(super) fn price(&self, charging: &Charging) -> Section {
        let Self {
            language, session, ..
        } = self;
        let cost = &charging.cost;
        let tariff = self.tariff(cost).map(|text| entry(language.tariff, text));
        let mut entries: Vec<Entry> = tariff.into_iter().collect();
        // An issuer owes the VAT that a receipt shows. So VAT of the price is only shown if all of the
        // price was captured.
        self.cost(cost, session.captured == cost.gross, &mut entries);
        let mut price = section(language.price, entries);
        let tax_included = has_vat(cost).then_some(cost.tax_included);
        price
            .notes
            .push((language.rounding)(tax_included).to_owned());
        if session.captured > 0 && session.captured == session.held && cost.gross > session.held {
            price.notes.push(language.price_above_hold.to_owned());
        }
        price
    }

    /// The prices of the tariff; on a receipt of an earlier version, the text that the terminal showed.
    fn tariff(&self, cost: &Price) -> Option<String> {
        let Some(prices) = &self.session.prices else {
            return self.document.tariff.clone();
        };
        let wording = Wording {
            language: self.language,
            formats: self.formats,
            amounts: &self.amounts,
        };
        let prices = capitalised(&wording.prices(prices));
        Some(match has_vat(cost) {
            true => format!("{prices} ({})", self.language.vat_included),
            false => prices,
        })
    }

    /// The lines of the price, and its totals.
    pub(super) fn cost(&self, cost: &Price, with_vat: bool, entries: &mut Vec<Entry>) {
        let Self { language, .. } = self;
        let several_rates = cost.vat_totals.len() > 1;
        entries.extend(cost.lines.iter().map(|line| self.line(line, several_rates)));
        let adjustment = |total| self.adjustment(total, several_rates);
        entries.extend(cost.vat_totals.iter().filter_map(adjustment));
        let gross = self.amount(cost.gross);
        if !has_vat(cost) {
            entries.push(sum(language.without_vat, gross));
            return;
        }
        entries.push(entry(language.net, self.amount(cost.net)));
        if with_vat {
            entries.extend(self.vat_of(&cost.vat_totals));
        }
        entries.push(sum(language.gross, gross));
    }

    /// An entry for each rate with its net amount and VAT. Where there are several rates, also with
    /// the gross amount. The gross amount of a single rate is the total.
    pub(super) fn vat_of(&self, totals: &[VatTotal]) -> impl Iterator<Item = Entry> {
        let several_rates = totals.len() > 1;
        totals.iter().map(move |total| {
            let Some(rate) = total.vat_rate else {
                return entry(self.language.without_vat, self.amount(total.gross));
            };
            let rate = self.rate(rate);
            let [net, vat] = [total.net, total.vat].map(|it| self.amount(it));
            if several_rates {
                let gross = self.amount(total.gross);
                entry(rate, format!("{net} + {vat} = {gross}"))
            } else {
                entry(format!("{rate} {} {net}", self.language.on), vat)
            }
        })
    }

    fn line(&self, line: &PriceLine, with_rate: bool) -> Entry {
        let Self {
            language, amounts, ..
        } = self;
        let unit_price = amounts.exact(line.unit_price);
        let label = match line.dimension {
            Dimension::Energy => {
                format!("{} × {unit_price}/kWh", self.energy(line.quantity))
            }
            Dimension::Time => format!("{} × {unit_price}/h", self.duration(line.quantity)),
            Dimension::ParkingTime => format!(
                "{} {} × {unit_price}/h",
                language.parking,
                self.duration(line.quantity)
            ),
            Dimension::Flat => language.per_session.to_owned(),
        };
        let label = self.labelled(label, line.vat_rate, with_rate);
        entry(label, amounts.exact(line.amount))
    }

    /// What the minimum price adds or the maximum price takes off.
    fn adjustment(&self, total: &VatTotal, with_rate: bool) -> Option<Entry> {
        let label = match total.adjustment {
            0 => return None,
            1.. => self.language.minimum_price,
            _ => self.language.maximum_price,
        };
        let label = self.labelled(label.to_owned(), total.vat_rate, with_rate);
        Some(entry(label, self.amounts.adjustment(total.adjustment)))
    }

    /// Such as `Per session, VAT 25 %`.
    fn labelled(&self, label: String, rate: Option<u32>, with_rate: bool) -> String {
        match rate {
            Some(rate) if with_rate => format!("{label}, {}", self.rate(rate)),
            _ => label,
        }
    }

    /// Such as `VAT 25 %`.
    fn rate(&self, rate: u32) -> String {
        format!("{} {}", self.language.vat, self.formats.percent(rate))
    }
}

fn has_vat(cost: &Price) -> bool {
    cost.vat_totals.iter().any(|it| it.vat_rate.is_some())
}
