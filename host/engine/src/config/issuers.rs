//! The issuers of receipts: the platform, its customer, or both.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::place::Place;
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

/// The issuers of the file, of which there is at least one.
pub(super) fn issuers(
    place: &Place<'_>,
    tables: Spanned<BTreeMap<Processor, IssuerTable>>,
) -> Result<BTreeMap<Processor, Issuer>, ConfigError> {
    if tables.get_ref().is_empty() {
        let problem = "needs [issuers.platform], [issuers.customer] or both".into();
        return Err(place.error("issuers", &tables, problem));
    }
    let mut issuers: BTreeMap<Processor, Issuer> = BTreeMap::new();
    for (processor, table) in tables.into_inner() {
        let vat_number = table.vat_number.clone();
        let issuer = issuer(place, table)?;
        if issuers.values().any(|other| other.key() == issuer.key()) {
            let problem = "both issuers have it: one of them would issue for the other".into();
            return Err(place.error("issuers.vat_number", &vat_number, problem));
        }
        issuers.insert(processor, issuer);
    }
    Ok(issuers)
}

fn issuer(place: &Place<'_>, table: IssuerTable) -> Result<Issuer, ConfigError> {
    if table.vat_number.get_ref().trim().is_empty() {
        let problem = "is needed: receipts are numbered by it".into();
        return Err(place.error("issuers.vat_number", &table.vat_number, problem));
    }
    if !is_prefix(table.number_prefix.get_ref()) {
        let problem = format!("must be at most {LONGEST_PREFIX} letters, digits and - / . _");
        return Err(place.error("issuers.number_prefix", &table.number_prefix, problem));
    }
    Ok(Issuer {
        on_receipts: chargetap_contract::receipt::Issuer {
            name: table.name,
            address: table.address,
            vat_number: table.vat_number.into_inner(),
            contact: table.contact,
        },
        number_prefix: table.number_prefix.into_inner(),
    })
}

fn is_prefix(prefix: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-/._".contains(c);
    prefix.len() <= LONGEST_PREFIX && prefix.chars().all(fits)
}
