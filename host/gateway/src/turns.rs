//! Where components compute: on threads that no connection, timer or socket waits for, so many of each purpose at once.
//! What takes long never has the turns of what moves money, and a component that computes for as long as it is let
//! holds up its own kind only.

use std::thread::available_parallelism;

use chargetap_engine::platform::{Busy, Purpose};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::block_in_place;

/// How many pages may wait for their turn. Documents take longest: about 50 ms each.
const WAITING_PAGES: usize = 32;
/// How many turns of one purpose there are at most: all together need fewer instances of a component than there may be.
const MOST_TURNS: usize = 6;

/// The turns of all purposes.
pub(crate) struct Turns {
    money: Semaphore,
    words: Semaphore,
    pages: Semaphore,
    trials: Semaphore,
    /// The pages that have their turn, and those that wait.
    all_pages: Semaphore,
}

impl Turns {
    /// Half of the processors render, at least one. The rest has a turn for each processor, and two at least, so that
    /// one which takes long does not hold up all.
    pub(crate) fn new() -> Self {
        let processors = available_parallelism().map_or(1, usize::from);
        Self::with(processors.clamp(2, MOST_TURNS), WAITING_PAGES)
    }

    fn with(at_once: usize, waiting_pages: usize) -> Self {
        let pages_at_once = at_once / 2;
        Self {
            money: Semaphore::new(at_once),
            words: Semaphore::new(at_once),
            pages: Semaphore::new(pages_at_once),
            trials: Semaphore::new(1),
            all_pages: Semaphore::new(pages_at_once.saturating_add(waiting_pages)),
        }
    }

    /// Do this when it is its turn. Needs a runtime with several threads.
    ///
    /// # Errors
    /// Too many pages wait already.
    pub(crate) async fn run<T>(
        &self,
        purpose: Purpose,
        work: impl FnOnce() -> T,
    ) -> Result<T, Busy> {
        let _place = match purpose {
            Purpose::Page => Some(self.place_of_page()?),
            Purpose::Money | Purpose::Words | Purpose::Trial => None,
        };
        // Turns are never closed.
        let _turn = self.of(purpose).acquire().await.map_err(|_| Busy)?;
        Ok(block_in_place(work))
    }

    /// For tests: take a page's place, and never leave it.
    ///
    /// # Errors
    /// Too many pages wait already.
    pub(crate) async fn hold_page<T>(&self) -> Result<T, Busy> {
        let _place = self.place_of_page()?;
        std::future::pending().await
    }

    fn place_of_page(&self) -> Result<SemaphorePermit<'_>, Busy> {
        self.all_pages.try_acquire().map_err(|_| Busy)
    }

    fn of(&self, purpose: Purpose) -> &Semaphore {
        match purpose {
            Purpose::Money => &self.money,
            Purpose::Words => &self.words,
            Purpose::Page => &self.pages,
            Purpose::Trial => &self.trials,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_page_that_takes_long_holds_up_its_kind_only_and_too_many_are_refused() {
        let pages = Arc::new(Turns::with(2, 1));
        let (begun, has_begun) = mpsc::channel();
        let (go_on, is_to_go_on) = mpsc::channel();
        let slow = tokio::spawn({
            let pages = pages.clone();
            async move {
                let work = move || {
                    begun.send(()).unwrap();
                    is_to_go_on.recv().unwrap();
                    "slow"
                };
                pages.run(Purpose::Page, work).await
            }
        });
        let waiting = tokio::spawn({
            let pages = pages.clone();
            async move {
                // Only once the slow one has its turn.
                while pages.pages.available_permits() > 0 {
                    tokio::task::yield_now().await;
                }
                pages.run(Purpose::Page, || "waited").await
            }
        });
        // The only worker goes on although a page is being rendered.
        while pages.all_pages.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        has_begun.recv().unwrap();
        assert_eq!(pages.run(Purpose::Page, || "one too many").await, Err(Busy));
        go_on.send(()).unwrap();
        assert_eq!(slow.await.unwrap(), Ok("slow"));
        assert_eq!(waiting.await.unwrap(), Ok("waited"));
        assert_eq!(pages.run(Purpose::Page, || "another").await, Ok("another"));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn words_and_pages_that_never_end_leave_money_and_the_only_worker_alone() {
        let turns = Arc::new(Turns::new());
        let (begun, has_begun) = mpsc::channel();
        let mut ends = Vec::new();
        let mut endless = Vec::new();
        for purpose in [Purpose::Words, Purpose::Page, Purpose::Trial] {
            for _ in 0..turns.of(purpose).available_permits() {
                let (end, is_to_end) = mpsc::channel::<()>();
                let (turns, begun) = (turns.clone(), begun.clone());
                ends.push(end);
                endless.push(tokio::spawn(async move {
                    let work = move || {
                        begun.send(()).unwrap();
                        is_to_end.recv().unwrap_err();
                    };
                    turns.run(purpose, work).await
                }));
            }
        }
        for _ in 0..ends.len() {
            tokio::task::block_in_place(|| has_begun.recv().unwrap());
        }
        assert_eq!(turns.run(Purpose::Money, || "a step").await, Ok("a step"));
        drop(ends);
        for ended in endless {
            assert_eq!(ended.await.unwrap(), Ok(()));
        }
    }
}
