//! What holds in every database, how it is found out where it does not, and what a database holds.
//!
//! All of it reads whole tables. It is to run beside a gateway, on a connection of its own, or on a copy.

mod definitions;
mod finding;

use chargetap_contract::session::Action;

use super::error::StoreError;
use super::rows::Reader;
use crate::platform::Database;

use definitions::definitions;
pub use finding::{Checked, Finding};
use finding::{MADE_ANEW, RESTORE};

/// How many findings of a check are told. Where there are more, these will do.
const MOST_FINDINGS: usize = 100;

/// What is in a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contents {
    /// How many sessions there are.
    pub sessions: u64,
    /// How many of them have not ended.
    pub open: u64,
    /// How many events there are.
    pub events: u64,
    /// When the last of them was put on record, in milliseconds since 1970; absent if there is none.
    pub last_at: Option<u64>,
}

/// One invariant.
#[derive(Debug)]
pub struct Check {
    name: &'static str,
    how: How,
}

/// How it is found out whether an invariant holds.
#[derive(Debug)]
enum How {
    Queries(Queries),
    Definitions,
    WaitingCommands,
}

#[derive(Debug)]
struct Queries {
    /// How many things there are.
    count: &'static str,
    /// Selects the id of each thing with which something is wrong, and what.
    find: &'static str,
    action: &'static str,
}

const BOOKS: &str =
    "Compare it with the payment provider's records, and correct your books by hand.";
const REPORT: &str = "Keep a copy, and have the developers look at it.";

