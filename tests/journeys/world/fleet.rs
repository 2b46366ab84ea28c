//! The REST interface for fleet management, and how a terminal is commissioned.

use std::time::{SystemTime, UNIX_EPOCH};

use chargetap_fleet::api::Method;
use chargetap_fleet::example::{ExampleCall, ExampleCustomer, ExampleSite, Onboarding};
use chargetap_fleet::model::Model;
use chargetap_fleet::moment::Moment;
use serde_json::{Value, json};

use super::setup::{connectors, station, terminal};
use super::{Setup, World};

/// An answer of the interface.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) etag: Option<String>,
    pub(crate) media_type: String,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }
}

impl World {
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Call the interface as the operator.
    pub(crate) async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.call_as(&self.token, method, path, body, &[]).await
    }

    /// Call the interface with this token and these further headers.
    pub(crate) async fn call_as(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let json = ("content-type", "application/json");
        let headers = body.iter().map(|_| json).chain(headers.iter().copied());
        let headers: Vec<_> = headers.collect();
        let bytes = body.map_or_else(Vec::new, |body| body.to_string().into_bytes());
        self.send_as(token, method, path, bytes, &headers).await
    }

    /// Send something as the operator. The gateway may be down.
    pub(crate) async fn try_send(
        &self,
        method: &str,
        path: &str,
        body: Vec<u8>,
        headers: &[(&str, &str)],
    ) -> Option<u16> {
        let request = self.request(&self.token, method, path, headers);
        let answer = request.body(body).send().await.ok()?;
        Some(answer.status().as_u16())
    }

    fn request(
        &self,
        token: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
    ) -> reqwest::RequestBuilder {
        let method = method.parse().unwrap();
        let mut request = self.client.request(method, self.url(path));
        request = request.bearer_auth(token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request
    }

    pub(crate) async fn send_as(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: Vec<u8>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let request = self.request(token, method, path, headers);
        let answer = request.body(body).send().await.unwrap();
        let header = |name| {
            let value = answer.headers().get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        Answer {
            status: answer.status().as_u16(),
            etag: header("etag"),
            media_type: header("content-type").unwrap_or_default(),
            bytes: answer.bytes().await.unwrap().to_vec(),
        }
    }

    /// A token of this scope and reach.
    pub(crate) async fn token_for(&self, scope: &str, reach: Value) -> String {
        let body = json!({"name": scope, "scope": scope, "reach": reach});
        let issued = self.call("POST", "/api/v1/tokens", Some(body)).await;
        assert_eq!(issued.status, 201, "{issued:?}");
        issued.json()["secret"].as_str().unwrap().to_owned()
    }

    /// Commission the terminals.
    pub(crate) async fn onboard(&self, setup: &Setup) {
        let at = now();
        let served = connectors(setup.terminal);
        let names: Vec<_> = (1..=setup.places)
            .map(|place| (terminal(place), station(place)))
            .collect();
        let stations: Vec<(&str, &[u32])> = names
            .iter()
            .map(|(_, station)| (station.as_str(), &[1, 2][..]))
            .collect();
        let (first, further) = stations.split_at(1);
        let sites = match setup.further_site {
            Some(site) => vec![
                ExampleSite::torget(first),
                ExampleSite {
                    stations: further,
                    ..site
                },
            ],
            None => vec![ExampleSite::torget(&stations)],
        };
        let customer = ExampleCustomer { sites: &sites, at };
        let mut steps = customer.steps();
        let charging = setup.further_on_record.then(|| {
            steps.push(ExampleCall {
                what: "a tariff of their own",
                method: Method::Put,
                path: "/api/v1/tariffs/on-record".to_owned(),
                body: Some(
                    json!({"prices": {"currency": "GBP", "per_kwh": "0.60", "vat_percent": "20"}}),
                ),
            });
            json!({"tariff": "on-record", "currency": "GBP", "holds": ["50.00"]})
        });
        for (place, (terminal, station)) in names.iter().enumerate() {
            if setup.further_on_record && place > 0 {
                steps.push(ExampleCall {
                    what: "the password of a station of their own",
                    method: Method::Post,
                    path: format!("/api/v1/stations/{station}/password"),
                    body: Some(json!({"password": setup.station_password})),
                });
            }
            let site = match place {
                0 => sites.first(),
                _ => sites.last(),
            };
            let terminal = Onboarding {
                serial: terminal,
                site: site.unwrap().key,
                model: Model::Apollo,
                origin: setup.origin,
                processor: setup.processor,
                station,
                connectors: &served,
                charging: charging.as_ref().filter(|_| place > 0),
                at,
            };
            steps.extend(terminal.steps());
        }
        for step in steps {
            let answer = self.call(step.method.name(), &step.path, step.body).await;
            let text = String::from_utf8_lossy(&answer.bytes);
            assert!(
                answer.status < 300,
                "{}: {} {text}",
                step.what,
                answer.status
            );
        }
    }
}

/// The current time.
pub(crate) fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Moment::from_millis(since.as_millis().try_into().unwrap())
}
