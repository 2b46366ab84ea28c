"""A charge point made of the independent `ocpp` package, which validates every message against the
official schemas of OCPP 1.6. It waits to be started, charges 7,420 Wh and leaves. Its meter signs the
beginning and the end in OCMF, with the `cryptography` package, and they are printed.

Usage: charge_point.py URL IDENTITY PASSWORD
"""

import asyncio
import base64
import json
import sys
from datetime import datetime, timezone

import websockets
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from ocpp.routing import on
from ocpp.v16 import ChargePoint, call, call_result
from ocpp.v16.enums import Action, RegistrationStatus, RemoteStartStopStatus

METER_START = 100_000
READINGS = [102_000, 104_500, 107_000]
METER_STOP = 107_420


# The tests know the public key of this one.
METER_KEY = ec.derive_private_key(0xC0FFEE00C0FFEE00C0FFEE00C0FFEE00, ec.SECP256R1())


def signed(page, kind, register):
    """A sampled value with what the meter signs: B for the beginning, E for the end."""
    time = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S,000+0000 S")
    reading = {"TM": time, "TX": kind, "RV": register / 1000, "RI": "01-00:01.08.00*FF",
               "RU": "kWh", "ST": "G"}
    payload = json.dumps(
        {"FV": "1.0", "GI": "Peer", "GS": "1", "GV": "1", "PG": f"T{page}", "MV": "Peer",
         "MM": "M", "MS": "2", "IS": False, "IT": "NONE", "ID": "", "RD": [reading]}
    )
    signature = METER_KEY.sign(payload.encode(), ec.ECDSA(hashes.SHA256())).hex()
    packet = f"OCMF|{payload}|" + json.dumps({"SA": "ECDSA-secp256r1-SHA256", "SD": signature})
    print(packet)
    context = {"B": "Transaction.Begin", "E": "Transaction.End"}[kind]
    return {"timestamp": now(),
            "sampled_value": [{"value": packet, "format": "SignedData", "context": context}]}


def now():
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


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
        begin = signed(1, "B", METER_START)
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
                transaction_data=[signed(2, "E", METER_STOP)],
            )
        )
        await self.status(connector, "Available")

    async def status(self, connector, status):
        await self.call(call.StatusNotification(connector, "NoError", status))


async def main(url, identity, password):
    credentials = base64.b64encode(f"{identity}:{password}".encode()).decode()
    async with websockets.connect(
        f"{url}/{identity}",
        subprotocols=["ocpp1.6"],
        additional_headers={"Authorization": f"Basic {credentials}"},
    ) as connection:
        station = Station(identity, connection)
        listening = asyncio.create_task(station.start())
        await station.live()
        listening.cancel()


asyncio.run(asyncio.wait_for(main(*sys.argv[1:]), 60))
