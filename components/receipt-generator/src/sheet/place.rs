//! Where the charging took place, and how much it was.

use chargetap_contract::receipt::Charging;

use super::{Row, Section, Writer, row, section};
use crate::time::Moment;

const MS_PER_SECOND: u64 = 1_000;

impl Writer<'_> {
    pub(super) fn place(&self) -> Section {
        let Self {
            document, language, ..
        } = self;
        let mut rows = vec![
            row(language.site, &document.site.name),
            row(language.address, &document.site.address),
            row(language.evse, &self.session.evse),
        ];
        // The term is the same everywhere.
        let id = document.evse_id.as_ref();
        rows.extend(id.map(|id| row("EVSE ID", id)));
        if let (Some(charging), Some(times)) = (&self.session.charging, &self.times.charging) {
            rows.extend(self.charging(charging, times));
        }
        section(language.charging, rows)
    }

    /// What the station said after the session was settled, and what that costs.
    pub(super) fn corrected(&self, charging: &Charging, times: &(Moment, Moment)) -> Section {
        let mut rows = self.charging(charging, times).into();
        self.cost(&charging.cost, true, &mut rows);
        section(self.language.corrected, rows)
    }

    fn charging(&self, charging: &Charging, (start, end): &(Moment, Moment)) -> [Row; 4] {
        let Self {
            language, formats, ..
        } = self;
        // As long as it is from one printed moment to the other.
        let second = |moment: u64| moment / MS_PER_SECOND;
        let seconds = second(charging.ended_at).saturating_sub(second(charging.started_at));
        [
            row(language.start, formats.moment(start)),
            row(language.end, formats.moment(end)),
            row(language.duration, self.duration(seconds * MS_PER_SECOND)),
            row(language.energy, self.energy(charging.energy)),
        ]
    }
}
