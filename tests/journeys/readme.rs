//! The README, word for word: the commands of *Commission terminals* and *Make a card session by
//! hand* run in a shell, in the README's order, and must work.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value;

use crate::world::components;

const COMMISSION: &str = "Commission terminals";
const BY_HAND: &str = "Make a card session by hand";
const TERMINAL: &str = "P66-0001";

/// Where the README has the gateway and the two simulators. Each is replaced by an address with a free
/// port, in the commands and in the example files, because other tests run at the same time.
const ADDRESSES: [&str; 3] = ["127.0.0.1:8080", "127.0.0.1:9001", "127.0.0.1:9002"];

/// How long one block of commands may take: the first one compiles the components.
const PATIENCE: Duration = Duration::from_secs(180);
/// What the shell prints after each block.
const DONE: &str = "-- the block is done --";

#[test]
fn a_terminal_commissioned_and_a_session_made_by_the_readmes_commands_end_in_a_right_receipt() {
    need("bash");
    need("curl");
    let addresses = free_addresses();
    let folder = tempfile::tempdir().unwrap();
    lay_out(folder.path(), &addresses);
    let readme = read(&root().join("README.md"), &addresses);
    let mut shell = Shell::start(folder.path());

    let (mut activated, mut paid) = (false, false);
    for step in steps(section(&readme, BY_HAND)) {
        let is = |title: &str| step.title.ends_with(title);
        if is("Commission the terminal") {
            for block in blocks(section(&readme, COMMISSION)) {
                shell.run(block);
            }
        }
        for block in &step.blocks {
            shell.run(block);
        }
        if is("Commission the terminal") {
            let terminal = shell.json(&format!("chargetap fleet --json terminal show {TERMINAL}"));
            assert_eq!(terminal["state"], "activated", "{terminal:#}");
            activated = true;
        }
        if is("Stop, and open the receipt") {
            assert_paid(&mut shell, &addresses);
            paid = true;
        }
    }
    assert!(activated, "README: {BY_HAND}: no step commissions");
    assert!(paid, "README: {BY_HAND}: no step opens the receipt");
}

/// There is one hold, it was captured, and the receipt says of it what the provider's ledger says.
fn assert_paid(shell: &mut Shell, addresses: &[String; 3]) {
    let receipt = shell.json(r#"curl -fsS "$RECEIPT?format=json""#);
    let ledger = shell.json(&format!("curl -fsS http://{}/control/ledger", addresses[1]));
    let sessions = ledger["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 1, "{ledger:#}");
    assert_eq!(sessions[0]["state"], "captured", "{ledger:#}");
    assert_eq!(receipt["kind"], "charge", "{receipt:#}");
    assert!(receipt["captured"].as_u64().unwrap() > 0, "{receipt:#}");
    for amount in ["held", "captured", "released"] {
        assert_eq!(receipt[amount], ledger["totals"][amount], "{amount}");
    }
}

/// The folder of the whole project: the one with the Spin application's manifest.
fn root() -> PathBuf {
    let mut folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let root = folders.find(|folder| folder.join("spin.toml").is_file());
    root.expect("a folder above this package has spin.toml")
        .to_owned()
}

/// A text of the project, with other addresses.
fn read(path: &Path, addresses: &[String; 3]) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let pairs = ADDRESSES.iter().zip(addresses);
    pairs.fold(text, |text, (from, to)| text.replace(from, to))
}

/// Fill the folder in which the README's commands begin: the built gateway, the built components
/// and the examples.
fn lay_out(folder: &Path, addresses: &[String; 3]) {
    let examples = Path::new("host/gateway/examples");
    for made in ["target/release", "host/gateway/examples"] {
        std::fs::create_dir_all(folder.join(made)).unwrap();
    }
    symlink(
        env!("CARGO_BIN_EXE_chargetap"),
        folder.join("target/release/chargetap"),
    )
    .unwrap();
    let built = std::fs::canonicalize(components()).unwrap();
    symlink(built, folder.join("target/components")).unwrap();
    for file in std::fs::read_dir(root().join(examples)).unwrap() {
        let file = file.unwrap();
        let copy = folder.join(examples).join(file.file_name());
        std::fs::write(copy, read(&file.path(), addresses)).unwrap();
    }
}

fn free_addresses() -> [String; 3] {
    // All three are held until all are known, so that they differ.
    let listeners = ADDRESSES.map(|_| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().to_string())
}

fn need(program: &str) {
    let output = Command::new(program).arg("--version").output();
    assert!(
        output.is_ok_and(|output| output.status.success()),
        "the README's commands need {program}, which is not on the PATH: install it"
    );
}

/// What stands under a heading of the second level.
fn section<'a>(readme: &'a str, title: &str) -> &'a str {
    let mut sections = readme.split("\n## ");
    let found = sections.find_map(|it| it.strip_prefix(title)?.strip_prefix('\n'));
    found.unwrap_or_else(|| panic!("the README has no section {title}"))
}

