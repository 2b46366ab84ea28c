//! Files with several mistakes, and what is wrong on the machine.

use super::*;

/// The good file with these changes.
fn changed(changes: &[(&str, &str)]) -> String {
    let change = |file: String, (from, to): &(&str, &str)| {
        assert!(file.contains(from), "{from}");
        file.replacen(from, to, 1)
    };
    changes.iter().fold(GOOD.to_owned(), change)
}

/// The line and the key of each mistake.
fn places(errors: &ConfigErrors) -> Vec<(usize, &str)> {
    let places = errors.iter().map(|error| (error.line, error.key.as_str()));
    places.collect()
}

#[test]
fn every_mistake_is_named_at_once_and_by_line() {
    let file = changed(&[
        ("https://gateway.example/", "gateway.example"),
        (
            "contact = \"help@laddbolaget.example\"\n",
            "kontakt = \"\"\n",
        ),
        ("Europe/Stockholm", "Europe/Sundsvall"),
        ("per_kwh = \"0.395\"", "per_kwh = \"-1\""),
        ("per_session = \"0.25\"", "per_session = \"much\""),
        ("model = \"apollo\"", "model = \"p99\""),
        ("hold = \"50.00\"", "hold = 50"),
    ]);
    let file = format!("{file}\n[extra]\n[[terminals]]\n{}", second_terminal());
    let errors = Config::parse(&file).unwrap_err();
    assert_eq!(
        places(&errors),
        [
            (3, "gateway.public_url"),
            (13, "issuers.platform.contact"),
            (17, "issuers.platform.kontakt"),
            (23, "site.time_zone"),
            (28, "tariffs.per_kwh"),
            (29, "tariffs.per_session"),
            (38, "terminals.model"),
            (41, "terminals.hold"),
            (43, "extra"),
            (46, "terminals.evses.station"),
            (47, "terminals.tariff"),
        ],
        "{errors}"
    );
    assert_eq!(errors.to_string().lines().count(), 11, "{errors}");
}

/// It refers to what is not there. The tariff that is there has mistakes, and those are named once.
fn second_terminal() -> &'static str {
    "serial = \"P66-0002\"\nevses = [{ station = \"CT-9\", connector = 1 }]\ntariff = \"night\"\n\
     hold = \"50.00\"\nmodel = \"p66\"\n"
}

#[test]
fn a_text_that_is_no_toml_does_not_hide_the_other_mistakes() {
    let file = changed(&[
        ("connector = 1 }]", "connector = 1 }"),
        ("Europe/Stockholm", "Europe/Sundsvall"),
    ]);
    let errors = Config::parse(&file).unwrap_err();
    let keys: Vec<_> = errors.iter().map(|error| error.key.as_str()).collect();
    assert!(keys.contains(&"the file"), "{errors}");
    assert!(keys.contains(&"site.time_zone"), "{errors}");
}

#[test]
fn a_missing_table_is_named() {
    let from = GOOD.find("[payter]").unwrap();
    let to = GOOD.find("[[callback_keys]]").unwrap();
    let file = format!("{}{}", &GOOD[..from], &GOOD[to..]);
    let error = parse(&file).unwrap_err();
    assert_eq!(error.key, "payter");
}

#[test]
fn a_secret_that_stands_in_the_file_is_refused_and_not_repeated() {
    for secret in [
        "\"canary\"",
        "{ value = \"canary\" }",
        "{ env = \"A\", file = \"canary\" }",
    ] {
        let error = error("{ env = \"STATION_CT1_PASSWORD\" }", secret);
        assert_eq!(error.key, "stations.password", "{error}");
        assert!(error.problem.contains("env = \"VARIABLE\""), "{error}");
        assert!(!error.to_string().contains("canary"), "{error}");
    }
    let error = error(
        "https://cps-test.mypayter.com",
        "https://canary:canary@cps.mypayter.com",
    );
    assert_eq!(error.key, "payter.url");
    assert!(!error.to_string().contains("canary"), "{error}");
}

#[test]
fn an_address_to_listen_at_has_a_port() {
    let with = |listen: &str| parse(&format!("[server]\nlisten = \"{listen}\"\n{GOOD}"));
    for good in ["127.0.0.1:8080", "[::1]:0", "localhost:80"] {
        assert!(with(good).is_ok(), "{good}");
    }
    for wrong in [
        "127.0.0.1",
        "localhost",
        ":80",
        "localhost:99999",
        "http://localhost:80",
    ] {
        assert_eq!(with(wrong).unwrap_err().key, "server.listen", "{wrong}");
    }
}

