//! Passwords and certificates of stations, and the gateway's own certificate.

use super::*;

const PASSWORD: &str = "password = { env = \"STATION_CT1_PASSWORD\" }\n";

/// Where any components may run.
const UNSIGNED: &str = "\n[server]\nunsigned = true\n";

const TLS: &str = r#"
[server.tls]
certificate = "fullchain.pem"
private_key = { file = "privkey.pem" }
client_ca = "stations.pem"
"#;

/// The good file, in which the station has what stands here for its password.
fn with_station(station: &str) -> String {
    assert!(GOOD.contains(PASSWORD));
    GOOD.replacen(PASSWORD, station, 1)
}

/// A machine on which everything is good, every secret has this text, and a certificate expires soon if so told.
struct Good(&'static str, Option<&'static str>);

impl Machine for Good {
    fn secret(&self, _: &SecretSource) -> Result<SecretString, String> {
        Ok(self.0.into())
    }

    fn writable_folder(&self, _: &Path) -> Result<(), String> {
        Ok(())
    }

    fn certificate(&self, _: &Path) -> Result<Option<String>, String> {
        Ok(self.1.map(str::to_owned))
    }

    fn private_key(&self, _: &SecretSource, _: &Path) -> Result<(), String> {
        Ok(())
    }

    fn client_ca(&self, _: &Path) -> Result<(), String> {
        Ok(())
    }

    fn signers_key(&self, _: &Path) -> Result<(), String> {
        Ok(())
    }
}

#[test]
fn a_station_has_a_password_or_a_certificate_or_both() {
    let both = format!("{PASSWORD}client_certificate = true\n");
    for (station, has_password, has_certificate) in [
        (PASSWORD, true, false),
        ("client_certificate = true\n", false, true),
        (&both, true, true),
    ] {
        let config = parse(&format!("{}{TLS}", with_station(station))).unwrap();
        let station = &config.stations["CT-1"];
        assert_eq!(station.password.is_some(), has_password);
        assert_eq!(station.client_certificate, has_certificate);
    }
    for station in ["", "client_certificate = false\n"] {
        let error = parse(&with_station(station)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 33: stations.password: is missing: a station has one, or client_certificate = true, \
             or both"
        );
    }
}

#[test]
fn a_station_cannot_show_a_certificate_where_nobody_is_asked_for_one() {
    let station = with_station("client_certificate = true\n");
    let without_ca = TLS.replacen("client_ca = \"stations.pem\"\n", "", 1);
    for tls in ["", &without_ca] {
        let error = parse(&format!("{station}{tls}")).unwrap_err();
        assert_eq!(
            (error.line, error.key.as_str()),
            (34, "stations.client_certificate")
        );
        assert!(error.problem.contains("client_ca"), "{error}");
    }
}

#[test]
fn a_short_password_is_a_warning_that_names_the_station_and_not_the_password() {
    let warnings = |password| {
        Config::parse_on(&format!("{GOOD}{UNSIGNED}"), &Good(password, None))
            .unwrap()
            .warnings
    };
    // OCPP asks for 16 characters.
    assert_eq!(warnings("sixteen letters!"), []);
    let [warning] = warnings("fifteen letters").try_into().unwrap();
    assert_eq!(
        (warning.line, warning.key.as_str()),
        (34, "stations.password")
    );
    assert!(warning.problem.contains("\"CT-1\""), "{warning}");
    assert!(warning.problem.contains("16"), "{warning}");
    assert!(!warning.problem.contains("fifteen"), "{warning}");
}

#[test]
fn a_certificate_that_expires_soon_is_a_warning() {
    let file = format!("{GOOD}{TLS}{UNSIGNED}");
    let good = Config::parse_on(&file, &Good("sixteen letters!", None)).unwrap();
    assert_eq!(good.warnings, []);
    let soon = Config::parse_on(&file, &Good("sixteen letters!", Some("expires soon"))).unwrap();
    let [warning] = soon.warnings.try_into().unwrap();
    assert_eq!(
        warning.to_string(),
        "line 44: server.tls.certificate: expires soon"
    );
}

#[test]
fn tls_needs_a_certificate_and_names_its_key_as_every_secret() {
    let with = |from: &str, to: &str| {
        let tls = TLS.replacen(from, to, 1);
        parse(&format!("{GOOD}{tls}")).unwrap_err()
    };
    let missing = with("certificate = \"fullchain.pem\"\n", "");
    assert!(missing.key.starts_with("server.tls"), "{missing}");
    assert!(missing.problem.contains("certificate"), "{missing}");
    let secret = with("{ file = \"privkey.pem\" }", "\"canary\"");
    assert_eq!(secret.key, "server.tls.private_key");
    assert!(!secret.to_string().contains("canary"), "{secret}");
    let unknown = with("client_ca", "clientca");
    assert_eq!(unknown.key, "server.tls.clientca");
}
