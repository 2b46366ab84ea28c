"""What the stations of these scripts share: meters that sign in OCMF, with the `cryptography` package, and the
connection to the gateway.
"""

import asyncio
import base64
import json
from datetime import datetime, timezone

import websockets
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

# Each meter has its own key, by connector. The tests know the public keys of these.
METER_KEYS = {
    1: ec.derive_private_key(0xC0FFEE00C0FFEE00C0FFEE00C0FFEE00, ec.SECP256R1()),
    2: ec.derive_private_key(0xDECADE00DECADE00DECADE00DECADE00, ec.SECP256R1()),
}

SIGNATURE = "ECDSA-secp256r1-SHA256"


def now():
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def packet(connector, page, kind, register):
    """What the meter of a connector signs of its register, in watt-hours: B for the beginning, E for the end. It is
    printed, too."""
    time = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S,000+0000 S")
    reading = {"TM": time, "TX": kind, "RV": register / 1000, "RI": "01-00:01.08.00*FF",
               "RU": "kWh", "ST": "G"}
    payload = json.dumps(
        {"FV": "1.0", "GI": "Peer", "GS": "1", "GV": "1", "PG": f"T{page}", "MV": "Peer",
         "MM": "M", "MS": "2", "IS": False, "IT": "NONE", "ID": "", "RD": [reading]}
    )
    signature = METER_KEYS[connector].sign(payload.encode(), ec.ECDSA(hashes.SHA256())).hex()
    signed = f"OCMF|{payload}|" + json.dumps({"SA": SIGNATURE, "SD": signature})
    print(signed)
    return signed


class Gateway:
    """The gateway, as the station of an identity reaches it. The station refuses nothing: what the gateway calls must
    be by the schemas."""

    def __init__(self, url, identity, password, subprotocol):
        credentials = base64.b64encode(f"{identity}:{password}".encode()).decode()
        self.url = f"{url}/{identity}"
        self.options = {
            "subprotocols": [subprotocol],
            "additional_headers": {"Authorization": f"Basic {credentials}"},
        }
        self.socket = None

    async def recv(self):
        return await self.socket.recv()

    async def send(self, message):
        assert json.loads(message)[0] != 4, f"a call of the gateway is refused: {message}"
        await self.socket.send(message)

    async def connected(self, station, life):
        """Lets a station live while it is connected and listens. Returns what its life does."""
        async with websockets.connect(self.url, **self.options) as self.socket:
            living = asyncio.create_task(life)
            listening = asyncio.create_task(station.start())
            await asyncio.wait([living, listening], return_when=asyncio.FIRST_COMPLETED)
            if not living.done():
                living.cancel()
                # It ends by failing only.
                return listening.result()
            listening.cancel()
            return living.result()
