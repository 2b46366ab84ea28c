//! Numbers in signed texts. Each number has exactly one accepted spelling.

use chargetap_contract::money::UnixMs;

/// The most digits of a time in seconds: enough for the next three thousand years.
const MAX_SECONDS: u64 = 99_999_999_999;

/// Only digits, without leading zeros: `parse` alone would take `+1` and `01`.
pub(crate) fn canonical(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// Seconds since 1970, in milliseconds.
pub(crate) fn unix_seconds(text: &str) -> Option<UnixMs> {
    let seconds = canonical(text).filter(|seconds| *seconds <= MAX_SECONDS)?;
    seconds.checked_mul(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        assert_eq!(canonical("0"), Some(0));
        assert_eq!(canonical("18446744073709551615"), Some(u64::MAX));
        for text in [
            "",
            "00",
            "01",
            "+1",
            "-1",
            "1 ",
            "1.0",
            "1e3",
            "18446744073709551616",
        ] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }

    #[test]
    fn seconds_have_eleven_digits_at_most() {
        assert_eq!(unix_seconds("1614265330"), Some(1_614_265_330_000));
        assert_eq!(unix_seconds("99999999999"), Some(99_999_999_999_000));
        assert_eq!(unix_seconds("100000000000"), None);
    }
}
