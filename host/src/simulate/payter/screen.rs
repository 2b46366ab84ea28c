//! What a terminal shows its driver: a text, and perhaps something to choose.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::provider::Callback;

/// A screen as an integrator describes it.
#[derive(Debug, Deserialize)]
pub(super) struct Description {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    properties: BTreeMap<String, String>,
}

/// What is shown.
#[derive(Debug, Default, Serialize)]
pub(super) struct Screen {
    text: String,
    choices: Vec<Choice>,
    #[serde(skip)]
    asked_by: Option<Asker>,
}

#[derive(Debug, Serialize)]
struct Choice {
    #[serde(skip)]
    id: String,
    label: String,
}

#[derive(Debug)]
struct Asker {
    screen: String,
    callback_url: String,
}

impl Screen {
    pub(super) fn text(text: Option<String>) -> Self {
        Self {
            text: text.unwrap_or_default(),
            ..Self::default()
        }
    }

    /// A selection, if the description is one. Its items stand in the order of their ids.
    pub(super) fn selection(description: Description, callback_url: String) -> Option<Self> {
        let Description {
            id,
            kind,
            properties,
        } = description;
        if kind != "selection" {
            return None;
        }
        let choices = properties.iter().filter_map(|(key, label)| {
            let id = key.strip_prefix("items.")?.strip_suffix(".label")?;
            Some(Choice {
                id: id.to_owned(),
                label: label.clone(),
            })
        });
        Some(Self {
            text: properties.get("title")?.clone(),
            choices: choices.collect(),
            asked_by: Some(Asker {
                screen: id,
                callback_url,
            }),
        })
    }

    /// The delivery that is due when the item with this label is touched.
    pub(super) fn touched(&self, serial: &str, label: &str) -> Option<Callback> {
        let asker = self.asked_by.as_ref()?;
        let choice = self.choices.iter().find(|choice| choice.label == label)?;
        let body: Value = json!({
            "serialNumber": serial, "screenId": asker.screen, "response": choice.id,
        });
        Some(Callback {
            url: asker.callback_url.clone(),
            body,
        })
    }
}
