//! Opens the gateway, once per instance.

use std::cell::{Cell, OnceCell};
use std::io;
use std::path::Path;
use std::rc::Rc;

use chargetap_contract::callback::ConfigurationProblem;
use chargetap_engine::bridge::SHORTEST_TOKEN;
use chargetap_engine::config::{CallbackEndpoint, Config, ConfigErrors, SecretSource};
use chargetap_engine::platform::DatabaseError;
use chargetap_engine::{BOOTSTRAP_TOKEN, EngineError, Gateway, Secrets};
use secrecy::{ExposeSecret, SecretString};
use spin_sdk::variables;

use crate::bindings::verification::Verifier;
use crate::bridge::Bridge;
use crate::database::Store;
use crate::platform::Spin;

/// Where the manifest puts the configuration; relative paths in it are taken from that folder.
const CONFIG: &str = "/chargetap.toml";

/// The engine under Spin.
pub(crate) type SpinGateway = Gateway<Spin>;

thread_local! {
    static GATEWAY: OnceCell<Rc<SpinGateway>> = const { OnceCell::new() };
}

/// Why there is no gateway.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetupError {
    #[error("{CONFIG} cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    #[error("{CONFIG}: {0}")]
    Config(#[from] ConfigErrors),
    #[error("the Spin variable {name} cannot be read: {reason}")]
    Variable { name: String, reason: String },
    #[error("the secret in {origin} cannot be used: {reason}")]
    Secret { origin: String, reason: String },
    #[error("the callback keys cannot be used: {0:?}")]
    Keys(ConfigurationProblem),
    #[error("the database cannot be opened: {0}")]
    Database(#[from] DatabaseError),
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// The instance's gateway. The first requests of an instance may each open one, because none can
/// wait for another; all then use the one that was ready first.
pub(crate) async fn gateway() -> Result<Rc<SpinGateway>, SetupError> {
    if let Some(gateway) = GATEWAY.with(|cell| cell.get().cloned()) {
        return Ok(gateway);
    }
    let opened = Rc::new(open().await?);
    Ok(GATEWAY.with(|cell| cell.get_or_init(|| opened).clone()))
}

async fn open() -> Result<SpinGateway, SetupError> {
    log();
    let mut config = Config::parse(&std::fs::read_to_string(CONFIG)?)?;
    // Both come from the manifest, so that one configuration file fits every installation.
    let unusable = |name: &str| {
        let name = name.to_owned();
        move |reason| SetupError::Variable { name, reason }
    };
    let (public_url, payter_url) = (variable("public_url").await?, variable("payter_url").await?);
    for (name, file, url) in [
        ("public_url", &config.public_url, &public_url),
        ("payter_url", &config.payter_url, &payter_url),
    ] {
        if file.trim_end_matches('/') != url.trim_end_matches('/') {
            tracing::warn!(
                name,
                file,
                url,
                "the variable takes the place of the file's URL"
            );
        }
    }
    config
        .set_public_url(&public_url)
        .map_err(unusable("public_url"))?;
    config
        .set_payter_url(&payter_url)
        .map_err(unusable("payter_url"))?;

    let mut endpoints = Vec::new();
    for CallbackEndpoint { endpoint, keys } in &config.callback_endpoints {
        let mut revealed = Vec::new();
        for key in keys {
            let secret = secret(&key.secret).await?;
            revealed.push((key.info.clone(), secret.expose_secret().as_bytes().to_vec()));
        }
        endpoints.push((endpoint.clone(), revealed));
    }
    let card_key = match config.card_key() {
        Some(key) => Some(secret(&key.secret).await?),
        None => None,
    };
    let secrets = Secrets {
        payter_key: secret(&config.payter_api_key).await?,
        card_key,
    };

    let spin = Spin {
        store: Store::open(variable("database_url").await?.trim()).await?,
        verifier: Verifier::load(&endpoints).map_err(SetupError::Keys)?,
        bridge: Bridge {
            url: variable("bridge_url").await?.trim_end_matches('/').into(),
            token: bridge_token().await?,
            next_question: Cell::new(None),
        },
        began: std::time::Instant::now(),
    };
    let gateway = Gateway::open(spin, config, secrets).await?;
    if let Some(token) = gateway.take_bootstrap_token() {
        // Standard error is shown by `spin up`. The token is printed only once.
        eprintln!("{BOOTSTRAP_TOKEN}{}", token.expose_secret());
    }
    Ok(gateway)
}

async fn secret(source: &SecretSource) -> Result<SecretString, SetupError> {
    match source {
        SecretSource::Env(name) => secret_variable(&name.to_lowercase()).await,
        SecretSource::File(path) => {
            let text = std::fs::read_to_string(Path::new("/").join(path));
            let text = text.map_err(|error| SetupError::Secret {
                origin: source.to_string(),
                reason: error.to_string(),
            })?;
            filled(source.to_string(), &text)
        }
    }
}

async fn bridge_token() -> Result<SecretString, SetupError> {
    let token = secret_variable("bridge_token").await?;
    match token.expose_secret().len() >= SHORTEST_TOKEN {
        true => Ok(token),
        false => Err(SetupError::Secret {
            origin: "the Spin variable bridge_token".into(),
            reason: format!("it has fewer than {SHORTEST_TOKEN} characters"),
        }),
    }
}

async fn secret_variable(name: &str) -> Result<SecretString, SetupError> {
    let text = variable(name).await?;
    filled(format!("the Spin variable {name}"), &text)
}

fn filled(origin: String, text: &str) -> Result<SecretString, SetupError> {
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        let reason = "it is empty".into();
        return Err(SetupError::Secret { origin, reason });
    }
    Ok(SecretString::from(text))
}

async fn variable(name: &str) -> Result<String, SetupError> {
    variables::get(name)
        .await
        .map_err(|error| SetupError::Variable {
            name: name.into(),
            reason: error.to_string(),
        })
}

/// Spin keeps what a component writes to standard error.
fn log() {
    // Fails if an earlier request of this instance did it.
    let _ = tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_ansi(false)
        .try_init();
}
