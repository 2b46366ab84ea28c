//! The engine of a stopped gateway. It has the database only: it writes records, but compiles no
//! component and sends no request.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use chargetap_contract::callback::{Capability, Rejection, Request, Verified};
use chargetap_contract::receipt::{Document, Format, MeasurementVerdict, Page, Problem, Rendered};
use chargetap_contract::screen::{Message, Quote};
use chargetap_contract::session::{Decision, Event, Policy, Refusal};
use chargetap_engine::config::{Config, DatabaseAddress};
use chargetap_engine::http::{ProviderRequest, ProviderResponse, SendError};
use chargetap_engine::platform::{
    Bundles, ComponentFault, Components, Database, DatabaseError, Dialect, FaultCause, Metric,
    Platform, Row, StationAnswer, StationLink, StationOrder, Value, Work,
};
use chargetap_engine::{Gateway, Secrets};
use secrecy::SecretString;

use crate::database::StoreDatabase;
use crate::faults::Faults;
use crate::platform;

/// Issue an operator's token in the database of a stopped gateway, to replace a lost one. The
/// configuration's relative paths are taken from `folder`.
///
/// # Errors
/// There is no database, the gateway runs, or the token cannot be stored.
pub(crate) async fn issue_operator_token(
    config: Config,
    folder: &Path,
) -> anyhow::Result<SecretString> {
    if let DatabaseAddress::File(file) = &config.server.database {
        let path = folder.join(file);
        anyhow::ensure!(
            path.exists(),
            "there is no database {}: the gateway writes the bootstrap token into a file when it starts for the first \
             time",
            path.display()
        );
    }
    let database =
        StoreDatabase::open(&config.server.database, folder, Arc::new(Faults::default()))
            .await
            .context("stop the gateway first, or have an operator issue a token")?;
    // Nothing is sent and no card is shown, so the keys are not needed.
    let secrets = Secrets {
        payter_key: SecretString::default(),
        card_key: None,
    };
    let gateway = Gateway::open(Stopped { database }, config, secrets).await?;
    match gateway.take_bootstrap_token() {
        Some(token) => Ok(token),
        None => Ok(gateway.issue_operator_token("operator-token").await?),
    }
}

struct Stopped {
    database: StoreDatabase,
}

impl Bundles for Stopped {}

impl Platform for Stopped {
    type Components = Self;

    fn components(&self) -> &Self {
        self
    }

    fn now(&self) -> u64 {
        platform::now()
    }

    fn elapsed(&self) -> u64 {
        platform::elapsed()
    }

    fn random(&self) -> [u8; 16] {
        rand::random()
    }

    fn count(&self, _: Metric, _: &str) {}

    fn notify(&self, _: Work<'_>) {}

    async fn send(&self, _: ProviderRequest, _: u64) -> Result<ProviderResponse, SendError> {
        Err(SendError::NotSent(STOPPED.into()))
    }

    async fn order(&self, _: &str, _: StationOrder) -> StationAnswer {
        StationAnswer::NotConnected
    }

    async fn station_connected_for(&self, _: &str) -> Option<u64> {
        None
    }

    async fn station_link(&self, _: &str) -> StationLink {
        StationLink::default()
    }
}

impl Database for Stopped {
    fn dialect(&self) -> Dialect {
        self.database.dialect()
    }

    async fn query(
        &self,
        statement: &'static str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        self.database.query(statement, parameters).await
    }
}

const STOPPED: &str = "the gateway is stopped";

fn stopped<T>() -> Result<T, ComponentFault> {
    Err(ComponentFault {
        component: "every component",
        cause: FaultCause::Useless(STOPPED.into()),
    })
}

impl Components for Stopped {
    fn mint(&self, _: &str, _: &Capability) -> Result<Option<String>, ComponentFault> {
        stopped()
    }

    fn verify(&self, _: &Request) -> Result<Result<Vec<Verified>, Rejection>, ComponentFault> {
        stopped()
    }

