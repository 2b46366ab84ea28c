//! Tariffs, in the form that those on record have as well.

use std::collections::BTreeMap;

use chargetap_contract::money::Tariff;
use chargetap_fleet::form::{Mistake, Step};
use chargetap_fleet::tariff::TariffForm;
use toml::Spanned;
use toml::de::DeValue;

use super::place::{Place, repeated};
use super::tables::{Listed, Table};

impl Table for TariffForm {
    const NEEDS: &'static [&'static str] = &["currency"];
}

/// The tariffs by id. Of one with a mistake only the id is known.
pub(super) fn tariffs(
    place: &Place<'_>,
    tables: Vec<Listed<'_, TariffForm>>,
) -> BTreeMap<String, Option<Tariff>> {
    let mut tariffs = BTreeMap::new();
    for Listed { id, table, value } in tables {
        let Some(id) = id else { continue };
        let tariff = table.and_then(|form| {
            let read = form.read();
            read.map_err(|mistakes| add(place, &id, &value, mistakes))
                .ok()
        });
        if tariffs.insert(id.get_ref().clone(), tariff).is_some() {
            place.add(repeated(place, "tariffs.id", &id));
        }
    }
    tariffs
}

/// Mistakes stand at the value that they are about; of one that is missing, at the tariff's id.
fn add(
    place: &Place<'_>,
    id: &Spanned<String>,
    value: &Spanned<DeValue<'_>>,
    mistakes: Vec<Mistake>,
) {
    for mistake in mistakes {
        let steps = mistake.place.steps();
        let names = steps.iter().filter_map(|step| match step {
            Step::Member(name) => Some(*name),
            Step::Item(_) => None,
        });
        let key: Vec<_> = ["tariffs"].into_iter().chain(names).collect();
        let offset = offset(value, steps).unwrap_or(id.span().start);
        place.add(place.error_at(&key.join("."), offset, mistake.problem));
    }
}

/// Where a part of a value stands in the file, if it is there.
fn offset(value: &Spanned<DeValue<'_>>, steps: &[Step]) -> Option<usize> {
    let mut value = value;
    for step in steps {
        value = match step {
            Step::Member(name) => value.get_ref().as_table()?.get(*name)?,
            Step::Item(at) => value.get_ref().as_array()?.get(*at)?,
        };
    }
    Some(value.span().start)
}
