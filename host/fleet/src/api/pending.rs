//! What is being written elsewhere at this moment, in the shape in which it is called here.
#![expect(clippy::todo, reason = "these are replaced by what they stand for")]

pub(super) mod due {
    use schemars::JsonSchema;
    use serde::Serialize;

    use crate::access::Reach;
    use crate::fleet::Fleet;
    use crate::moment::Moment;
    use crate::situation::Surroundings;

    #[derive(Serialize, JsonSchema)]
    pub(crate) struct Due {}

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
