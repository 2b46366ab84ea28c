//! How date and time are joined. CLDR 49 has the Bulgarian `ч.` both in the time and in the joining,
//! and ICU4X 2.4 writes both; so they are joined by a comma there, as CLDR 48 and German do.

use std::collections::BTreeSet;

use icu::{datetime::provider::semantic_skeletons::DatetimePatternsGlueV1, locale::data_locale};
use icu_provider::prelude::*;

use crate::{Resolved, Shipped, resolved};

impl DataProvider<DatetimePatternsGlueV1> for Resolved {
    fn load(
        &self,
        request: DataRequest,
    ) -> Result<DataResponse<DatetimePatternsGlueV1>, DataError> {
        let mut request = request;
        let german = data_locale!("de");
        if *request.id.locale == data_locale!("bg") {
            request.id.locale = &german;
        }
        Shipped.load(request)
    }
}

impl IterableDataProvider<DatetimePatternsGlueV1> for Resolved {
    fn iter_ids(&self) -> Result<BTreeSet<DataIdentifierCow<'static>>, DataError> {
        IterableDataProvider::<DatetimePatternsGlueV1>::iter_ids(&Shipped).map(resolved)
    }
}
