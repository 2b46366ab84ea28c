//! The fleet at this gateway: its records, the REST interface to them, the terminals' status, and
//! alerts. The rules are in `chargetap-fleet`.

pub(crate) mod alerts;
pub(crate) mod bundles;
mod comparison;
pub(crate) mod issuers;
pub(crate) mod monitoring;
pub(crate) mod records;
pub(crate) mod rest;
pub(crate) mod retention;
mod shadow_run;
pub(crate) mod state;
pub(crate) mod stations;
mod status;
pub(crate) mod tasks;
pub(crate) mod terminals;
pub(crate) mod terms;
pub(crate) mod tokens;
pub(crate) mod webhooks;
