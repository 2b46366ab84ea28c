//! How a terminal takes cards: its tariff, what it holds, and how drivers say where they charge.

use chargetap_contract::LANGUAGES;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::form::{Mistake, Place};
use crate::model::Model;
use crate::tariff::{TariffNeeds, amounts};
use crate::text::Key;

/// As many amounts as a driver can take in at a glance.
const MOST_HOLDS: usize = 6;

/// As many languages as a screen has room for.
const MOST_LANGUAGES: usize = 2;

/// The language of a terminal that says no other.
pub const DEFAULT_LANGUAGE: &str = "en";

/// How a driver says where to charge.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// Not at all: the terminal has one EVSE. The driver shows a card and plugs in then.
    #[default]
    Tap,
    /// By plugging in, before the card is shown.
    PlugIn,
    /// On the terminal's screen, before the card is shown. Not every model has one.
    Screen,
}

/// How a terminal takes cards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Charging {
    /// Its tariff, on record or in the gateway's configuration.
    pub tariff: Key,
    /// The currency to which it is set with its vendor, by ISO 4217.
    pub currency: String,
    /// How drivers say where they charge.
    #[serde(default)]
    pub start: Start,
    /// The amount that is held at a tap, or up to six among which drivers choose on the screen. Without one, the tariff
    /// says the amount.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = MOST_HOLDS))]
    pub holds: Vec<String>,
    /// Whether a session can be stopped on the screen, without its card.
    #[serde(default)]
    pub stop_on_screen: bool,
    /// Whether a card that is shown again asks on the screen before it stops its session.
    #[serde(default)]
    pub confirm_stop: bool,
    /// The languages of its texts: one, or two that are shown in turn. Without one, it is English.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = MOST_LANGUAGES))]
    pub languages: Vec<String>,
}

impl Charging {
    /// What a terminal that takes cards in this way asks of its tariff. Less than `minimum_capture`, a decimal text, is
    /// never captured.
    ///
    /// # Errors
    /// Every mistake in its currency and its holds; at least one.
    pub fn needs(&self, minimum_capture: &str) -> Result<TariffNeeds, Vec<Mistake>> {
        let mistake = |place: Place| move |problem| vec![Mistake { place, problem }];
        let whole = Place::default();
        let decimals =
            amounts::decimals(&self.currency).map_err(mistake(whole.member("currency")))?;
        let minimum_capture = amounts::minor_units(minimum_capture, decimals)
            .map_err(mistake(whole.member("currency")))?;
        let place = whole.member("holds");
        let (mut holds, mut mistakes) = (Vec::new(), Vec::new());
        for (at, text) in self.holds.iter().enumerate() {
            let read = amounts::hold(text, decimals).and_then(|hold| match holds.contains(&hold) {
                true => Err(repeated(text)),
                false => Ok(hold),
            });
            match read {
                Ok(hold) => holds.push(hold),
                Err(problem) => mistakes.push(Mistake {
                    place: place.item(at),
                    problem,
                }),
            }
        }
        match mistakes.is_empty() {
            true => Ok(TariffNeeds {
                tariff: self.tariff.as_str().to_owned(),
                currency: self.currency.clone(),
                holds,
                minimum_capture,
            }),
            false => Err(mistakes),
        }
    }

    /// Every other mistake in it, at a terminal of this model with so many EVSEs.
    #[must_use]
    pub fn mistakes(&self, model: Model, evses: usize) -> Vec<Mistake> {
        let handling = Handling {
            model,
            evses,
            start: self.start,
            holds: self.holds.len(),
            stop_on_screen: self.stop_on_screen,
            confirm_stop: self.confirm_stop,
            languages: self.languages.iter().map(String::as_str).collect(),
        };
        handling.mistakes()
    }
}

fn repeated(text: &str) -> String {
    format!("{text:?} stands here a second time")
}

/// What drivers do at a terminal, and what it can do.
#[derive(Clone, Debug)]
pub struct Handling<'a> {
    /// Its model.
    pub model: Model,
    /// How many EVSEs it serves.
    pub evses: usize,
    /// How drivers say where they charge.
    pub start: Start,
    /// Among how many amounts of a hold they choose.
    pub holds: usize,
    /// Whether a session can be stopped on the screen.
    pub stop_on_screen: bool,
    /// Whether a stop by the card is confirmed on the screen.
    pub confirm_stop: bool,
    /// The languages of its texts.
    pub languages: Vec<&'a str>,
}

impl Handling<'_> {
    /// Every mistake in it.
    #[must_use]
    pub fn mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        let mut add = |name, problem: &str| {
            let (place, problem) = (Place::default().member(name), problem.to_owned());
            mistakes.push(Mistake { place, problem });
        };
        let has_choices = self.start == Start::Screen || self.holds > 1;
        let has_screen = self.model.traits().has_screen;
        if has_choices && !has_screen {
            add(
                "model",
                "has no screen, which start = \"screen\" and several holds need",
            );
        }
        if self.stop_on_screen && !has_choices {
            add(
                "stop_on_screen",
                "needs a screen: start = \"screen\", or several holds",
            );
        }
        if self.confirm_stop && !has_screen {
            add("confirm_stop", "needs a model with a screen");
        }
        if self.holds > MOST_HOLDS {
            add("holds", &format!("must be at most {MOST_HOLDS} amounts"));
        }
        match (self.evses, self.start) {
            (0, _) => add("evses", "at least one is needed"),
            (2.., Start::Tap) => add(
                "evses",
                "a card does not say at which of several: start = \"plug-in\" or \"screen\" does",
            ),
            _ => {}
        }
        mistakes.extend(self.mistakes_of_languages());
        mistakes
    }

    fn mistakes_of_languages(&self) -> Vec<Mistake> {
        let place = Place::default().member("languages");
        if self.languages.len() > MOST_LANGUAGES {
            let problem = format!("must be 1 to {MOST_LANGUAGES} languages");
            return vec![Mistake { place, problem }];
        }
        let mut mistakes = Vec::new();
        for (at, language) in self.languages.iter().enumerate() {
            let problem = if !LANGUAGES.contains(language) {
                format!("must be one of {}", LANGUAGES.join(", "))
            } else if self.languages.iter().take(at).any(|it| it == language) {
                repeated(language)
            } else {
                continue;
            };
            let place = place.item(at);
            mistakes.push(Mistake { place, problem });
        }
        mistakes
    }
}
