//! The price: its lines, what limits change, and VAT by rate.

use chargetap_contract::{
    money::{Dimension, PriceLine, VatTotal},
    receipt::Charging,
};

use super::{Row, Section, Writer, row, section, sum};

impl Writer<'_> {
    pub(super) fn price(&self, charging: &Charging) -> Section {
        let Self { language, .. } = self;
        let cost = &charging.cost;
        let several_rates = cost.vat_totals.len() > 1;
        let tariff = self.document.tariff.as_ref();
        let mut rows: Vec<Row> = tariff
            .map(|text| row(language.tariff, text))
            .into_iter()
            .collect();
        rows.extend(cost.lines.iter().map(|line| self.line(line, several_rates)));
        rows.extend(cost.vat_totals.iter().filter_map(|it| self.adjustment(it)));
        rows.push(row(language.net, self.amount(cost.net)));
        rows.extend(self.vat_of(&cost.vat_totals));
        rows.push(sum(language.gross, self.amount(cost.gross)));
        let mut price = section(language.price, rows);
        let rounding = (language.rounding)(cost.tax_included);
        price.notes.push(rounding.to_owned());
        if self.session.captured > 0 && cost.gross > self.session.held {
            price.notes.push(language.price_above_hold.to_owned());
        }
        price
    }

    /// A row for each rate. Where there are several, each says of what it is.
    pub(super) fn vat_of(&self, totals: &[VatTotal]) -> Vec<Row> {
        let vat = |total| self.vat(total, totals.len() > 1);
        totals.iter().filter_map(vat).collect()
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
        let label = match line.vat_rate {
            Some(rate) if with_rate => format!("{label}, {}", self.rate(rate)),
            _ => label,
        };
        row(label, amounts.exact(line.amount))
    }

    /// What the minimum adds or the maximum takes off.
    fn adjustment(&self, total: &VatTotal) -> Option<Row> {
        let label = match total.adjustment {
            0 => return None,
            1.. => self.language.minimum_price,
            _ => self.language.maximum_price,
        };
        Some(row(label, self.amounts.adjustment(total.adjustment)))
    }

    fn vat(&self, total: &VatTotal, with_net: bool) -> Option<Row> {
        let rate = self.rate(total.vat_rate?);
        let label = if with_net {
            let net = self.amount(total.net);
            format!("{rate} {} {net}", self.language.on)
        } else {
            rate
        };
        Some(row(label, self.amount(total.vat)))
    }

    /// Such as `VAT 25 %`.
    fn rate(&self, rate: u32) -> String {
        format!("{} {}", self.language.vat, self.formats.percent(rate))
    }
}
