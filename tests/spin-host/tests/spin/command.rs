//! The real Spin, if it is installed. No package registry has it.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::manifest;

struct RunningSpin(Child);

impl Drop for RunningSpin {
    fn drop(&mut self) {
        // Spin ends its trigger's process when it is interrupted, and not when it is killed.
        let _ = kill_process(Pid::from_child(&self.0), Signal::INT);
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_spin_command_runs_the_application() {
    if Command::new("spin").arg("--version").output().is_err() {
        println!("skipped: there is no `spin` on the PATH");
        return;
    }
    let state = tempfile::tempdir().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    let variables = manifest::required_variables()
        .into_iter()
        .map(|(name, value)| (format!("SPIN_VARIABLE_{}", name.to_uppercase()), value));
    let mut spin = Command::new("spin")
        .args(["up", "--from", "spin.toml", "--listen", &address])
        .arg("--state-dir")
        .arg(state.path())
        .envs(variables)
        .current_dir(manifest::root())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(spin.stdout.take().unwrap()).lines();
    let _spin = RunningSpin(spin);
    assert!(
        lines.any(|line| line.unwrap().contains("Serving")),
        "spin ended before it served"
    );
    let client = chargetap::client::client().unwrap();
    let ready = client.get(format!("http://{address}/readyz")).send().await;
    assert_eq!(ready.unwrap().status(), 200);
}