/// Every invariant of a file, its own first. Whether components can read the sessions' states is not among them.
pub const CHECKS: &[Check] = &[
    Check {
        name: "the file",
        how: How::Queries(Queries {
            count: "PRAGMA page_count",
            find: "SELECT 'file', integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
            action: RESTORE,
        }),
    },
    Check {
        name: "tables, indexes and triggers are those of this version",
        how: How::Definitions,
    },
    Check {
        name: "every session has its events, but what is not kept of old ones",
        how: How::Queries(Queries {
            count: "SELECT count(*) FROM session",
            find: "SELECT id, concat('it is of version ', version, ', and has ', events, ' events up to ', last)
                   FROM session JOIN (SELECT session, count(*) AS events, coalesce(min(version), 0) AS first,
                                             coalesce(max(version), 0) AS last
                                      FROM event GROUP BY session) AS journal ON journal.session = session.id
                   WHERE events <> version AND is_folded = 0 OR last <> version OR first <> 1
                   UNION ALL
                   SELECT id, 'it has no events' FROM session
                   WHERE closed_at IS NULL AND id NOT IN (SELECT session FROM event)
                   UNION ALL
                   SELECT id, 'it is closed, and still has events, a state or a card' FROM session
                   WHERE closed_at IS NOT NULL
                     AND (card IS NOT NULL OR length(state) > 0 OR id IN (SELECT session FROM event)
                          OR id IN (SELECT session FROM paper WHERE last_four IS NOT NULL))",
            action: RESTORE,
        }),
    },
    Check {
        name: "every event has its session",
        how: How::Queries(Queries {
            count: "SELECT count(*) FROM event",
            find: "SELECT DISTINCT session, 'its events are there, and the session is not' FROM event
                   WHERE session NOT IN (SELECT id FROM session)",
            action: RESTORE,
        }),
    },
    Check {
        name: "every session is what its last event made it",
        how: How::Queries(Queries {
            count: "SELECT count(*) FROM session",
            find: "SELECT session.id, concat('it is ', session.phase, ', and its last event left it ', event.phase,
                                             iif(session.phase = event.phase, ' with other figures', ''))
                   FROM session JOIN event ON event.session = session.id AND event.version = session.version
                   WHERE session.phase <> event.phase OR session.state <> event.state OR session.view <> event.view
                      OR session.payment IS NOT event.view ->> '$.hold.payment'
                      OR session.terminal IS NOT event.view ->> '$.terminal'",
            action: RESTORE,
        }),
    },
    Check {
        name: "every hold is closed, or its session is open",
        how: How::Queries(Queries {
            count: "SELECT count(*) FROM session WHERE payment IS NOT NULL",
            find: "SELECT id, concat('it is ', phase, ', but of its hold of ', view ->> '$.hold.amount', ', ',
                                     view ->> '$.captured', ' were captured and ', view ->> '$.released', ' released')
                   FROM session
                   WHERE payment IS NOT NULL
                     AND phase IN ('settled', 'refunded', 'cancelled', 'declined', 'failed-nothing-taken')
                     AND (view ->> '$.captured') + (view ->> '$.released') <> view ->> '$.hold.amount'",
            action: BOOKS,
        }),
    },
    Check {
        name: "the numbers of receipts have no gaps",
        how: How::Queries(Queries {
            count: "SELECT count(*) FROM invoice",
            find: "SELECT concat(issuer, ' ', number - 1), concat('it is missing before ', number)
                   FROM invoice AS later
                   WHERE number <> 1 AND NOT EXISTS (
                       SELECT 1 FROM invoice WHERE issuer = later.issuer AND number = later.number - 1)",
            action: "Find the receipt of this number, and tell your accountant if there is none.",
        }),
    },
    Check {
        name: "every number belongs to a receipt",
        how: How::Queries(Queries {
            count: "SELECT count(*) FROM invoice WHERE command NOT LIKE 'lost/%' AND command NOT LIKE 'past/%'",
            find: "SELECT concat(issuer, ' ', number), concat('its receipt ', command, ' was not issued, and does not wait')
                   FROM invoice
                   WHERE command NOT LIKE 'lost/%' AND command NOT LIKE 'past/%'
                     AND command NOT IN (SELECT command FROM paper)
                     AND command NOT IN (SELECT id FROM command WHERE status <> 'done')",
            action: REPORT,
        }),
    },
    Check {
        name: "every receipt over money has its number",
        how: How::Queries(Queries {
            count: "SELECT count(*) FROM paper WHERE amount > 0",
            find: "SELECT id, concat('it says ', coalesce(document ->> '$.number', 'no number'), ', and was given ',
                                     coalesce(invoice.number, 'none'))
                   FROM paper LEFT JOIN invoice USING (command)
                   WHERE amount > 0
                     AND coalesce(substr(document ->> '$.number', -length(invoice.number)) <> invoice.number || '', true)",
            action: "Tell your accountant which number is on the receipt.",
        }),
    },
    Check {
        name: "receipts and invoices say what was captured",
        how: How::Queries(Queries {
            count: "SELECT count(*) FROM paper WHERE command IN (session || '/receipt', session || '/invoice')",
            find: "SELECT paper.id, concat('it says ', amount, ', and session ', session, ' captured ',
                                           coalesce(view ->> '$.captured', 'nothing that is known'))
                   FROM paper LEFT JOIN session ON session.id = paper.session
                   WHERE command IN (session || '/receipt', session || '/invoice')
                     AND amount IS NOT view ->> '$.captured'",
            action: BOOKS,
        }),
    },
    Check {
        name: "receipts of refunds add up to what was refunded",
        how: How::Queries(Queries {
            count: "SELECT count(DISTINCT session) FROM paper WHERE document -> '$.subject.Refund' IS NOT NULL",
            find: "SELECT session.id, concat('receipts over ', told, ' were issued or wait, and ',
                                             view ->> '$.refunded', ' were refunded')
                   FROM session JOIN (
                       SELECT session, sum(amount) AS told FROM (
                           SELECT session, amount FROM paper WHERE document -> '$.subject.Refund' IS NOT NULL
                           UNION ALL
                           SELECT session, action ->> '$.IssueReceipt.Refund.amount' FROM command
                           WHERE status <> 'done' AND action -> '$.IssueReceipt.Refund' IS NOT NULL
                             AND id NOT IN (SELECT command FROM paper))
                       GROUP BY session) AS receipts ON receipts.session = session.id
                   WHERE told IS NOT view ->> '$.refunded'",
            action: BOOKS,
        }),
    },
    Check {
        name: "every receipt that was asked for is there, or waits",
        how: How::Queries(Queries {
            count: "SELECT count(*) FROM command WHERE action -> '$.IssueReceipt' IS NOT NULL",
            find: "SELECT id, 'its receipt was issued, and is not there' FROM command
                   WHERE status = 'done' AND action -> '$.IssueReceipt' IS NOT NULL
                     AND id NOT IN (SELECT command FROM paper)",
            action: RESTORE,
        }),
    },
    Check {
        name: "every command has its session",
        how: How::Queries(Queries {
            count: "SELECT count(*) FROM command",
            find: "SELECT id, concat('there is no session ', session) FROM command
                   WHERE session NOT IN (SELECT id FROM session)",
            action: RESTORE,
        }),
    },
    Check {
        name: "every command that waits can be read",
        how: How::WaitingCommands,
    },
    Check {
        name: "nothing is to be captured or released once a session is over",
        how: How::Queries(Queries {
            count: "SELECT count(*) FROM command WHERE status <> 'done'",
            find: "SELECT command.id, concat('it is ', status, ', and its session is ', phase)
                   FROM command JOIN session ON session.id = command.session
                   WHERE status <> 'done'
                     AND phase IN ('settled', 'refunded', 'cancelled', 'declined', 'failed-nothing-taken')
                     AND (action -> '$.Capture' IS NOT NULL OR action -> '$.Cancel' IS NOT NULL)",
            action: REPORT,
        }),
    },
    Check {
        name: "transactions of sessions have their sessions",
        how: How::Queries(Queries {
            count: "SELECT count(*) FROM station_transaction WHERE session IS NOT NULL",
            find: "SELECT concat('transaction ', number), concat('there is no session ', session) FROM station_transaction
                   WHERE session NOT IN (SELECT id FROM session)",
            action: RESTORE,
        }),
    },
    Check {
        name: "every record is what its last change made it",
        how: How::Queries(Queries {
            count: "SELECT count(*) FROM fleet_item",
            find: "SELECT concat(kind, ' ', key), 'it is not what the audit log says' FROM fleet_item AS record
                   WHERE item IS NOT (SELECT after FROM fleet_change
                                      WHERE kind = record.kind AND key = record.key ORDER BY write DESC LIMIT 1)",
            action: RESTORE,
        }),
    },
];

