//! What a session costs.

use chargetap_contract::money::{Price, Tariff};

/// Parts of a minor unit in the exact price: prices are thousandths of a minor unit, energy is in
/// thousandths of a kWh and time in 3,600,000ths of an hour, of which the latter is the finest.
const PARTS: u128 = 1_000 * 3_600_000;
const WH_IN_PARTS: u128 = 3_600;
const VAT_WHOLE: u128 = 10_000;

/// The price of `energy` watt-hours in a transaction of `duration` milliseconds.
///
/// The rounding rule: the gross price is computed exactly and rounded half up once, to the minor
/// unit; VAT is taken out of that gross and rounded half up; net is what remains. A price beyond
/// what 64 bits hold is the largest price there is, which no hold covers.
#[must_use]
pub fn price(tariff: &Tariff, energy: u64, duration: u64) -> Price {
    if energy == 0 {
        return Price {
            net: 0,
            vat: 0,
            gross: 0,
        };
    }
    let gross = exact_net(tariff, energy, duration)
        .and_then(|net| net.checked_mul(VAT_WHOLE + u128::from(tariff.vat_rate)))
        .and_then(|gross| u64::try_from(divide_half_up(gross, PARTS * VAT_WHOLE)).ok())
        .unwrap_or(u64::MAX);
    let vat = divide_half_up(
        u128::from(gross) * u128::from(tariff.vat_rate),
        VAT_WHOLE + u128::from(tariff.vat_rate),
    );
    // VAT is a fraction of gross below one, so it fits and never exceeds it.
    let vat = u64::try_from(vat).unwrap_or(gross).min(gross);
    Price {
        net: gross - vat,
        vat,
        gross,
    }
}

fn exact_net(tariff: &Tariff, energy: u64, duration: u64) -> Option<u128> {
    let energy = u128::from(energy)
        .checked_mul(u128::from(tariff.per_kwh))?
        .checked_mul(WH_IN_PARTS)?;
    let time = u128::from(duration).checked_mul(u128::from(tariff.per_hour))?;
    let session = u128::from(tariff.per_session).checked_mul(3_600_000)?;
    energy.checked_add(time)?.checked_add(session)
}

fn divide_half_up(dividend: u128, divisor: u128) -> u128 {
    let quotient = dividend / divisor;
    if dividend % divisor >= divisor.div_ceil(2) {
        quotient + 1
    } else {
        quotient
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tariff(per_kwh: u64, per_hour: u64, per_session: u64, vat_rate: u32) -> Tariff {
        Tariff {
            currency: "EUR".into(),
            per_kwh,
            per_hour,
            per_session,
            vat_rate,
        }
    }

    // The expected figures were worked out by hand with decimal fractions.

    #[test]
    fn energy_and_session_fee_with_vat_are_rounded_once() {
        // 7.42 kWh x 0.49 + 0.25 = 3.8858 net; x 1.25 = 4.85725 gross, so 4.86; VAT 0.972, so 0.97.
        let cost = price(&tariff(49_000, 0, 25_000, 2_500), 7_420, 0);
        assert_eq!(
            cost,
            Price {
                net: 389,
                vat: 97,
                gross: 486
            }
        );
    }

    #[test]
    fn time_is_charged_by_the_millisecond() {
        // 90 minutes at 2.00 an hour and 1 Wh at 0.30: 3.0003 net, no VAT.
        let cost = price(&tariff(30_000, 200_000, 0, 0), 1, 90 * 60_000);
        assert_eq!(
            cost,
            Price {
                net: 300,
                vat: 0,
                gross: 300
            }
        );
    }

    #[test]
    fn exactly_half_a_cent_is_rounded_up() {
        // 50 Wh at 0.10 is half a cent.
        assert_eq!(price(&tariff(10_000, 0, 0, 0), 50, 0).gross, 1);
        assert_eq!(price(&tariff(10_000, 0, 0, 0), 49, 0).gross, 0);
    }

    #[test]
    fn a_session_without_energy_costs_nothing() {
        let cost = price(&tariff(49_000, 200_000, 25_000, 2_500), 0, 3_600_000);
        assert_eq!(
            cost,
            Price {
                net: 0,
                vat: 0,
                gross: 0
            }
        );
    }

    #[test]
    fn a_price_beyond_all_bounds_is_the_largest_there_is() {
        assert_eq!(
            price(&tariff(u64::MAX, 0, 0, 0), u64::MAX, 0).gross,
            u64::MAX
        );
    }

    proptest! {
        #[test]
        fn net_and_vat_are_gross(
            per_kwh: u64, per_hour: u64, per_session: u64, vat in 0u32..=10_000,
            energy: u64, duration: u64,
        ) {
            let cost = price(&tariff(per_kwh, per_hour, per_session, vat), energy, duration);
            prop_assert_eq!(u128::from(cost.net) + u128::from(cost.vat), u128::from(cost.gross));
        }

        #[test]
        fn more_energy_never_costs_less(
            per_kwh in 0u64..1_000_000, vat in 0u32..=10_000,
            energy in 0u64..1_000_000, more in 0u64..1_000_000,
        ) {
            let tariff = tariff(per_kwh, 0, 0, vat);
            prop_assert!(price(&tariff, energy + more, 0).gross >= price(&tariff, energy, 0).gross);
        }
    }
}
