//! What is being written elsewhere at this moment, in the shape in which it is called here.
#![expect(clippy::todo, reason = "these are replaced by what they stand for")]

pub(super) mod readiness {
    use schemars::JsonSchema;
    use serde::Serialize;

    use crate::fleet::Fleet;
    use crate::moment::Moment;
    use crate::order::Order;
    use crate::refusal::Reason;
    use crate::situation::Surroundings;
    use crate::terminal::Terminal;

    #[derive(Serialize, JsonSchema)]
    pub(crate) struct Ticket {}

    pub(crate) fn missing(_: &Fleet, _: &Surroundings, _: Moment, _: &Terminal) -> Vec<Reason> {
        todo!()
    }

    pub(crate) fn ticket(_: &Fleet, _: &Surroundings, _: Moment, _: &Order) -> Ticket {
        todo!()
    }
}

pub(super) mod notices {
    use schemars::JsonSchema;
    use serde::Serialize;

    use crate::fleet::Fleet;
    use crate::order::Order;

    #[derive(Serialize, JsonSchema)]
    pub(crate) struct Notice {}

    pub(crate) fn notices(_: &Fleet, _: &Order) -> Vec<Notice> {
        todo!()
    }
}

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

pub(super) mod import {
    use crate::import::Row;
    use crate::refusal::Reason;
    use crate::text::Key;

    pub(crate) fn parse(_: &[u8], _: &Key) -> Result<Vec<Row>, Vec<Reason>> {
        todo!()
    }
}

pub(super) mod access {
    use crate::access::{Calendar, Token};
    use crate::fleet::Fleet;
    use crate::moment::Moment;

    pub(crate) fn hash(_: &[u8]) -> String {
        todo!()
    }

    pub(crate) fn bearer<'a>(_: &'a Fleet, _: &[u8], _: Moment) -> Option<&'a Token> {
        todo!()
    }

    pub(crate) fn calendar<'a>(_: &'a Fleet, _: &[u8]) -> Option<&'a Calendar> {
        todo!()
    }
}
