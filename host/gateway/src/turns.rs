//! Where components compute: on threads that no connection, timer or socket waits for, so many of each purpose at once.
//! What takes long never has the turns of what moves money, and a component that computes for as long as it is let
//! holds up its own kind only.
//!
//! Many calls may wait in one task, which polls none of them while one computes. So no turn is handed to whoever waits
//! longest: it would be lost to all until that task is done. All are woken, and the first that is polled takes it.

use std::thread::available_parallelism;

use chargetap_engine::platform::{Busy, Purpose};
use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use tokio::task::block_in_place;

/// How many pages may wait for their turn. Documents take longest: about 50 ms each.
const WAITING_PAGES: usize = 32;
/// How many turns of one purpose there are at most: all together need fewer instances of a component than there may be.
const MOST_TURNS: usize = 6;

/// The turns of all purposes.
pub(crate) struct Turns {
    money: Kind,
    callbacks: Kind,
    payment_texts: Kind,
    words: Kind,
    pages: Kind,
    trials: Kind,
    /// The pages that have their turn, and those that wait.
    all_pages: Semaphore,
}

/// The turns of one purpose.
struct Kind {
    turns: Semaphore,
    /// A turn has ended.
    ended: Notify,
}

impl Kind {
    fn new(at_once: usize) -> Self {
        Self {
            turns: Semaphore::new(at_once),
            ended: Notify::new(),
        }
    }

    /// Wait for a turn, which is taken only when this is polled.
    async fn turn(&self) -> Turn<'_> {
        loop {
            // Before it is looked for, so that none that ends meanwhile is missed.
            let ended = self.ended.notified();
            if let Ok(permit) = self.turns.try_acquire() {
                return Turn {
                    permit: Some(permit),
                    ended: &self.ended,
                };
            }
            ended.await;
        }
    }
}

/// A turn, which ends with this value.
struct Turn<'a> {
    permit: Option<SemaphorePermit<'a>>,
    ended: &'a Notify,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        drop(self.permit.take());
        self.ended.notify_waiters();
    }
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
            money: Kind::new(at_once),
            callbacks: Kind::new(at_once),
            payment_texts: Kind::new(at_once),
            words: Kind::new(at_once),
            pages: Kind::new(pages_at_once),
            trials: Kind::new(1),
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
            _ => None,
        };
        let _turn = self.of(purpose).turn().await;
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

    fn of(&self, purpose: Purpose) -> &Kind {
        match purpose {
            Purpose::Money => &self.money,
            Purpose::Callback => &self.callbacks,
            Purpose::PaymentText => &self.payment_texts,
            Purpose::Words => &self.words,
            Purpose::Page => &self.pages,
            Purpose::Trial => &self.trials,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};

    use futures_util::FutureExt as _;
    use futures_util::future::join3;

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
                while pages.pages.turns.available_permits() > 0 {
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

    /// A call that computes until it is told to end.
    struct Call {
        end: mpsc::Sender<()>,
        task: tokio::task::JoinHandle<Result<(), Busy>>,
    }

    impl Call {
        /// Begin one. It computes when this returns.
        fn begin(turns: &Arc<Turns>) -> Self {
            let (begun, has_begun) = mpsc::channel();
            let (end, is_to_end) = mpsc::channel();
            let turns = turns.clone();
            let work = move || {
                begun.send(()).unwrap();
                is_to_end.recv().unwrap();
            };
            let task = tokio::spawn(async move { turns.run(Purpose::Money, work).await });
            has_begun.recv().unwrap();
            Self { end, task }
        }

        async fn end(self) {
            self.end.send(()).unwrap();
            self.task.await.unwrap().unwrap();
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_call_that_waits_in_a_task_which_computes_keeps_no_turn_from_others() {
        let turns = Arc::new(Turns::with(2, 0));
        let (first, second) = (Call::begin(&turns), Call::begin(&turns));
        let (both_wait, have_waited) = mpsc::channel();
        let (begun, has_begun) = mpsc::channel();
        let (end, is_to_end) = mpsc::channel();
        let both = tokio::spawn({
            let turns = turns.clone();
            async move {
                let computes = turns.run(Purpose::Money, move || {
                    begun.send(()).unwrap();
                    is_to_end.recv().unwrap();
                });
                let waits = turns.run(Purpose::Money, || ());
                let told = async move { both_wait.send(()).unwrap() };
                join3(computes, waits, told).await
            }
        });
        have_waited.recv().unwrap();
        first.end().await;
        has_begun.recv().unwrap();
        second.end().await;
        // One of two turns is free, and the call that waits for it is not polled.
        let other = turns.run(Purpose::Money, || "at once").now_or_never();
        assert_eq!(other, Some(Ok("at once")));
        end.send(()).unwrap();
        assert_eq!(both.await.unwrap(), (Ok(()), Ok(()), ()));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn what_never_ends_leaves_money_its_words_and_the_only_worker_alone() {
        let turns = Arc::new(Turns::new());
        let (begun, has_begun) = mpsc::channel();
        let mut ends = Vec::new();
        let mut endless = Vec::new();
        for purpose in [
            Purpose::Callback,
            Purpose::Words,
            Purpose::Page,
            Purpose::Trial,
        ] {
            for _ in 0..turns.of(purpose).turns.available_permits() {
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
        assert_eq!(turns.run(Purpose::PaymentText, || "Paid").await, Ok("Paid"));
        drop(ends);
        for ended in endless {
            assert_eq!(ended.await.unwrap(), Ok(()));
        }
    }
}
