//! A contract, taken apart into what has a name.

use std::collections::BTreeMap;
use std::iter;

use wit_parser::{
    Function, FunctionKind, Handle, Interface, InterfaceId, Resolve, Type, TypeDef, TypeDefKind,
    TypeId, TypeOwner, WorldId, WorldItem, WorldKey,
};

/// Everything that has a name, by its place, such as `chargetap:types/money.currency`. Places are without versions.
pub(crate) type Parts = BTreeMap<String, Part>;

/// What stands at a place. It has no documentation.
pub(crate) struct Part {
    /// The place that this one is in; none for a package.
    pub(crate) parent: String,
    pub(crate) kind: Kind,
    /// Fields, cases or parameters, in their order, each with the text of its type. What only stands for another type
    /// has one without a name.
    pub(crate) members: Vec<(String, String)>,
}

impl Part {
    /// Whether what it is in is in these parts.
    pub(crate) fn is_in(&self, parts: &Parts) -> bool {
        self.parent.is_empty() || parts.contains_key(&self.parent)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Package,
    Interface,
    World,
    /// What a world imports, other than types: a component can call it.
    Import,
    /// What a world exports: a host can call it.
    Export,
    /// A type, with the word that defines it.
    Type(&'static str),
    /// A function, with the words that declare it.
    Function(&'static str),
}

impl Kind {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Package => "package",
            Self::Interface => "interface",
            Self::World => "world",
            Self::Import => "import",
            Self::Export => "export",
            Self::Type(words) | Self::Function(words) => words,
        }
    }
}

/// The namespace of the contract's packages, all of which have one version.
const NAMESPACE: &str = "chargetap";

/// Take the contract's packages apart.
pub(crate) fn parts(resolve: &Resolve) -> Parts {
    let mut taken = TakeApart {
        resolve,
        parts: Parts::new(),
    };
    for (_, package) in &resolve.packages {
        if package.name.namespace != NAMESPACE {
            continue;
        }
        let place = unversioned(package.name.to_string());
        taken.add(&place, "", Kind::Package, vec![]);
        for id in package.interfaces.values() {
            let interface = taken.interface_place(*id);
            taken.add(&interface, &place, Kind::Interface, vec![]);
            taken.contents(&interface, &resolve.interfaces[*id]);
        }
        for id in package.worlds.values() {
            taken.world(&place, *id);
        }
    }
    taken.parts
}

struct TakeApart<'a> {
    resolve: &'a Resolve,
    parts: Parts,
}

