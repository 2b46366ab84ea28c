//! Checks the form and the check digits of VAT numbers. A receipt with a number that is none is refused, and
//! so is a configuration.

use stdnum::{Validator, country};

/// Whether this is a VAT number with its country's prefix. Spaces, dots and hyphens are ignored.
#[must_use]
pub fn is_valid(number: &str) -> bool {
    let number = compact(number);
    let Some((prefix, rest)) = number.split_at_checked(2) else {
        return false;
    };
    // The validators skip a prefix themselves and accept full-width digits, so both are refused here.
    // The validator of Switzerland needs the prefix.
    let number = if prefix == "CH" { &number } else { rest };
    let is_plain = number.is_ascii() && !rest.starts_with(prefix);
    is_plain && validator(prefix).is_some_and(|it| it.validate(number).is_ok())
}

fn compact(number: &str) -> String {
    let kept = number.chars().filter(|it| !matches!(it, ' ' | '.' | '-'));
    kept.map(|it| it.to_ascii_uppercase()).collect()
}

/// The member states of the EU by the prefixes of Directive 2006/112/EC, article 215, and neighbouring
/// countries.
fn validator(prefix: &str) -> Option<&'static dyn Validator> {
    Some(match prefix {
        "AT" => &country::at::UID,
        "BE" => &country::be::VAT,
        "BG" => &country::bg::VAT,
        "CH" => &country::ch::VAT,
        "CY" => &country::cy::VAT,
        "CZ" => &country::cz::DIC,
        "DE" => &country::de::VAT,
        "DK" => &country::dk::CVR,
        "EE" => &country::ee::KMKR,
        "EL" => &country::gr::VAT,
        "ES" => &country::es::NIF,
        "FI" => &country::fi::ALV,
        "FR" => &country::fr::TVA,
        "GB" | "XI" => &country::gb::VAT,
        "HR" => &country::hr::OIB,
        "HU" => &country::hu::ANUM,
        "IE" => &country::ie::VAT,
        "IT" => &country::it::IVA,
        "LT" => &country::lt::PVM,
        "LU" => &country::lu::TVA,
        "LV" => &country::lv::PVN,
        "MT" => &country::mt::VAT,
        "NL" => &country::nl::BTW,
        "NO" => &country::no::MVA,
        "PL" => &country::pl::NIP,
        "PT" => &country::pt::NIF,
        "RO" => &country::ro::CIF,
        "SE" => &country::se::VAT,
        "SI" => &country::si::DDV,
        "SK" => &country::sk::DPH,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_needs_its_prefix_and_its_check_digit() {
        for good in [
            "SE556677889901",
            "se 556677-8899 01",
            "DE136695976",
            "FR40303265045",
        ] {
            assert!(is_valid(good), "{good}");
        }
        for wrong in [
            "",
            "SE",
            "556677889901",
            "SE556677889801",
            "DE136695977",
            "US123456789",
        ] {
            assert!(!is_valid(wrong), "{wrong}");
        }
    }
}
