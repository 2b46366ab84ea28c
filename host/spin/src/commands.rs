//! Executes the commands that sessions asked for.

use std::rc::Rc;

use chargetap_engine::{EngineError, Lane};

use crate::setup::SpinGateway;

/// The most commands that one request executes; the rest is left to the next.
const MOST: usize = 64;

/// Execute the waiting commands after the current request is answered. Spin keeps the instance
/// until then. If it cannot, the next tick executes them.
pub(crate) fn execute_after_the_answer(gateway: &Rc<SpinGateway>) {
    let gateway = gateway.clone();
    spin_sdk::wasip3::spawn(async move {
        if let Err(error) = execute_waiting(&gateway).await {
            tracing::error!(%error, "commands cannot be executed");
        }
    });
}

/// Execute commands until none is waiting, and return how many there were.
pub(crate) async fn execute_waiting(gateway: &SpinGateway) -> Result<usize, EngineError> {
    for executed in 0..MOST {
        let mut lanes = Lane::ALL;
        // One at a time is executed here, so the last lane has its turn although the others never end.
        if executed % 4 == 3 {
            lanes.reverse();
        }
        let Some(execution) = gateway.claim(&lanes).await? else {
            return Ok(executed);
        };
        if let Err(error) = gateway.execute(execution).await {
            tracing::error!(%error, "a command's outcome could not be stored");
        }
    }
    Ok(MOST)
}