impl TakeApart<'_> {
    fn add(&mut self, place: &str, parent: &str, kind: Kind, members: Vec<(String, String)>) {
        let parent = parent.to_owned();
        let part = Part {
            parent,
            kind,
            members,
        };
        self.parts.insert(place.to_owned(), part);
    }

    fn world(&mut self, package: &str, id: WorldId) {
        let world = &self.resolve.worlds[id];
        let place = format!("{package}/{}", world.name);
        self.add(&place, package, Kind::World, vec![]);
        let imports = world.imports.iter().zip(iter::repeat(Kind::Import));
        let exports = world.exports.iter().zip(iter::repeat(Kind::Export));
        for ((key, item), kind) in imports.chain(exports) {
            let name = unversioned(self.resolve.name_world_key(key));
            let linked = format!("{place} {} {name}", kind.words());
            match item {
                WorldItem::Interface { id, .. } => {
                    let interface = &self.resolve.interfaces[*id];
                    // A component needs nothing for types.
                    if kind == Kind::Export || self.can_be_called(interface) {
                        self.add(&linked, &place, kind, vec![]);
                    }
                    if let WorldKey::Name(_) = key {
                        self.contents(&linked, interface);
                    }
                }
                WorldItem::Function(function) => {
                    let members = self.signature(function);
                    self.add(&linked, &place, kind, members);
                }
                WorldItem::Type { id, .. } => self.definition(&linked, &place, *id),
            }
        }
    }

    fn can_be_called(&self, interface: &Interface) -> bool {
        let mut types = interface.types.values();
        let is_resource =
            |id: &TypeId| matches!(self.resolve.types[*id].kind, TypeDefKind::Resource);
        !interface.functions.is_empty() || types.any(is_resource)
    }

    fn contents(&mut self, place: &str, interface: &Interface) {
        for (name, id) in &interface.types {
            self.definition(&format!("{place}.{name}"), place, *id);
        }
        for (name, function) in &interface.functions {
            // In WIT's binary form it is `[method]verifier.mint`.
            let name = name.rsplit(']').next().unwrap_or_default();
            let kind = Kind::Function(declaration(&function.kind));
            let members = self.signature(function);
            self.add(&format!("{place}.{name}"), place, kind, members);
        }
    }

    fn signature(&self, function: &Function) -> Vec<(String, String)> {
        let result = function.result.as_ref();
        // The word is reserved, so no parameter is called so.
        let result = result.map(|it| ("result".to_owned(), self.text(it)));
        let params = function.params.iter();
        let params = params.map(|it| (it.name.clone(), self.text(&it.ty)));
        params.chain(result).collect()
    }

    fn definition(&mut self, place: &str, parent: &str, id: TypeId) {
        let definition = &self.resolve.types[id];
        let named = |name: &String| (name.clone(), String::new());
        let (words, members) = match &definition.kind {
            TypeDefKind::Record(record) => {
                let fields = record.fields.iter();
                let fields = fields.map(|it| (it.name.clone(), self.text(&it.ty)));
                ("record", fields.collect())
            }
            TypeDefKind::Variant(variant) => {
                let cases = variant.cases.iter();
                let cases = cases.map(|it| (it.name.clone(), self.optional(it.ty.as_ref())));
                ("variant", cases.collect())
            }
            TypeDefKind::Enum(it) => ("enum", it.cases.iter().map(|it| named(&it.name)).collect()),
            TypeDefKind::Flags(it) => {
                ("flags", it.flags.iter().map(|it| named(&it.name)).collect())
            }
            TypeDefKind::Resource => ("resource", vec![]),
            _ => ("type", vec![(String::new(), self.unnamed(definition))]),
        };
        self.add(place, parent, Kind::Type(words), members);
    }

    /// A type as WIT writes it, where it is used.
    fn text(&self, of: &Type) -> String {
        let simple = match of {
            Type::Bool => "bool",
            Type::U8 => "u8",
            Type::U16 => "u16",
            Type::U32 => "u32",
            Type::U64 => "u64",
            Type::S8 => "s8",
            Type::S16 => "s16",
            Type::S32 => "s32",
            Type::S64 => "s64",
            Type::F32 => "f32",
            Type::F64 => "f64",
            Type::Char => "char",
            Type::String => "string",
            Type::ErrorContext => "error-context",
            Type::Id(id) => {
                let definition = &self.resolve.types[*id];
                return match &definition.name {
                    Some(name) => format!("{}{name}", self.owner(definition)),
                    None => self.unnamed(definition),
                };
            }
        };
        simple.to_owned()
    }

    fn optional(&self, of: Option<&Type>) -> String {
        of.map_or_else(String::new, |of| self.text(of))
    }

    fn unnamed(&self, definition: &TypeDef) -> String {
        match &definition.kind {
            TypeDefKind::Type(it) => self.text(it),
            TypeDefKind::Option(it) => format!("option<{}>", self.text(it)),
            TypeDefKind::List(it) => format!("list<{}>", self.text(it)),
            TypeDefKind::FixedLengthList(it, length) => {
                format!("list<{}, {length}>", self.text(it))
            }
            TypeDefKind::Map(key, value) => {
                format!("map<{}, {}>", self.text(key), self.text(value))
            }
            TypeDefKind::Tuple(it) => {
                let types: Vec<_> = it.types.iter().map(|it| self.text(it)).collect();
                format!("tuple<{}>", types.join(", "))
            }
            TypeDefKind::Result(it) => {
                let [ok, error] = [&it.ok, &it.err].map(|it| self.optional(it.as_ref()));
                format!("result<{ok}, {error}>")
            }
            TypeDefKind::Future(it) => format!("future<{}>", self.optional(it.as_ref())),
            TypeDefKind::Stream(it) => format!("stream<{}>", self.optional(it.as_ref())),
            TypeDefKind::Handle(Handle::Own(it)) => self.text(&Type::Id(*it)),
            TypeDefKind::Handle(Handle::Borrow(it)) => {
                format!("borrow<{}>", self.text(&Type::Id(*it)))
            }
            other => panic!("WIT has no {} without a name", other.as_str()),
        }
    }

    fn owner(&self, definition: &TypeDef) -> String {
        match definition.owner {
            TypeOwner::Interface(id) if self.resolve.interfaces[id].name.is_some() => {
                format!("{}.", self.interface_place(id))
            }
            _ => String::new(),
        }
    }

    fn interface_place(&self, id: InterfaceId) -> String {
        unversioned(self.resolve.id_of(id).unwrap())
    }
}

/// The contract's own names without their version. Others keep theirs.
fn unversioned(id: String) -> String {
    match id.split_once('@') {
        Some((name, _)) if name.starts_with(NAMESPACE) => name.to_owned(),
        _ => id,
    }
}

fn declaration(kind: &FunctionKind) -> &'static str {
    match kind {
        FunctionKind::Freestanding => "func",
        FunctionKind::AsyncFreestanding => "async func",
        FunctionKind::Method(_) => "method",
        FunctionKind::AsyncMethod(_) => "async method",
        FunctionKind::Static(_) => "static func",
        FunctionKind::AsyncStatic(_) => "static async func",
        FunctionKind::Constructor(_) => "constructor",
    }
}
