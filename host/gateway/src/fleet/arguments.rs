//! The commands of `chargetap fleet`, from the table of routes: their arguments and their help.

use chargetap_fleet::api::{self, Body, Method, Parameter, Route};
use clap::builder::{BoolishValueParser, PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Arg, ArgAction, Command, ValueHint, value_parser};
use serde_json::Value;

use super::apply;
use super::files;
use super::property::{self, Default, Form, Property};

/// The options that are not in the table of routes.
pub(super) const DATA: &str = "data";
pub(super) const FILE: &str = "file";
pub(super) const LIMIT: &str = "limit";
pub(super) const OUTPUT: &str = "output";
/// The query parameter that says where a page begins.
pub(super) const AFTER: &str = "after";
/// The path parameter that is a secret.
const SECRET: &str = "secret";

/// Examples of the most used commands, by noun and verb.
const EXAMPLES: &[(&str, &str, &str)] = &[
    (
        "order",
        "import",
        "chargetap fleet order import O-2026-17 --file terminals.csv",
    ),
    ("order", "ticket", "chargetap fleet order ticket O-2026-17"),
    (
        "terminal",
        "list",
        "chargetap fleet terminal list --site depot-north --state activated\n  \
         chargetap fleet --json terminal list --limit 10",
    ),
    (
        "terminal",
        "activate",
        "chargetap fleet terminal activate PAY-0001",
    ),
    (
        "terminal",
        "inspect",
        "chargetap fleet terminal inspect PAY-0001 --occasion weekly --done-by anna\n  \
         chargetap fleet terminal inspect PAY-0001 --occasion weekly --done-by anna \
         --findings odd-cable",
    ),
    ("due", "list", "chargetap fleet due list"),
    (
        "token",
        "issue",
        "chargetap fleet token issue --name Anna --scope site-staff --reach \
         '{\"sites\": [\"depot-north\"]}'",
    ),
];

/// The ids of a route's arguments in clap.
pub(super) fn path_id(name: &str) -> String {
    format!("path.{name}")
}

pub(super) fn query_id(name: &str) -> String {
    format!("query.{name}")
}

pub(super) fn body_id(property: &Property) -> String {
    format!("body.{}", property.option())
}

/// The routes that write many records at once: `apply` is their command.
const RECORDS: &str = "records";

/// The routes that have a command of their own.
pub(super) fn routes() -> impl Iterator<Item = &'static Route> {
    api::routes().iter().filter(|route| route.noun != RECORDS)
}

/// A command with one command for each noun, which has one for each verb.
pub(super) fn with_nouns(command: Command) -> Command {
    let mut nouns: Vec<&str> = routes().map(|route| route.noun).collect();
    nouns.sort_unstable();
    nouns.dedup();
    let command = command.subcommand(apply::command());
    command.subcommands(nouns.into_iter().map(noun))
}

fn noun(noun: &'static str) -> Command {
    let routes = api::routes().iter().filter(|route| route.noun == noun);
    let verbs: Vec<&str> = routes.clone().map(|route| route.verb).collect();
    Command::new(noun)
        .about(verbs.join(", "))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands(routes.map(verb))
}

fn verb(route: &'static Route) -> Command {
    let mut command = Command::new(route.verb)
        .about(route.summary)
        .args(route.parameters().map(path))
        .args(route.query.iter().filter_map(|it| query(route, it)))
        .args(body(route));
    if is_paged(route) {
        let limit = Arg::new(LIMIT).long(LIMIT).value_name("COUNT");
        let limit = limit.value_parser(value_parser!(u64).range(1..));
        command = command.arg(limit.help("How many at most; without it, all"));
    }
    if is_file(route) {
        let output = Arg::new(OUTPUT).long(OUTPUT).value_name("PATH");
        let output = output
            .value_parser(value_parser!(std::path::PathBuf))
            .value_hint(ValueHint::FilePath);
        command = command.arg(output.help("Where to write it; without it, to standard output"));
    }
    match after_help(route) {
        Some(text) => command.after_help(text),
        None => command,
    }
}

/// Whether a route's answer comes in pages.
pub(super) fn is_paged(route: &Route) -> bool {
    route.query.iter().any(|it| it.name == AFTER)
}

/// Whether a route answers with a file: it has another type than JSON, or a file's name.
pub(super) fn is_file(route: &Route) -> bool {
    let types = route.media_types();
    let (_, last) = route.path.rsplit_once('/').unwrap_or_default();
    !types.is_empty() && (!types.contains(&"application/json") || last.contains('.'))
}

fn after_help(route: &Route) -> Option<String> {
    let example = EXAMPLES
        .iter()
        .find(|(noun, verb, _)| (*noun, *verb) == (route.noun, route.verb))
        .map(|(.., example)| format!("Example:\n  {example}"));
    let putting = matches!((route.method, &route.body), (Method::Put, Body::Json(_))).then(|| {
        "Options change single values of the record, and all others stay. --data says all of it: what it \
         leaves out is removed. If the record changes in the meantime, nothing is written."
            .to_owned()
    });
    let texts: Vec<String> = putting.into_iter().chain(example).collect();
    (!texts.is_empty()).then(|| texts.join("\n\n"))
}

