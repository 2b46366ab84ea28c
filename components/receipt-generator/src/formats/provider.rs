//! The part of CLDR that receipts need. The crate in `cldr` of this package writes it. CLDR is © Unicode,
//! Inc., under the Unicode License v3 (`Unicode-3.0`).

#![expect(
    clippy::allow_attributes_without_reason,
    unreachable_pub,
    unsafe_code,
    reason = "generated: the bytes were checked when they were written"
)]

extern crate alloc;

/// Provides the data to ICU4X.
pub(super) struct Cldr;

include!("cldr/mod.rs");

impl_data_provider!(Cldr);
