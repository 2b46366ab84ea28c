//! Components that take the place of others while those are called.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use chargetap_contract::callback::Capability;

use super::{built, endpoints};
use crate::{COMPONENTS, Components, Plugins, Trust};

const EARLIER: &str = "the earlier key of more than 32 bytes";
const LATER: &str = "the later key, as long as it has to be";

/// Components that mint by this key, by which they are told apart.
fn plugins(key: &str) -> Plugins {
    let cache = built().with_file_name("components-cache");
    Plugins::load(&built(), &Trust::Unsigned, &cache, endpoints(key)).unwrap()
}

fn capability() -> Capability {
    Capability {
        terminal: "P66-0001".to_owned(),
        read: "0123456789ABCDEFGHJK".to_owned(),
        expires_at: 1_767_268_860_000,
    }
}

fn mint(plugins: &Plugins) -> String {
    plugins.mint("payter", &capability()).unwrap().unwrap()
}

#[test]
fn a_call_ends_on_the_components_on_which_it_began() {
    let (earlier, later) = (plugins(EARLIER), plugins(LATER));
    let expected = [mint(&earlier), mint(&later)];
    let running = earlier.loaded();
    let later = Cell::new(Some(later));
    let minted = running.verifier.call(|instance, store| {
        drop(later.take().map(|later| earlier.replace(later)));
        let verification = instance.exports.chargetap_callback_verifier_verification();
        let verifier = verification.verifier();
        verifier.call_mint(store, instance.verifier, "payter", &capability())
    });
    let minted = minted.unwrap().unwrap();
    assert_eq!([minted, mint(&earlier)], expected);
}

#[cfg(target_os = "linux")]
#[test]
fn components_that_are_to_take_a_place_are_compiled_by_threads_that_yield_to_callers() {
    use super::{call, load_with};
    use crate::load::Runtime;

    let priority = || rustix::process::getpriority_process(None).unwrap();
    let own = priority();
    let runtime = Runtime::in_background().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let pool = load_with(&runtime, folder.path(), None).unwrap();
    call(&pool, "fine").unwrap();
    let theirs = runtime.background.unwrap().install(priority);
    assert_eq!((theirs, priority()), ((own + 5).min(19), own));
}

#[test]
fn no_call_fails_while_components_are_replaced_and_the_earlier_ones_are_dropped() {
    let (earlier, later) = (mint(&plugins(EARLIER)), mint(&plugins(LATER)));
    let plugins = plugins(EARLIER);
    let first = Arc::downgrade(&plugins.loaded());
    let (is_over, calls) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        let callers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    while !is_over.load(Ordering::Relaxed) {
                        let minted = mint(&plugins);
                        assert!([&earlier, &later].contains(&&minted), "{minted}");
                        calls.fetch_add(1, Ordering::Relaxed);
                    }
                    mint(&plugins)
                })
            })
            .collect();
        for key in [LATER, EARLIER, LATER] {
            // Calls are made of each before it is replaced.
            let enough = calls.load(Ordering::Relaxed) + 8;
            while calls.load(Ordering::Relaxed) < enough
                && callers.iter().all(|it| !it.is_finished())
            {
                std::thread::yield_now();
            }
            drop(plugins.replace(self::plugins(key)));
        }
        is_over.store(true, Ordering::Relaxed);
        for caller in callers {
            assert_eq!(caller.join().unwrap(), later);
        }
    });
    assert!(first.upgrade().is_none(), "the first ones are still there");
}

#[test]
fn components_say_which_they_are() {
    let inspections = plugins(EARLIER).inspections();
    let names = inspections.each_ref().map(|it| it.name.as_deref());
    assert_eq!(names, COMPONENTS.map(Some));
}
