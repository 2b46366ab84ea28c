//! The files by which a gateway is deployed name only what there is: commands and options, variables, paths, ports.

use std::collections::BTreeSet;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use chargetap_engine::config::Config;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::operator::folder_of_a_gateway;
use crate::world::{Setup, World};

const PROGRAM: &str = "/usr/bin/chargetap";
const CONFIGURATION: &str = "/etc/chargetap/chargetap.toml";
const STATE: &str = "/var/lib/chargetap";
const COMPONENTS: &str = "/usr/lib/chargetap/components";
const PORT: &str = "8080";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn deployed(name: &str) -> String {
    read(&format!("host/gateway/deploy/{name}"))
}

/// What `chargetap` says to these arguments and `--help`, which are good.
fn help(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_chargetap"))
        .args(arguments)
        .arg("--help")
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The arguments of a command line that begins with the program.
fn arguments(line: &str) -> Vec<&str> {
    let mut words = line.split_whitespace();
    assert_eq!(words.next(), Some(PROGRAM), "{line}");
    words.collect()
}

/// A JSON array of texts, as Containerfiles and manifests have commands.
fn texts(json: &Value) -> Vec<&str> {
    let texts = json.as_array().unwrap().iter();
    texts.map(|it| it.as_str().unwrap()).collect()
}

/// The values of the lines that begin with this key.
fn values<'a>(text: &'a str, key: &str) -> Vec<&'a str> {
    let values = text.lines().filter_map(|line| line.strip_prefix(key));
    values.map(str::trim).collect()
}

/// The variables that a configuration names for secrets.
fn variables(configuration: &str) -> BTreeSet<&str> {
    let named = configuration.split("{ env = \"").skip(1);
    named.map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn an_option_that_there_is_not_is_found() {
    let output = Command::new(env!("CARGO_BIN_EXE_chargetap"))
        .args(["serve", "--frobnicate", CONFIGURATION, "--help"])
        .output()
        .unwrap();
    assert!(!output.status.success(), "{output:?}");
}

/// The only value of a key.
fn value<'a>(text: &'a str, key: &str) -> &'a str {
    let values = values(text, key);
    let [value] = values[..] else {
        panic!("{key} {values:?}");
    };
    value
}

/// What the README says of the service.
fn service_section(readme: &str) -> &str {
    let (_, section) = readme.split_once("\n### Run it as a service\n").unwrap();
    section.split("\n### ").next().unwrap()
}

#[test]
fn the_unit_of_systemd_starts_what_there_is_with_what_the_readme_puts_there() {
    let unit = deployed("chargetap.service");
    let arguments = arguments(value(&unit, "ExecStart="));
    help(&arguments);
    assert!(arguments.ends_with(&[CONFIGURATION]), "{arguments:?}");
    assert_eq!(
        format!("/var/lib/{}", value(&unit, "StateDirectory=")),
        STATE
    );

    let readme = read("README.md");
    let section = service_section(&readme);
    for name in [PROGRAM, CONFIGURATION, STATE, value(&unit, "User=")] {
        assert!(section.contains(name), "{name}: {section}");
    }
    let credentials = values(&unit, "LoadCredential=")
        .into_iter()
        .map(|credential| {
            let (name, path) = credential.split_once(':').unwrap();
            assert_eq!(path, format!("/etc/chargetap/{name}"));
            name
        });
    let named = section.split("/run/credentials/chargetap.service/").skip(1);
    let named = named.map(|rest| rest.split('"').next().unwrap());
    assert_eq!(
        credentials.collect::<BTreeSet<_>>(),
        named.collect::<BTreeSet<_>>()
    );
}

