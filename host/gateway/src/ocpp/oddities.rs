//! Counts what stations say otherwise than OCPP has it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chargetap_fleet::text::loggable;
use chargetap_ocpp::Oddity;

/// How often each station was odd, by kind.
#[derive(Debug, Default)]
pub(crate) struct OddityCounts(Mutex<BTreeMap<(String, &'static str), u64>>);

impl OddityCounts {
    /// Count what is odd in a message of a station. The first of each kind is logged, with its place.
    pub(crate) fn count(&self, station: &str, oddities: &[Oddity]) {
        for oddity in oddities {
            let kind = oddity.kind.name();
            // Every change of the map is a single call, so it is whole even after a panic elsewhere.
            let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let count = counts.entry((station.to_owned(), kind)).or_default();
            *count = count.saturating_add(1);
            let is_first = *count == 1;
            drop(counts);
            if is_first {
                let place = loggable(&oddity.place);
                tracing::warn!(
                    station,
                    kind,
                    place,
                    "the station does not keep to OCPP here; it is read all the same, and counted"
                );
            }
        }
    }

    /// How often each station was odd, by kind.
    pub(crate) fn list(&self) -> Vec<(String, &'static str, u64)> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = counts.iter();
        counts
            .map(|((station, kind), count)| (station.clone(), *kind, *count))
            .collect()
    }
}
