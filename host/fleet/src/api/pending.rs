//! What is being written elsewhere at this moment, in the shape in which it is called here.
#![expect(clippy::todo, reason = "these are replaced by what they stand for")]

pub(super) mod due {
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};

    use crate::access::Reach;
    use crate::fleet::Fleet;
    use crate::moment::Moment;
    use crate::situation::Surroundings;
    use crate::text::Key;

    #[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
    #[serde(rename_all = "kebab-case")]
    pub(crate) enum What {
        Licence,
    }

    impl What {
        pub(crate) fn name(self) -> &'static str {
            "licence"
        }
    }

    #[derive(Serialize, JsonSchema)]
    pub(crate) struct About {
        pub(crate) kind: String,
        pub(crate) key: String,
    }

    #[derive(Serialize, JsonSchema)]
    pub(crate) struct Due {
        pub(crate) what: What,
        pub(crate) about: About,
        pub(crate) site: Option<Key>,
        pub(crate) due: Option<Moment>,
        pub(crate) overdue: bool,
    }

    pub(crate) fn due(_: &Fleet, _: &Surroundings, _: Moment, _: &Reach) -> Vec<Due> {
        todo!()
    }
}

pub(super) mod ics {
    use super::due::Due;
    use crate::moment::Moment;

    pub(crate) fn feed(_: &[Due], _: Moment) -> String {
        todo!()
    }
}
