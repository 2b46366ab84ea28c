//! What came against what is expected.

use serde_json::Value;
use wasmtime::component::types::{Record, Variant};
use wasmtime::component::{Type, Val};

use crate::value::{
    Kept, KeptValue, bytes, bytes_of, is_bytes, reference, shortened, single, write,
};

/// Where a value is not what is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mismatch {
    /// Such as `result.ok.view.phase`.
    pub(crate) place: String,
    pub(crate) expected: String,
    pub(crate) came: String,
}

/// Compare a value, and keep what the case binds.
pub(crate) fn check(
    ty: &Type,
    expected: &Value,
    value: &Val,
    kept: &mut Kept,
) -> Result<(), Mismatch> {
    let mut matching = Matching {
        kept,
        place: vec!["result".to_owned()],
    };
    matching.check(ty, expected, value)
}

struct Matching<'a> {
    kept: &'a mut Kept,
    place: Vec<String>,
}

impl Matching<'_> {
    fn check(&mut self, ty: &Type, expected: &Value, value: &Val) -> Result<(), Mismatch> {
        if let Some(name) = reference(expected, "bind") {
            let json = json(ty, value);
            let value = value.clone();
            self.kept.insert(name.to_owned(), KeptValue { value, json });
            return Ok(());
        }
        if let Some(name) = reference(expected, "use") {
            let is_same = self.kept(name)? == json(ty, value);
            return self.require(is_same, ty, &format!("what is kept as {name}"), value);
        }
        if let Some(name) = reference(expected, "other-than") {
            let is_other = self.kept(name)? != json(ty, value);
            return self.require(is_other, ty, &format!("other than {name}"), value);
        }
        match (ty, value) {
            (_, Val::String(text)) if contains(expected).is_some() => {
                self.check_contained(expected, Some(text.clone()), text)
            }
            (_, Val::List(items)) if is_bytes(ty) => self.check_bytes(ty, expected, items, value),
            (Type::List(of), Val::List(items)) => {
                let types = items.iter().map(|_| of.ty());
                self.check_items(ty, expected, types.zip(items).collect(), value)
            }
            (Type::Tuple(of), Val::Tuple(items)) => {
                self.check_items(ty, expected, of.types().zip(items).collect(), value)
            }
            (Type::Option(of), Val::Option(Some(inner))) => {
                self.require(!expected.is_null(), ty, "null", value)?;
                self.check(&of.ty(), expected, inner)
            }
            (Type::Record(record), Val::Record(fields)) => {
                self.check_record(ty, record, expected, fields, value)
            }
            (Type::Variant(variant), Val::Variant(name, Some(payload))) => {
                self.check_variant(ty, variant, expected, (name, payload), value)
            }
            (Type::Result(of), Val::Result(Ok(payload))) => {
                self.check_payload(ty, expected, ("ok", of.ok(), payload.as_deref()), value)
            }
            (Type::Result(of), Val::Result(Err(payload))) => {
                self.check_payload(ty, expected, ("error", of.err(), payload.as_deref()), value)
            }
            _ => {
                let is_same = *expected == json(ty, value);
                self.require(is_same, ty, &expected.to_string(), value)
            }
        }
    }

    fn kept(&self, name: &str) -> Result<Value, Mismatch> {
        let kept = self.kept.get(name).map(|it| it.json.clone());
        kept.ok_or_else(|| self.mismatch(&format!("a value kept as {name}"), "none is kept"))
    }

    fn check_contained(
        &self,
        expected: &Value,
        text: Option<String>,
        came: &str,
    ) -> Result<(), Mismatch> {
        let text = text.ok_or_else(|| self.mismatch("a text in UTF-8", came))?;
        let mut wanted = contains(expected).into_iter().flatten();
        let missing = wanted.find(|it| !it.as_str().is_some_and(|it| text.contains(it)));
        match missing {
            Some(missing) => Err(self.mismatch(&format!("a text with {missing}"), &text)),
            None => Ok(()),
        }
    }

    fn check_bytes(
        &self,
        ty: &Type,
        expected: &Value,
        items: &[Val],
        value: &Val,
    ) -> Result<(), Mismatch> {
        let came = bytes_of(items);
        if contains(expected).is_some() {
            let text = String::from_utf8(came).ok();
            return self.check_contained(expected, text, &write(ty, value));
        }
        let is_same = bytes(expected).is_some_and(|it| it == came);
        self.require(is_same, ty, &expected.to_string(), value)
    }

    fn check_items(
        &mut self,
        ty: &Type,
        expected: &Value,
        items: Vec<(Type, &Val)>,
        value: &Val,
    ) -> Result<(), Mismatch> {
        let wanted = expected.as_array().filter(|it| it.len() == items.len());
        let Some(wanted) = wanted else {
            return self.require(false, ty, &expected.to_string(), value);
        };
        for (at, ((ty, item), wanted)) in items.iter().zip(wanted).enumerate() {
            self.within(&format!("[{at}]"), |this| this.check(ty, wanted, item))?;
        }
        Ok(())
    }

    fn check_record(
        &mut self,
        ty: &Type,
        record: &Record,
        expected: &Value,
        fields: &[(String, Val)],
        value: &Val,
    ) -> Result<(), Mismatch> {
        let Some(members) = expected.as_object() else {
            return self.require(false, ty, &expected.to_string(), value);
        };
        let is_field = |name: &&String| record.fields().any(|field| field.name == name.as_str());
        if let Some(other) = members.keys().find(|name| !is_field(name)) {
            return Err(self.mismatch(&format!("a member {other}"), "the contract has none"));
        }
        for (field, (name, value)) in record.fields().zip(fields) {
            let is_optional = matches!(field.ty, Type::Option(_));
            self.within(&format!(".{name}"), |this| match members.get(name) {
                Some(wanted) => this.check(&field.ty, wanted, value),
                None if is_optional => this.check(&field.ty, &Value::Null, value),
                None => this.require(false, &field.ty, "what the case does not say", value),
            })?;
        }
        Ok(())
    }

    fn check_variant(
        &mut self,
        ty: &Type,
        variant: &Variant,
        expected: &Value,
        (name, payload): (&str, &Val),
        value: &Val,
    ) -> Result<(), Mismatch> {
        let wanted = single(expected).filter(|(wanted, _)| *wanted == name);
        let of = variant.cases().find(|case| case.name == name);
        match (wanted, of.and_then(|case| case.ty)) {
            (Some((_, wanted)), Some(of)) => {
                self.within(&format!(".{name}"), |this| this.check(&of, wanted, payload))
            }
            _ => self.require(false, ty, &expected.to_string(), value),
        }
    }

    fn check_payload(
        &mut self,
        ty: &Type,
        expected: &Value,
        (name, of, payload): (&str, Option<Type>, Option<&Val>),
        value: &Val,
    ) -> Result<(), Mismatch> {
        let wanted = single(expected).filter(|(wanted, _)| *wanted == name);
        match (wanted, of, payload) {
            (Some((_, wanted)), Some(of), Some(payload)) => {
                self.within(&format!(".{name}"), |this| this.check(&of, wanted, payload))
            }
            (Some((_, Value::Null)), _, None) => Ok(()),
            _ => self.require(false, ty, &expected.to_string(), value),
        }
    }

    fn within(
        &mut self,
        place: &str,
        check: impl FnOnce(&mut Self) -> Result<(), Mismatch>,
    ) -> Result<(), Mismatch> {
        self.place.push(place.to_owned());
        check(self)?;
        self.place.pop();
        Ok(())
    }

    fn require(&self, holds: bool, ty: &Type, expected: &str, value: &Val) -> Result<(), Mismatch> {
        if holds {
            return Ok(());
        }
        Err(self.mismatch(expected, &readable(ty, value)))
    }

    fn mismatch(&self, expected: &str, came: &str) -> Mismatch {
        Mismatch {
            place: self.place.concat(),
            expected: shortened(expected),
            came: shortened(came),
        }
    }
}

/// The texts in `{"contains": […]}`.
fn contains(expected: &Value) -> Option<&Vec<Value>> {
    let (form, texts) = single(expected)?;
    (form == "contains").then_some(texts)?.as_array()
}

fn json(ty: &Type, value: &Val) -> Value {
    serde_json::from_str(&write(ty, value)).unwrap_or_default()
}

/// Bytes that are a text are shown as one.
fn readable(ty: &Type, value: &Val) -> String {
    match value {
        Val::List(items) if is_bytes(ty) => {
            String::from_utf8(bytes_of(items)).unwrap_or_else(|_| write(ty, value))
        }
        _ => write(ty, value),
    }
}