    fn claimed_terminal(&self, _: &str) -> Result<Option<String>, ComponentFault> {
        stopped()
    }

    fn step(
        &self,
        _: &Policy,
        _: Option<&[u8]>,
        _: &Event,
        _: u64,
    ) -> Result<Result<Decision, Refusal>, ComponentFault> {
        stopped()
    }

    fn offer(&self, _: &Policy, _: u64, _: u64) -> Result<Quote, ComponentFault> {
        stopped()
    }

    fn render(
        &self,
        _: &Document,
        _: Format,
        _: &str,
    ) -> Result<Result<Rendered, Problem>, ComponentFault> {
        stopped()
    }

    fn form(&self, _: &Page, _: &str) -> Result<Result<Rendered, Problem>, ComponentFault> {
        stopped()
    }

    fn screen_text(&self, _: &Message, _: &str) -> Result<Result<String, Problem>, ComponentFault> {
        stopped()
    }

    fn check_measurement(
        &self,
        _: &[String],
        _: Option<&str>,
    ) -> Result<MeasurementVerdict, ComponentFault> {
        stopped()
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use rusqlite::Connection;
    use secrecy::ExposeSecret;
    use sha2::{Digest, Sha256};

    use super::*;

    fn config() -> Config {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/chargetap.toml");
        Config::parse(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    fn file(config: &Config, folder: &Path) -> PathBuf {
        match &config.server.database {
            DatabaseAddress::File(file) => folder.join(file),
            other => panic!("{other:?}"),
        }
    }

    /// A folder with an empty database.
    fn fresh(config: &Config) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let database = file(config, folder.path());
        let connection = Connection::open(&database).unwrap();
        connection.pragma_update(None, "user_version", 1).unwrap();
        folder
    }

    /// How many tokens with this secret are on record.
    fn on_record(folder: &Path, config: &Config, token: &SecretString) -> u32 {
        let hash = Sha256::digest(token.expose_secret());
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let connection = Connection::open(file(config, folder)).unwrap();
        connection
            .query_row(
                "SELECT count(*) FROM fleet_item
                 WHERE kind = 'token' AND item ->> '$.record.hash' = ?1
                 AND item ->> '$.record.details.scope' = 'operator'
                 AND item ->> '$.record.details.reach' = 'everywhere'",
                [hash],
                |row| row.get(0),
            )
            .unwrap()
    }

    #[tokio::test]
    async fn a_token_is_issued_beside_existing_ones() {
        let config = config();
        let folder = fresh(&config);
        let issue = async || loop {
            // The previous writer releases the database a moment later.
            match issue_operator_token(config.clone(), folder.path()).await {
                Ok(token) => break token,
                Err(error) => assert!(format!("{error:#}").contains("in use"), "{error:#}"),
            }
            tokio::task::yield_now().await;
        };
        let first = issue().await;
        let second = issue().await;
        assert_ne!(first.expose_secret(), second.expose_secret());
        for token in [first, second] {
            assert!(token.expose_secret().starts_with("ctp_"));
            assert_eq!(on_record(folder.path(), &config, &token), 1);
        }
    }

    #[tokio::test]
    async fn no_token_is_issued_while_the_gateway_runs() {
        let config = config();
        let folder = fresh(&config);
        let database = file(&config, folder.path());
        let _running = crate::sqlite::Sqlite::open(&database, Arc::new(Faults::default())).unwrap();
        let error = issue_operator_token(config, folder.path())
            .await
            .unwrap_err();
        let error = format!("{error:#}");
        assert!(error.starts_with("stop the gateway first"), "{error}");
        assert!(error.contains("in use by another gateway"), "{error}");
    }

    #[tokio::test]
    async fn no_token_is_issued_without_a_database() {
        let folder = tempfile::tempdir().unwrap();
        let error = issue_operator_token(config(), folder.path())
            .await
            .unwrap_err();
        assert!(
            error.to_string().contains("there is no database"),
            "{error}"
        );
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
