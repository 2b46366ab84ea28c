//! The engine's structure, measured from its source: files that import each other in a circle cannot be
//! understood one after the other.
//!
//! An arrow goes from a file to each file of whose module it names something, by a `use` or by a path.
//! `mod` declarations are no arrows, and test modules do not count. `cargo test -p chargetap-engine
//! --test structure -- --nocapture` prints the figures.

#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests: a failure here is a failed test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use syn::visit::{self, Visit};

/// A module's path from the crate's root, such as `["store", "events"]`.
type Module = Vec<String>;

/// Every file of the crate, by its module.
fn files() -> BTreeMap<Module, syn::File> {
    let mut files = BTreeMap::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    collect(&root, &mut Vec::new(), &mut files);
    assert!(files.len() > 40, "the source was not found");
    files
}

fn collect(folder: &Path, module: &mut Module, files: &mut BTreeMap<Module, syn::File>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if name == "tests" {
            continue;
        }
        if path.is_file() && path.extension().is_none_or(|it| it != "rs") {
            continue;
        }
        let is_root = name == "lib";
        module.push(name);
        if path.is_dir() {
            collect(&path, module, files);
        } else {
            let text = std::fs::read_to_string(&path).unwrap();
            let file = syn::parse_file(&text).unwrap();
            let key = if is_root { Vec::new() } else { module.clone() };
            files.insert(key, file);
        }
        module.pop();
    }
}

/// Finds what a file names of other modules.
struct Names<'a> {
    module: &'a Module,
    /// What `use` brought in, by the name that it has here.
    brought_in: BTreeMap<String, Module>,
    /// Absolute paths.
    found: Vec<Module>,
}

impl Names<'_> {
    /// A path from the crate's root, if it leads into the crate.
    fn absolute(&self, path: &[String]) -> Option<Module> {
        let mut base = self.module.clone();
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => base.clear(),
            "self" => {}
            "super" => {
                while rest.first().is_some_and(|it| it == "super") {
                    base.pop();
                    rest = &rest[1..];
                }
                base.extend(rest.iter().cloned());
                return Some(base);
            }
            name => base = self.brought_in.get(name)?.clone(),
        }
        base.extend(rest[1..].iter().cloned());
        Some(base)
    }

    fn use_tree(&mut self, tree: &syn::UseTree, path: &mut Vec<String>) {
        match tree {
            syn::UseTree::Path(it) => {
                path.push(it.ident.to_string());
                self.use_tree(&it.tree, path);
                path.pop();
            }
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|it| self.use_tree(it, path));
            }
            syn::UseTree::Name(it) if it.ident == "self" => self.bring_in(path, None),
            syn::UseTree::Name(it) => self.leaf(path, &it.ident.to_string(), None),
            syn::UseTree::Rename(it) => {
                self.leaf(path, &it.ident.to_string(), Some(it.rename.to_string()));
            }
            syn::UseTree::Glob(_) => self.bring_in(path, None),
        }
    }

    fn leaf(&mut self, path: &mut Vec<String>, name: &str, rename: Option<String>) {
        path.push(name.to_owned());
        self.bring_in(path, rename);
        path.pop();
    }

    fn bring_in(&mut self, path: &[String], rename: Option<String>) {
        if let Some(absolute) = self.absolute(path) {
            let name = rename.or_else(|| path.last().cloned()).unwrap_or_default();
            self.brought_in.insert(name, absolute.clone());
            self.found.push(absolute);
        }
    }
}

impl<'ast> Visit<'ast> for Names<'_> {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if module.ident != "tests" {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.use_tree(&item.tree, &mut Vec::new());
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path
            .segments
            .iter()
            .map(|it| it.ident.to_string())
            .collect();
        if segments.len() > 1
            && let Some(absolute) = self.absolute(&segments)
        {
            self.found.push(absolute);
        }
        visit::visit_path(self, path);
    }
}

/// The arrows between the files.
fn arrows(files: &BTreeMap<Module, syn::File>) -> BTreeMap<Module, BTreeSet<Module>> {
    let mut arrows = BTreeMap::new();
    for (module, file) in files {
        let mut names = Names {
            module,
            brought_in: BTreeMap::new(),
            found: Vec::new(),
        };
        names.visit_file(file);
        let used = names.found.into_iter().filter_map(|path| {
            // The longest part of the path that is a module with a file. `use crate::store;` alone names
            // nothing of that file; what follows it does.
            let longest = (1..path.len()).rev().map(|end| path[..end].to_vec());
            longest.into_iter().find(|it| files.contains_key(it))
        });
        let used: BTreeSet<Module> = used.filter(|it| it != module).collect();
        arrows.insert(module.clone(), used);
    }
    arrows
}

/// The files from which an arrow's way leads back to themselves.
fn in_a_circle(arrows: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<String> {
    let leads_back = |start: &Module| {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&Module> = arrows[start].iter().collect();
        while let Some(next) = open.pop() {
            if next == start {
                return true;
            }
            if seen.insert(next) {
                open.extend(arrows[next].iter());
            }
        }
        false
    };
    let circling = arrows.keys().filter(|it| leads_back(it));
    circling.map(|it| it.join("/")).collect()
}

#[test]
fn no_file_is_in_an_import_circle() {
    let arrows = arrows(&files());
    let count: usize = arrows.values().map(BTreeSet::len).sum();
    let circling = in_a_circle(&arrows);
    println!(
        "{} files, {count} arrows, {} files in a circle",
        arrows.len(),
        circling.len()
    );
    assert!(count > 150, "too few arrows were found: {count}");
    assert!(circling.is_empty(), "{circling:?}");
}

#[test]
fn a_circle_is_found_where_there_is_one() {
    let mut arrows = arrows(&files());
    let (apply, gateway) = (["sessions", "apply"], ["gateway"]);
    let [apply, gateway] = [&apply[..], &gateway[..]].map(|it| {
        let module: Module = it.iter().map(|it| (*it).to_owned()).collect();
        module
    });
    assert!(arrows[&apply].contains(&gateway));
    arrows.get_mut(&gateway).unwrap().insert(apply);
    assert!(in_a_circle(&arrows).contains(&"gateway".to_owned()));
}

#[test]
fn the_gateways_methods_stand_in_few_files() {
    let has_methods = |file: &syn::File| {
        file.items.iter().any(|item| {
            let syn::Item::Impl(block) = item else {
                return false;
            };
            let syn::Type::Path(path) = &*block.self_ty else {
                return false;
            };
            path.path
                .segments
                .last()
                .is_some_and(|it| it.ident == "Gateway")
        })
    };
    let files = files();
    let with_methods = files.iter().filter(|(_, file)| has_methods(file));
    let names: Vec<_> = with_methods.map(|(module, _)| module.join("/")).collect();
    println!(
        "impl Gateway in {} files: {}",
        names.len(),
        names.join(", ")
    );
    assert!((1..=6).contains(&names.len()), "{names:?}");
}

#[test]
fn a_host_implements_few_methods() {
    let files = files();
    let platform = &files[&vec!["platform".to_owned()]];
    let found = platform.items.iter().find_map(|item| match item {
        syn::Item::Trait(it) if it.ident == "Platform" => Some(it),
        _ => None,
    });
    let methods = found.unwrap().items.iter().filter_map(|it| match it {
        syn::TraitItem::Fn(method) => Some(method),
        _ => None,
    });
    let needed = methods.clone().filter(|it| it.default.is_none()).count();
    let all = methods.count();
    println!("Platform has {all} methods, of which a host must implement {needed}");
    assert!((1..=11).contains(&needed) && all <= 12, "{needed} of {all}");
}
