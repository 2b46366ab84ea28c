//! Terminals: a terminal reads a card, or puts up a choice, only when it is told to, and reports it
//! to a URL that is minted for that one time.

pub(crate) mod arming;
mod cards;
pub(crate) mod display;
pub(crate) mod locks;
pub(crate) mod next_prompt;
pub(crate) mod notice;
pub(crate) mod orphans;
pub(crate) mod prompt;
pub(crate) mod state;
pub(crate) mod words;