/// What is checked on a server itself, because its copy does not show it. All else is checked on the copy.
pub const SERVER_CHECKS: &[Check] = &[
    Check {
        name: "tables and indexes on the server are those of this version",
        how: How::Definitions,
    },
    Check {
        name: "the next receipt of each issuer follows on the last one",
        how: How::Queries(Queries {
            count: "SELECT count(*) FROM invoice_counter",
            find: "SELECT coalesce(counter.issuer, given.issuer),
                          concat('the last one is ', coalesce(given.last, 0), ', and the next one follows on ',
                                 coalesce(counter.last, 0))
                   FROM invoice_counter AS counter
                   FULL JOIN (SELECT issuer, max(number) AS last FROM invoice GROUP BY issuer) AS given
                   ON given.issuer = counter.issuer
                   WHERE coalesce(counter.last, 0) <> coalesce(given.last, 0)",
            action: MADE_ANEW,
        }),
    },
];

impl Check {
    /// What holds.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Find out whether it holds. What cannot be read is a finding.
    pub async fn run(&self, database: &impl Database) -> Checked {
        let checked = match &self.how {
            How::Queries(queries) => queries.run(database).await,
            How::Definitions => definitions(database).await,
            How::WaitingCommands => waiting_commands(database).await,
        };
        let mut checked = checked.unwrap_or_else(|error| Checked {
            count: 0,
            findings: vec![Finding {
                id: "-".to_owned(),
                problem: error.to_string(),
                action: RESTORE,
            }],
        });
        checked.findings.truncate(MOST_FINDINGS);
        checked
    }
}

impl Queries {
    async fn run(&self, database: &impl Database) -> Result<Checked, StoreError> {
        let mut rows = database.query(self.count, Vec::new()).await?;
        let count = Reader::new(rows.pop().unwrap_or_default()).unsigned()?;
        let finding = |row| {
            let mut row = Reader::new(row);
            Ok(Finding {
                id: row.text()?,
                problem: row.text()?,
                action: self.action,
            })
        };
        let rows = database.query(self.find, Vec::new()).await?;
        let findings = rows.into_iter().map(finding);
        let findings = findings.collect::<Result<_, StoreError>>()?;
        Ok(Checked { count, findings })
    }
}

/// Whether the commands that wait can be read. Those that cannot would wait for ever.
async fn waiting_commands(database: &impl Database) -> Result<Checked, StoreError> {
    let statement = "SELECT id, action FROM command WHERE status <> 'done'";
    let mut checked = Checked::default();
    for row in database.query(statement, Vec::new()).await? {
        let mut row = Reader::new(row);
        let (id, action) = (row.text()?, row.text()?);
        checked.count = checked.count.saturating_add(1);
        if let Err(error) = serde_json::from_str::<Action>(&action) {
            checked.findings.push(Finding {
                id,
                problem: format!("it waits, and cannot be read: {error}"),
                action: "If a newer program ran before, start that again.",
            });
        }
    }
    Ok(checked)
}

/// What is in a database.
pub(crate) async fn contents(database: &impl Database) -> Result<Contents, StoreError> {
    let rows = database
        .query(
            "SELECT (SELECT count(*) FROM session),
                    (SELECT count(*) FROM session
                     WHERE phase NOT IN ('settled', 'refunded', 'cancelled', 'declined', 'failed-nothing-taken')),
                    (SELECT count(*) FROM event),
                    (SELECT at FROM event WHERE rowid = (SELECT max(rowid) FROM event))",
            Vec::new(),
        )
        .await?;
    let mut row = Reader::new(rows.into_iter().next().unwrap_or_default());
    Ok(Contents {
        sessions: row.unsigned()?,
        open: row.unsigned()?,
        events: row.unsigned()?,
        last_at: row.optional_unsigned()?,
    })
}

/// The last number that was given to a receipt, of each issuer by its VAT number.
pub(crate) async fn last_receipts(
    database: &impl Database,
) -> Result<Vec<(String, u64)>, StoreError> {
    let statement = "SELECT issuer, max(number) FROM invoice GROUP BY issuer";
    let rows = database.query(statement, Vec::new()).await?;
    let last = |row| {
        let mut row = Reader::new(row);
        Ok((row.text()?, row.unsigned()?))
    };
    rows.into_iter().map(last).collect()
}

#[cfg(test)]
mod tests;
