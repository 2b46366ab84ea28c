//! How far a command is that takes long.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How often the progress is redrawn.
const REDRAW: Duration = Duration::from_millis(100);

/// A progress bar, which is drawn on a terminal only.
pub(crate) fn progress_bar(length: u64, template: &str) -> ProgressBar {
    let bar = ProgressBar::new(length);
    // Fails for an invalid template only.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(REDRAW);
    bar
}
