//! From the start of a gateway to its end: what a host calls when.

use std::ops::Range;

use chargetap_fleet::fleet::Fleet;
use chargetap_fleet::site::Station;
use chargetap_fleet::tariff::{Misfit, Tariff};
use secrecy::SecretString;

use crate::callbacks::card_key;
use crate::clock::state::{Clock, SPANS};
use crate::config::Config;
use crate::error::EngineError;
use crate::fleet::state::FleetState;
use crate::fleet::terminals::Terminals;
use crate::fleet::{issuers, terms};
use crate::fleet::{tokens, webhooks};
use crate::gateway::{Gateway, Secrets};
use crate::platform::Platform;
use crate::sessions::{apply, clock_steps, deadlines, execute};
use crate::stations::tending;
use crate::terminals::arming;
use crate::{clock, fleet, retention, store};

/// How long a command may be under way in another instance before it counts as abandoned, in
/// milliseconds: longer than any command takes.
const ABANDONED_AFTER: u64 = 90_000;

/// When commands were sent that others may be executing now. What seems to have been sent in the future was sent before
/// the clock was set back.
fn under_way(now: u64) -> Range<u64> {
    now.saturating_sub(ABANDONED_AFTER)..now.saturating_add(ABANDONED_AFTER)
}

impl<P: Platform> Gateway<P> {
    /// Open the store and make sure that every open session can go on. A session whose terminal, and a receipt
    /// whose issuer the configuration no longer has are kept, and said so in the log.
    ///
    /// # Errors
    /// The database cannot be used, or the key is gone by which the cards of open sessions are recognised.
    pub async fn open(platform: P, config: Config, secrets: Secrets) -> Result<Self, EngineError> {
        store::migrations::migrate(&platform).await?;
        if let Some(key) = &secrets.card_key {
            card_key::check(&platform, key).await?;
        }
        let fleet = FleetState::new(store::fleet::load(&platform).await?);
        let look = clock::both(&platform);
        let record = store::clock::record(&platform, look.now, SPANS).await?;
        let clock = Clock::new(&record, look);
        let gateway = Self::new(platform, config, secrets, fleet, clock);
        if gateway.config.upstream.is_some() {
            let now = gateway.platform.now();
            store::named_transactions::name_by_numbers(&gateway.platform, now).await?;
        }
        tokens::issue_bootstrap_token(&gateway).await?;
        for terminal in store::sessions::terminals_in_use(&gateway.platform).await? {
            if let Err(error) = gateway.terminal(&terminal) {
                tracing::error!(%error, "its sessions go on, and no card is taken there");
            }
        }
        for issuer in store::receipts::issuers_in_use(&gateway.platform).await? {
            if let Err(error) = issuers::of_key(&gateway.config, &issuer) {
                tracing::error!(%error, "its receipts wait");
            }
        }
        Ok(gateway)
    }

    /// Take up what a gateway that died left behind: open sessions, which the component must be able to read,
    /// and commands that were sent and whose outcome is not awaited any more. To be called before the first
    /// [`Self::claim`], when no other instance uses the store. Where several [processes](crate::processes) do, the one
    /// that leads takes up commands, by [`Self::tick`].
    ///
    /// # Errors
    /// The store or a component failed, or the component cannot read an open session: it is older than the
    /// one that wrote it.
    pub async fn recover(&self) -> Result<(), EngineError> {
        let open = store::sessions::open(&self.platform).await?;
        apply::check_readable(self, open).await?;
        let elsewhere = terms::terminals_elsewhere(&self.config, &self.fleet.records());
        if let Some(first) = elsewhere.first() {
            tracing::warn!(
                terminals = elsewhere.len(),
                first,
                "prices and receipts go by the sites of the terminals' records, which differ from [site]"
            );
        }
        self.look_at_tariffs()?;
        if self.platform.process().is_some() {
            return Ok(());
        }
        // Only a clock that can be trusted says what becomes of them; until then they wait as they are.
        clock_steps::watch(self).await?;
        execute::recover_sent_outside(self, 0..0).await
    }

    /// Say how much stands in the configuration only that could be on record.
    fn look_at_configuration(&self, records: &Fleet) {
        let config = &self.config;
        let tariffs = config.tariffs.keys();
        let tariffs = tariffs.filter(|it| records.get::<Tariff>(it).is_none());
        let stations = config.stations.keys();
        let stations = stations.filter(|it| {
            records
                .get::<Station>(it)
                .is_none_or(|it| !it.may_connect())
        });
        let terminals = config.terminals.len();
        let on_record = Terminals::new(config, records).in_place_of_configured();
        let left = [
            tariffs.count(),
            stations.count(),
            terminals.saturating_sub(on_record.count()),
        ];
        let [tariffs, stations, terminals] = left;
        if left != [0; 3] {
            tracing::info!(
                tariffs,
                stations,
                terminals,
                "they stand in the configuration only: `chargetap import-config` puts them on record, where they \
                 change without a restart"
            );
        }
    }

