//! Exact values of an energy register.

/// Energy in nanowatt-hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Energy(u128);

const PER_WATT_HOUR: u128 = 1_000_000_000;

/// How many decimals of a unit make a nanowatt-hour.
const DECIMALS_OF_WH: usize = 9;
const DECIMALS_OF_KWH: usize = 12;

/// The most digits before the decimal point. No register has so many.
const MAX_DIGITS: usize = 15;

impl Energy {
    /// Reads a number as it stands in the JSON. It may be in quotes and padded with blanks or zeros.
    /// `None` if it has an exponent, a sign, or more decimals than a nanowatt-hour.
    pub(crate) fn read(number: &str, unit: &str) -> Option<Self> {
        let decimals = match unit {
            "Wh" => DECIMALS_OF_WH,
            "kWh" => DECIMALS_OF_KWH,
            _ => return None,
        };
        let quoted = number.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
        let number = quoted.map_or(number, str::trim);
        let (whole, fraction) = match number.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (number, ""),
        };
        let fits = (1..=MAX_DIGITS).contains(&whole.len()) && fraction.len() <= decimals;
        let digits = format!("{whole}{fraction:0<decimals$}");
        let is_number = fits && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| digits.parse().ok().map(Self))?
    }

    /// The full watt-hours since an earlier value.
    pub(crate) fn watt_hours_since(self, earlier: Self) -> Option<u64> {
        let nanowatt_hours = self.0.checked_sub(earlier.0)?;
        u64::try_from(nanowatt_hours / PER_WATT_HOUR).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_to_its_last_digit() {
        let nanowatt_hours = |number, unit| Energy::read(number, unit).map(|it| it.0);
        for (number, unit, expected) in [
            ("0", "Wh", 0),
            ("2851485", "Wh", 2_851_485_000_000_000),
            ("0.5", "Wh", 500_000_000),
            ("0.000000001", "Wh", 1),
            ("2935.6", "kWh", 2_935_600_000_000_000),
            ("62500.1271", "kWh", 62_500_127_100_000_000),
            ("0.000000000001", "kWh", 1),
            (r#""       9.038""#, "kWh", 9_038_000_000_000),
            (r#""00000000.000""#, "kWh", 0),
            (
                "999999999999999",
                "kWh",
                999_999_999_999_999_000_000_000_000,
            ),
        ] {
            assert_eq!(nanowatt_hours(number, unit), Some(expected), "{number}");
        }
    }

    #[test]
    fn what_is_not_plainly_a_number_is_not_read() {
        for number in [
            "",
            "-1",
            "+1",
            "1e3",
            "1E-3",
            "1.",
            ".5",
            "1.2.3",
            "1,5",
            "0x10",
            "NaN",
            "null",
            "1 000",
            r#""""#,
            r#""1"#,
            r#"" ""#,
            r#""\u0031""#,
            "1000000000000000",
            "0.0000000001",
            "1٣",
        ] {
            assert_eq!(Energy::read(number, "Wh"), None, "{number}");
        }
    }

    #[test]
    fn units_of_energy_are_kwh_and_wh() {
        for unit in ["", "kwh", "KWH", "wh", "MWh", "sec", "mOhm", "Wh "] {
            assert_eq!(Energy::read("1", unit), None, "{unit}");
        }
    }

    #[test]
    fn a_watt_hour_counts_once_it_is_full() {
        let since = |end, begin| {
            let kilowatt_hours = |number| Energy::read(number, "kWh").unwrap();
            kilowatt_hours(end).watt_hours_since(kilowatt_hours(begin))
        };
        assert_eq!(since("0.2597", "0.2596"), Some(0));
        assert_eq!(since("1.0005", "1"), Some(0));
        assert_eq!(since("1.000999999999", "1"), Some(0));
        assert_eq!(since("1.001", "1"), Some(1));
        assert_eq!(since("1.0005", "0.9995"), Some(1));
        assert_eq!(since("58.685", "57.584"), Some(1_101));
        assert_eq!(since("1", "1"), Some(0));
        assert_eq!(since("1", "1.0001"), None);
    }
}
