//! Where and when the charging took place, and how much energy it was.

use chargetap_contract::receipt::Charging;

use super::{Composer, Entry, Section, entry, section};
use crate::time::Moment;

const MS_PER_SECOND: u64 = 1_000;

impl Composer<'_> {
    pub(super) fn place(&self) -> Section {
        let Self {
            document, language, ..
        } = self;
        let mut entries = vec![
            entry(language.site, &document.site.name),
            entry(language.address, &document.site.address),
            entry(language.evse, &self.session.evse),
        ];
        // The term is the same in every language.
        let id = document.evse_id.as_ref();
        entries.extend(id.map(|id| entry("EVSE ID", id)));
        if let (Some(charging), Some(times)) = (&self.session.charging, &self.times.charging) {
            entries.extend(self.charging(charging, times));
        }
        section(language.charging, entries)
    }

    /// The charging as the station reported it after the session was settled, and what that costs.
    pub(super) fn corrected(&self, charging: &Charging, times: &(Moment, Moment)) -> Section {
        let mut entries = self.charging(charging, times).into();
        self.cost(&charging.cost, true, &mut entries);
        section(self.language.corrected, entries)
    }

    fn charging(&self, charging: &Charging, (start, end): &(Moment, Moment)) -> [Entry; 4] {
        let Self {
            language, formats, ..
        } = self;
        // Start and end are printed in seconds, and the duration is the difference of these.
        let second = |moment: u64| moment / MS_PER_SECOND;
        let seconds = second(charging.ended_at).saturating_sub(second(charging.started_at));
        [
            entry(language.start, formats.moment(start)),
            entry(language.end, formats.moment(end)),
            entry(language.duration, self.duration(seconds * MS_PER_SECOND)),
            entry(language.energy, self.energy(charging.energy)),
        ]
    }
}
