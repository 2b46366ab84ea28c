//! The simulators over real sockets.

mod central_system;
mod payter;
mod station;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::Value;

use super::payter::plain_http_client;

/// A caller of the simulators' HTTP APIs.
struct Http {
    client: reqwest::Client,
    base_url: String,
    key: Option<String>,
}

impl Http {
    fn new(base_url: &str) -> Self {
        Self {
            client: plain_http_client().unwrap(),
            base_url: base_url.to_owned(),
            key: None,
        }
    }

    fn with_key(mut self, key: &str) -> Self {
        self.key = Some(format!("CPS apikey=\"{key}\""));
        self
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        let request = self.client.get(format!("{}{path}", self.base_url));
        self.send(request).await.unwrap()
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.try_post(path, body).await.unwrap()
    }

    async fn try_post(&self, path: &str, body: Value) -> reqwest::Result<(u16, Value)> {
        let request = self
            .client
            .post(format!("{}{path}", self.base_url))
            .header(CONTENT_TYPE, "application/json")
            .body(body.to_string());
        self.send(request).await
    }

    async fn send(&self, mut request: reqwest::RequestBuilder) -> reqwest::Result<(u16, Value)> {
        if let Some(key) = &self.key {
            request = request.header(AUTHORIZATION, key);
        }
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        let body = answer.bytes().await?;
        Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
    }
}
