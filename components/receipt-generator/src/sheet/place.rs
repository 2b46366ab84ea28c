//! Where the charging took place, and how much it was.

use super::{Section, Writer, row, section};

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
        if let (Some(charging), Some((start, end))) = (&self.session.charging, &self.times.charging)
        {
            let length = charging.ended_at.saturating_sub(charging.started_at);
            rows.extend([
                row(language.start, self.formats.moment(start)),
                row(language.end, self.formats.moment(end)),
                row(
                    language.duration,
                    self.duration(length - length % MS_PER_SECOND),
                ),
                row(language.energy, self.energy(charging.energy)),
            ]);
        }
        section(language.charging, rows)
    }
}
