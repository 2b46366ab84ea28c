//! Bundles of components that take the place of the running one.

use chargetap_fleet::api::{Answer, Bundles, Comparison, DifferenceKind, Problem, SwapTerms};
use chargetap_fleet::bundle::StandbyBundle;
use chargetap_fleet::refusal::{Obstacle, Reason, Refusal};

use super::{comparison, shadow_run};
use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::platform::{LoadedBundle, Platform};
use crate::sessions::apply;
use crate::store;

/// The components of every bundle.
pub(super) fn show(gateway: &Gateway<impl Platform>) -> Answer {
    match gateway.platform.bundled_components() {
        Ok(items) => Answer::json(200, &Bundles { items }),
        Err(problem) => problem.answer(),
    }
}

/// Load a bundle, and compare it with the running one. It is a problem if it may not take its place.
pub(super) async fn load(
    gateway: &Gateway<impl Platform>,
    standby: StandbyBundle,
    terms: SwapTerms,
) -> Result<Result<(Box<dyn LoadedBundle>, Comparison), Problem>, EngineError> {
    let bundle = match gateway.platform.load_bundle(standby) {
        Ok(bundle) => bundle,
        Err(problem) => return Ok(Err(problem)),
    };
    let comparison = shadow_run::run(gateway, &*bundle, standby, terms.events).await?;
    Ok(match refusal(&comparison, standby, terms) {
        Some(refusal) => Err(refusal.into()),
        None => Ok((bundle, comparison)),
    })
}

/// Have a bundle take the place of the running one. A session may have moved on since they were compared: if the bundle
/// cannot read it, it goes back at once.
pub(super) async fn take_place(
    gateway: &Gateway<impl Platform>,
    bundle: Box<dyn LoadedBundle>,
) -> Result<(), Problem> {
    let earlier = bundle.take_place()?;
    let Err(error) = check_sessions(gateway).await else {
        return Ok(());
    };
    match earlier.take_place() {
        Ok(_) => {
            let text = format!("the bundle before runs again: {error}");
            Err(Refusal::conflict("bundle-unreadable", text).into())
        }
        Err(problem) => {
            // The new bundle runs, and that is what the answer and the audit log say.
            let problem = problem.detail;
            tracing::error!(%error, problem, "the bundle before does not run again: `plugins rollback`");
            Ok(())
        }
    }
}

async fn check_sessions(gateway: &Gateway<impl Platform>) -> Result<(), EngineError> {
    let sessions = store::sessions::unresolved(&gateway.platform).await?;
    apply::check_readable(gateway, sessions).await
}

/// Why a bundle that compares like this may not take the place of the running one.
fn refusal(comparison: &Comparison, standby: StandbyBundle, terms: SwapTerms) -> Option<Refusal> {
    let Comparison {
        events,
        terminals,
        differing_decisions,
        unreadable,
        faults,
        ..
    } = comparison;
    let no_way_back = comparison::missing_ways_back(comparison, standby);
    let (code, text, kinds): (_, _, &[DifferenceKind]) = if *unreadable > 0 {
        let text = format!(
            "nothing was changed: this bundle cannot read {unreadable} states of sessions or callbacks. Take one that \
             reads what the running one writes; the first of them:"
        );
        let kinds = &[DifferenceKind::State, DifferenceKind::Callback];
        ("bundle-unreadable", text, kinds)
    } else if *faults > 0 {
        let text = format!(
            "nothing was changed: this bundle fails {faults} times where the running one does not; the first of them:"
        );
        ("bundle-fails", text, &[DifferenceKind::Fault])
    } else if no_way_back > 0 {
        let text = format!(
            "nothing was changed: the running bundle could not read {no_way_back} states of sessions or callbacks of \
             this one, so that there would be no way back. First swap to a bundle that reads both; the first of them:"
        );
        ("no-way-back", text, &[DifferenceKind::WayBack])
    } else if *differing_decisions > 0 && !terms.accept_differences {
        let text = format!(
            "nothing was changed: by {events} recorded events and the callbacks of {terminals} terminals, \
             {differing_decisions} decisions differ. If they are meant to, swap with --accept-differences true \
             (`accept_differences` in the REST interface); the first of them:"
        );
        ("decisions-differ", text, &[DifferenceKind::Decision])
    } else {
        return None;
    };
    let differences = comparison.differences.iter();
    let differences = differences.filter(|it| kinds.contains(&it.kind)).map(|it| {
        let text = format!("before: {}; after: {}", it.before, it.after);
        Reason::new("difference", text).at(&it.at)
    });
    Some(Refusal {
        obstacle: Obstacle::Conflict,
        reasons: std::iter::once(Reason::new(code, text))
            .chain(differences)
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(comparison: &Comparison, standby: StandbyBundle, accepts: bool) -> Option<String> {
        let terms = SwapTerms {
            accept_differences: accepts,
            ..SwapTerms::default()
        };
        let refusal = refusal(comparison, standby, terms)?;
        Some(refusal.reasons[0].code.to_string())
    }

    #[test]
    fn what_cannot_be_accepted_is_refused_and_only_who_goes_back_needs_no_way_back() {
        let none = Comparison::default();
        let no_way_back = Comparison {
            no_way_back: 1,
            ..none.clone()
        };
        let fails = Comparison {
            faults: 1,
            ..none.clone()
        };
        for (comparison, next, previous) in [
            (&none, None, None),
            (&no_way_back, Some("no-way-back"), None),
            (&fails, Some("bundle-fails"), Some("bundle-fails")),
        ] {
            let code = |standby| code(comparison, standby, true);
            assert_eq!(code(StandbyBundle::Next).as_deref(), next);
            assert_eq!(code(StandbyBundle::Previous).as_deref(), previous);
        }
    }
}
