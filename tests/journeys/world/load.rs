//! Load: at every place, one driver after the other shows a card, charges and leaves, whatever becomes of the gateway.
//!
//! The drivers keep books of what they did and were told. With the provider's ledger and what the stations delivered,
//! these are what the gateway's receipts are compared with.

mod books;
mod driver;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use chargetap_fleet::moment::Moment;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use tokio::task::JoinSet;

pub(crate) use books::Books;
use driver::Driver;

use super::setup::terminal;
use super::{Setup, World};

/// A card that was shown to begin a session. Each is shown for one session only.
pub(crate) struct Shown {
    pub(crate) terminal: String,
    /// What the provider knows it by.
    pub(crate) card: String,
    pub(crate) last_four: String,
    /// Whether the gateway answered the provider that it has this.
    pub(crate) is_acknowledged: bool,
    /// When it was shown, and when the provider had its answer.
    from: Moment,
    until: Moment,
}

/// A session that charged, as its driver saw it.
pub(crate) struct Charged {
    pub(crate) session: String,
    /// How much the driver wanted before ending it, in watt-hours.
    pub(crate) wanted: u64,
}

/// Drivers who come and go. They are tasks of a `LocalSet`.
pub(crate) struct Load {
    drivers: JoinSet<()>,
    common: Rc<Common>,
}

/// What all drivers share.
#[derive(Default)]
struct Common {
    /// No further session is begun.
    is_closing: Cell<bool>,
    /// How many drivers have shown a card and not left.
    under_way: Cell<usize>,
    shown: RefCell<Vec<Shown>>,
    charged: RefCell<Vec<Charged>>,
}

impl Load {
    /// What a journey's places need for it.
    pub(crate) fn setup(places: u32) -> Setup {
        Setup {
            places,
            // Drivers plug in and unplug themselves.
            plug_in_after_ms: None,
            unplug_after: None,
            // Half a kilowatt-hour a second: a register that goes on while the gateway is away stays plausible.
            power: 3_000,
            ..Setup::default()
        }
    }

    /// Begin. What drivers do follows from the seed; when, from how fast everything is.
    pub(crate) fn start(world: &World, seed: u64) -> Self {
        let common = Rc::new(Common::default());
        let mut random = SmallRng::seed_from_u64(seed);
        let mut drivers = JoinSet::new();
        for (station, place) in world.stations.iter().zip(1..) {
            let driver = Driver {
                client: world.client.clone(),
                payter: world.payter_url().to_owned(),
                gateway: world.url(""),
                token: world.token().to_owned(),
                station: station.control_url().to_owned(),
                terminal: terminal(place),
                random: SmallRng::seed_from_u64(random.random()),
                cards: 0,
                common: common.clone(),
            };
            drivers.spawn_local(driver.drive());
        }
        Self { drivers, common }
    }

    /// How many drivers have shown a card and not left. Fails if one of them did.
    pub(crate) fn under_way(&mut self) -> usize {
        if let Some(ended) = self.drivers.try_join_next() {
            ended.unwrap();
        }
        self.common.under_way.get()
    }

    /// Let no further driver come, wait until the last one has left, and close the books.
    pub(crate) async fn end(mut self, world: &World) -> Books {
        self.common.is_closing.set(true);
        while let Some(ended) = self.drivers.join_next().await {
            ended.unwrap();
        }
        world
            .until("everything is done", async || {
                // A session may wait for a moment to ask the provider again.
                world.commands_left() == 0
                    && world.open_sessions() == 0
                    && world.ledger().await["totals"]["open"] == 0
            })
            .await;
        let Common { shown, charged, .. } = &*self.common;
        Books::read(world, shown.take(), charged.take()).await
    }
}
