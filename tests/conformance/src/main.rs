//! Runs the cases of the contract against components.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chargetap_conformance::{
    Case, Component, Contract, Report, Selection, load_cases, run, types_of, write_case,
};
use clap::Parser;

/// The schemes of the contract.
const SCHEMES: [&str; 6] = [
    "capability-url",
    "standard-webhooks",
    "stripe",
    "adyen",
    "raw-body",
    "http-message-signature",
];

/// Runs the published cases of the contract against components, whoever wrote them.
///
/// Which cases a file is for is told by what it exports. The exit code is 1 if a case failed, and 2 if a file cannot
/// be used: it is no component, imports a function, or exports another interface or version.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask conformance", bin_name = "cargo xtask conformance")]
struct Cli {
    /// The components.
    #[arg(required_unless_present_any = ["list", "types"])]
    files: Vec<PathBuf>,
    /// Run only this case, such as `key-rollover` or `callback-verifier/key-rollover`.
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// For a verifier that has some schemes only: leave out cases with endpoints of others than these, such as
    /// `stripe,adyen`.
    #[arg(long, value_name = "SCHEMES", value_delimiter = ',', value_parser = SCHEMES)]
    schemes: Option<Vec<String>>,
    /// Print what every call answered: one line of JSON a call, the same from every host.
    #[arg(long)]
    transcript: bool,
    /// Print the cases, and run none.
    #[arg(long)]
    list: bool,
    /// Print the contract's types as JSON, of the WIT files.
    #[arg(long)]
    types: bool,
}

fn main() -> ExitCode {
    match execute(&Cli::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Whether every case is ok.
fn execute(cli: &Cli) -> anyhow::Result<bool> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    if cli.types {
        print!("{}", types_of(&folder.join("../../wit"))?);
        return Ok(true);
    }
    let selection = Selection {
        only: cli.only.clone(),
        schemes: cli.schemes.clone(),
    };
    let mut cases = load_cases(&folder.join("cases"))?;
    cases.retain(|case| selection.has(case));
    if cases.is_empty() {
        anyhow::bail!("there is no such case; --list prints them all");
    }
    if cli.list {
        for case in &cases {
            println!("{}: {}", case.name, case.about);
        }
        return Ok(true);
    }
    let contract = Contract::current()?;
    // A file that cannot be used is told before any case is run.
    let files = cli.files.iter();
    let components = files.map(|file| Component::load(file, &contract));
    let components = components.collect::<Result<Vec<_>, _>>()?;
    let mut report = Report::default();
    for component in &components {
        run_cases(component, &cases, cli.transcript, &mut report);
    }
    if report.run == 0 {
        anyhow::bail!("no case that was asked for is for these files");
    }
    eprintln!("{}", report.summary());
    Ok(report.failed == 0)
}

fn run_cases(component: &Component<'_>, cases: &[Case], transcript: bool, report: &mut Report) {
    let its = cases.iter().filter(|it| it.component == component.name());
    for case in its {
        let outcome = run(component, case);
        report.add(&outcome);
        if transcript {
            for (call, answer) in outcome.answers.iter().enumerate() {
                println!(
                    r#"{{"case":"{}","call":{call},"result":{answer}}}"#,
                    case.name
                );
            }
        }
        match transcript {
            false => println!("{}", write_case(case, &outcome)),
            true if outcome.failure.is_some() => eprintln!("{}", write_case(case, &outcome)),
            true => {}
        }
    }
}
