//! The issuers of receipts: the platform, its customer, or both.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::StrDeserializer;
use toml::Spanned;

use super::place::Place;
use super::tables::{Named, Table};
use super::{ConfigError, Issuer, Processor};

/// A number with a prefix fits a receipt and the systems that read it.
const LONGEST_PREFIX: usize = 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IssuerTable {
    name: String,
    address: String,
    vat_number: Spanned<String>,
    contact: String,
    number_prefix: Spanned<String>,
}

impl Table for IssuerTable {
    const NEEDS: &'static [&'static str] =
        &["name", "address", "vat_number", "contact", "number_prefix"];
}

/// The issuers of the file, of which there is at least one.
pub(super) fn issuers(
    place: &Place<'_>,
    tables: Spanned<Vec<Named<IssuerTable>>>,
) -> Option<BTreeMap<Processor, Issuer>> {
    if tables.get_ref().is_empty() {
        let problem = "needs [issuers.platform], [issuers.customer] or both".into();
        place.add(place.error("issuers", &tables, problem));
    }
    let mut is_good = true;
    let mut issuers: BTreeMap<Processor, Issuer> = BTreeMap::new();
    for Named { key, table } in tables.into_inner() {
        let processor = place.take(processor(place, &key));
        let read = table.and_then(|table| {
            let vat_number = table.vat_number.clone();
            Some((vat_number, issuer(place, table)?))
        });
        let (Some(processor), Some((vat_number, issuer))) = (processor, read) else {
            is_good = false;
            continue;
        };
        if issuers.values().any(|other| other.key() == issuer.key()) {
            let problem = "both issuers have it: one of them would issue for the other".into();
            place.add(place.error("issuers.vat_number", &vat_number, problem));
        }
        issuers.insert(processor, issuer);
    }
    is_good.then_some(issuers)
}

fn processor(place: &Place<'_>, name: &Spanned<String>) -> Result<Processor, ConfigError> {
    let deserializer: StrDeserializer<'_, serde::de::value::Error> =
        name.get_ref().as_str().into_deserializer();
    Processor::deserialize(deserializer)
        .map_err(|error| place.error("issuers", name, error.to_string()))
}

fn issuer(place: &Place<'_>, table: IssuerTable) -> Option<Issuer> {
    let has_vat_number = place.take(vat_number(place, &table.vat_number));
    if !is_prefix(table.number_prefix.get_ref()) {
        let problem = format!("must be at most {LONGEST_PREFIX} letters, digits and - / . _");
        place.add(place.error("issuers.number_prefix", &table.number_prefix, problem));
        return None;
    }
    has_vat_number?;
    Some(Issuer {
        on_receipts: chargetap_contract::receipt::Issuer {
            name: table.name,
            address: table.address,
            vat_number: table.vat_number.into_inner(),
            contact: table.contact,
        },
        number_prefix: table.number_prefix.into_inner(),
    })
}

/// Receipts are numbered by it, and no invoice can be made with a number that is none.
fn vat_number(place: &Place<'_>, number: &Spanned<String>) -> Result<(), ConfigError> {
    match vat_number::is_valid(number.get_ref()) {
        true => Ok(()),
        false => {
            let problem = format!(
                "{:?} is no VAT number with its country's letters, such as \"SE556677889901\": check \
                 every digit, because the last ones follow from the others",
                number.get_ref()
            );
            Err(place.error("issuers.vat_number", number, problem))
        }
    }
}

fn is_prefix(prefix: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-/._".contains(c);
    prefix.len() <= LONGEST_PREFIX && prefix.chars().all(fits)
}