/// The unit is of `Type=notify`.
#[tokio::test(flavor = "multi_thread")]
async fn systemd_is_told_when_the_gateway_listens_and_when_it_stops() {
    let world = folder_of_a_gateway().await;
    let path = world.folder().join("notify");
    let systemd = UnixDatagram::bind(&path).unwrap();
    systemd
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let heard = || {
        let mut bytes = [0; 64];
        let length = systemd.recv(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes[..length]).trim().to_owned()
    };
    let mut gateway = Command::new(env!("CARGO_BIN_EXE_chargetap"))
        .args(["serve", "chargetap.toml"])
        .current_dir(world.folder())
        .env("NOTIFY_SOCKET", &path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    assert_eq!(heard(), "READY=1");
    assert!(world.is_ready().await);
    kill_process(Pid::from_child(&gateway), Signal::TERM).unwrap();
    assert_eq!(heard(), "STOPPING=1");
    assert!(gateway.wait().unwrap().success());
}

#[test]
fn the_readmes_configuration_of_a_service_is_good_and_lies_where_it_may_write() {
    let readme = read("README.md");
    let (_, block) = service_section(&readme).split_once("\n```toml\n").unwrap();
    let block = block.split("\n```").next().unwrap();
    let (server, secrets) = block.split_once("\n\n").unwrap();
    // The example with these lines in place of its own.
    let example = read("host/gateway/examples/chargetap.toml");
    let (_, rest) = example.split_once("\n[gateway]\n").unwrap();
    let line = |line: &str| {
        let key = line.split_once(" = { env = ").map(|(key, _)| key);
        let secret = |key: &str| {
            secrets
                .lines()
                .find(|it| it.starts_with(&format!("{key} = ")))
        };
        key.and_then(secret).unwrap_or(line).to_owned()
    };
    let lines: Vec<String> = rest.lines().map(line).collect();
    let text = format!("{server}\n[gateway]\n{}", lines.join("\n"));
    let config = Config::parse(&text).unwrap();
    assert_eq!(config.server.listen, format!("127.0.0.1:{PORT}"));
    for path in [
        config.server.database.file().unwrap(),
        &config.server.components,
        &config.server.cache,
    ] {
        assert!(path.starts_with(STATE), "{}", path.display());
    }
    let secrets = lines
        .iter()
        .filter(|it| it.contains("= { env =") && !it.starts_with('#'));
    assert_eq!(secrets.count(), 0, "a service has no variables: {text}");
}

#[test]
fn the_image_is_built_of_what_there_is() {
    let file = deployed("Containerfile").replace("\\\n", " ");
    for copy in values(&file, "COPY ") {
        if copy.starts_with("--from=build") {
            continue;
        }
        let (sources, _) = copy.rsplit_once(' ').unwrap();
        for source in sources.split(' ') {
            assert!(root().join(source).exists(), "there is no {source}");
        }
    }
    let members = read("Cargo.toml");
    let members = members.split_once("members = [").unwrap().1;
    let members = members.split(']').next().unwrap();
    for member in members.split('"').skip(1).step_by(2) {
        let top = member.split('/').next().unwrap();
        let copied = format!("\nCOPY {top} {top}\n");
        assert!(file.contains(&copied), "{member} is not in the image");
    }
    let toolchain = read("rust-toolchain.toml");
    let version = values(&file, "FROM docker.io/library/rust:")[0];
    let version = version.split('-').next().unwrap();
    assert!(
        toolchain.contains(&format!("channel = \"{version}.")),
        "{version}"
    );

    assert!(file.contains(&format!(" {PROGRAM}\n")) && file.contains(&format!(" {COMPONENTS}\n")));
    assert_eq!(values(&file, "VOLUME "), [STATE]);
    assert_eq!(values(&file, "EXPOSE "), [PORT]);
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(texts(&json(values(&file, "ENTRYPOINT ")[0])), [PROGRAM]);
    help(&texts(&json(values(&file, "CMD ")[0])));
    let (_, probe) = values(&file, "HEALTHCHECK ")[0].split_once("CMD ").unwrap();
    let probe = json(probe);
    assert_eq!(texts(&probe)[0], PROGRAM);
    // It asks where the gateway listens unless it is told otherwise.
    let told = help(&texts(&probe)[1..]);
    assert!(
        told.contains(&format!("http://127.0.0.1:{PORT}]")),
        "{told}"
    );
    let sign = file.lines().find(|it| it.contains("plugins sign")).unwrap();
    let (_, sign) = sign.split_once("target/release/chargetap ").unwrap();
    help(&sign.split_whitespace().collect::<Vec<_>>());
}

/// The resources of a manifest.
fn resources(name: &str) -> Vec<Value> {
    let text = deployed(&format!("kubernetes/{name}"));
    serde_saphyr::from_multiple(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn resource<'a>(resources: &'a [Value], kind: &str) -> &'a Value {
    let found = resources.iter().find(|it| it["kind"] == kind);
    found.unwrap_or_else(|| panic!("there is no {kind}"))
}

/// The keys of the secret that the commands in a manifest's comments make.
fn made_secrets(name: &str) -> BTreeSet<String> {
    let text = deployed(&format!("kubernetes/{name}"));
    let made = text.split("--from-literal=").skip(1);
    made.map(|rest| rest.split('=').next().unwrap().to_owned())
        .collect()
}

fn container(resource: &Value) -> &Value {
    let containers = &resource["spec"]["template"]["spec"]["containers"];
    assert_eq!(containers.as_array().unwrap().len(), 1);
    &containers[0]
}

/// An image is of this version.
fn assert_version(image: &Value) {
    let image = image.as_str().unwrap();
    let version = concat!(":", env!("CARGO_PKG_VERSION"));
    assert!(image.ends_with(version), "{image}");
}

fn assert_mounted(resource: &Value, container: &Value, path: &str) {
    let mounts = container["volumeMounts"].as_array().unwrap();
    let mount = mounts
        .iter()
        .find(|it| path.starts_with(it["mountPath"].as_str().unwrap()))
        .unwrap_or_else(|| panic!("{path} is not mounted"));
    let volumes = resource["spec"]["template"]["spec"]["volumes"].as_array();
    let claims = resource["spec"]["volumeClaimTemplates"].as_array();
    let volumes = volumes.into_iter().flatten().map(|it| &it["name"]);
    let claims = claims
        .into_iter()
        .flatten()
        .map(|it| &it["metadata"]["name"]);
    assert!(
        volumes.chain(claims).any(|it| *it == mount["name"]),
        "{mount}"
    );
}

#[test]
fn the_gateway_in_kubernetes_has_the_files_variables_and_port_of_its_configuration() {
    let resources = resources("gateway.yaml");
    let configuration = &resource(&resources, "ConfigMap")["data"]["chargetap.toml"];
    let configuration = configuration.as_str().unwrap();
    let config = Config::parse(configuration).unwrap();
    assert_eq!(config.server.listen, format!("0.0.0.0:{PORT}"));
    assert_eq!(config.server.components, Path::new(COMPONENTS));

    let gateway = resource(&resources, "StatefulSet");
    assert_eq!(
        gateway["spec"]["replicas"], 1,
        "one process owns the database"
    );
    let container = container(gateway);
    let arguments = texts(&container["args"]);
    help(&arguments);
    assert!(arguments.ends_with(&[CONFIGURATION]), "{arguments:?}");
    assert_eq!(container["ports"][0]["containerPort"].to_string(), PORT);
    assert_eq!(container["ports"][0]["name"], "http");
    for path in [
        CONFIGURATION,
        config.server.database.file().unwrap().to_str().unwrap(),
    ] {
        assert_mounted(gateway, container, path);
    }
    let made = made_secrets("gateway.yaml");
    let named: BTreeSet<String> = variables(configuration)
        .into_iter()
        .map(String::from)
        .collect();
    assert_eq!(made, named);
    assert_version(&container["image"]);
    // Services and the budget select the gateway.
    let labels = &gateway["spec"]["template"]["metadata"]["labels"];
    assert_eq!(&resource(&resources, "Service")["spec"]["selector"], labels);
    let budget = resource(&resources, "PodDisruptionBudget");
    assert_eq!(&budget["spec"]["selector"]["matchLabels"], labels);
}

#[test]
fn on_postgresql_several_gateways_in_kubernetes_know_where_they_reach_each_other() {
    let changes = resources("kustomization.yaml");
    let [changes] = changes.as_slice() else {
        panic!("{changes:?}");
    };
    let mut gateway = Value::Null;
    for file in texts(&changes["resources"]) {
        gateway = resource(&resources(file), "StatefulSet").clone();
    }
    let patch = &changes["patches"][0];
    assert_eq!(patch["target"]["name"], gateway["metadata"]["name"]);
    let steps = patch["patch"].as_str().unwrap();
    let steps: Vec<Value> = serde_saphyr::from_str(steps).unwrap();
    for step in &steps {
        let path = step["path"].as_str().unwrap();
        let (parent, name) = path.rsplit_once('/').unwrap();
        let parent = gateway.pointer_mut(parent).unwrap();
        // What is replaced is there, and what is added takes no other's place.
        let is_there = parent.get(name).is_some();
        assert_eq!(is_there, step["op"] == "replace", "{path}");
        parent[name] = step["value"].clone();
    }
    assert_eq!(gateway["spec"]["replicas"], 2);
    let container = container(&gateway);
    let variables = container["env"].as_array().unwrap();
    let url = variables.last().unwrap();
    assert_eq!(url["value"], format!("http://$(POD_IP):{PORT}"));
    let name = url["name"].as_str().unwrap();
    let told = help(&texts(&container["args"]));
    assert!(told.contains(&format!("[env: {name}=")), "{told}");
}

#[tokio::test]
async fn a_gateway_answers_the_probes_of_kubernetes() {
    let world = World::new(Setup::default()).await;
    let manifests = [resources("gateway.yaml"), resources("spin.yaml")];
    let container = container(resource(&manifests[0], "StatefulSet"));
    let checks = &resource(&manifests[1], "SpinApp")["spec"]["checks"];
    for probe in [
        &container["startupProbe"],
        &container["livenessProbe"],
        &container["readinessProbe"],
        &checks["liveness"],
        &checks["readiness"],
    ] {
        let path = probe["httpGet"]["path"].as_str().unwrap();
        let (status, ..) = world.get(&world.url(path), "*/*").await;
        assert_eq!(status, 200, "{path}");
    }
}

#[test]
fn the_application_in_kubernetes_has_the_variables_of_its_manifest_and_the_bridge_its_own() {
    let resources = resources("spin.yaml");
    let application = resource(&resources, "SpinApp");
    let given: BTreeSet<&str> = application["spec"]["variables"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["name"].as_str().unwrap())
        .collect();
    let manifest = read("spin.toml");
    let (_, section) = manifest.split_once("\n[variables]\n").unwrap();
    let section = section.split("\n[[").next().unwrap();
    let declared: BTreeSet<&str> = section
        .lines()
        .filter_map(|line| line.split_once(" = {"))
        .filter(|(name, _)| !name.starts_with('#'))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(given, declared);

    let bridge = resource(&resources, "Deployment");
    let container = container(bridge);
    assert_version(&application["spec"]["image"]);
    assert_version(&container["image"]);
    let told = help(&texts(&container["args"]));
    assert_mounted(bridge, container, CONFIGURATION);
    let example = read("host/gateway/examples/chargetap.toml");
    for variable in container["env"].as_array().unwrap() {
        let name = variable["name"].as_str().unwrap();
        let is_known = told.contains(name) || variables(&example).contains(name);
        assert!(is_known, "the bridge does not read {name}");
    }
    // Each finds the other by the name of its service, which is that of the application.
    let environment = container["env"].as_array().unwrap().iter();
    let mut addresses = environment.filter(|it| it["name"] == "CHARGETAP_APPLICATION");
    let name = application["metadata"]["name"].as_str().unwrap();
    assert_eq!(addresses.next().unwrap()["value"], format!("http://{name}"));
    let variables = application["spec"]["variables"].as_array().unwrap();
    let bridge_url = variables
        .iter()
        .find(|it| it["name"] == "bridge_url")
        .unwrap();
    let service = resource(&resources, "Service")["metadata"]["name"].as_str();
    assert_eq!(bridge_url["value"], format!("http://{}", service.unwrap()));
    let text = deployed("kubernetes/spin.yaml");
    let made = made_secrets("spin.yaml");
    for key in text
        .lines()
        .filter_map(|it| it.trim().strip_prefix("key: "))
    {
        assert!(made.contains(key), "nobody makes the secret {key}");
    }
}
