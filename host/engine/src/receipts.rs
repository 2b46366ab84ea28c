//! Receipts: put together and stored once, rendered whenever they are asked for.

pub(crate) mod invoices;
pub(crate) mod issue;
pub(crate) mod limits;
pub(crate) mod rendering;
pub(crate) mod search;

mod context;
mod pages;
mod subject;
