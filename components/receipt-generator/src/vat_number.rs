//! Whether a VAT number is written as its country writes them, check digits included.

use stdnum::{Validator, country};

/// A VAT number with its country's prefix. Spaces, dots and hyphens do not matter.
pub(crate) fn is_valid(number: &str) -> bool {
    let prefix = number.get(..2).unwrap_or_default().to_ascii_uppercase();
    let rest = number.get(2..).unwrap_or_default();
    validator(&prefix).is_some_and(|validator| validator.validate(rest).is_ok())
}

/// The EU's member states by the prefixes of Directive 2006/112/EC, article 215, and neighbours in
/// which drivers live.
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
