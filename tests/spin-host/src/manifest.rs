//! An application's manifest, as far as it is needed to run the application.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};
use wasmtime::error::Context as _;

use crate::application::Application;
use crate::spin::Settings;

/// The manifest of an application with one component.
pub struct Manifest {
    /// Its paths are taken from it.
    folder: PathBuf,
    table: Table,
}

impl Manifest {
    /// Read a manifest.
    ///
    /// # Errors
    /// It is no manifest, or has not exactly one component.
    pub fn read(path: &Path) -> wasmtime::Result<Self> {
        let manifest = Self {
            folder: path.parent().unwrap_or(Path::new("")).to_owned(),
            table: fs::read_to_string(path)?.parse()?,
        };
        manifest.component()?;
        Ok(manifest)
    }

    /// The variables that have no default.
    ///
    /// # Errors
    /// There are none at all.
    pub fn required_variables(&self) -> wasmtime::Result<Vec<String>> {
        let declared = table(&self.table, "variables")?.iter();
        let required = declared.filter(|(_, variable)| variable.get("required").is_some());
        Ok(required.map(|(name, _)| name.clone()).collect())
    }

    /// The component.
    ///
    /// # Errors
    /// There is not exactly one.
    pub fn component(&self) -> wasmtime::Result<&Table> {
        let components = table(&self.table, "component")?;
        match components.values().next() {
            Some(Value::Table(component)) if components.len() == 1 => Ok(component),
            _ => wasmtime::bail!("the manifest has not one component"),
        }
    }

    /// The component, composed with those that it depends on, and compiled.
    ///
    /// # Errors
    /// A file is missing, or the components do not fit each other.
    pub fn compose(&self) -> wasmtime::Result<Application> {
        let component = self.component()?;
        let dependencies = table(component, "dependencies")?.iter();
        let dependencies = dependencies
            .map(|(interface, it)| Ok((interface.as_str(), self.path(it.get("path"))?)))
            .collect::<wasmtime::Result<Vec<_>>>()?;
        Application::compose(&self.path(component.get("source"))?, &dependencies)
    }

    /// What the component is given: its files, which are copied into `files`, and its variables, of which `values`
    /// has what differs from their defaults.
    ///
    /// # Errors
    /// A file cannot be copied, or a variable has neither a value nor a default.
    pub fn settings(
        &self,
        files: &Path,
        values: &BTreeMap<String, String>,
    ) -> wasmtime::Result<Settings> {
        let component = self.component()?;
        let mounted = component.get("files").and_then(Value::as_array);
        for file in mounted.into_iter().flatten() {
            let destination = text(file.get("destination"))?.trim_start_matches('/');
            fs::copy(self.path(file.get("source"))?, files.join(destination))?;
        }
        let declared = table(&self.table, "variables")?;
        let value = |(name, template): (&String, &Value)| {
            let variable = text(Some(template))?.trim_matches(['{', '}', ' ']);
            let default = || declared.get(variable)?.get("default")?.as_str();
            let value = values.get(variable).map(String::as_str).or_else(default);
            let value = value.with_context(|| format!("the variable {variable} has no value"))?;
            Ok((name.clone(), value.to_owned()))
        };
        let seen = table(component, "variables")?.iter();
        Ok(Settings {
            files: files.to_owned(),
            variables: seen.map(value).collect::<wasmtime::Result<_>>()?,
        })
    }

    fn path(&self, value: Option<&Value>) -> wasmtime::Result<PathBuf> {
        let path = self.folder.join(text(value)?);
        wasmtime::ensure!(path.is_file(), "{} is not there", path.display());
        Ok(path)
    }
}

fn table<'a>(of: &'a Table, key: &str) -> wasmtime::Result<&'a Table> {
    let value = of.get(key).and_then(Value::as_table);
    value.with_context(|| format!("the manifest has no {key}"))
}

fn text(value: Option<&Value>) -> wasmtime::Result<&str> {
    let text = value.and_then(Value::as_str);
    text.context("the manifest lacks a text")
}
