//! Request bodies. A JSON body is validated against the same schema that the OpenAPI document
//! shows, so the two cannot differ.

use std::sync::OnceLock;

use boon::{Compiler, ErrorKind, SchemaIndex, Schemas, Type, ValidationError};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Call;
use super::problem::{Problem, ProblemKind};
use crate::incident::{self, MOST_PIXELS, PictureType};
use crate::refusal::Reason;

/// The body that a route accepts.
#[derive(Debug)]
pub enum Body {
    /// None.
    Nothing,
    /// JSON of this schema.
    Json(JsonBody),
    /// CSV.
    Csv,
    /// A JPEG or PNG.
    Picture,
}

/// A JSON body.
pub struct JsonBody {
    /// Its schema.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
    validator: OnceLock<Option<Validator>>,
}

impl std::fmt::Debug for JsonBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JsonBody")
    }
}

impl JsonBody {
    /// Its schema as a standalone document.
    #[must_use]
    pub fn document(&self) -> Value {
        document(self.schema)
    }
}

/// A schema with all schemas that it refers to, under `$defs`.
pub(super) fn document(schema: fn(&mut SchemaGenerator) -> Schema) -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let mut document = schema(&mut generator);
    document.insert("$defs".into(), generator.take_definitions(true).into());
    document.to_value()
}

impl Body {
    /// JSON of this type.
    pub(super) fn json<T: JsonSchema>() -> Self {
        Self::Json(JsonBody {
            schema: |generator| generator.subschema_for::<T>(),
            validator: OnceLock::new(),
        })
    }

    /// Its media types; none without a body.
    #[must_use]
    pub fn media_types(&self) -> &'static [&'static str] {
        match self {
            Self::Nothing => &[],
            Self::Json(_) => &["application/json"],
            Self::Csv => &["text/csv"],
            Self::Picture => &["image/jpeg", "image/png"],
        }
    }

    /// Checks the size and the media type of a call's body.
    pub(super) fn check(&self, call: &Call<'_>, limit: usize) -> Result<(), Problem> {
        if call.body.len() > limit {
            let detail = match limit {
                0 => "no body is taken here".to_owned(),
                _ => format!("a body has at most {limit} bytes here"),
            };
            return Err(Problem::new(ProblemKind::TooLarge, detail));
        }
        let types = self.media_types();
        let media_type = call.content_type.map(essence);
        match types.is_empty()
            || media_type.is_some_and(|media_type| types.contains(&media_type.as_str()))
        {
            true => Ok(()),
            false => Err(unsupported(types)),
        }
    }

    /// Parses and validates a JSON body.
    pub(super) fn read<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<T, Problem> {
        let value: Value = serde_json::from_slice(call.body).map_err(|error| {
            Problem::new(ProblemKind::Malformed, format!("this is no JSON: {error}"))
        })?;
        if let Self::Json(body) = self {
            let validator = body.validator.get_or_init(|| Validator::of(body.schema));
            let reasons = validator
                .as_ref()
                .map_or_else(Vec::new, |it| it.reasons(&value));
            if !reasons.is_empty() {
                return Err(Problem::invalid(reasons));
            }
        }
        serde_path_to_error::deserialize(value).map_err(|error| {
            let place = error.path().to_string();
            let text = error.into_inner().to_string();
            Problem::invalid(vec![wrong_value(place, text)])
        })
    }
}

/// The type of a picture, by its first bytes. Refused if the Content-Type names another type.
pub(super) fn picture_type(call: &Call<'_>) -> Result<PictureType, Problem> {
    let refusal = |code, text: String| Problem::invalid(vec![Reason::new(code, text)]);
    let is = incident::picture_type(call.body)
        .ok_or_else(|| refusal("no-picture", "this is neither a JPEG nor a PNG".to_owned()))?;
    if !incident::picture_size(call.body).is_some_and(incident::is_decodable_size) {
        let text = format!("a picture has a size, of at most {MOST_PIXELS} pixels");
        return Err(refusal("picture-too-large", text));
    }
    match call.content_type.map(essence).as_deref() == Some(is.media_type()) {
        true => Ok(is),
        false => {
            let text = format!(
                "this is of the type {} and said to be of another",
                is.media_type()
            );
            Err(refusal("other-picture", text))
        }
    }
}

/// A media type without its parameters.
fn essence(content_type: &str) -> String {
    let (essence, _) = content_type.split_once(';').unwrap_or((content_type, ""));
    essence.trim().to_ascii_lowercase()
}

fn unsupported(types: &[&str]) -> Problem {
    let detail = format!("the body must be of the type {}", types.join(" or "));
    Problem::new(ProblemKind::UnsupportedMediaType, detail)
}

/// A compiled schema.
struct Validator {
    schemas: Schemas,
    schema: SchemaIndex,
}

impl Validator {
    fn of(schema: fn(&mut SchemaGenerator) -> Schema) -> Option<Self> {
        let mut compiler = Compiler::new();
        compiler.enable_format_assertions();
        compiler
            .add_resource("urn:chargetap:body", document(schema))
            .ok()?;
        let mut schemas = Schemas::new();
        let schema = compiler.compile("urn:chargetap:body", &mut schemas).ok()?;
        Some(Self { schemas, schema })
    }

    /// Everything that is wrong with a value.
    fn reasons(&self, value: &Value) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if let Err(error) = self.schemas.validate(value, self.schema) {
            gather(&error, &mut reasons);
        }
        reasons
    }
}

/// Collects the errors that have no causes themselves.
fn gather(error: &ValidationError<'_, '_>, reasons: &mut Vec<Reason>) {
    let causes = match error.kind {
        ErrorKind::AnyOf | ErrorKind::OneOf(_) => match only_choice(error) {
            Some(cause) => std::slice::from_ref(cause),
            None => return reasons.push(reason(error, choices(error))),
        },
        _ => error.causes.as_slice(),
    };
    for cause in causes {
        gather(cause, reasons);
    }
    if causes.is_empty() {
        reasons.push(reason(error, error.kind.to_string()));
    }
}

fn reason(error: &ValidationError<'_, '_>, text: String) -> Reason {
    let place = error.instance_location.to_string();
    wrong_value(place.trim_start_matches('/').replace('/', "."), text)
}

fn wrong_value(place: String, text: String) -> Reason {
    let reason = Reason::new("wrong-value", text);
    match place.as_str() {
        // The body as a whole.
        "" | "." => reason,
        _ => reason.at(place),
    }
}

/// For an optional value: the error of the alternative that is not null.
fn only_choice<'e, 's, 'v>(
    error: &'e ValidationError<'s, 'v>,
) -> Option<&'e ValidationError<'s, 'v>> {
    let is_null = |it: &&ValidationError<'_, '_>| match it.kind {
        ErrorKind::Type { want, .. } => want.iter().eq([Type::Null]),
        _ => false,
    };
    match error.causes.as_slice() {
        [cause, null] if is_null(&null) => Some(cause),
        _ => None,
    }
}

/// The message for a value that matches none of the alternatives.
fn choices(error: &ValidationError<'_, '_>) -> String {
    let constants = error.causes.iter().filter_map(|cause| match cause.kind {
        ErrorKind::Const { want } => Some(want.to_string()),
        _ => None,
    });
    let constants: Vec<String> = constants.collect();
    match constants.is_empty() {
        true => "it is nothing that it may be".to_owned(),
        false => format!("it must be one of {}", constants.join(", ")),
    }
}
