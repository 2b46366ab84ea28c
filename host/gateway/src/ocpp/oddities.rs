//! Counts what stations say otherwise than OCPP has it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chargetap_engine::platform::OddityCount;
use chargetap_fleet::text::loggable;
use chargetap_ocpp::Oddity;

/// How often each station was odd, by kind.
#[derive(Debug, Default)]
pub(crate) struct OddityCounts(Mutex<BTreeMap<(String, &'static str), Counted>>);

#[derive(Debug, Default)]
struct Counted {
    count: u64,
    /// Where it last was.
    place: String,
}

impl OddityCounts {
    /// Count what is odd in a message of a station. The first of each kind is logged, with its place.
    pub(crate) fn count(&self, station: &str, oddities: &[Oddity]) {
        for oddity in oddities {
            let kind = oddity.kind.name();
            let place = loggable(&oddity.place);
            // Every change leaves the map whole, also after a panic elsewhere.
            let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let counted = counts.entry((station.to_owned(), kind)).or_default();
            counted.count = counted.count.saturating_add(1);
            counted.place.clone_from(&place);
            let is_first = counted.count == 1;
            drop(counts);
            if is_first {
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
            .map(|((station, kind), counted)| (station.clone(), *kind, counted.count))
            .collect()
    }

    /// How often a station was odd, by kind.
    pub(crate) fn of(&self, station: &str) -> Vec<OddityCount> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = counts.iter().filter(|((of, _), _)| of == station);
        counts
            .map(|((_, kind), Counted { count, place })| OddityCount {
                kind: (*kind).to_owned(),
                count: *count,
                place: place.clone(),
            })
            .collect()
    }
}
