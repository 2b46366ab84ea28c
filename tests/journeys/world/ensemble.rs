//! A PostgreSQL of three nodes, each on a machine of its own as far as it can tell: when the primary is lost, another
//! node takes over by itself.
//!
//! Patroni runs each node's PostgreSQL, and etcd says who is the primary. A commit is acknowledged once a standby has
//! it.

mod network;
mod node;

use std::time::Duration;

use serde::Deserialize;

use network::Network;
use node::{NODES, Node, POSTGRES_PORT, REST_PORT};

use super::wait;

/// Longer than a node takes to copy everything from another one, on a slow machine.
const PATIENCE: Duration = Duration::from_secs(180);
const POLL: Duration = Duration::from_millis(100);
/// How long a node is asked what it sees of the others.
const ASK: Duration = Duration::from_secs(1);

/// The nodes, which have the numbers from 1. They end with this value, or with the tests.
pub(crate) struct Ensemble {
    // In this order: what runs in the network ends before it, and what it writes goes last.
    nodes: Vec<Node>,
    network: Network,
    _folder: tempfile::TempDir,
    client: reqwest::Client,
}

/// What the nodes say of one of them.
#[derive(Debug, Deserialize)]
struct Member {
    name: String,
    role: String,
    state: String,
}

impl Ensemble {
    /// Three nodes, of which one is the primary and the others have what it has.
    pub(crate) async fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("chargetap-ensemble-")
            .tempdir()
            .unwrap();
        let network = Network::new(NODES);
        let nodes = (1..=NODES).map(|number| Node::start(number, &network, folder.path()));
        let started = Self {
            nodes: nodes.collect(),
            network,
            _folder: folder,
            client: chargetap::client::client().unwrap(),
        };
        started.whole().await;
        started
    }

    /// The address of the database: those of all nodes, of which one takes writes.
    pub(crate) fn database(&self) -> String {
        let hosts = (1..=NODES).map(|number| {
            let address = self.network.address(number);
            format!("{address}:{POSTGRES_PORT}")
        });
        let hosts = hosts.collect::<Vec<_>>().join(",");
        format!("postgres://chargetap@{hosts}/postgres?target_session_attrs=read-write")
    }

    /// Wait until every node is there and one of them has all that is committed, and return the primary.
    pub(crate) async fn whole(&self) -> u32 {
        let mut primary = None;
        self.until("all nodes are there", |members| {
            let stream = members.iter().filter(|member| member.state == "streaming");
            let synchronous = members
                .iter()
                .filter(|member| member.role == "sync_standby");
            primary = leader(members);
            stream.count() == 2 && synchronous.count() > 0 && primary.is_some()
        })
        .await;
        primary.unwrap()
    }

    /// Wait until another node than this one is the primary, and return it.
    pub(crate) async fn successor(&self, of: u32) -> u32 {
        let mut primary = None;
        self.until("another node takes over", |members| {
            primary = leader(members).filter(|number| *number != of);
            primary.is_some()
        })
        .await;
        primary.unwrap()
    }

    /// Kill everything on a node at once, as `kill -9` does. Its address stays, and refuses connections.
    pub(crate) fn kill(&mut self, number: u32) {
        let node = self.nodes.iter_mut().find(|node| node.number == number);
        node.unwrap().kill();
    }

    /// Start a node that was killed.
    pub(crate) fn start_again(&mut self, number: u32) {
        let node = self.nodes.iter_mut().find(|node| node.number == number);
        node.unwrap().run(&self.network);
    }

    /// Take a node off the network, which tells nobody, or put it back. It runs all the time.
    pub(crate) fn set_link(&self, number: u32, is_up: bool) {
        self.network.set_link(number, is_up);
    }

    async fn until(&self, what: &str, mut is_so: impl FnMut(&[Member]) -> bool) {
        let condition = async || is_so(&self.members().await);
        let explain = async || {
            let logs = self.nodes.iter().map(Node::last_words);
            format!("{:#?}\n{}", self.members().await, logs.collect::<String>())
        };
        wait(what, (PATIENCE, POLL), condition, explain).await;
    }

    /// The nodes as the first of them that can be reached sees them. None, if none can.
    async fn members(&self) -> Vec<Member> {
        #[derive(Deserialize)]
        struct Seen {
            members: Vec<Member>,
        }
        for number in 1..=NODES {
            let address = self.network.address(number);
            let url = format!("http://{address}:{REST_PORT}/cluster");
            if let Ok(answer) = self.client.get(url).timeout(ASK).send().await
                && let Ok(body) = answer.bytes().await
                && let Ok(seen) = serde_json::from_slice::<Seen>(&body)
            {
                return seen.members;
            }
        }
        Vec::new()
    }
}

/// The number of the node that is the primary.
fn leader(members: &[Member]) -> Option<u32> {
    let leader = members
        .iter()
        .find(|member| member.role == "leader" && member.state == "running")?;
    leader.name.strip_prefix("node")?.parse().ok()
}
