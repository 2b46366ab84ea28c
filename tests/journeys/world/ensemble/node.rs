//! One node: its etcd, its Patroni, and the PostgreSQL that Patroni starts.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::network::{Held, Network};

/// How many there are: any two of them know that the third one is lost.
pub(super) const NODES: u32 = 3;
pub(super) const POSTGRES_PORT: u16 = 5432;
/// Where Patroni answers.
pub(super) const REST_PORT: u16 = 8008;
const ETCD_PORT: u16 = 2379;
const ETCD_PEER_PORT: u16 = 2380;
/// How many lines of a log are shown if something does not come about.
const LINES: usize = 20;

pub(super) struct Node {
    pub(super) number: u32,
    folder: PathBuf,
    running: Option<Held>,
}

impl Node {
    pub(super) fn start(number: u32, network: &Network, folder: &Path) -> Self {
        let folder = folder.join(name(number));
        std::fs::create_dir(&folder).unwrap();
        let configuration = patroni(number, network, &folder);
        std::fs::write(folder.join("patroni.json"), configuration).unwrap();
        let mut node = Self {
            number,
            folder,
            running: None,
        };
        node.run(network);
        node
    }

    /// Start everything on this node.
    pub(super) fn run(&mut self, network: &Network) {
        let mut command = network.enter(self.number);
        // In a process namespace, all are killed once the first one has ended. PostgreSQL does not run as root: in a
        // user namespace it is nobody, and still gets to the files of whoever runs the tests.
        command.args([
            "unshare",
            "--user",
            "--map-user=65534",
            "--map-group=65534",
            "--pid",
            "--fork",
            "--kill-child",
            "--mount-proc",
        ]);
        // The first one waits for the end of its input, and for whatever the others leave behind.
        let programs = "exec 3<&0
                        etcd \"$@\" >>etcd.log 2>&1 &
                        \"$PYTHON\" -m patroni patroni.json >>patroni.log 2>&1 &
                        read -r _ <&3 &
                        wait $!";
        command
            .args(["sh", "-c", programs, "sh"])
            .args(etcd(self.number, network))
            .env("PYTHON", postgres_cluster::python())
            .current_dir(&self.folder)
            .stdout(Stdio::null());
        self.running = Some(Held::start(command));
    }

    pub(super) fn kill(&mut self) {
        self.running = None;
    }

    /// What its programs said last.
    pub(super) fn last_words(&self) -> String {
        let read = |log: &str| {
            let text = std::fs::read_to_string(self.folder.join(log)).unwrap_or_default();
            let lines: Vec<&str> = text.lines().collect();
            let last = lines.len().saturating_sub(LINES);
            format!(
                "{} {log}:\n{}\n",
                name(self.number),
                lines[last..].join("\n")
            )
        };
        ["etcd.log", "patroni.log"].map(read).concat()
    }
}

fn name(number: u32) -> String {
    format!("node{number}")
}

/// `text` for each node, made by its number.
fn each(text: impl FnMut(u32) -> String) -> String {
    (1..=NODES).map(text).collect::<Vec<_>>().join(",")
}

fn etcd(number: u32, network: &Network) -> Vec<String> {
    let url = |number, port: u16| format!("http://{}:{port}", network.address(number));
    let (peers, clients) = (url(number, ETCD_PEER_PORT), url(number, ETCD_PORT));
    let all = each(|number| format!("{}={}", name(number), url(number, ETCD_PEER_PORT)));
    [
        ("name", name(number)),
        ("data-dir", "etcd".to_owned()),
        ("listen-peer-urls", peers.clone()),
        ("initial-advertise-peer-urls", peers),
        ("listen-client-urls", clients.clone()),
        ("advertise-client-urls", clients),
        ("initial-cluster", all),
        // Ten times what they are by default, as the machine may be busy.
        ("heartbeat-interval", "500".to_owned()),
        ("election-timeout", "2500".to_owned()),
    ]
    .map(|(option, value)| format!("--{option}={value}"))
    .to_vec()
}

fn patroni(number: u32, network: &Network, folder: &Path) -> String {
    let address = network.address(number);
    let etcd = each(|number| format!("{}:{ETCD_PORT}", network.address(number)));
    let anybody = "0.0.0.0/0 trust";
    let configuration = serde_json::json!({
        "scope": "chargetap",
        "name": name(number),
        "restapi": {"listen": format!("{address}:{REST_PORT}")},
        "etcd3": {"hosts": etcd},
        "bootstrap": {
            "dcs": {
                // The shortest that Patroni allows: a primary that is lost counts as such after 20 s.
                "ttl": 20,
                "loop_wait": 1,
                "retry_timeout": 3,
                // Nothing is acknowledged that only the primary has, also while there is no standby.
                "synchronous_mode": true,
                "synchronous_mode_strict": true,
                "postgresql": {"use_pg_rewind": true},
            },
            "initdb": ["data-checksums", "no-sync"],
        },
        "postgresql": {
            "listen": format!("{address}:{POSTGRES_PORT}"),
            "data_dir": folder.join("data"),
            "bin_dir": postgres_cluster::package().join(postgres_cluster::PROGRAMS),
            "parameters": {"unix_socket_directories": folder},
            "pg_hba": [
                "local all all trust",
                format!("host all all {anybody}"),
                format!("host replication all {anybody}"),
            ],
            "authentication": {
                "superuser": {"username": "chargetap"},
                "replication": {"username": "chargetap"},
            },
            // What cannot be rewound is copied anew.
            "remove_data_directory_on_rewind_failure": true,
            "remove_data_directory_on_diverged_timelines": true,
        },
    });
    configuration.to_string()
}
