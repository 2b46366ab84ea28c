//! The content of the report, in its order.

mod sections;

use std::collections::BTreeMap;

use chargetap_fleet::fleet::Fleet;
use chargetap_fleet::incident::{self, Incident, Photograph};
use chargetap_fleet::moment::Moment;

use crate::clean::clean;
use crate::picture::{Picture, PictureError, PixelBudget};
use crate::wording;
use sections::SectionBuilder;

/// The content of an incident report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The title, such as `Incident report I-1`.
    pub title: String,
    /// The incident's kind and its terminal.
    pub headline: String,
    /// What is missing. The report is a draft while anything is.
    pub missing: Vec<String>,
    /// The sections.
    pub sections: Vec<Section>,
    /// The photographs.
    pub exhibits: Vec<Exhibit>,
    /// When the document was made.
    pub made: Moment,
    /// The same, as text.
    pub footer: Vec<String>,
}

/// A section of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its heading.
    pub title: &'static str,
    /// Its facts.
    pub facts: Vec<Fact>,
    /// Free text, one item for each paragraph.
    pub text: Vec<String>,
}

/// A labelled fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its label.
    pub label: &'static str,
    /// Its value, in lines.
    pub lines: Vec<String>,
}

/// A photograph, or the reason why it cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exhibit {
    /// Its caption.
    pub caption: String,
    /// The facts of its file: type, size and hash.
    pub facts: Vec<String>,
    /// The picture.
    pub picture: Result<Picture, PictureError>,
}

impl Report {
    /// Builds the report of an incident as it is now. `pictures` has the bytes of its photographs
    /// by their hashes.
    #[must_use]
    pub fn of(
        fleet: &Fleet,
        incident: &Incident,
        mut pictures: BTreeMap<String, Vec<u8>>,
        now: Moment,
    ) -> Self {
        let details = &incident.details;
        let sections = SectionBuilder::new(fleet, incident, now);
        let mut budget = PixelBudget::default();
        let photographs = (1..).zip(&incident.photographs);
        let exhibits = photographs
            .map(|(number, it)| Exhibit::of(number, it, pictures.remove(&it.hash), &mut budget))
            .collect();
        let missing = incident::missing(details).into_iter();
        Self {
            title: format!("Incident report {}", incident.key),
            headline: wording::headline(details.kind, details.terminal.as_str()),
            missing: missing.map(|reason| reason.text).collect(),
            sections: sections.sections(),
            exhibits,
            made: now,
            footer: wording::moment(now, sections.zone()),
        }
    }

    /// Whether something is missing.
    #[must_use]
    pub fn is_draft(&self) -> bool {
        !self.missing.is_empty()
    }

    /// Every free text.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let sections = self.sections.iter().flat_map(|section| {
            let facts = section.facts.iter().flat_map(|fact| &fact.lines);
            facts.chain(&section.text)
        });
        let captions = self.exhibits.iter().map(|it| &it.caption);
        sections.chain(captions).map(String::as_str)
    }
}

impl Exhibit {
    fn of(
        number: usize,
        photograph: &Photograph,
        bytes: Option<Vec<u8>>,
        budget: &mut PixelBudget,
    ) -> Self {
        let picture = Picture::of(photograph, bytes, budget);
        let caption = match &photograph.caption {
            Some(caption) => clean(&format!("Photograph {number}: {caption}")),
            None => format!("Photograph {number}"),
        };
        let media_type = wording::media_type(photograph.media_type);
        let size = wording::number(photograph.size);
        let pixels = picture.as_ref().ok().map(|picture| {
            let (width, height) = picture.shown_size();
            format!(", {width} × {height} pixels")
        });
        let pixels = pixels.unwrap_or_default();
        Self {
            caption,
            facts: vec![
                format!("{media_type}{pixels}, {size} bytes"),
                format!("SHA-256: {}", photograph.hash),
            ],
            picture,
        }
    }
}
