"""A charge point made of the independent `ocpp` package, which validates every message against the
official schemas of OCPP 1.6. It waits to be started, charges 7,420 Wh and leaves. Its meter signs the
beginning and the end in OCMF, and they are printed.

Usage: charge_point.py URL IDENTITY PASSWORD
"""

import asyncio
import sys

from ocpp.routing import on
from ocpp.v16 import ChargePoint, call, call_result
from ocpp.v16.enums import Action, RegistrationStatus, RemoteStartStopStatus
from station import Gateway, now, packet

METER_START = 100_000
READINGS = [102_000, 104_500, 107_000]
METER_STOP = 107_420


def signed(connector, page, kind, register):
    """A sampled value with what the meter signs: B for the beginning, E for the end."""
    context = {"B": "Transaction.Begin", "E": "Transaction.End"}[kind]
    value = packet(connector, page, kind, register)
    return {"timestamp": now(),
            "sampled_value": [{"value": value, "format": "SignedData", "context": context}]}


class Station(ChargePoint):
    def __init__(self, identity, connection):
        super().__init__(identity, connection)
        self.started = asyncio.get_running_loop().create_future()

    @on(Action.remote_start_transaction)
    def remote_start(self, id_tag, connector_id, **_):
        self.started.set_result((id_tag, connector_id))
        return call_result.RemoteStartTransaction(status=RemoteStartStopStatus.accepted)

    async def live(self):
        boot = await self.call(call.BootNotification("Model P", "Python"))
        assert boot.status == RegistrationStatus.accepted, boot
        await self.call(call.Heartbeat())
        await self.status(1, "Available")
        id_tag, connector = await self.started
        await self.status(connector, "Preparing")
        start = await self.call(call.StartTransaction(connector, id_tag, METER_START, now()))
        assert start.id_tag_info["status"] == "Accepted", start
        await self.status(connector, "Charging")
        begin = signed(connector, 1, "B", METER_START)
        await self.call(call.MeterValues(connector, [begin], start.transaction_id))
        for register in READINGS:
            await self.call(
                call.MeterValues(
                    connector,
                    [
                        {
                            "timestamp": now(),
                            "sampled_value": [
                                {"value": str(register / 1000), "unit": "kWh"},
                                {"value": "50000", "measurand": "Power.Active.Import", "unit": "W"},
                            ],
                        }
                    ],
                    start.transaction_id,
                )
            )
        await self.call(
            call.StopTransaction(
                METER_STOP,
                now(),
                start.transaction_id,
                reason="EVDisconnected",
                transaction_data=[signed(connector, 2, "E", METER_STOP)],
            )
        )
        await self.status(connector, "Available")

    async def status(self, connector, status):
        await self.call(call.StatusNotification(connector, "NoError", status))


async def main(url, identity, password):
    gateway = Gateway(url, identity, password, "ocpp1.6")
    station = Station(identity, gateway)
    await gateway.connected(station, station.live())


asyncio.run(asyncio.wait_for(main(*sys.argv[1:]), 60))
