//! How SQLite carries out the store's statements: none reads the whole of a table that grows with every session.
//!
//! The statements are taken from the source, and planned on empty tables, as SQLite plans them wherever it was never
//! asked to gather statistics.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests: a failure here is a failed test"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use rusqlite::Connection;
use syn::visit::{self, Visit};

const TABLES: &str = include_str!("../src/store/migrations/earlier/version-3.sql");

/// What may be read as a whole, and why.
const READ_WHOLE: [(&str, &str); 17] = [
    ("attempt", "one row"),
    ("audit_limit", "one row"),
    ("card_key", "one row"),
    ("clock_step", "seldom has a row"),
    ("clock_step_order", "seldom has a row"),
    ("connector", "a row a connector"),
    ("fleet_item", "the fleet, at the start"),
    (
        "lost",
        "the numbers of receipts that a lost database issued, once",
    ),
    ("notice", "a row a terminal at most"),
    ("oldest", "some sessions, found by an index"),
    ("recall", "receipts of the last minutes"),
    ("restore", "seldom has a row"),
    ("seen", "a row a terminal"),
    ("sqlite_sequence", "a row a table"),
    ("station", "a row a station"),
    ("stop_question", "a row a question that is asked"),
    ("this", "a row of parameters"),
];

fn store() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store")
}

/// The statements of the store, each with its file.
fn statements() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(store()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        // To verify a database is to read all of it, which no gateway does.
        let others = ["schema.rs", "migrations.rs", "verification.rs"];
        if !path.is_file() || others.contains(&name.as_str()) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        files.push((name, syn::parse_file(&text).unwrap()));
    }
    let mut macros = Macros::default();
    for (_, file) in &files {
        macros.visit_file(file);
    }
    let mut found = Vec::new();
    for (name, file) in &files {
        let mut texts = Texts {
            macros: &macros,
            found: Vec::new(),
        };
        texts.visit_file(file);
        let is_statement = |text: &String| {
            let word = text.split_whitespace().next().unwrap_or_default();
            ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].contains(&word)
        };
        let statements = texts.found.into_iter().filter(is_statement);
        found.extend(statements.map(|text| (name.clone(), text)));
    }
    found
}

/// The macros that stand for texts: what each is made of.
#[derive(Default)]
struct Macros(BTreeMap<String, TokenStream>);

impl Visit<'_> for Macros {
    fn visit_item_macro(&mut self, item: &syn::ItemMacro) {
        let Some(name) = &item.ident else { return };
        // `(…) => { body };`
        let bodies = item
            .mac
            .tokens
            .clone()
            .into_iter()
            .filter_map(|token| match token {
                TokenTree::Group(group) => Some(group.stream()),
                _ => None,
            });
        if let Some(body) = bodies.last() {
            self.0.insert(name.to_string(), body);
        }
    }
}

impl Macros {
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
        let body = self.0.get(name)?.clone();
        let argument = self.text(tokens, argument).unwrap_or_default();
        self.text(body, &argument)
    }
}

struct Texts<'a> {
    macros: &'a Macros,
    found: Vec<String>,
}

impl Visit<'_> for Texts<'_> {
    fn visit_lit_str(&mut self, literal: &syn::LitStr) {
        self.found.push(literal.value());
    }

    fn visit_expr_macro(&mut self, called: &syn::ExprMacro) {
        let name = called.mac.path.get_ident().map(ToString::to_string);
        let tokens = called.mac.tokens.clone();
        self.found
            .extend(name.and_then(|name| self.macros.called(&name, tokens, "")));
        visit::visit_expr_macro(self, called);
    }
}

/// The tables that a statement reads as a whole.
fn read_whole(connection: &Connection, statement: &str) -> rusqlite::Result<Vec<String>> {
    // An index of a part of a table is as small as that part: what is open, or waits.
    let partial = "SELECT name FROM sqlite_schema WHERE type = 'index' AND instr(sql, ' WHERE ')";
    let mut partial = connection.prepare(partial)?;
    let partial = partial.query_map([], |row| row.get(0))?;
    let partial = partial.collect::<rusqlite::Result<Vec<String>>>()?;

    let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}"))?;
    let nothing = vec![rusqlite::types::Null; plan.parameter_count()];
    let steps = plan.query_map(rusqlite::params_from_iter(nothing), |row| row.get(3))?;
    let mut found = Vec::new();
    for step in steps {
        let step: String = step?;
        let words: Vec<&str> = step.split(' ').collect();
        let ["SCAN", table, ..] = words.as_slice() else {
            continue;
        };
        let is_part = words
            .iter()
            .any(|word| partial.iter().any(|name| name == word));
        // Such as what `json_each` makes of a parameter, or a subquery.
        let is_made = words.contains(&"VIRTUAL") || *table == "CONSTANT" || table.starts_with('(');
        if !is_made && !is_part {
            found.push((*table).to_owned());
        }
    }
    Ok(found)
}

fn tables() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(TABLES).unwrap();
    connection
}

#[test]
fn no_statement_reads_the_whole_of_a_table_that_grows_with_every_session() {
    let connection = tables();
    let statements = statements();
    assert!(statements.len() > 110, "{} only", statements.len());
    let mut refused = Vec::new();
    for (file, statement) in &statements {
        let read = read_whole(&connection, statement)
            .unwrap_or_else(|error| panic!("{file}: {error}: {statement}"));
        let grown = read
            .iter()
            .find(|table| READ_WHOLE.iter().all(|(name, _)| name != table));
        if let Some(table) = grown {
            refused.push(format!("{file} reads all of {table}: {statement}"));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n\n"));
}

#[test]
fn a_statement_without_an_index_is_found() {
    let connection = tables();
    for (statement, expected) in [
        (
            "SELECT id FROM session WHERE station = ?1",
            &["session"][..],
        ),
        ("DELETE FROM report WHERE endpoint = ?1", &["report"]),
        ("SELECT id FROM session WHERE id = ?1", &[]),
    ] {
        assert_eq!(
            read_whole(&connection, statement).unwrap(),
            expected,
            "{statement}"
        );
    }
}