#[test]
fn a_vat_number_with_a_wrong_digit_is_refused() {
    let error = error("SE556677889901", "SE556677889801");
    assert_eq!(error.key, "issuers.vat_number");
}

#[test]
fn a_hold_of_which_nothing_could_be_captured_is_refused() {
    let refused = error("hold = \"50.00\"", "hold = \"0.49\"");
    assert_eq!(
        refused.to_string(),
        "line 41: terminals.hold: must be at least 0.50, policy.minimum_capture: less is never captured"
    );
    assert!(parse(&changed(&[("hold = \"50.00\"", "hold = \"0.50\"")])).is_ok());
}

/// A machine on which every secret has this text, and no folder can be written to.
struct Secrets(Option<&'static str>);

impl Machine for Secrets {
    fn secret(&self, source: &SecretSource) -> Result<SecretString, String> {
        self.0
            .map(SecretString::from)
            .ok_or(format!("there is no {source}"))
    }

    fn writable_folder(&self, _: &Path) -> Result<(), String> {
        Err("no file can be made there".to_owned())
    }

    fn certificate(&self, _: &Path) -> Result<Option<String>, String> {
        Err("there is no certificate".to_owned())
    }

    fn private_key(&self, _: &SecretSource, _: &Path) -> Result<(), String> {
        Err("there is no key".to_owned())
    }

    fn client_ca(&self, _: &Path) -> Result<(), String> {
        Err("there is no CA".to_owned())
    }

    fn signers_key(&self, _: &Path) -> Result<(), String> {
        Err("there is no public key".to_owned())
    }
}

#[test]
fn what_the_machine_does_not_have_is_named_with_the_other_mistakes() {
    let file = changed(&[("Europe/Stockholm", "Europe/Sundsvall")]);
    let file = format!(
        "{file}\n[server]\ndatabase = \"data/chargetap.db\"\nkeys = [\"old.pem\",\n\"new.pem\"]\n"
    );
    let errors = Config::parse_on(&file, &Secrets(None)).unwrap_err();
    assert_eq!(
        places(&errors),
        [
            (7, "payter.api_key"),
            (11, "callback_keys.secret"),
            (23, "site.time_zone"),
            (34, "stations.password"),
            (44, "server.database"),
            (45, "server.keys"),
            (46, "server.keys"),
        ],
        "{errors}"
    );
}

#[test]
fn a_secret_that_cannot_be_sent_is_refused_and_not_repeated() {
    let errors = Config::parse_on(GOOD, &Secrets(Some("canary\ncanary"))).unwrap_err();
    let places: Vec<_> = places(&errors).into_iter().map(|(_, key)| key).collect();
    assert_eq!(
        places,
        [
            "server.database",
            "server.keys",
            "payter.api_key",
            "stations.password"
        ]
    );
    assert!(!errors.to_string().contains("canary"), "{errors}");
}

#[test]
fn every_file_of_tls_that_cannot_be_used_is_named() {
    let tls = "[server.tls]\ncertificate = \"fullchain.pem\"\nprivate_key = { file = \"privkey.pem\" }\n\
               client_ca = \"stations.pem\"\n";
    let errors = Config::parse_on(&format!("{GOOD}{tls}"), &Secrets(Some("good"))).unwrap_err();
    assert_eq!(
        places(&errors),
        [
            (1, "server.database"),
            (1, "server.keys"),
            (43, "server.tls.certificate"),
            (44, "server.tls.private_key"),
            (45, "server.tls.client_ca"),
        ],
        "{errors}"
    );
}

#[test]
fn whose_components_are_taken_is_said_where_they_run_and_only_in_one_way() {
    let with = |server: &str| format!("{GOOD}\n[server]\n{server}\n");
    // Where no components are loaded, nothing need be said.
    assert_eq!(parse(GOOD).unwrap().server.trust, Trust::Keys(Vec::new()));
    let pinned = parse(&with("keys = [\"old.pem\", \"new.pem\"]")).unwrap();
    let files = ["old.pem", "new.pem"].map(PathBuf::from);
    assert_eq!(pinned.server.trust, Trust::Keys(files.to_vec()));
    let unsigned = parse(&with("unsigned = true")).unwrap();
    assert_eq!(unsigned.server.trust, Trust::Unsigned);

    let both = parse(&with("keys = [\"old.pem\"]\nunsigned = true")).unwrap_err();
    assert_eq!((both.line, both.key.as_str()), (45, "server.unsigned"));
    for neither in ["", "unsigned = false", "keys = []"] {
        let errors = Config::parse_on(&with(neither), &Secrets(Some("good"))).unwrap_err();
        let mut errors = errors.iter();
        let error = errors.find(|it| it.key == "server.keys").unwrap();
        for way in ["keys = [", "unsigned = true"] {
            assert!(error.problem.contains(way), "{error}");
        }
    }
}

#[test]
fn trusted_proxies_are_addresses_and_networks() {
    let with = |proxies: &str| format!("{GOOD}\n[server]\ntrusted_proxies = [{proxies}]\n");
    let trusted = |proxies: &str| parse(&with(proxies)).unwrap().server.trusted_proxies;
    assert_eq!(trusted(""), []);
    let networks =
        ["127.0.0.1/32", "10.0.0.0/8", "::1/128", "fd00::/8"].map(|it| it.parse().unwrap());
    let written = "\"127.0.0.1\", \"10.0.0.0/8\", \"::1\", \"fd00::/8\"";
    assert_eq!(trusted(written), networks);
    for wrong in ["localhost", "10.0.0.0/33", "10.0.0.1:80", "*", ""] {
        let error = parse(&with(&format!("\"{wrong}\""))).unwrap_err();
        assert_eq!(error.key, "server.trusted_proxies");
        assert!(
            error.problem.contains(&format!("{wrong:?} is neither")),
            "{error}"
        );
    }
}

#[test]
fn a_central_system_above_is_named_by_a_websocket_url() {
    use chargetap_ocpp::relay::RefusedTokens;

    let above = |table: &str| Config::parse(&format!("{GOOD}\n[upstream]\n{table}"));
    assert_eq!(Config::parse(GOOD).unwrap().upstream, None);
    let upstream = above("url = \"wss://cms.example/ocpp/\"")
        .unwrap()
        .upstream
        .unwrap();
    assert_eq!(upstream.url, "wss://cms.example/ocpp");
    assert_eq!(upstream.refused_tokens, RefusedTokens::Accept);
    let refusing = "url = \"ws://127.0.0.1:9003\"\nrefused_tokens = \"refuse\"";
    let upstream = above(refusing).unwrap().upstream.unwrap();
    assert_eq!(upstream.refused_tokens, RefusedTokens::Refuse);
    for url in [
        "https://cms.example/ocpp",
        "cms.example",
        "ws://user:secret@cms.example",
    ] {
        let errors = above(&format!("url = {url:?}")).unwrap_err();
        let keys: Vec<_> = errors.iter().map(|error| error.key.as_str()).collect();
        assert_eq!(keys, ["upstream.url"], "{url}");
        assert!(!errors.to_string().contains("secret"), "{errors}");
    }
    let errors = above("url = \"ws://cms.example\"\nrefused_tokens = \"maybe\"").unwrap_err();
    assert_eq!(errors.iter().count(), 1, "{errors}");
}

#[test]
fn a_database_is_a_file_or_a_server_whose_password_is_named() {
    let with = |server: &str| parse(&format!("{GOOD}\n[server]\n{server}\n"));
    let config = with("database = \"state/gateway.db\"").unwrap();
    assert_eq!(
        config.server.database.file(),
        Some(Path::new("state/gateway.db"))
    );
    let config = with(
        "database = \"postgres://chargetap@db.example/chargetap\"\n\
         database_password = { env = \"DATABASE_PASSWORD\" }",
    );
    let DatabaseAddress::Postgres { url, password } = config.unwrap().server.database else {
        panic!("it is a server");
    };
    assert_eq!(url, "postgres://chargetap@db.example/chargetap");
    assert_eq!(
        password,
        Some(SecretSource::Env("DATABASE_PASSWORD".into()))
    );
    for (server, key) in [
        (
            "database = \"postgres://chargetap:hunter2@db.example/chargetap\"",
            "server.database",
        ),
        (
            "database = \"gateway.db\"\ndatabase_password = { env = \"DATABASE_PASSWORD\" }",
            "server.database_password",
        ),
    ] {
        let errors = with(server).unwrap_err().to_string();
        assert!(errors.contains(key), "{errors}");
        assert!(!errors.contains("hunter2"), "{errors}");
    }
}
