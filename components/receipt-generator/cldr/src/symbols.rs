//! The currencies' signs, read here, because ICU4X 2.4 leaves out a sign that is the code itself and
//! then takes the root's: it would write `€` where Hungarian has `EUR`.

use std::{collections::BTreeSet, fs};

use icu::{
    experimental::dimension::provider::currency::symbols::{CurrencySymbol, CurrencySymbolsV1},
    properties::{
        CodePointMapData,
        props::{GeneralCategory, GeneralCategoryGroup},
    },
};
use icu_provider::prelude::*;
use serde_json::Value;

use crate::{CLDR, Resolved, our_locales};

impl DataProvider<CurrencySymbolsV1> for Resolved {
    fn load(&self, request: DataRequest) -> Result<DataResponse<CurrencySymbolsV1>, DataError> {
        let id = request.id;
        let symbol = symbols(id.locale)?
            .into_iter()
            .find(|(code, _)| code == id.marker_attributes.as_str());
        let (_, symbol) = symbol.ok_or_else(|| {
            DataErrorKind::IdentifierNotFound.with_req(CurrencySymbolsV1::INFO, request)
        })?;
        let starts = symbol.chars().next().is_some_and(is_letter);
        let ends = symbol.chars().next_back().is_some_and(is_letter);
        Ok(DataResponse {
            metadata: Default::default(),
            payload: DataPayload::from_owned(CurrencySymbol::new(&symbol, starts, ends)),
        })
    }
}

impl IterableDataProvider<CurrencySymbolsV1> for Resolved {
    fn iter_ids(&self) -> Result<BTreeSet<DataIdentifierCow<'_>>, DataError> {
        let mut ids = BTreeSet::new();
        for locale in our_locales() {
            for (code, _) in symbols(&locale)? {
                let code = DataMarkerAttributes::try_from_string(code)
                    .map_err(|_| DataError::custom("a code is not ASCII"))?;
                ids.insert(DataIdentifierCow::from_owned(code, locale));
            }
        }
        Ok(ids)
    }
}

/// Codes and signs, where they are not the same, of the currencies that receipts know.
fn symbols(locale: &DataLocale) -> Result<Vec<(String, String)>, DataError> {
    let path = format!("{CLDR}/cldr-numbers-full/main/{locale}/currencies.json");
    let json: Value = fs::read_to_string(path)
        .ok()
        .and_then(|text| serde_json::from_str(&text).ok())
        .ok_or(DataError::custom("a locale has no currencies.json"))?;
    let currencies = json["main"][locale.to_string()]["numbers"]["currencies"].as_object();
    Ok(currencies
        .into_iter()
        .flatten()
        .filter_map(|(code, names)| Some((code.clone(), names["symbol"].as_str()?.to_owned())))
        .filter(|(code, symbol)| {
            code != symbol && iso_currency::Currency::from_code(code).is_some()
        })
        .collect())
}

fn is_letter(character: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(character);
    GeneralCategoryGroup::Letter.contains(category)
}
