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
    /// What its QR code says.
    #[serde(skip_serializing_if = "Option::is_none")]
    qr_code: Option<String>,
    #[serde(skip)]
    reports_to: Option<ReportTarget>,
}

#[derive(Debug, Serialize)]
struct Choice {
    #[serde(skip)]
    id: String,
    label: String,
}

#[derive(Debug)]
struct ReportTarget {
    screen: String,
    callback_url: String,
}

impl Screen {
    /// The text above all.
    pub(super) fn title(&self) -> &str {
        &self.text
    }

    pub(super) fn text(text: Option<String>) -> Self {
        Self {
            text: text.unwrap_or_default(),
            ..Self::default()
        }
    }

    /// The screen that is described: a selection, which reports what is touched, or a text with a
    /// QR code. The latter is this simulator's own choice.
    pub(super) fn described(
        description: Description,
        callback_url: Option<String>,
    ) -> Option<Self> {
        match description.kind.as_str() {
            "selection" => Self::selection(description, callback_url?),
            "info" => Some(Self {
                qr_code: Some(description.properties.get("qr")?.clone()),
                ..Self::text(description.properties.get("title").cloned())
            }),
            _ => None,
        }
    }

    /// A selection; its items are in the order of their ids.
    fn selection(description: Description, callback_url: String) -> Option<Self> {
        let Description { id, properties, .. } = description;
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
            qr_code: None,
            reports_to: Some(ReportTarget {
                screen: id,
                callback_url,
            }),
        })
    }

    /// The delivery that is due when the item with this label is touched.
    pub(super) fn touched(&self, serial: &str, label: &str) -> Option<Callback> {
        let target = self.reports_to.as_ref()?;
        let choice = self.choices.iter().find(|choice| choice.label == label)?;
        let body: Value = json!({
            "serialNumber": serial, "screenId": target.screen, "response": choice.id,
        });
        Some(Callback {
            url: target.callback_url.clone(),
            body,
        })
    }
}
