//! The store's statements, taken from its source.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Expr, Lit, Token};

/// A statement, and the file in which it is.
pub(crate) struct Statement {
    pub(crate) file: String,
    pub(crate) text: String,
}

fn store() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../engine/src/store")).to_owned()
}

/// The statements of the store in a dialect, but those that define tables, and those that verify or copy a database: to do
/// so is to read all of it, which no gateway does.
pub(crate) fn statements(wanted: Dialect) -> Vec<Statement> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(store()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let others = [
            "schema.rs",
            "migrations.rs",
            "verification.rs",
            "copies.rs",
            "disk.rs",
        ];
        if !path.is_file() || others.contains(&name.as_str()) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        files.push((name, syn::parse_file(&text).unwrap()));
    }
    let mut names = Names::default();
    for (_, file) in &files {
        names.visit_file(file);
    }
    let mut found = Vec::new();
    for (name, file) in &files {
        let mut texts = Texts {
            names: &names,
            found: Vec::new(),
        };
        texts.visit_file(file);
        for (dialect, text) in texts.found {
            let word = text.split_whitespace().next().unwrap_or_default();
            if !["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].contains(&word) {
                continue;
            }
            // One file is about servers only; and what marks a copy as restored is always run on SQLite.
            let dialect = match dialect {
                _ if name == "processes.rs" => Some(Dialect::Postgres),
                None if text.contains("sqlite_sequence") || text.contains("'$.") => {
                    Some(Dialect::Sqlite)
                }
                dialect => dialect,
            };
            if dialect.is_none_or(|it| it == wanted) {
                let file = name.clone();
                found.push(Statement { file, text });
            }
        }
    }
    found
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// What stands for texts.
#[derive(Default)]
struct Names {
    /// What each macro is made of.
    macros: BTreeMap<String, TokenStream>,
    constants: BTreeMap<String, Expr>,
    /// The constants that are of one dialect.
    of_a_dialect: BTreeSet<String>,
}

impl Visit<'_> for Names {
    fn visit_item_macro(&mut self, item: &syn::ItemMacro) {
        let Some(name) = &item.ident else { return };
        // `(…) => { body };`
        let tokens = item.mac.tokens.clone().into_iter();
        let bodies = tokens.filter_map(|token| match token {
            TokenTree::Group(group) => Some(group.stream()),
            _ => None,
        });
        if let Some(body) = bodies.last() {
            self.macros.insert(name.to_string(), body);
        }
    }

    fn visit_item_const(&mut self, item: &syn::ItemConst) {
        let value = (*item.expr).clone();
        self.constants.insert(item.ident.to_string(), value);
        visit::visit_item_const(self, item);
    }

    fn visit_expr_call(&mut self, call: &syn::ExprCall) {
        for argument in by_dialect(call).into_iter().flatten() {
            if let Expr::Path(path) = argument
                && let Some(name) = path.path.get_ident()
            {
                self.of_a_dialect.insert(name.to_string());
            }
        }
        visit::visit_expr_call(self, call);
    }
}

/// The texts for SQLite and for PostgreSQL, if this is a choice between them.
fn by_dialect(call: &syn::ExprCall) -> Option<[&Expr; 2]> {
    let Expr::Path(function) = &*call.func else {
        return None;
    };
    let mut arguments = call.args.iter().skip(1);
    let is_choice = function.path.is_ident("by_dialect");
    is_choice.then_some([arguments.next()?, arguments.next()?])
}

impl Names {
    /// The text that an expression stands for; nothing if it stands for none.
    fn text_of(&self, expression: &Expr) -> Option<String> {
        match expression {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            Expr::Path(path) => {
                let name = path.path.get_ident()?.to_string();
                self.text_of(self.constants.get(&name)?)
            }
            Expr::Macro(called) => {
                let name = called.mac.path.get_ident()?.to_string();
                self.called(&name, called.mac.tokens.clone(), "")
            }
            _ => None,
        }
    }

    /// The text that tokens stand for, where `$name` is `argument`; nothing if they stand for none.
    fn text(&self, tokens: TokenStream, argument: &str) -> Option<String> {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        match tokens.as_slice() {
            [TokenTree::Literal(literal)] => {
                let literal = syn::parse_str::<syn::LitStr>(&literal.to_string());
                Some(literal.ok()?.value())
            }
            [TokenTree::Punct(sign), TokenTree::Ident(_)] if sign.as_char() == '$' => {
                Some(argument.to_owned())
            }
            [
                TokenTree::Ident(name),
                TokenTree::Punct(_),
                TokenTree::Group(group),
            ] => self.called(&name.to_string(), group.stream(), argument),
            _ => None,
        }
    }

    fn called(&self, name: &str, tokens: TokenStream, argument: &str) -> Option<String> {
        if name == "concat" {
            let mut parts = vec![TokenStream::new()];
            for token in tokens {
                match &token {
                    TokenTree::Punct(sign) if sign.as_char() == ',' => {
                        parts.push(TokenStream::new())
                    }
                    _ => parts.last_mut()?.extend([token]),
                }
            }
            let parts = parts.into_iter().filter(|part| !part.is_empty());
            return parts.map(|part| self.text(part, argument)).collect();
        }
        let body = self.macros.get(name)?.clone();
        let argument = self.text(tokens, argument).unwrap_or_default();
        self.text(body, &argument)
    }
}

struct Texts<'a> {
    names: &'a Names,
    /// Those of both dialects have none.
    found: Vec<(Option<Dialect>, String)>,
}

impl Texts<'_> {
    fn add(&mut self, dialect: Dialect, expression: &Expr) {
        let text = self.names.text_of(expression);
        self.found.push((Some(dialect), text.expect("a text")));
    }

    /// The statements with a list of texts, which have two words for it.
    fn add_with_texts(&mut self, tokens: TokenStream) {
        let arguments = Punctuated::<Expr, Token![,]>::parse_terminated;
        let arguments = arguments.parse2(tokens).unwrap();
        let mut arguments = arguments.iter().skip(1);
        let mut part = || self.names.text_of(arguments.next()?);
        let (before, after) = (part().expect("a text"), part().expect("a text"));
        for (dialect, list) in [
            (Dialect::Sqlite, "(SELECT value FROM json_each(?1))"),
            (
                Dialect::Postgres,
                "(SELECT jsonb_array_elements_text(CAST(?1 AS jsonb)))",
            ),
        ] {
            self.found
                .push((Some(dialect), format!("{before}{list}{after}")));
        }
    }
}

impl Visit<'_> for Texts<'_> {
    fn visit_lit_str(&mut self, literal: &syn::LitStr) {
        self.found.push((None, literal.value()));
    }

    fn visit_item_const(&mut self, item: &syn::ItemConst) {
        if !self.names.of_a_dialect.contains(&item.ident.to_string()) {
            visit::visit_item_const(self, item);
        }
    }

    fn visit_expr_call(&mut self, call: &syn::ExprCall) {
        match by_dialect(call) {
            Some([sqlite, postgres]) => {
                self.add(Dialect::Sqlite, sqlite);
                self.add(Dialect::Postgres, postgres);
            }
            None => visit::visit_expr_call(self, call),
        }
    }

    fn visit_expr_macro(&mut self, called: &syn::ExprMacro) {
        let name = called.mac.path.get_ident().map(ToString::to_string);
        let tokens = called.mac.tokens.clone();
        if name.as_deref() == Some("with_texts") {
            return self.add_with_texts(tokens);
        }
        let text = name.and_then(|name| self.names.called(&name, tokens, ""));
        self.found.extend(text.map(|text| (None, text)));
    }
}
