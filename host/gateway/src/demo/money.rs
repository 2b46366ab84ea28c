//! Compares the receipt with what the simulators recorded.

use std::net::SocketAddr;

use anyhow::Context;
use serde::Deserialize;
use tokio::time::{sleep, timeout};

use super::{Driver, PATIENCE, POLL, Transaction, get};

/// What the provider recorded.
#[derive(Debug, Deserialize)]
struct Ledger {
    sessions: Vec<LedgerSession>,
}

#[derive(Debug, Deserialize)]
struct LedgerSession {
    state: String,
    held: u64,
    captured: u64,
    released: u64,
}

/// What the central system was told.
#[derive(Debug, Deserialize)]
struct Records {
    transactions: Vec<Transaction>,
}

/// The driver's receipt.
#[derive(Debug, Deserialize)]
struct Receipt {
    held: u64,
    captured: u64,
    released: u64,
    charging: Charging,
}

#[derive(Debug, Deserialize)]
struct Charging {
    energy_wh: u64,
}

/// Print the comparison and say whether everything agrees.
pub(super) async fn compare(driver: &Driver<'_>, receipt: &str) -> anyhow::Result<bool> {
    let ledger: Ledger = get(&format!("{}/control/ledger", driver.payter)).await?;
    let receipt: Receipt = get(receipt).await?;
    let transactions = driver.station_state().await?.transactions;
    let metered = energy(&transactions);
    let sum = |of: fn(&LedgerSession) -> u64| ledger.sessions.iter().map(of).sum::<u64>();

    println!("\n                    receipt     recorded");
    let mut right = vec![
        row(
            "energy, Wh",
            receipt.charging.energy_wh,
            metered,
            "by the station",
        ),
        row(
            "price, cents",
            receipt.captured,
            price(metered),
            "from that energy",
        ),
        row(
            "held, cents",
            receipt.held,
            sum(|session| session.held),
            "by Payter",
        ),
        row(
            "captured, cents",
            receipt.captured,
            sum(|session| session.captured),
            "by Payter",
        ),
        row(
            "released, cents",
            receipt.released,
            sum(|session| session.released),
            "by Payter",
        ),
    ];
    if let Some(address) = driver.central_system {
        let seen = seen_above(address).await?;
        let by = "by the central system";
        right.push(row(
            "energy, Wh",
            receipt.charging.energy_wh,
            energy(&seen),
            by,
        ));
        let count = u64::try_from(seen.len()).unwrap_or(u64::MAX);
        right.push(row("transactions", 1, count, by));
    } else if let Some(cost) = transactions.iter().find_map(|found| found.total_cost) {
        // OCPP 1.6 has no message that tells it. Below a central system, the last answer is that system's, which
        // knows no price.
        println!("The station was told a price of {cost:.2} EUR.");
    }
    let one = transactions.len() == 1
        && matches!(ledger.sessions.as_slice(), [session] if session.state == "captured");
    println!(
        "{}",
        if one {
            "One hold, one transaction, one capture."
        } else {
            "NOT ONE CAPTURE"
        }
    );
    Ok(one && right.into_iter().all(|right| right))
}

/// What the central system was told of transactions, once they are over for it, too.
async fn seen_above(address: SocketAddr) -> anyhow::Result<Vec<Transaction>> {
    let url = format!("http://{address}/control/state");
    let over = async {
        loop {
            let Records { transactions } = get(&url).await?;
            if transactions.iter().all(|seen| seen.meter_stop.is_some()) {
                return anyhow::Ok(transactions);
            }
            sleep(POLL).await;
        }
    };
    let over = timeout(PATIENCE, over).await;
    over.context("the central system is never told that the transaction is over")?
}

/// What was charged in all of them, in watt-hours.
fn energy(transactions: &[Transaction]) -> u64 {
    let charged = transactions.iter().map(|transaction| {
        let end = transaction.meter_stop.unwrap_or_default();
        end.saturating_sub(transaction.meter_start)
    });
    charged.sum()
}

fn row(what: &str, receipt: u64, recorded: u64, by: &str) -> bool {
    let right = receipt == recorded;
    let mark = if right { "" } else { "  WRONG" };
    println!("  {what:<16}{receipt:>9}{recorded:>13} {by}{mark}");
    right
}

/// (kWh x 0.49 + 0.25) x 1.25 in cents, rounded half up. Computed without the components.
fn price(energy: u64) -> u64 {
    if energy == 0 {
        return 0;
    }
    (energy * 49 * 125 + 25 * 1_000 * 125 + 50_000) / 100_000
}
