//! A captured or refunded part of a price, by VAT rate.
//!
//! The captured part of a price, and the part of it that is given back, are divided by the price's own rates, so that
//! parts add up to the whole in net and in VAT.

use chargetap_contract::money::{Price, VatTotal};

use super::cost::{rounded, taxed};

/// The part of a price that has this gross amount, by the price's VAT rates.
///
/// The rates are served from the lowest. Each gets a part of the amount that is left, in proportion to
/// its share of the price that is left, rounded half up. VAT is taken out of that and rounded half up,
/// as in the whole price.
///
/// If the amount grows, no rate's share becomes smaller. So partial refunds add up to what was
/// captured.
pub(crate) fn share(price: &Price, amount: u64) -> Vec<VatTotal> {
    let mut left = amount;
    let mut price_left = price.gross;
    let mut shares = Vec::new();
    for total in &price.vat_totals {
        let product = u128::from(left) * u128::from(total.gross);
        let gross = rounded(product, u128::from(price_left.max(1))).min(left);
        left -= gross;
        price_left = price_left.saturating_sub(total.gross);
        if gross > 0 {
            shares.push(taxed(total.vat_rate, gross));
        }
    }
    shares
}

/// The share of `more` less the share of `less`, by VAT rate. `less` is not larger than `more`.
pub(crate) fn difference(price: &Price, more: u64, less: u64) -> Vec<VatTotal> {
    let mut shares = share(price, more);
    for given in share(price, less) {
        if let Some(share) = shares.iter_mut().find(|it| it.vat_rate == given.vat_rate) {
            share.net = share.net.saturating_sub(given.net);
            share.vat = share.vat.saturating_sub(given.vat);
            share.gross = share.gross.saturating_sub(given.gross);
        }
    }
    shares.retain(|share| share.gross > 0);
    shares
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn price(shares: &[(Option<u32>, u64)]) -> Price {
        let vat_totals: Vec<VatTotal> = shares
            .iter()
            .map(|(rate, gross)| taxed(*rate, *gross))
            .collect();
        Price {
            net: vat_totals.iter().map(|it| it.net).sum(),
            vat: vat_totals.iter().map(|it| it.vat).sum(),
            gross: vat_totals.iter().map(|it| it.gross).sum(),
            tax_included: true,
            lines: Vec::new(),
            vat_totals,
        }
    }

    // By hand: of 4.86 at 25 %, VAT is 0.972; of 0.86 it is 0.172.
    #[test]
    fn of_one_rate_the_vat_of_the_parts_is_that_of_the_whole() {
        let price = price(&[(Some(2_500), 486)]);
        let parts = [(486, 86), (86, 0)].map(|(more, less)| difference(&price, more, less));
        let vat = parts.map(|part| (part[0].net, part[0].vat, part[0].gross));
        assert_eq!(vat, [(320, 80, 400), (69, 17, 86)]);
    }

    // By hand: of 10.00 that are 6.00 at 10 % and 4.00 at 20 %, 5.00 are 3.00 and 2.00, with 0.2727
    // and 0.3333 of VAT.
    #[test]
    fn several_rates_share_in_proportion() {
        let price = price(&[(Some(1_000), 600), (Some(2_000), 400)]);
        let shares: Vec<_> = share(&price, 500)
            .iter()
            .map(|it| (it.vat_rate, it.net, it.vat))
            .collect();
        assert_eq!(shares, [(Some(1_000), 273, 27), (Some(2_000), 167, 33)]);
        assert_eq!(share(&price, 0), []);
    }

    fn prices() -> impl Strategy<Value = Price> {
        prop::collection::vec(0..1_000_000_u64, 1..5).prop_map(|grosses| {
            let rates = [None, Some(600), Some(1_350), Some(2_550)];
            price(&rates.into_iter().zip(grosses).collect::<Vec<_>>())
        })
    }

    proptest! {
        #[test]
        fn the_whole_is_shared_as_the_price_is(price in prices()) {
            let mut totals = price.vat_totals.clone();
            totals.retain(|it| it.gross > 0);
            prop_assert_eq!(share(&price, price.gross), totals);
        }

        #[test]
        fn parts_add_up_to_the_whole_and_none_is_negative(
            price in prices(),
            cuts in prop::collection::vec(0.0..1.0_f64, 0..6),
        ) {
            let whole = price.gross;
            let mut marks: Vec<u64> = cuts.iter().map(|cut| (whole as f64 * cut) as u64).collect();
            marks.extend([0, whole]);
            marks.sort_unstable();
            let mut sums = std::collections::BTreeMap::new();
            for pair in marks.windows(2) {
                let part = difference(&price, pair[1], pair[0]);
                prop_assert_eq!(part.iter().map(|it| it.gross).sum::<u64>(), pair[1] - pair[0]);
                for total in part {
                    prop_assert_eq!(total.net + total.vat, total.gross);
                    prop_assert!(total.gross > 0);
                    let sum = sums.entry(total.vat_rate).or_insert((0, 0));
                    sum.0 += total.net;
                    sum.1 += total.vat;
                }
            }
            for total in price.vat_totals.iter().filter(|it| it.gross > 0) {
                prop_assert_eq!(sums[&total.vat_rate], (total.net, total.vat));
            }
        }
    }
}
