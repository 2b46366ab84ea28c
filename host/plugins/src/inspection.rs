//! What a WebAssembly file says of itself. Nothing is compiled for it.
//!
//! Functions' instructions are not looked at: wasmtime validates each function before it compiles it.

use serde::Serialize;
use wasmparser::component_types::{ComponentAnyTypeId, ComponentEntityType};
use wasmparser::types::Types;
use wasmparser::{
    ComponentName, ComponentTypeSectionReader, CustomSectionReader, Encoding, KnownCustom, Name,
    Parser, Payload, ValidPayload, Validator,
};

use crate::complexity::Complexity;
use crate::error::Flaw;

/// The custom section in which a component states its version of the contract.
pub const CONTRACT_SECTION: &str = "chargetap:contract";
/// The custom section in which it states its own, as `wasm-tools metadata` has it.
const VERSION_SECTION: &str = "version";

/// How deep components and modules may lie in each other. A plugin has 2 levels.
const DEEPEST: u32 = 10;
/// How many types of one section may lie in other types. Those of a plugin lie in none.
const MOST_INNER_TYPES: usize = 100;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A component.
    Component,
    /// A core module, which is not yet made a component.
    Module,
}

/// What a WebAssembly file says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Inspection {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Its version of the contract.
    pub contract: Option<String>,
    /// How many bytes it has.
    pub size: u64,
    /// Their SHA-256 in hexadecimal.
    pub sha256: String,
    /// What it imports.
    pub imports: Vec<Import>,
    /// What it exports.
    pub exports: Vec<String>,
    #[serde(skip)]
    complexity: Complexity,
}

/// What a file imports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Import {
    /// Its name.
    pub name: String,
    /// Whether it has types only, and nothing that can be called.
    pub types_only: bool,
}

impl Inspection {
    /// Inspect a file of this SHA-256.
    pub(crate) fn of(bytes: &[u8], sha256: String) -> Result<Self, Flaw> {
        let mut found = Self {
            kind: Kind::Component,
            name: None,
            version: None,
            contract: None,
            size: bytes.len().try_into().unwrap_or(u64::MAX),
            sha256,
            imports: Vec::new(),
            exports: Vec::new(),
            complexity: Complexity::default(),
        };
        let mut validator = Validator::new();
        let mut depth = 0;
        for payload in Parser::new(0).parse_all(bytes) {
            let payload = payload.map_err(malformed)?;
            match &payload {
                Payload::Version { encoding, .. } => {
                    depth += 1;
                    if depth > DEEPEST {
                        return Err(Flaw::TooDeep);
                    }
                    if depth == 1 && *encoding == Encoding::Module {
                        found.kind = Kind::Module;
                    }
                }
                Payload::ComponentTypeSection(types) => refuse_deep_types(bytes, types)?,
                _ => {}
            }
            found.complexity.add(&payload).map_err(malformed)?;
            if depth == 1 {
                found.add(&payload).map_err(malformed)?;
            }
            if let ValidPayload::End(types) = validator.payload(&payload).map_err(malformed)? {
                depth -= 1;
                if depth == 0 {
                    found.tell_types(&types);
                }
            }
        }
        Ok(found)
    }

    /// Whether a host that takes these versions of the contract can use it as a plugin.
    pub(crate) fn check(&self, contracts: &[&str]) -> Result<(), Flaw> {
        if self.kind == Kind::Module {
            return Err(Flaw::Malformed("it is a core module".to_owned()));
        }
        match &self.contract {
            None => return Err(Flaw::NoContract),
            Some(it) if !contracts.contains(&it.as_str()) => {
                return Err(Flaw::OtherContract(it.clone()));
            }
            Some(_) => {}
        }
        self.complexity.check()?;
        // One that imports a function could do more than compute.
        match self.imports.iter().find(|it| !it.types_only) {
            Some(import) => Err(Flaw::Imports(import.name.clone())),
            None => Ok(()),
        }
    }

    /// Take what a part of the outermost component or module says.
    fn add(&mut self, payload: &Payload<'_>) -> wasmparser::Result<()> {
        let import = |name: String| Import {
            name,
            types_only: false,
        };
        match payload {
            Payload::CustomSection(section) => self.add_custom(section),
            Payload::ComponentImportSection(section) => {
                for it in section.clone() {
                    self.imports.push(import(it?.name.name.to_owned()));
                }
            }
            Payload::ImportSection(section) => {
                for it in section.clone().into_imports() {
                    let it = it?;
                    self.imports
                        .push(import(format!("{}.{}", it.module, it.name)));
                }
            }
            Payload::ComponentExportSection(section) => {
                for it in section.clone() {
                    self.exports.push(it?.name.name.to_owned());
                }
            }
            Payload::ExportSection(section) => {
                for it in section.clone() {
                    self.exports.push(it?.name.to_owned());
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn add_custom(&mut self, section: &CustomSectionReader<'_>) {
        let text = || std::str::from_utf8(section.data()).ok().map(str::to_owned);
        match (section.name(), section.as_known()) {
            (CONTRACT_SECTION, _) => self.contract = text(),
            (VERSION_SECTION, _) => self.version = text(),
            (_, KnownCustom::ComponentName(names)) => {
                let name = names.into_iter().find_map(|it| match it {
                    Ok(ComponentName::Component { name, .. }) => Some(name.to_owned()),
                    _ => None,
                });
                self.name = name.or_else(|| self.name.take());
            }
            (_, KnownCustom::Name(names)) => {
                let name = names.into_iter().find_map(|it| match it {
                    Ok(Name::Module { name, .. }) => Some(name.to_owned()),
                    _ => None,
                });
                self.name = name.or_else(|| self.name.take());
            }
            _ => {}
        }
    }

    fn tell_types(&mut self, types: &Types) {
        for import in &mut self.imports {
            import.types_only = has_types_only(types, &import.name);
        }
    }
}

fn has_types_only(types: &Types, import: &str) -> bool {
    let types = types.as_ref();
    match types.component_item_for_import(import).map(|it| it.ty) {
        Some(ComponentEntityType::Instance(id)) => {
            let instance = types.get(id);
            instance.is_some_and(|it| it.exports.values().all(|it| is_type(&it.ty)))
        }
        Some(item) => is_type(&item),
        None => false,
    }
}

/// A resource is no mere type: it is made and dropped by functions of whoever exports it.
fn is_type(item: &ComponentEntityType) -> bool {
    match item {
        ComponentEntityType::Type { created, .. } => {
            !matches!(created, ComponentAnyTypeId::Resource(_))
        }
        _ => false,
    }
}

/// The parser reads types in types by recursion, without a limit. A type in another follows the byte of a
/// declaration, so there are not more of them than such pairs of bytes.
fn refuse_deep_types(bytes: &[u8], types: &ComponentTypeSectionReader<'_>) -> Result<(), Flaw> {
    let section = bytes.get(types.range()).unwrap_or_default();
    let pairs = section.windows(2);
    let inner = pairs.filter(|pair| matches!(pair, [0x01, 0x41 | 0x42]));
    match inner.count() > MOST_INNER_TYPES {
        true => Err(Flaw::TooDeep),
        false => Ok(()),
    }
}

fn malformed(error: wasmparser::Error) -> Flaw {
    Flaw::Malformed(error.to_string())
}
