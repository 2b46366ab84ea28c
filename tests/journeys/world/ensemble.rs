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
        self.until("all nodes are there", |_, members| {
            let stream = members.iter().filter(|member| member.state == "streaming");
            let synchronous = members
                .iter()
                .filter(|member| member.role == "sync_standby");
            stream.count() == 2 && synchronous.count() > 0
        })
        .await
    }

    /// Wait until another node than this one is the primary, and return it.
    pub(crate) async fn successor(&self, of: u32) -> u32 {
        self.until("another node takes over", |primary, _| primary != of)
            .await
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

    /// Wait until something is so of the primary and of the nodes as it sees them, and return the primary.
    async fn until(&self, what: &str, is_so: impl Fn(u32, &[Member]) -> bool) -> u32 {
        let mut found = None;
        let condition = async || {
            let seen = self.seen_by_primary().await;
            found = seen.and_then(|(primary, members)| is_so(primary, &members).then_some(primary));
            found.is_some()
        };
        let explain = async || {
            let logs = self.nodes.iter().map(Node::last_words);
            let seen = self.seen_by_primary().await;
            format!("{seen:#?}\n{}", logs.collect::<String>())
        };
        wait(what, (PATIENCE, POLL), condition, explain).await;
        found.unwrap()
    }

    /// The primary and the nodes as it sees them, if one can be reached: what others see may be of the past.
    async fn seen_by_primary(&self) -> Option<(u32, Vec<Member>)> {
        #[derive(Deserialize)]
        struct Seen {
            members: Vec<Member>,
        }
        for number in 1..=NODES {
            if self.ask(number, "primary").await.is_some()
                && let Some(answer) = self.ask(number, "cluster").await
                && let Ok(seen) = serde_json::from_slice::<Seen>(&answer)
            {
                return Some((number, seen.members));
            }
        }
        None
    }

    /// What a node's Patroni answers, if that is good. To `primary`, it is while the node is that.
    async fn ask(&self, number: u32, what: &str) -> Option<Vec<u8>> {
        let address = self.network.address(number);
        let url = format!("http://{address}:{REST_PORT}/{what}");
        let answer = self.client.get(url).timeout(ASK).send().await.ok()?;
        let body = answer.error_for_status().ok()?.bytes().await.ok()?;
        Some(body.to_vec())
    }
}