    /// Say which tariffs on record count in place of configured ones, and where they cannot.
    fn look_at_tariffs(&self) -> Result<(), EngineError> {
        let records = self.fleet.records();
        for tariff in terms::tariffs_on_record(&self.config, &records) {
            tracing::info!(
                tariff,
                "the prices on record count, and those in the configuration do not"
            );
        }
        for terminal in Terminals::new(&self.config, &records).in_place_of_configured() {
            tracing::info!(
                terminal,
                "how it takes cards is on record, and [[terminals]] does not count for it"
            );
        }
        self.look_at_configuration(&records);
        let now = self.platform.now();
        for (terminal, Misfit { from, reason }) in terms::misfits(&self.config, &records, now)? {
            let (from, error) = (from.map(|it| it.to_string()), reason.text);
            tracing::error!(
                terminal,
                from,
                error,
                "the terminal takes no card by its tariff on record: correct that, or the configuration"
            );
        }
        Ok(())
    }

    /// What time alone brings about: deadlines, and commands whose executor died.
    ///
    /// # Errors
    /// The store or a component failed; the rest is done at the next tick.
    pub async fn tick(&self) -> Result<(), EngineError> {
        clock_steps::watch(self).await?;
        if !self.has_trusted_clock() {
            return Ok(());
        }
        deadlines::reach(self).await?;
        execute::recover_sent_outside(self, under_way(self.platform.now())).await
    }

    /// What a [process](crate::processes) that does not lead does in place of [`Self::tick`]: it looks at its clock.
    ///
    /// # Errors
    /// The clock was set, and the store failed; it is looked at again the next time.
    pub async fn follow(&self) -> Result<(), EngineError> {
        clock_steps::follow(self).await?;
        self.has_trusted_clock();
        Ok(())
    }

    /// Whether sessions go on by the clock. If not, it is said now and then.
    fn has_trusted_clock(&self) -> bool {
        let problem = clock::trusted_now(self).err();
        if let Some(problem) = problem
            && self.clock.warnings.is_due(self.platform.elapsed())
        {
            tracing::error!(%problem, "sessions wait");
        }
        problem.is_none()
    }

    /// For how long nothing has kept stations' reports out, in milliseconds.
    #[must_use]
    pub fn undisturbed_for(&self) -> u64 {
        self.clock.undisturbed_for(self.platform.elapsed())
    }

    /// Tend the transactions of stations: those that nobody pays for are stopped, and those that a station lost
    /// are ended.
    ///
    /// # Errors
    /// The store cannot be used; it is done the next time.
    pub async fn tend_stations(&self) -> Result<(), EngineError> {
        tending::tend(self).await
    }

    /// Arm every terminal that does not show the prompt it should. A terminal that cannot be armed now
    /// is armed the next time.
    pub async fn arm_terminals(&self) {
        arming::arm_all(self).await;
    }

    /// Raise the alerts that are due, and delete what is old. To be called after
    /// [`Self::arm_terminals`], which polls the terminals: a gateway that was down for long must not take
    /// every terminal for silent.
    pub async fn housekeep(&self) {
        fleet::monitoring::raise_alerts_if_due(self).await;
        retention::delete_old_if_due(self).await;
    }

    /// Arm one terminal, if it does not show the prompt it should.
    pub async fn arm_terminal(&self, serial: &str) {
        arming::arm_one(self, serial).await;
    }

    /// Deliver one alert whose time has come. Whether there was one.
    ///
    /// # Errors
    /// The store failed.
    pub async fn deliver_alert(&self) -> Result<bool, EngineError> {
        webhooks::deliver_one(self).await
    }

    /// Issue an operator's token that reaches everywhere.
    ///
    /// # Errors
    /// It could not be stored.
    pub async fn issue_operator_token(&self, name: &str) -> Result<SecretString, EngineError> {
        tokens::issue_operator_token(self, name).await
    }

    /// The bootstrap token, if this gateway has just issued it: it is handed out once.
    pub fn take_bootstrap_token(&self) -> Option<SecretString> {
        self.fleet.take_bootstrap_token()
    }
}
