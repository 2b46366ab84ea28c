//! The gateway of the demonstration: this process, or the application under Spin with the bridge before it.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use chargetap_engine::BOOTSTRAP_TOKEN;
use rustix::process::{Pid, Signal, kill_process};
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::configuration::Configuration;
use super::{API_KEY, Line};
use crate::bridge::{Application, Bridge};
use crate::faults::Faults;
use crate::{server, start};

/// How long the application may take to start: it is compiled first, which takes the small Spin of the tests minutes.
const START: Duration = Duration::from_secs(900);

/// A running gateway.
pub(super) struct Gateway {
    /// Where stations connect.
    pub(super) stations: SocketAddr,
    /// The bootstrap token.
    pub(super) token: SecretString,
    /// What happens to the session.
    pub(super) lines: mpsc::UnboundedReceiver<Line>,
    _spin: Option<Spin>,
}

/// Start the gateway in this process, whose log has these lines.
pub(super) async fn start(
    listener: TcpListener,
    configuration: &Configuration<'_>,
    lines: mpsc::UnboundedReceiver<Line>,
) -> anyhow::Result<Gateway> {
    let stations = listener.local_addr()?;
    let config = configuration.config()?;
    let gateway = start::start(
        config,
        configuration.folder,
        stations.into(),
        Faults::default(),
    )
    .await?;
    let token = gateway.take_bootstrap_token();
    tokio::spawn(server::serve(listener, gateway, std::future::pending()));
    Ok(Gateway {
        stations,
        token: token.context("there is no token")?,
        lines,
        _spin: None,
    })
}

/// Start the application of this manifest under Spin by this program, and the bridge in this process.
pub(super) async fn start_under_spin(
    program: &Path,
    manifest: &Path,
    configuration: &Configuration<'_>,
) -> anyhow::Result<Gateway> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let stations = listener.local_addr()?;
    let bridge_token = format!("{:032x}", rand::random::<u128>());
    let spin = Command::new(program)
        .args(["up", "--listen", &configuration.address.to_string()])
        .arg("--from")
        .arg(own_manifest(manifest, configuration)?)
        .current_dir(configuration.folder)
        .env("SPIN_VARIABLE_PAYTER_API_KEY", API_KEY)
        .env("SPIN_VARIABLE_CALLBACK_KEY", &configuration.callback_key)
        .env("SPIN_VARIABLE_BRIDGE_TOKEN", &bridge_token)
        .env("SPIN_VARIABLE_BRIDGE_URL", format!("http://{stations}"))
        .env("SPIN_VARIABLE_PUBLIC_URL", configuration.public_url())
        .env("SPIN_VARIABLE_PAYTER_URL", configuration.payter)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut spin = spin.with_context(|| format!("{} cannot be started", program.display()))?;
    let (sender, lines) = mpsc::unbounded_channel();
    let (serving, served) = oneshot::channel();
    let (bootstrap, bootstrapped) = oneshot::channel();
    let (out, err) = (spin.stdout.take(), spin.stderr.take());
    let spin = Spin(spin);
    thread::spawn(move || out.map(|out| await_serving(out, serving)));
    thread::spawn(move || err.map(|err| follow(err, &sender, bootstrap)));
    println!("The application is compiled, which may take some minutes.");
    let served = timeout(START, served).await;
    let served = served.context("the application does not start")?;
    served.context("the application has ended")?;

    let application = Application::new(&configuration.public_url(), bridge_token.into())?;
    let bridge = Bridge::new(&configuration.config()?, configuration.folder, application)?;
    tokio::spawn(bridge.serve(listener, std::future::pending()));
    // The bridge's first tick has the application write it.
    let token = timeout(START, bootstrapped).await;
    let token = token.context("the application writes no token")?;
    Ok(Gateway {
        stations,
        token: token.context("the application has ended")?,
        lines,
        _spin: Some(spin),
    })
}

/// The manifest with the demonstration's configuration in place of the example, in the demonstration's folder.
fn own_manifest(manifest: &Path, configuration: &Configuration<'_>) -> anyhow::Result<PathBuf> {
    let text = std::fs::read_to_string(manifest);
    let text = text.with_context(|| format!("{} cannot be read", manifest.display()))?;
    let root = std::path::absolute(manifest)?;
    let root = root.parent().unwrap_or(Path::new("/"));
    let path = configuration.folder.join("chargetap.toml");
    std::fs::write(&path, &configuration.text)?;
    let text = text
        .replace(
            "\"host/gateway/examples/chargetap.toml\"",
            &format!("{path:?}"),
        )
        .replace("\"target/", &format!("\"{}/target/", root.display()));
    let path = configuration.folder.join("spin.toml");
    std::fs::write(&path, text)?;
    Ok(path)
}

/// Tell when Spin says that it serves, and read on to the end.
fn await_serving(out: impl Read, serving: oneshot::Sender<()>) {
    let mut serving = Some(serving);
    for text in BufReader::new(out).lines().map_while(Result::ok) {
        if text.contains("Serving") {
            // Fails if nobody waits any more.
            let _ = serving.take().map(|it| it.send(()));
        }
    }
}

/// Hand out what the application writes: the bootstrap token, and what happens to the session. Errors are shown.
fn follow(
    log: impl Read,
    lines: &mpsc::UnboundedSender<Line>,
    bootstrap: oneshot::Sender<SecretString>,
) {
    let mut bootstrap = Some(bootstrap);
    for text in BufReader::new(log).lines().map_while(Result::ok) {
        // Fails if nobody waits any more.
        if let Some((_, token)) = text.split_once(BOOTSTRAP_TOKEN) {
            let _ = bootstrap.take().map(|it| it.send(token.trim().into()));
        } else if let Some(line) = Line::read(&text) {
            let _ = lines.send(line);
        } else if text.to_ascii_lowercase().contains("error") {
            eprintln!("{text}");
        }
    }
}

/// Spin's process.
struct Spin(Child);

impl Drop for Spin {
    fn drop(&mut self) {
        // Spin ends its trigger's process when it is interrupted, and not when it is killed.
        let _ = kill_process(Pid::from_child(&self.0), Signal::INT);
        let _ = self.0.wait();
    }
}
