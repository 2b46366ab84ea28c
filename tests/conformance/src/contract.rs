//! The contract, as `types.json` says it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// The interfaces of the contract and its types.
#[derive(Debug, Deserialize)]
pub struct Contract {
    types: BTreeMap<String, Value>,
    #[serde(flatten)]
    interfaces: BTreeMap<String, Interface>,
}

/// What a component exports.
#[derive(Debug, Deserialize)]
pub(crate) struct Interface {
    /// With its version.
    #[serde(rename = "interface")]
    pub(crate) name: String,
    pub(crate) functions: BTreeMap<String, Function>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Function {
    kind: Kind,
    pub(crate) parameters: Vec<Value>,
    pub(crate) result: Option<Value>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Function,
    Static,
    Method,
}

impl Contract {
    /// The contract that the cases of this crate are for.
    ///
    /// # Errors
    /// `types.json` is not what [`crate::types_of`] writes.
    pub fn current() -> Result<Self, serde_json::Error> {
        serde_json::from_str(include_str!("../types.json"))
    }

    /// Components by their names.
    pub(crate) fn interfaces(&self) -> impl Iterator<Item = (&str, &Interface)> {
        self.interfaces
            .iter()
            .map(|(component, interface)| (component.as_str(), interface))
    }

    pub(crate) fn named(&self, name: &str) -> Option<&Value> {
        self.types.get(name)
    }
}

impl Interface {
    /// The name without the version.
    pub(crate) fn unversioned(&self) -> &str {
        let (name, _) = self.name.split_once('@').unwrap_or((&self.name, ""));
        name
    }
}

impl Function {
    /// How components spell a function, such as `[method]verifier.mint`.
    pub(crate) fn exported(&self, name: &str) -> String {
        match self.kind {
            Kind::Function => name.to_owned(),
            Kind::Static => format!("[static]{name}"),
            Kind::Method => format!("[method]{name}"),
        }
    }
}
