"""A charging management system made with the independent `ocpp` package, which validates every message against the
official schemas. Every station may connect, at any path. Whatever it calls is answered; the system itself calls
nothing. No token is known to it.

It prints the port at which it listens. Every frame is a line of JSON in a file, in the order in which they were
received and sent: {"path": "/CT-1", "from": "station" or "cms", "frame": the text as it was on the wire}.
"""

import argparse
import asyncio
import itertools
import json

import websockets
from ocpp.exceptions import OCPPError
from ocpp.messages import Call, unpack, validate_payload
from station import now

PARSER = argparse.ArgumentParser(description=__doc__)
PARSER.add_argument("version", choices=["1.6", "2.0.1", "2.1"])
PARSER.add_argument("frames", help="the file for the frames")
PARSER.add_argument("--accept", action="store_true", help="accept the tokens that are not known")
ARGUMENTS = PARSER.parse_args()

# As 1.6 and 2.x call it.
MEMBER, REFUSED = ("idTag", "Invalid") if ARGUMENTS.version == "1.6" else ("idToken", "Unknown")
TOKEN_STATUS = "Accepted" if ARGUMENTS.accept else REFUSED
TRANSACTIONS = itertools.count(7_000_001)


def token_info(call):
    """What is said of the token that a call names, if it names one."""
    return {f"{MEMBER}Info": {"status": TOKEN_STATUS}} if MEMBER in call else {}


def certificate_statuses(call):
    return [
        {"certificateHashData": it["certificateHashData"], "source": it["source"],
         "status": "Unknown", "nextUpdate": now()}
        for it in call["certificateStatusRequests"]
    ]


# What is answered to a call. All others are answered with nothing.
ANSWERS = {
    "Authorize": token_info,
    "BootNotification": lambda _: {"currentTime": now(), "interval": 300, "status": "Accepted"},
    "DataTransfer": lambda _: {"status": "UnknownVendorId"},
    "Get15118EVCertificate": lambda _: {"status": "Failed", "exiResponse": ""},
    "GetCertificateChainStatus": lambda call: {"certificateStatus": certificate_statuses(call)},
    "GetCertificateStatus": lambda _: {"status": "Failed"},
    "Heartbeat": lambda _: {"currentTime": now()},
    "NotifyEVChargingNeeds": lambda _: {"status": "Rejected"},
    "NotifyEVChargingSchedule": lambda _: {"status": "Accepted"},
    "OpenPeriodicEventStream": lambda _: {"status": "Rejected"},
    "PullDynamicScheduleUpdate": lambda _: {"status": "Rejected"},
    "SignCertificate": lambda _: {"status": "Rejected"},
    "StartTransaction": lambda call: {"transactionId": next(TRANSACTIONS), **token_info(call)},
    "StopTransaction": token_info,
    "TransactionEvent": token_info,
    "VatNumberValidation": lambda call: {"vatNumber": call["vatNumber"], "status": "Rejected"},
}


async def answer(call):
    """What a call is answered. One that is not by the schemas is refused."""
    try:
        await validate_payload(call, ARGUMENTS.version)
        result = call.create_call_result(ANSWERS.get(call.action, lambda _: {})(call.payload))
        await validate_payload(result, ARGUMENTS.version)
        return result
    except OCPPError as error:
        return call.create_call_error(error)


async def serve(socket, frames):
    def record(sender, frame):
        line = {"path": socket.request.path, "from": sender, "frame": frame}
        # At once, so that nobody reads half a line.
        frames.write(f"{json.dumps(line)}\n".encode())

    async for frame in socket:
        record("station", frame)
        try:
            message = unpack(frame)
        except OCPPError:
            # There is nothing that could be answered.
            continue
        if isinstance(message, Call):
            reply = (await answer(message)).to_json()
            record("cms", reply)
            await socket.send(reply)


async def main():
    with open(ARGUMENTS.frames, "ab", buffering=0) as frames:
        async with websockets.serve(
            lambda socket: serve(socket, frames),
            "127.0.0.1",
            0,
            subprotocols=[f"ocpp{ARGUMENTS.version}"],
            # The end of a long transaction is a large message.
            max_size=None,
        ) as server:
            [listener] = server.sockets
            print(listener.getsockname()[1], flush=True)
            await server.serve_forever()


asyncio.run(main())
