//! Build the components, and the contract's packages beside them.
//!
//! The three plugins are built for `wasm32-unknown-unknown`, where the standard library imports
//! nothing, and wrapped into components that import no function. Each says its name, its version and
//! that of its contract.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, bail};
use wasm_encoder::{ComponentSection, CustomSection};
use wasm_metadata::{AddMetadata, AddMetadataField};
use wit_component::{ComponentEncoder, metadata};

use crate::shell::{cargo, root, write_changed};
use crate::{targets, wit};

/// A plugin and the most bytes it may have.
const PLUGINS: [(&str, u64); 3] = [
    ("callback-verifier", 150_000),
    ("session-orchestrator", 200_000),
    ("receipt-generator", 2_000_000),
];

/// How the plugins are built, beside the profile `component`.
pub(crate) fn flags() -> &'static str {
    let config = include_str!("../../.cargo/config.toml");
    let mut lines = config.lines();
    lines
        .find(|line| line.starts_with("rustflags"))
        .unwrap_or_default()
}

/// Where the wrapped components are put.
pub(crate) fn folder() -> PathBuf {
    root().join("target/components")
}

/// The wrapped components.
pub(crate) fn paths() -> impl Iterator<Item = PathBuf> {
    PLUGINS.map(|(name, _)| path(name)).into_iter()
}

fn path(name: &str) -> PathBuf {
    folder().join(name).with_extension("wasm")
}

/// Build the plugins, the Spin application, and the one that the tests call the plugins by.
pub(crate) fn build() -> anyhow::Result<()> {
    build_plugins()?;
    targets::ensure(targets::SPIN)?;
    let target = ["--target", targets::SPIN];
    cargo(
        &[
            &[
                "build",
                "--profile",
                "component",
                "--package",
                "spin-gateway",
                "--package",
                "spin-calls",
            ][..],
            &target,
        ]
        .concat(),
    )
}

/// Build and wrap the plugins, print their sizes, and write the contract's packages.
pub(crate) fn build_plugins() -> anyhow::Result<()> {
    targets::ensure(targets::PLUGINS)?;
    let target = ["--target", targets::PLUGINS];
    for (name, _) in PLUGINS {
        // One at a time: together, cargo would unify the features of shared libraries and make each
        // larger.
        let build = ["build", "--profile", "component", "--package", name];
        cargo(&[&build[..], &target].concat())?;
    }
    wit::write()?;
    for (name, limit) in PLUGINS {
        let size = wrap(name)?;
        eprintln!("{name}: {size} bytes (at most {limit})");
        if size > limit {
            bail!("{name} has become too large");
        }
    }
    Ok(())
}

/// Wrap a plugin's core module into a component, and return its size.
fn wrap(name: &str) -> anyhow::Result<u64> {
    let module = root()
        .join("target")
        .join(targets::PLUGINS)
        .join("component")
        .join(name.replace('-', "_"))
        .with_extension("wasm");
    let bytes =
        fs::read(&module).with_context(|| format!("{} cannot be read", module.display()))?;
    let component = ComponentEncoder::default()
        .module(&bytes)
        .and_then(|encoder| encoder.validate(true).encode())
        .and_then(|component| describe(name, &component, &contract(&bytes)?))
        .with_context(|| format!("{name} cannot be made a component"))?;
    write_changed(&path(name), &component)?;
    Ok(u64::try_from(component.len())?)
}

/// The version of the contract that a plugin's module was built with.
fn contract(module: &[u8]) -> anyhow::Result<String> {
    let (_, bindings) = metadata::decode(module)?;
    let mut packages = bindings.resolve.package_names.keys();
    let types = packages.find(|it| it.namespace == "chargetap" && it.name == "types");
    let version = types.and_then(|it| it.version.as_ref());
    Ok(version
        .context("it uses no version of chargetap:types")?
        .to_string())
}

/// A component that says its name, its version and that of its contract, in sections that hosts read before they
/// compile anything.
fn describe(name: &str, component: &[u8], contract: &str) -> anyhow::Result<Vec<u8>> {
    let mut named = AddMetadata::default();
    named.name = AddMetadataField::Set(name.to_owned());
    let mut component = named.to_wasm(component)?;
    for (section, text) in [
        ("version", env!("CARGO_PKG_VERSION")),
        ("chargetap:contract", contract),
    ] {
        let section = CustomSection {
            name: section.into(),
            data: text.as_bytes().into(),
        };
        section.append_to_component(&mut component);
    }
    Ok(component)
}
