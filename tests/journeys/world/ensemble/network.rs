//! Machines that are none: network namespaces, each with a link to one switch.
//!
//! Nothing of it has to be taken away: a namespace goes with the last process in it, and its links go with it. Those
//! processes end with this value, or with the tests.

use std::net::Ipv4Addr;
use std::process::{Child, Command, Stdio};

/// The tests' own place on the network.
const HERE: u32 = 254;

/// The switch, and a namespace for each node.
pub(super) struct Network {
    /// The third byte of every address. Other tests have another one.
    subnet: u8,
    switch: Namespace,
    nodes: Vec<Namespace>,
}

/// A network namespace, which a process holds.
struct Namespace(Held);

/// A process that ends with this value, however the tests end: it ends when its standard input does.
pub(super) struct Held(Child);

impl Held {
    pub(super) fn start(mut command: Command) -> Self {
        Self(command.stdin(Stdio::piped()).spawn().unwrap())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

impl Network {
    pub(super) fn new(nodes: u32) -> Self {
        let process = std::process::id();
        let subnet = u8::try_from(process % 256).unwrap();
        let switch = Namespace::new();
        let network = Self {
            subnet,
            nodes: (1..=nodes).map(|_| Namespace::new()).collect(),
            switch,
        };
        let Self { switch, nodes, .. } = &network;
        switch.ip("link add name switch type bridge");
        switch.ip("link set switch up");
        let device = format!("chargetap{}", process % 1_000_000);
        let pid = switch.pid();
        ip(&format!(
            "link add {device} type veth peer name tests netns {pid}"
        ));
        switch.ip("link set tests up master switch");
        let here = network.address(HERE);
        ip(&format!("address add {here}/24 dev {device}"));
        ip(&format!("link set {device} up"));
        for (node, number) in nodes.iter().zip(1..) {
            let (pid, address) = (node.pid(), network.address(number));
            let link = hardware_address(number);
            switch.ip(&format!(
                "link add node{number} type veth peer name eth0 address {link} netns {pid}"
            ));
            switch.ip(&format!("link set node{number} up master switch"));
            node.ip("link set lo up");
            node.ip(&format!("address add {address}/24 dev eth0"));
            node.ip("link set eth0 up");
            // What is sent to a node that is gone is lost without a word, as behind a router.
            ip(&format!(
                "neighbour replace {address} lladdr {link} dev {device} nud permanent"
            ));
        }
        network
    }

    pub(super) fn address(&self, number: u32) -> Ipv4Addr {
        Ipv4Addr::new(10, 77, self.subnet, u8::try_from(number).unwrap())
    }

    /// The program to start in a node's namespace.
    pub(super) fn enter(&self, number: u32) -> Command {
        let at = usize::try_from(number - 1).unwrap();
        self.nodes[at].enter()
    }

    pub(super) fn set_link(&self, number: u32, is_up: bool) {
        let state = if is_up { "up" } else { "down" };
        self.switch.ip(&format!("link set node{number} {state}"));
    }
}

impl Namespace {
    fn new() -> Self {
        let mut command = Command::new("unshare");
        // It says when it is there.
        command.args(["--net", "sh", "-c", "echo; read -r _"]);
        command.stdout(Stdio::piped());
        let mut held = Held::start(command);
        let mut said = [0];
        let output = held.0.stdout.as_mut().unwrap();
        let is_there = std::io::Read::read_exact(output, &mut said);
        is_there
            .expect("network namespaces can be made by root: run `cargo xtask failover` as root");
        Self(held)
    }

    fn pid(&self) -> u32 {
        self.0.0.id()
    }

    fn enter(&self) -> Command {
        let mut command = Command::new("nsenter");
        command.arg(format!("--net=/proc/{}/ns/net", self.pid()));
        command
    }

    fn ip(&self, arguments: &str) {
        let mut command = self.enter();
        command.arg("ip");
        succeed(command, arguments);
    }
}

fn ip(arguments: &str) {
    succeed(Command::new("ip"), arguments);
}

fn succeed(mut command: Command, arguments: &str) {
    let status = command.args(arguments.split(' ')).status().unwrap();
    assert!(status.success(), "ip {arguments}: {status}");
}

fn hardware_address(number: u32) -> String {
    format!("02:00:00:00:00:{number:02x}")
}
