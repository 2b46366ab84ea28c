//! The terminal is commissioned through the gateway's own interface, as an operator would.

use std::net::SocketAddr;

use anyhow::bail;
use chargetap_fleet::api::Method;
use chargetap_fleet::example::{ExampleCall, ExampleCustomer, ExampleSite, Onboarding};
use chargetap_fleet::model::Model;
use chargetap_fleet::moment::Moment;
use chargetap_fleet::processor::Processor;
use chargetap_fleet::terminal::Origin;

use super::{STATION, TERMINAL};
use crate::client::client;

/// Take every step, and print it.
pub(super) async fn onboard(gateway: SocketAddr, token: &str, at: Moment) -> anyhow::Result<()> {
    println!("The terminal is commissioned, as an operator would do it:");
    let site = ExampleSite::torget(&[(STATION, &[1])]);
    let customer = ExampleCustomer { sites: &[site], at };
    let terminal = Onboarding {
        serial: TERMINAL,
        site: site.key,
        model: Model::P66,
        origin: Origin::CustomerOwned,
        processor: Processor::Platform,
        station: STATION,
        connectors: &[1],
        charging: None,
        at,
    };
    for step in customer.steps().into_iter().chain(terminal.steps()) {
        let status = call(gateway, token, &step).await?;
        let what = step.what;
        println!("  {what:<46}{:<5}{}", method(step.method), step.path);
        if !(200..300).contains(&status) {
            bail!("{what}: answered {status}");
        }
    }
    println!();
    Ok(())
}

async fn call(gateway: SocketAddr, token: &str, step: &ExampleCall) -> anyhow::Result<u16> {
    let url = format!("http://{gateway}{}", step.path);
    let mut request = client()?
        .request(method(step.method).parse()?, url)
        .bearer_auth(token);
    if let Some(body) = &step.body {
        request = request
            .header("content-type", "application/json")
            .body(body.to_string());
    }
    Ok(request.send().await?.status().as_u16())
}

fn method(method: Method) -> &'static str {
    match method {
        Method::Get => "GET",
        Method::Put => "PUT",
        Method::Post => "POST",
        Method::Delete => "DELETE",
    }
}
