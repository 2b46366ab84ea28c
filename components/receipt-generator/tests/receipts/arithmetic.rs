//! Figures of random prices: what is right is rendered and adds up, and what is changed is refused.

mod cases;
mod exact;

use cases::cases;
use chargetap_contract::{
    money::{Price, VatTotal},
    receipt::{Document, Format, Problem, Subject},
};
use exact::{Used, price, share};
use proptest::{prelude::*, test_runner::TestCaseResult};
use serde_json::Value;

use crate::{
    documents::{FORMATS, above_hold, below_minimum, paid, prices_with_vat, two_rates_above_hold},
    json, session,
};

/// Every figure that follows from others.
fn figures(document: &mut Document) -> Vec<&mut u64> {
    let mut figures = vec![];
    let session = match &mut document.subject {
        Subject::Session(session) => session,
        Subject::Refund(refund) => {
            figures.push(&mut refund.amount);
            figures.extend(refund.amount_vat.iter_mut().flat_map(shares));
            figures.extend(
                refund
                    .corrected
                    .iter_mut()
                    .flat_map(|it| totals(&mut it.cost)),
            );
            &mut refund.session
        }
        Subject::Invoice(invoice) => &mut invoice.session,
        Subject::Payout(payout) => {
            figures.extend([&mut payout.fee, &mut payout.paid_out]);
            &mut payout.session
        }
    };
    figures.extend([
        &mut session.held,
        &mut session.captured,
        &mut session.released,
    ]);
    figures.extend(session.captured_vat.iter_mut().flat_map(shares));
    figures.extend(
        session
            .charging
            .iter_mut()
            .flat_map(|it| totals(&mut it.cost)),
    );
    figures
}

fn totals(cost: &mut Price) -> Vec<&mut u64> {
    let mut totals = vec![&mut cost.net, &mut cost.vat, &mut cost.gross];
    totals.extend(cost.vat_totals.iter_mut().flat_map(shares));
    totals
}

fn shares(total: &mut VatTotal) -> [&mut u64; 3] {
    [&mut total.net, &mut total.vat, &mut total.gross]
}

#[test]
fn the_rule_as_it_is_here_gives_the_figures_that_were_computed_elsewhere() {
    for mut document in [
        paid(),
        above_hold(),
        two_rates_above_hold(),
        prices_with_vat(),
        below_minimum(),
    ] {
        let session = session(&mut document);
        let cost = &session.charging.as_ref().unwrap().cost;
        let used: Vec<_> = cost
            .lines
            .iter()
            .map(|line| Used {
                dimension: line.dimension,
                vat_rate: line.vat_rate,
                quantity: line.quantity,
                unit_price: line.unit_price,
            })
            .collect();
        assert_eq!(price(&used, cost.tax_included, 0), *cost);
        if session.captured > 0 {
            assert_eq!(share(cost, session.captured), session.captured_vat);
        }
    }
}

/// How many of the random documents are rendered in every format.
const RENDERED: u32 = 64;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(RENDERED))]

    #[test]
    fn what_is_right_is_rendered_in_every_format(case in cases()) {
        for document in case.documents() {
            for it in FORMATS {
                let rendered = receipt_generator::render(&document, it.format, "en");
                prop_assert!(
                    matches!(rendered, Ok(_) | Err(Problem::NotApplicable)),
                    "{}: {rendered:?}",
                    it.name
                );
            }
        }
    }
}

proptest! {
    #[test]
    fn the_figures_of_every_receipt_add_up(case in cases()) {
        for document in case.documents() {
            let receipt = json(&document);
            let amount = |place: &str| receipt.pointer(place).unwrap().as_u64().unwrap();
            prop_assert_eq!(amount("/captured") + amount("/released"), amount("/held"));
            is_shared(&receipt["captured_vat"], amount("/captured"))?;
            is_explained(&receipt["charging"]["price"])?;
        }
        let refund = json(&case.refund());
        is_shared(&refund["refund"]["amount_vat"], refund["refund"]["amount"].as_u64().unwrap())?;
        is_explained(&refund["refund"]["corrected"]["price"])?;
    }

    #[test]
    fn a_figure_that_is_one_more_or_less_is_refused(case in cases()) {
        for mut document in case.documents() {
            let count = figures(&mut document).len();
            for place in 0..count {
                for difference in [-1, 1] {
                    let mut changed = document.clone();
                    let mut figures = figures(&mut changed);
                    let Some(figure) = figures[place].checked_add_signed(difference) else {
                        continue;
                    };
                    *figures[place] = figure;
                    let refused = receipt_generator::render(&changed, Format::Json, "en");
                    prop_assert!(
                        matches!(refused, Err(Problem::Inconsistent(_))),
                        "{place} {difference}: {changed:?}"
                    );
                }
            }
        }
    }
}

/// Net and VAT are gross for each rate, and the rates are the amount.
fn is_shared(totals: &Value, amount: u64) -> TestCaseResult {
    let mut sum = 0;
    for total in totals.as_array().unwrap() {
        let [net, vat, gross] = ["net", "vat", "gross"].map(|it| total[it].as_u64().unwrap());
        prop_assert_eq!(net + vat, gross);
        sum += gross;
    }
    prop_assert_eq!(sum, amount);
    Ok(())
}

/// A thousandth of the minor unit and a hundredth of a percent of it: the smallest part of an amount
/// with VAT.
const MINOR_UNIT: i128 = 1_000 * 10_000;

/// The lines come to the totals, but for half a thousandth that each was rounded by, and but for the
/// rounding of the whole.
fn is_explained(price: &Value) -> TestCaseResult {
    let [net, vat, gross] = ["net", "vat", "gross"].map(|it| price[it].as_u64().unwrap());
    prop_assert_eq!(net + vat, gross);
    is_shared(&price["vat_totals"], gross)?;
    let tax_included = price["tax_included"].as_bool().unwrap();
    let (mut missing_in_all, mut rounding_in_all) = (0, 0);
    for total in price["vat_totals"].as_array().unwrap() {
        let rate = &total["vat_rate_basis_points"];
        let tax = if tax_included {
            0
        } else {
            i128::from(rate.as_u64().unwrap_or(0))
        };
        let lines = price["lines"].as_array().unwrap().iter();
        let lines: Vec<_> = lines
            .filter(|it| it["vat_rate_basis_points"] == *rate)
            .collect();
        let amounts = lines
            .iter()
            .map(|it| i128::from(it["amount_milli_minor"].as_u64().unwrap()));
        let adjustment = i128::from(total["adjustment_milli_minor"].as_i64().unwrap());
        let explained = (amounts.sum::<i128>() + adjustment) * (10_000 + tax);
        let missing = explained - i128::from(total["gross"].as_u64().unwrap()) * MINOR_UNIT;
        let rounding = i128::try_from(lines.len()).unwrap() * (10_000 + tax) / 2;
        missing_in_all += missing;
        rounding_in_all += rounding;
        // The rates before it may have been rounded by half a unit the other way.
        prop_assert!(missing.abs() <= MINOR_UNIT + rounding_in_all, "{price}");
    }
    prop_assert!(
        missing_in_all.abs() <= MINOR_UNIT / 2 + rounding_in_all,
        "{price}"
    );
    Ok(())
}
