//! The demonstration's configuration.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::Context;
use chargetap_engine::config::Config;
use chargetap_fleet::example::EXAMPLE_CONFIG;

use super::{API_KEY, DemoArgs, PASSWORD, STATION, TERMINAL};

/// What the gateway is told.
pub(super) struct Configuration<'a> {
    /// Its relative paths are taken from it.
    pub(super) folder: &'a Path,
    /// Where drivers, operators and the provider reach the gateway.
    pub(super) address: SocketAddr,
    /// Where the provider is.
    pub(super) payter: &'a str,
    /// The key of callbacks. It and the API key come from variables under Spin, and from files otherwise.
    pub(super) callback_key: String,
    pub(super) text: String,
}

impl<'a> Configuration<'a> {
    pub(super) fn new(
        args: &DemoArgs,
        folder: &'a Path,
        address: SocketAddr,
        payter: &'a str,
        above: Option<SocketAddr>,
    ) -> anyhow::Result<Self> {
        let callback_key = format!(
            "{:032x}{:032x}",
            rand::random::<u128>(),
            rand::random::<u128>()
        );
        std::fs::write(folder.join("api.key"), API_KEY)?;
        std::fs::write(folder.join("callback.key"), &callback_key)?;
        std::fs::write(folder.join("station.key"), PASSWORD)?;
        let [api_key, secret] = match &args.spin {
            Some(_) => [
                r#"{ env = "PAYTER_API_KEY" }"#,
                r#"{ env = "CALLBACK_KEY" }"#,
            ],
            None => [r#"{ file = "api.key" }"#, r#"{ file = "callback.key" }"#],
        };
        let components = std::path::absolute(&args.components)?;
        let upstream = above.map(|above| format!("[upstream]\nurl = \"ws://{above}/ocpp\""));
        let text = format!(
            r#"
            [server]
            components = '{components}'
            unsigned = true
            [gateway]
            public_url = "http://{address}"
            [payter]
            url = "{payter}"
            api_key = {api_key}
            [[callback_keys]]
            id = "demo"
            secret = {secret}
            {EXAMPLE_CONFIG}
            [[stations]]
            id = "{STATION}"
            password = {{ file = "station.key" }}
            [[terminals]]
            serial = "{TERMINAL}"
            model = "p66"
            evses = [{{ station = "{STATION}", connector = 1 }}]
            tariff = "standard"
            hold = "50.00"
            languages = {languages:?}
            {upstream}
            "#,
            upstream = upstream.unwrap_or_default(),
            languages = args.languages,
            components = components.display(),
        );
        Ok(Self {
            folder,
            address,
            payter,
            callback_key,
            text,
        })
    }

    pub(super) fn config(&self) -> anyhow::Result<Config> {
        Config::parse(&self.text).context("the demonstration's configuration")
    }

    pub(super) fn public_url(&self) -> String {
        format!("http://{}", self.address)
    }
}
