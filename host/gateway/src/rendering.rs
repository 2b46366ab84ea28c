//! Where pages and documents are rendered: on threads that no connection, deadline or session waits for, and so few at
//! once that processors are left for what moves money.

use std::thread::available_parallelism;

use chargetap_engine::platform::Busy;
use tokio::sync::Semaphore;
use tokio::task::block_in_place;

/// How many pages may wait for their turn. Documents take longest: about 50 ms each.
const WAITING: usize = 32;

/// The places in which pages are rendered.
pub(crate) struct Rendering {
    /// Those that wait, too.
    all: Semaphore,
    turns: Semaphore,
}

impl Rendering {
    /// Half of the processors render, at least one.
    pub(crate) fn new() -> Self {
        Self::with(
            available_parallelism().map_or(1, |it| (it.get() / 2).max(1)),
            WAITING,
        )
    }

    fn with(at_once: usize, waiting: usize) -> Self {
        Self {
            all: Semaphore::new(at_once.saturating_add(waiting)),
            turns: Semaphore::new(at_once),
        }
    }

    /// Do this when it is its turn. Needs a runtime with several threads.
    ///
    /// # Errors
    /// Too many wait already.
    pub(crate) async fn run<T>(&self, work: impl FnOnce() -> T) -> Result<T, Busy> {
        let _place = self.all.try_acquire().map_err(|_| Busy)?;
        let _turn = self.turns.acquire().await.map_err(|_| Busy)?;
        Ok(block_in_place(work))
    }

    /// For tests: take a place, and never leave it.
    ///
    /// # Errors
    /// Too many wait already.
    pub(crate) async fn hold<T>(&self) -> Result<T, Busy> {
        let _place = self.all.try_acquire().map_err(|_| Busy)?;
        std::future::pending().await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_page_that_takes_long_holds_up_its_kind_only_and_too_many_are_refused() {
        let rendering = Arc::new(Rendering::with(1, 1));
        let (begun, has_begun) = mpsc::channel();
        let (go_on, is_to_go_on) = mpsc::channel();
        let slow = tokio::spawn({
            let rendering = rendering.clone();
            async move {
                let work = move || {
                    begun.send(()).unwrap();
                    is_to_go_on.recv().unwrap();
                    "slow"
                };
                rendering.run(work).await
            }
        });
        let waiting = tokio::spawn({
            let rendering = rendering.clone();
            async move {
                // Only once the slow one has its turn.
                while rendering.turns.available_permits() > 0 {
                    tokio::task::yield_now().await;
                }
                rendering.run(|| "waited").await
            }
        });
        // The only worker goes on although a page is being rendered.
        while rendering.all.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        has_begun.recv().unwrap();
        assert_eq!(rendering.run(|| "one too many").await, Err(Busy));
        go_on.send(()).unwrap();
        assert_eq!(slow.await.unwrap(), Ok("slow"));
        assert_eq!(waiting.await.unwrap(), Ok("waited"));
        assert_eq!(rendering.run(|| "another").await, Ok("another"));
    }
}
