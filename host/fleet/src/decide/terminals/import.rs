//! Import of many terminals: all or none.

use std::collections::HashMap;

use super::charging;
use super::placement::{self, Occupancy};
use crate::context::DecisionContext;
use crate::decide::{Decision, records};
use crate::fleet::{Change, Fleet};
use crate::import::{Row, at_most};
use crate::order::Order;
use crate::refusal::{Obstacle, Reason, Refusal};
use crate::terminal::Terminal;
use crate::text::{Key, Serial};

/// Every line that is refused is reported, with all of its reasons.
pub(in crate::decide) fn import(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    order: &Key,
    rows: Vec<Row>,
) -> Decision {
    let order = records::find::<Order>(fleet, order.as_str())?;
    Refusal::unless_none(
        Obstacle::Invalid,
        at_most(wrong(fleet, context, order, &rows)),
    )?;
    let terminal =
        |row: Row| Terminal::new(row.serial, row.details, order, row.domain, context.now);
    Ok(rows.into_iter().map(terminal).map(Change::put).collect())
}

fn wrong(fleet: &Fleet, context: &DecisionContext<'_>, order: &Order, rows: &[Row]) -> Vec<Reason> {
    let mut occupied = Occupancy::of_others(fleet, None);
    let mut lines: HashMap<&Serial, u64> = HashMap::new();
    let mut reasons = Vec::new();
    for row in rows {
        let mut of_row = placement::wrong(fleet, &occupied, &row.details);
        of_row.extend(charging::wrong(fleet, context, &row.serial, &row.details));
        if row.details.order != order.key {
            let text = format!("not a terminal of order {}", order.key);
            of_row.push(Reason::new("order-differs", text).at("order"));
        }
        if fleet.get::<Terminal>(row.serial.as_str()).is_some() {
            let text = format!("terminal {} is on record already", row.serial);
            of_row.push(Reason::new("serial-taken", text).at("serial"));
        }
        match lines.get(&row.serial) {
            None => {
                lines.insert(&row.serial, row.line);
                occupied.add(&row.serial, &row.details);
            }
            Some(line) => {
                let text = format!("terminal {} is in line {line} already", row.serial);
                of_row.push(Reason::new("serial-twice", text).at("serial"));
            }
        }
        reasons.extend(of_row.into_iter().map(|it| in_line(it, row.line)));
    }
    reasons
}

/// The same reason, at this line of the file.
fn in_line(reason: Reason, line: u64) -> Reason {
    let at = match &reason.at {
        Some(field) => format!("line {line}, {field}"),
        None => format!("line {line}"),
    };
    reason.at(at)
}
