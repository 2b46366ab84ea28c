//! Compares the receipt with what the simulators recorded.

use serde::Deserialize;

use super::{Driver, get};

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
    let metered: u64 = transactions
        .iter()
        .map(|transaction| {
            transaction
                .meter_stop
                .unwrap_or_default()
                .saturating_sub(transaction.meter_start)
        })
        .sum();
    let sum = |of: fn(&LedgerSession) -> u64| ledger.sessions.iter().map(of).sum::<u64>();

    println!("\n                    receipt     recorded");
    let right = [
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
    // OCPP 1.6 has no message that tells it.
    if let Some(cost) = transactions.iter().find_map(|found| found.total_cost) {
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
