//! Receipts as a driver and the operator get at them.

use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::World;

impl World {
    /// Wait until `count` receipts are issued, and return their JSON in that order.
    pub(crate) async fn receipts(&self, count: usize) -> Vec<Value> {
        let mut ids = Vec::new();
        self.until("the receipts are issued", async || {
            ids = self.receipt_ids();
            ids.len() >= count
        })
        .await;
        assert_eq!(ids.len(), count, "receipts: {ids:?}");
        let mut receipts = Vec::new();
        for id in ids {
            receipts.push(self.json(&self.url(&format!("/receipts/{id}"))).await);
        }
        receipts
    }

    /// Fetch from an address: the status, the headers and the body.
    pub(crate) async fn get(&self, url: &str, accept: &str) -> (u16, HeaderMap, Vec<u8>) {
        read(self.client.get(url).header("accept", accept)).await
    }

    /// Fetch a page as a browser does whose reader speaks these languages.
    pub(crate) async fn get_in(&self, url: &str, languages: &str) -> (u16, HeaderMap, Vec<u8>) {
        let request = self.client.get(url).header("accept", "text/html");
        read(request.header("accept-language", languages)).await
    }

    /// Send a form as a browser does.
    pub(crate) async fn submit(
        &self,
        url: &str,
        fields: &[(&str, &str)],
    ) -> (u16, HeaderMap, Vec<u8>) {
        read(self.form(url, fields)).await
    }

    fn form(&self, url: &str, fields: &[(&str, &str)]) -> reqwest::RequestBuilder {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        self.client
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.finish())
    }

    /// What the QR code on the terminal's screen says.
    pub(crate) async fn qr_code(&self) -> Option<String> {
        Some(self.screen_state().await["qr_code"].as_str()?.to_owned())
    }

    /// The receipt of a session that captured something, if one is issued and the gateway is
    /// there to show it.
    pub(crate) async fn receipt_of_capture(&self) -> Option<Value> {
        self.receipt_of_kind("charge").await
    }

    /// The first receipt of a kind, if one is issued and the gateway is there to show it.
    pub(crate) async fn receipt_of_kind(&self, kind: &str) -> Option<Value> {
        for id in self.receipt_ids() {
            let link = self.url(&format!("/receipts/{id}"));
            let request = self.client.get(&link).header("accept", "application/json");
            let answer = request.send().await.ok()?;
            let receipt: Value = serde_json::from_slice(&answer.bytes().await.ok()?).ok()?;
            if receipt["kind"] == kind {
                return Some(receipt);
            }
        }
        None
    }

    /// Send a form. The gateway may be down.
    pub(crate) async fn try_submit(&self, url: &str, fields: &[(&str, &str)]) {
        drop(self.form(url, fields).send().await);
    }

    /// Put a refund on record. The gateway may be down.
    pub(crate) async fn try_refund(&self, session: &str, reference: &str, amount: u64) {
        let url = self.url(&format!("/api/v1/sessions/{session}/refunds"));
        let request = self.client.post(url);
        let request = request.bearer_auth(&self.token);
        let request = request.header("content-type", "application/json");
        let body = json!({"reference": reference, "amount": amount}).to_string();
        drop(request.body(body).send().await);
    }
}

async fn read(request: reqwest::RequestBuilder) -> (u16, HeaderMap, Vec<u8>) {
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    (status, headers, answer.bytes().await.unwrap().to_vec())
}
