//! What a terminal asks a driver for, and what the driver chose.

use chargetap_contract::money::MinorUnits;
use chargetap_contract::screen::Message;
use chargetap_contract::session::Evse;
use serde::{Deserialize, Serialize};

use crate::terms::Terms;

/// How long the question whether a session is to end waits to be put up, in milliseconds.
const QUESTION_WAITS: u64 = 60_000;
/// How long a vehicle's EVSE is offered before that of one that came later, in milliseconds.
const OFFER_STAYS: u64 = 60_000;

/// A text of a prompt before it is put into words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Caption {
    /// As the operator configured it.
    Label(String),
    Message(Message),
    /// A message about the EVSE with this label.
    About(String, Message),
}

/// A terminal prompt: what a terminal asks a driver for. Stored as JSON under these names, in the words that
/// the terminal shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Prompt<Text = String> {
    Card(CardPrompt<Text>),
    /// A choice on the screen, under this title.
    Choice {
        title: Text,
        options: Vec<Choice<Text>>,
    },
    /// Nothing: it may take no cards, and says so.
    Nothing {
        text: Text,
    },
}

impl<Text> Prompt<Text> {
    /// The same prompt with other texts.
    pub(crate) fn try_map<Other, Error>(
        self,
        mut text_of: impl FnMut(Text) -> Result<Other, Error>,
    ) -> Result<Prompt<Other>, Error> {
        Ok(match self {
            Self::Card(card) => Prompt::Card(CardPrompt {
                evse: card.evse,
                hold: card.hold,
                text: text_of(card.text)?,
                terms: card.terms,
            }),
            Self::Choice { title, options } => Prompt::Choice {
                title: text_of(title)?,
                options: options
                    .into_iter()
                    .map(|Choice { label, chosen }| {
                        let label = text_of(label)?;
                        Ok(Choice { label, chosen })
                    })
                    .collect::<Result<_, _>>()?,
            },
            Self::Nothing { text } => Prompt::Nothing {
                text: text_of(text)?,
            },
        })
    }
}

impl Prompt {
    /// What the terminal does, for the log.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Card(_) => "terminal-reads",
            Self::Choice { .. } => "terminal-lets-choose",
            Self::Nothing { .. } => "terminal-rests",
        }
    }

    /// What it shows above all.
    pub(crate) fn title(&self) -> &str {
        match self {
            Self::Card(card) => &card.text,
            Self::Choice { title, .. } => title,
            Self::Nothing { text } => text,
        }
    }

    /// The option of this id, with its place.
    pub(crate) fn option(&self, id: &str) -> Option<(u64, &Chosen)> {
        let Self::Choice { options, .. } = self else {
            return None;
        };
        let found = options
            .iter()
            .zip(0..)
            .find(|(_, at)| option_id(*at) == id)?;
        Some((found.1, &found.0.chosen))
    }

    /// What was chosen by the option at this place.
    pub(crate) fn chosen(&self, option: u64) -> Option<&Chosen> {
        let Self::Choice { options, .. } = self else {
            return None;
        };
        let option = options.get(usize::try_from(option).ok()?)?;
        Some(&option.chosen)
    }
}

/// The id under which a terminal reports that the option at this place was chosen.
pub(crate) fn option_id(at: u64) -> String {
    format!("option{at}")
}

/// A card, to begin a session or to end the one that it began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct CardPrompt<Text = String> {
    /// Absent where the card can only end a session.
    pub(crate) evse: Option<Evse>,
    /// What the reader is armed with, in minor units.
    pub(crate) hold: MinorUnits,
    /// What the terminal shows.
    pub(crate) text: Text,
    /// The terms of the session that a card would begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) terms: Option<Box<Terms>>,
}

/// Something to choose on the screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Choice<Text = String> {
    pub(crate) label: Text,
    pub(crate) chosen: Chosen,
}

/// What a driver chose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Chosen {
    /// To charge here.
    Evse(Evse),
    /// To charge here, and to spend no more than this.
    Hold(Evse, MinorUnits),
    /// To end a session by showing its card.
    StopByCard,
    /// To end this session.
    Stop { session: String },
    /// Nothing yet: the driver, whose card began these sessions and was shown again, is to be asked which to end.
    ConfirmStop { sessions: Vec<String> },
    /// To end none.
    GoOn,
}

/// A prompt as it was sent to a terminal.
pub(crate) struct SentPrompt {
    /// The id under which the terminal reports the answer. It becomes the id of the session that a
    /// card begins, and the token under which the station starts.
    pub(crate) arming_id: String,
    pub(crate) prompt: Prompt,
    /// The choice that led to it.
    pub(crate) chosen: Option<Chosen>,
    pub(crate) sent_at: u64,
    /// When it is to be sent anew.
    pub(crate) renew_at: u64,
    /// From here on an answer is refused.
    pub(crate) expires_at: u64,
    /// The provider confirmed it.
    pub(crate) confirmed: bool,
    /// A message stands in its place until then.
    pub(crate) masked_until: u64,
    /// Which option was chosen, from 0.
    pub(crate) answer: Option<u64>,
    /// A card was reported under it.
    pub(crate) used: bool,
    /// What the driver is to be asked whose card was shown again, and since when.
    pub(crate) question: Option<(Chosen, u64)>,
}

impl SentPrompt {
    /// Whether it still stands. It was not sent in the future, unless the clock was set back.
    pub(crate) fn is_open(&self, now: u64) -> bool {
        !self.used && self.answer.is_none() && (self.sent_at..self.renew_at).contains(&now)
    }

    /// What the next prompt follows on: the question to a driver whose card was shown again, the option that was chosen
    /// under this prompt, or the choice that led to it. Nothing follows on what is done once it is chosen.
    pub(crate) fn chosen(&self, now: u64) -> Option<&Chosen> {
        if let Some((question, since)) = &self.question {
            let is_new = (*since..since.saturating_add(QUESTION_WAITS)).contains(&now);
            return is_new.then_some(question);
        }
        let chosen = match self.answer {
            Some(option) => {
                let option = self.prompt.chosen(option);
                option.filter(|_| (self.sent_at..self.expires_at).contains(&now))
            }
            None => self.chosen.as_ref().filter(|_| self.is_open(now)),
        };
        chosen.filter(|chosen| !matches!(chosen, Chosen::Stop { .. } | Chosen::GoOn))
    }

    /// The EVSE whose price a driver may be reading at this moment.
    pub(crate) fn offered(&self, now: u64) -> Option<&Evse> {
        let is_new = (self.sent_at..self.sent_at.saturating_add(OFFER_STAYS)).contains(&now);
        match &self.prompt {
            Prompt::Card(card) if is_new && !self.used => card.evse.as_ref(),
            _ => None,
        }
    }
}