fn path(name: &'static str) -> Arg {
    let arg = Arg::new(path_id(name)).required(true);
    match name {
        SECRET => arg
            .long("secret-file")
            .value_name("PATH")
            .value_parser(files::line)
            .help("The file that holds the secret part of the calendar's address; - for standard input"),
        _ => arg
            .value_name(name.to_uppercase())
            .value_parser(path_segment)
            .help(match name {
                "serial" => "The terminal's serial number".to_owned(),
                "hash" => "The photograph's hash".to_owned(),
                "number" => "The delivery's number".to_owned(),
                _ => format!("Which {name}"),
            }),
    }
}

/// An empty name or dots would change the path.
fn path_segment(text: &str) -> Result<String, &'static str> {
    match text {
        "" | "." | ".." => Err("not a valid name"),
        _ => Ok(text.to_owned()),
    }
}

fn query(route: &Route, parameter: &Parameter) -> Option<Arg> {
    if is_paged(route) && parameter.name == LIMIT {
        return None;
    }
    let arg = Arg::new(query_id(parameter.name))
        .long(parameter.name.replace('_', "-"))
        .help(parameter.about);
    Some(valued(arg, &property::form(&parameter.document())))
}

fn body(route: &Route) -> Vec<Arg> {
    match &route.body {
        Body::Nothing => Vec::new(),
        Body::Csv | Body::Picture => vec![
            Arg::new(FILE)
                .long(FILE)
                .value_name("PATH")
                .required(true)
                .value_parser(value_parser!(std::path::PathBuf))
                .value_hint(ValueHint::FilePath)
                .help("The file to send; - for standard input"),
        ],
        Body::Json(json) => {
            let document = json.document();
            let mut properties = property::properties(&document);
            properties.sort_by_key(|it| !it.is_required);
            // Options alone cannot remove a value.
            let has_data = route.method == Method::Put
                || properties.iter().any(Property::is_deep)
                || property::has_secret(&document);
            let options = properties
                .iter()
                .map(|it| option(it, route.method, has_data));
            options.chain(has_data.then(data)).collect()
        }
    }
}

fn data() -> Arg {
    Arg::new(DATA)
        .long(DATA)
        .value_name("JSON")
        .value_parser(files::data)
        .help("The body as JSON; @PATH for a file, - for standard input. Options override it")
}

fn option(property: &Property, method: Method, has_data: bool) -> Arg {
    let is_put = method == Method::Put;
    let is_required = property.is_required && property.default.is_none();
    let arg = Arg::new(body_id(property))
        .long(property.option())
        .help(help(property, is_put, is_required && has_data));
    let arg = match property.is_list {
        true => arg.action(ArgAction::Append),
        false => arg,
    };
    let arg = valued(arg, &property.form);
    match is_required && !is_put {
        true if has_data => arg.required_unless_present(DATA),
        is_required => arg.required(is_required),
    }
}

fn help(property: &Property, is_put: bool, is_marked: bool) -> String {
    let mut help = property.about.clone();
    if let Form::Json(shape) = &property.form {
        help += &format!(": {shape}");
    }
    if property.is_list {
        help += "; may be given several times";
    }
    help += match property.default {
        Some(Default::Now) if !is_put => " [default: now]",
        _ if is_marked && is_put => " [required of a new record]",
        _ if is_marked => " [required]",
        _ => "",
    };
    help
}

/// An option whose value is JSON of this form.
fn valued(arg: Arg, form: &Form) -> Arg {
    match form {
        Form::Text => arg.value_name("TEXT").value_parser(text),
        Form::Moment => arg.value_name("MOMENT").value_parser(text),
        Form::Integer => arg.value_name("NUMBER").value_parser(integer),
        Form::Truth => arg
            .value_name("TRUE|FALSE")
            .value_parser(BoolishValueParser::new().map(Value::Bool)),
        Form::Choice(choices) => {
            let choices = choices
                .iter()
                .map(|(text, about)| PossibleValue::new(text.clone()).help(about.clone()));
            let choices = PossibleValuesParser::new(choices);
            arg.value_name("CHOICE")
                .value_parser(choices.map(Value::String))
        }
        Form::Json(_) => arg.value_name("TEXT|JSON").value_parser(text_or_json),
    }
}

fn text(text: &str) -> Result<Value, &'static str> {
    Ok(text.into())
}

fn integer(text: &str) -> Result<Value, &'static str> {
    let number: Result<i64, _> = text.parse();
    number.map(Value::from).map_err(|_| "not a whole number")
}

fn text_or_json(text: &str) -> Result<Value, String> {
    match text.starts_with(['{', '[']) {
        true => serde_json::from_str(text).map_err(|error| format!("not JSON: {error}")),
        false => Ok(text.into()),
    }
}
