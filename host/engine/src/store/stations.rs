//! Stations, their connectors, and the vehicles at them.

use chargetap_contract::session::Evse;
use chargetap_ocpp::report::{Boot, ConnectorStatus};

use super::error::StoreError;
use super::rows::{Reader, integer, optional_text, text};
use crate::platform::{Database, Value};
use crate::terminals::next_prompt::EvseStatus;

/// The statuses of a connector that is out of order, or of the station as a whole.
macro_rules! out_of_order {
    () => {
        "('unavailable', 'faulted')"
    };
}
pub(super) use out_of_order;

/// A station connected.
pub(crate) async fn connected(
    database: &impl Database,
    station: &str,
    now: u64,
) -> Result<(), StoreError> {
    database
        .query(
            "INSERT INTO station (id, connected_at) VALUES (?1, ?2)
             ON CONFLICT (id) DO UPDATE SET connected_at = excluded.connected_at",
            vec![text(station), integer(now)?],
        )
        .await?;
    Ok(())
}

/// A station started.
pub(crate) async fn booted(
    database: &impl Database,
    station: &str,
    boot: &Boot,
    now: u64,
) -> Result<(), StoreError> {
    database
        .query(
            "INSERT INTO station (id, booted_at, vendor, model, serial, firmware)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (id) DO UPDATE SET
                booted_at = excluded.booted_at, vendor = excluded.vendor, model = excluded.model,
                serial = excluded.serial, firmware = excluded.firmware",
            vec![
                text(station),
                integer(now)?,
                text(&boot.vendor),
                text(&boot.model),
                optional_text(boot.serial.as_deref()),
                optional_text(boot.firmware.as_deref()),
            ],
        )
        .await?;
    Ok(())
}

/// The last status of a connector, and what happened since.
#[derive(Default)]
pub(crate) struct KnownStatus {
    pub(crate) status: Option<ConnectorStatus>,
    /// Nothing was reported of it since the station connected.
    pub(crate) is_new_connection: bool,
    /// Nothing was reported of it since the station started.
    pub(crate) is_new_boot: bool,
}

/// The last status of a connector; of the station as a whole for connector 0.
pub(crate) async fn known_status(
    database: &impl Database,
    evse: &Evse,
) -> Result<KnownStatus, StoreError> {
    let rows = database
        .query(
            "SELECT c.status,
                    coalesce(s.connected_at > coalesce(c.reported_at, 0), FALSE),
                    coalesce(s.booted_at > coalesce(c.reported_at, 0), FALSE)
             FROM (SELECT ?1 AS station, ?2 AS connector) AS this
             LEFT JOIN station AS s ON s.id = this.station
             LEFT JOIN connector AS c
                ON c.station = this.station AND c.connector = this.connector",
            vec![text(&evse.station), Value::Integer(evse.connector.into())],
        )
        .await?;
    let mut row = Reader::new(rows.into_iter().next().unwrap_or_default());
    let known = row.optional_text()?;
    Ok(KnownStatus {
        status: known.as_deref().and_then(ConnectorStatus::from_name),
        is_new_connection: row.integer()? != 0,
        is_new_boot: row.integer()? != 0,
    })
}

/// The status of a connector, or of the station as a whole, was reported. `denies`: by it, no transaction runs there.
/// The same status again takes nothing back.
pub(crate) async fn put_status(
    database: &impl Database,
    evse: &Evse,
    status: ConnectorStatus,
    denies: bool,
    error: Option<&str>,
    now: u64,
) -> Result<(), StoreError> {
    database
        .query(
            "INSERT INTO connector (station, connector, status, denies, error, reported_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (station, connector) DO UPDATE SET
                denies = CASE WHEN connector.status = excluded.status AND connector.denies = 1 THEN 1
                              ELSE excluded.denies END,
                status = excluded.status, error = excluded.error,
                reported_at = excluded.reported_at",
            vec![
                text(&evse.station),
                Value::Integer(evse.connector.into()),
                text(status.name()),
                Value::Integer(denies.into()),
                optional_text(error),
                integer(now)?,
            ],
        )
        .await?;
    Ok(())
}

