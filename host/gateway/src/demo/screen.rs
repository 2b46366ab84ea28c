//! What the terminal says, as the simulated one tells.

use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::{POLL, TERMINAL, get};

/// The texts of a simulated terminal.
#[derive(Deserialize)]
struct Screen {
    shown: Vec<String>,
    /// How many there were before these.
    forgotten: usize,
}

/// Every text that the terminal shows from now on. It is watched until nobody reads on.
pub(super) fn watch(payter: &str) -> mpsc::UnboundedReceiver<String> {
    let (sender, receiver) = mpsc::unbounded_channel();
    let url = format!("{payter}/control/screens/{TERMINAL}");
    tokio::spawn(async move {
        let mut seen: usize = 0;
        loop {
            // The next question may be answered.
            if let Ok(Screen { shown, forgotten }) = get(&url).await {
                let all = forgotten.saturating_add(shown.len());
                for text in shown.into_iter().skip(seen.saturating_sub(forgotten)) {
                    if sender.send(text).is_err() {
                        return;
                    }
                }
                seen = all;
            }
            sleep(POLL).await;
        }
    });
    receiver
}
