//! Cases, as they stand in files.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

/// What a component of the contract has to do, in some calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The component and the file's name, such as `callback-verifier/key-rollover`.
    #[serde(skip)]
    pub name: String,
    /// What the contract asks for here, in one sentence.
    pub about: String,
    /// Where the expected values come from.
    pub source: String,
    /// Which of the contract's components this is for.
    pub component: String,
    /// To one instance, in this order.
    pub calls: Vec<Call>,
}

/// A call, and what it is to answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Such as `step`, or `verifier.mint` for a function of a resource.
    pub function: String,
    /// A method's first argument is its resource.
    pub arguments: Vec<Value>,
    /// What is expected.
    pub result: Value,
}

/// A case cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// A file or folder cannot be read.
    #[error("{path} cannot be read: {reason}")]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        reason: std::io::Error,
    },
    /// A file is not a case.
    #[error("{path} is no case: {reason}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// Which cases are run.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only the case of this name, with its component or without.
    pub only: Option<String>,
    /// Only cases whose endpoints have these schemes.
    pub schemes: Option<Vec<String>>,
}

impl Selection {
    /// Whether a case is run.
    #[must_use]
    pub fn has(&self, case: &Case) -> bool {
        let is_named = self.only.as_ref().is_none_or(|only| {
            *only == case.name || Some(only.as_str()) == case.name.rsplit('/').next()
        });
        let has_schemes = self.schemes.as_ref().is_none_or(|schemes| {
            let mut named = case.calls.iter().flat_map(schemes_of);
            named.all(|scheme| schemes.contains(&scheme))
        });
        is_named && has_schemes
    }
}

/// The schemes of the endpoints that a call loads.
fn schemes_of(call: &Call) -> Vec<String> {
    if call.function != "verifier.load" {
        return Vec::new();
    }
    let endpoints = call.arguments.first().and_then(Value::as_array);
    let schemes = endpoints.into_iter().flatten().filter_map(|endpoint| {
        let scheme = endpoint.get(0)?.get("scheme")?;
        let name = match scheme {
            Value::Object(variant) => variant.keys().next().map(String::as_str),
            other => other.as_str(),
        };
        name.map(str::to_owned)
    });
    schemes.collect()
}

/// Every case in a folder that has one folder a component, by name.
///
/// # Errors
/// A file cannot be read, or is not a case.
pub fn load_cases(folder: &Path) -> Result<Vec<Case>, CaseError> {
    let mut cases = Vec::new();
    for component in entries(folder)? {
        for file in entries(&component)? {
            cases.push(load_case(&file)?);
        }
    }
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(cases)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, CaseError> {
    let unreadable = |reason| CaseError::Unreadable {
        path: folder.to_owned(),
        reason,
    };
    let entries = fs::read_dir(folder).map_err(unreadable)?;
    let paths = entries.map(|entry| entry.map(|it| it.path()));
    paths.collect::<Result<_, _>>().map_err(unreadable)
}

fn load_case(path: &Path) -> Result<Case, CaseError> {
    let text = fs::read_to_string(path).map_err(|reason| CaseError::Unreadable {
        path: path.to_owned(),
        reason,
    })?;
    let malformed = |reason: String| CaseError::Malformed {
        path: path.to_owned(),
        reason,
    };
    let mut case: Case =
        serde_json::from_str(&text).map_err(|error| malformed(error.to_string()))?;
    let part = |part: Option<&std::ffi::OsStr>| {
        part.map(|it| it.to_string_lossy().into_owned())
            .unwrap_or_default()
    };
    let folder = part(path.parent().and_then(Path::file_name));
    if folder != case.component {
        return Err(malformed(format!("it is for {}", case.component)));
    }
    case.name = format!("{folder}/{}", part(path.file_stem()));
    Ok(case)
}