struct Step<'a> {
    title: &'a str,
    blocks: Vec<&'a str>,
}

/// What stands under the headings of the third level.
fn steps(section: &str) -> Vec<Step<'_>> {
    let parts = section.split("\n### ").skip(1);
    parts
        .map(|part| Step {
            title: part.lines().next().unwrap_or_default(),
            blocks: blocks(part),
        })
        .collect()
}

/// The commands for a shell.
fn blocks(text: &str) -> Vec<&str> {
    let after_fences = text.split("\n```sh\n").skip(1);
    let blocks: Option<Vec<&str>> = after_fences
        .map(|rest| Some(rest.split_once("\n```")?.0))
        .collect();
    blocks.expect("every block of the README ends")
}

/// A shell that ends at the first command that fails.
struct Shell {
    process: Child,
    input: ChildStdin,
    lines: Receiver<String>,
    folder: PathBuf,
    /// What was run last.
    block: String,
}

impl Shell {
    fn start(folder: &Path) -> Self {
        let errors = std::fs::File::create(folder.join("errors.log")).unwrap();
        let mut process = Command::new("bash")
            .arg("-e")
            .current_dir(folder)
            .env("no_proxy", "127.0.0.1")
            .env_remove("CHARGETAP_LOG")
            .env_remove("CHARGETAP_URL")
            .env_remove("CHARGETAP_TOKEN")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            // What it starts ends with it.
            .process_group(0)
            .spawn()
            .unwrap();
        let (input, output) = (
            process.stdin.take().unwrap(),
            process.stdout.take().unwrap(),
        );
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            let lines = BufReader::new(output).lines().map_while(Result::ok);
            // Fails once the test has failed: its receiver is gone.
            lines
                .map(|line| sender.send(line))
                .take_while(Result::is_ok)
                .for_each(drop);
        });
        Self {
            process,
            input,
            lines,
            folder: folder.to_owned(),
            block: String::new(),
        }
    }

    /// Run commands in the shell itself, so that later ones see their variables. Returns what they
    /// print.
    fn run(&mut self, block: &str) -> String {
        block.clone_into(&mut self.block);
        // From a file, because commands must not read each other from standard input.
        let file = self.folder.join("block.sh");
        std::fs::write(&file, block).unwrap();
        let given = format!("source '{}' < /dev/null\necho '{DONE}'\n", file.display());
        if self.input.write_all(given.as_bytes()).is_err() {
            self.fail("the shell has ended", "");
        }
        let deadline = Instant::now() + PATIENCE;
        let mut printed = String::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                // What a command prints last may have no end of line.
                Ok(line) if line.ends_with(DONE) => {
                    printed += line.trim_end_matches(DONE);
                    return printed;
                }
                Ok(line) => printed += &format!("{line}\n"),
                Err(error) => self.fail(&format!("failed or took too long ({error})"), &printed),
            }
        }
    }

    fn json(&mut self, command: &str) -> Value {
        let printed = self.run(command);
        serde_json::from_str(&printed).unwrap_or_else(|error| {
            self.fail(&format!("is no JSON ({error})"), &printed);
        })
    }

    fn fail(&self, what: &str, printed: &str) -> ! {
        let read = |path: &str| std::fs::read_to_string(self.folder.join(path)).unwrap_or_default();
        panic!(
            "{what}:\n{}\n-- printed:\n{printed}\n-- errors:\n{}\n-- the gateway's log:\n{}",
            self.block,
            read("errors.log"),
            read("target/local/gateway.log"),
        )
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // Fails if all of them have ended.
        let _ = kill_process_group(Pid::from_child(&self.process), Signal::KILL);
        let _ = self.process.wait();
    }
}