/// A transaction runs at the connector after all: since its status was reported, at this moment, one began or energy
/// flowed.
pub(crate) async fn overrule_status(
    database: &impl Database,
    station: &str,
    connector: u32,
    at: u64,
) -> Result<(), StoreError> {
    database
        .query(
            "UPDATE connector SET denies = 0
             WHERE station = ?1 AND connector = ?2 AND denies = 1 AND reported_at <= ?3",
            vec![
                text(station),
                Value::Integer(connector.into()),
                integer(at)?,
            ],
        )
        .await?;
    Ok(())
}

/// How many connectors a station has told of.
pub(crate) async fn connectors(database: &impl Database, station: &str) -> Result<u64, StoreError> {
    let rows = database
        .query(
            "SELECT count(*) FROM connector WHERE station = ?1 AND connector > 0",
            vec![text(station)],
        )
        .await?;
    Reader::new(rows.into_iter().next().unwrap_or_default()).unsigned()
}

/// The status of an EVSE. Whether its station is connected, the store does not know.
pub(crate) async fn evse_status(
    database: &impl Database,
    evse: &Evse,
) -> Result<EvseStatus, StoreError> {
    let rows = database
        .query(
            concat!(
                "SELECT (SELECT id FROM session WHERE station = ?1 AND connector = ?2
                         AND phase IN ('authorising', 'starting', 'charging', 'stopping')),
                        (SELECT since FROM vehicle
                         WHERE station = ?1 AND connector = ?2 AND served = 0),
                        EXISTS (SELECT 1 FROM station_transaction
                                WHERE station = ?1 AND connector = ?2 AND ended_at IS NULL),
                        EXISTS (SELECT 1 FROM connector WHERE station = ?1 AND connector IN (0, ?2)
                                AND status IN ",
                out_of_order!(),
                ")"
            ),
            vec![text(&evse.station), Value::Integer(evse.connector.into())],
        )
        .await?;
    let mut row = Reader::new(rows.into_iter().next().unwrap_or_default());
    Ok(EvseStatus {
        session: row.optional_text()?,
        vehicle_since: row.optional_unsigned()?,
        is_occupied: row.integer()? != 0,
        is_out_of_order: row.integer()? != 0,
    })
}

/// A vehicle was plugged in. It waits for a session since this was first reported, unless a session
/// has the EVSE or the vehicle had one.
pub(crate) async fn vehicle_arrived(
    database: &impl Database,
    evse: &Evse,
    now: u64,
) -> Result<(), StoreError> {
    database
        .query(
            "INSERT INTO vehicle (station, connector, since) SELECT ?1, ?2, ?3
             WHERE NOT EXISTS (SELECT 1 FROM session WHERE station = ?1 AND connector = ?2
                               AND phase IN ('authorising', 'starting', 'charging', 'stopping'))
             ON CONFLICT DO NOTHING",
            vec![
                text(&evse.station),
                Value::Integer(evse.connector.into()),
                integer(now)?,
            ],
        )
        .await?;
    Ok(())
}

/// The vehicle that had a session may have left unseen, unless its transaction still runs.
pub(crate) async fn forget_served_vehicle(
    database: &impl Database,
    evse: &Evse,
) -> Result<(), StoreError> {
    database
        .query(
            "DELETE FROM vehicle WHERE station = ?1 AND connector = ?2 AND served = 1
             AND NOT EXISTS (SELECT 1 FROM station_transaction
                             WHERE station = ?1 AND connector = ?2 AND ended_at IS NULL)",
            vec![text(&evse.station), Value::Integer(evse.connector.into())],
        )
        .await?;
    Ok(())
}

/// No vehicle is plugged in.
pub(crate) async fn vehicle_left(database: &impl Database, evse: &Evse) -> Result<(), StoreError> {
    database
        .query(
            "DELETE FROM vehicle WHERE station = ?1 AND connector = ?2",
            vec![text(&evse.station), Value::Integer(evse.connector.into())],
        )
        .await?;
    Ok(())
}
