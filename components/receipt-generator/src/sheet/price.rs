//! The price: its lines, what limits change, and VAT by rate.

use chargetap_contract::{
    money::{Dimension, Price, PriceLine, VatTotal},
    receipt::Charging,
};

use super::{Row, Section, Writer, row, section, sum};

impl Writer<'_> {
    pub(super) fn price(&self, charging: &Charging) -> Section {
        let Self {
            language, session, ..
        } = self;
        let cost = &charging.cost;
        let tariff = self.document.tariff.as_ref();
        let mut rows: Vec<Row> = tariff
            .map(|text| row(language.tariff, text))
            .into_iter()
            .collect();
        // VAT that a receipt shows is owed, so of a price that was not captured whole there is none.
        self.cost(cost, session.captured == cost.gross, &mut rows);
        let mut price = section(language.price, rows);
        let tax_included = has_vat(cost).then_some(cost.tax_included);
        price
            .notes
            .push((language.rounding)(tax_included).to_owned());
        if session.captured > 0 && session.captured == session.held && cost.gross > session.held {
            price.notes.push(language.price_above_hold.to_owned());
        }
        price
    }

    /// From the lines to the total.
    pub(super) fn cost(&self, cost: &Price, with_vat: bool, rows: &mut Vec<Row>) {
        let Self { language, .. } = self;
        let several_rates = cost.vat_totals.len() > 1;
        rows.extend(cost.lines.iter().map(|line| self.line(line, several_rates)));
        let adjustment = |total| self.adjustment(total, several_rates);
        rows.extend(cost.vat_totals.iter().filter_map(adjustment));
        let gross = self.amount(cost.gross);
        if !has_vat(cost) {
            rows.push(sum(language.without_vat, gross));
            return;
        }
        rows.push(row(language.net, self.amount(cost.net)));
        if with_vat {
            rows.extend(self.vat_of(&cost.vat_totals));
        }
        rows.push(sum(language.gross, gross));
    }

    /// A row for each rate, with its net amount and VAT. Where there are several, each says what it
    /// comes to: the gross amount of a single one is that of all.
    pub(super) fn vat_of(&self, totals: &[VatTotal]) -> impl Iterator<Item = Row> {
        let several_rates = totals.len() > 1;
        totals.iter().map(move |total| {
            let Some(rate) = total.vat_rate else {
                return row(self.language.without_vat, self.amount(total.gross));
            };
            let rate = self.rate(rate);
            let [net, vat] = [total.net, total.vat].map(|it| self.amount(it));
            if several_rates {
                let gross = self.amount(total.gross);
                row(rate, format!("{net} + {vat} = {gross}"))
            } else {
                row(format!("{rate} {} {net}", self.language.on), vat)
            }
        })
    }

    fn line(&self, line: &PriceLine, with_rate: bool) -> Row {
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
        row(label, amounts.exact(line.amount))
    }

    /// What the minimum adds or the maximum takes off.
    fn adjustment(&self, total: &VatTotal, with_rate: bool) -> Option<Row> {
        let label = match total.adjustment {
            0 => return None,
            1.. => self.language.minimum_price,
            _ => self.language.maximum_price,
        };
        let label = self.labelled(label.to_owned(), total.vat_rate, with_rate);
        Some(row(label, self.amounts.adjustment(total.adjustment)))
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
