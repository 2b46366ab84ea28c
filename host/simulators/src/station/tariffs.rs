//! The tariffs that a station shows to drivers, by EVSE. It only shows them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// As they were told. Every EVSE has an entry.
#[derive(Debug)]
pub(super) struct Tariffs(BTreeMap<u32, Option<Tariff>>);

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tariff {
    pub(super) id: String,
    /// The whole of it.
    pub(super) content: Value,
}

impl Tariffs {
    /// None yet, at so many EVSEs.
    pub(super) fn new(evses: u32) -> Self {
        Self((1..=evses).map(|evse| (evse, None)).collect())
    }

    pub(super) fn of(&self, evse: u32) -> Option<&Value> {
        let tariff = self.0.get(&evse)?.as_ref()?;
        Some(&tariff.content)
    }

    /// Takes over the tariff of an EVSE, or of all if that is 0. Returns the status to answer.
    pub(super) fn set(&mut self, evse: u32, tariff: &Tariff) -> &'static str {
        let has_it = |known: &Option<Tariff>| known.as_ref().is_some_and(|it| it.id == tariff.id);
        if self.0.values().any(has_it) {
            return "DuplicateTariffId";
        }
        let mut is_known = false;
        for (_, known) in self.0.iter_mut().filter(|it| evse == 0 || *it.0 == evse) {
            *known = Some(tariff.clone());
            is_known = true;
        }
        if is_known { "Accepted" } else { "Rejected" }
    }

    /// Forgets tariffs: those of an EVSE and those with these ids, as far as that is said. Returns what became of each.
    pub(super) fn clear(&mut self, evse: Option<u32>, ids: Option<&[String]>) -> Vec<Value> {
        let mut results = Vec::new();
        for (_, known) in self
            .0
            .iter_mut()
            .filter(|it| evse.is_none_or(|evse| *it.0 == evse))
        {
            let is_meant = |known: &mut Tariff| ids.is_none_or(|ids| ids.contains(&known.id));
            if let Some(cleared) = known.take_if(is_meant) {
                results.push(json!({"tariffId": cleared.id, "status": "Accepted"}));
            }
        }
        if results.is_empty() {
            results.push(json!({"status": "NoTariff"}));
        }
        results
    }
}
