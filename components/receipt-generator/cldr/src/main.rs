//! Writes the part of CLDR that receipts need into `../src/formats/cldr`, as Rust.
//!
//! `npm ci && cargo run` here, after a change of the locales, of ICU4X's version, which has to be the
//! same here and in the receipt generator, or of `package.json`. The data is what ICU4X ships, except
//! for `symbols` and `joining`.

extern crate alloc;

mod joining;
mod symbols;

use std::collections::BTreeSet;

use icu::{
    datetime::provider::{
        names::{
            DatetimeNamesDayperiodV1, DatetimeNamesMonthGregorianV1, DatetimeNamesYearGregorianV1,
        },
        semantic_skeletons::{
            DatetimePatternsDateGregorianV1, DatetimePatternsGlueV1, DatetimePatternsTimeV1,
        },
    },
    decimal::provider::{DecimalDigitsV1, DecimalSymbolsV1},
    experimental::dimension::provider::{
        currency::{essentials::CurrencyEssentialsV1, symbols::CurrencySymbolsV1},
        percent::DecimalPercentV1,
    },
};
use icu_locale_fallback::LocaleFallbacker;
use icu_provider::{DataMarkerAttributes, export::make_exportable_provider, prelude::*};
use icu_provider_export::{
    DataLocaleFamily, DeduplicationStrategy, ExportDriver,
    baked_exporter::{BakedExporter, Options},
};

#[path = "../../src/formats/locales.rs"]
mod locales;

use locales::LOCALES;

/// Where npm puts CLDR's JSON.
const CLDR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/node_modules");

/// All data that ICU4X ships. What a locale lacks comes from its parents.
struct Shipped;

const _: () = {
    use icu_datetime_data::*;
    use icu_decimal_data::*;
    use icu_experimental_data::*;
    icu_datetime_data::make_provider!(Shipped);
    impl_currency_essentials_v1!(Shipped, ITER);
    impl_datetime_names_dayperiod_v1!(Shipped, ITER);
    impl_datetime_names_month_gregorian_v1!(Shipped, ITER);
    impl_datetime_names_year_gregorian_v1!(Shipped, ITER);
    impl_datetime_patterns_date_gregorian_v1!(Shipped, ITER);
    impl_datetime_patterns_glue_v1!(Shipped, ITER);
    impl_datetime_patterns_time_v1!(Shipped, ITER);
    impl_decimal_digits_v1!(Shipped, ITER);
    impl_decimal_percent_v1!(Shipped, ITER);
    impl_decimal_symbols_v1!(Shipped, ITER);
};

/// The same, with the root's data copied into each of our locales, such as how date and time are
/// joined. Otherwise the data would have to be searched for at run time.
struct Resolved;

macro_rules! resolve {
    ($($marker:ty,)+) => {
        $(
            impl DataProvider<$marker> for Resolved {
                fn load(&self, request: DataRequest) -> Result<DataResponse<$marker>, DataError> {
                    Shipped.load(request)
                }
            }

            impl IterableDataProvider<$marker> for Resolved {
                fn iter_ids(&self) -> Result<BTreeSet<DataIdentifierCow<'static>>, DataError> {
                    IterableDataProvider::<$marker>::iter_ids(&Shipped).map(resolved)
                }
            }
        )+

        make_exportable_provider!(Resolved, [CurrencySymbolsV1, DatetimePatternsGlueV1, $($marker,)+]);
    };
}

resolve!(
    CurrencyEssentialsV1,
    DatetimeNamesDayperiodV1,
    DatetimeNamesMonthGregorianV1,
    DatetimeNamesYearGregorianV1,
    DatetimePatternsDateGregorianV1,
    DatetimePatternsTimeV1,
    DecimalDigitsV1,
    DecimalPercentV1,
    DecimalSymbolsV1,
);

fn resolved(mut ids: BTreeSet<DataIdentifierCow<'static>>) -> BTreeSet<DataIdentifierCow<'static>> {
    let (root, locales) = (DataLocale::default(), our_locales());
    let of_root: Vec<_> = ids.iter().filter(|id| id.locale == root).cloned().collect();
    for id in of_root {
        ids.extend(locales.iter().map(|locale| {
            let mut id = id.clone();
            id.locale = *locale;
            id
        }));
    }
    ids
}

fn our_locales() -> Vec<DataLocale> {
    let parse = |locale| DataLocale::try_from_str(locale).expect("a locale");
    LOCALES.into_iter().map(parse).collect()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The digits of a numbering system are the root's.
    let locales = our_locales().into_iter().chain([DataLocale::default()]);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../src/formats/cldr");
    let mut options = Options::default();
    options.use_internal_fallback = false;
    options.pretty = true;
    options.use_separate_crates = true;
    options.overwrite = true;
    ExportDriver::new(
        locales.map(DataLocaleFamily::single),
        DeduplicationStrategy::None.into(),
        LocaleFallbacker::new().static_to_owned(),
    )
    .with_marker_attributes_filter("numbering_system", is_latin)
    .export(&Resolved, BakedExporter::new(folder.into(), options)?)?;
    Ok(())
}

/// The digits that every language of the list has.
fn is_latin(attributes: &DataMarkerAttributes) -> bool {
    matches!(attributes.as_str(), "" | "latn")
}
