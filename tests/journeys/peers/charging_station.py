"""A charging station made of the independent `ocpp` package, which validates every message against the official
schemas of OCPP 2.0.1 or 2.1. Once its variables are as the gateway wants them, a vehicle comes to each EVSE and waits
to be started. Then they charge at the same time and leave: the first takes 7,420 Wh, the second 3,000 Wh. Their meters
sign the beginning and the end in OCMF, and they are printed: all beginnings, then all ends.

The station asserts what it is answered.
"""

import argparse
import asyncio
import base64
import importlib
import uuid

from ocpp.routing import after, on
from station import SIGNATURE, Gateway, now, packet

PARSER = argparse.ArgumentParser(description=__doc__)
PARSER.add_argument("url")
PARSER.add_argument("identity")
PARSER.add_argument("password")
PARSER.add_argument("version", choices=["2.0.1", "2.1"])
PARSER.add_argument("--evses", type=int, choices=[1, 2], default=1)
PARSER.add_argument(
    "--offline",
    action="store_true",
    help="lose the connection once all starts are accepted, and tell later what happens then",
)
PARSER.add_argument(
    "--cms",
    choices=["accepts", "refuses"],
    help="what a central system above the gateway does with tokens. It says nothing of prices",
)
ARGUMENTS = PARSER.parse_args()

IS_21 = ARGUMENTS.version == "2.1"
PROTOCOL = importlib.import_module("ocpp.v21" if IS_21 else "ocpp.v201")
call, call_result = PROTOCOL.call, PROTOCOL.call_result

REGISTER = "Energy.Active.Import.Register"
# What the meter of each EVSE shows, in watt-hours: at the start, three times in between, and at the end.
READINGS = {
    1: [100_000, 102_000, 104_500, 107_000, 107_420],
    2: [200_000, 201_000, 202_000, 202_500, 203_000],
}
# With 25 % VAT, that is 4.85725 and 2.15.
KWH, SESSION = 0.49, 0.25
PRICES = {1: 4.86, 2: 2.15}
# A driver can spend no more than is held.
HOLD = 50

# The variables as the station is delivered. It has no readings by the clock.
DELIVERED = {
    "AuthCtrlr.AuthorizeRemoteStart": "true",
    "TxCtrlr.StopTxOnInvalidId": "true",
    "TxCtrlr.EVConnectionTimeOut": "30",
    "TxCtrlr.TxStartPoint": "EVConnected",
    "TxCtrlr.TxStopPoint": "EVConnected",
    "SampledDataCtrlr.TxStartedMeasurands": REGISTER,
    "SampledDataCtrlr.TxUpdatedMeasurands": "Voltage",
    "SampledDataCtrlr.TxEndedMeasurands": REGISTER,
    "SampledDataCtrlr.TxUpdatedInterval": "300",
    "SampledDataCtrlr.SignReadings": "false",
}
if IS_21:
    DELIVERED |= {"TariffCostCtrlr.Available[Tariff]": "true",
                  "TariffCostCtrlr.Enabled[Tariff]": "true"}
# Those that the gateway must change.
WANTED = {
    "AuthCtrlr.AuthorizeRemoteStart": "false",
    "TxCtrlr.TxStopPoint": "Authorized,EVConnected",
    "SampledDataCtrlr.TxUpdatedMeasurands": f"{REGISTER},Voltage",
    "SampledDataCtrlr.TxUpdatedInterval": "60",
    "SampledDataCtrlr.SignReadings": "true",
}


class Transaction:
    """What happens to the vehicle at an EVSE, and what the gateway says that it costs."""

    def __init__(self, evse):
        self.evse = evse
        self.id = str(uuid.uuid4())
        self.events = 0
        self.costs = []

    def plugged_in(self):
        """The vehicle is there. Nobody pays yet."""
        begin = self.register(READINGS[self.evse][0], "Transaction.Begin")
        return self.event("Started", "CablePluggedIn", "EVConnected", [begin])

    def charging(self, start):
        """One event after the other, from the start that the gateway asked for until the vehicle leaves."""
        first, *between, last = READINGS[self.evse]
        yield self.event("Updated", "RemoteStart", "Charging", [self.signed(1, "B", first)],
                         {"remote_start_id": start["remote_start_id"]},
                         id_token=start["id_token"], offline=ARGUMENTS.offline)
        for reading in between:
            values = [self.register(reading, "Sample.Periodic"),
                      {"value": 230.4, "measurand": "Voltage", "phase": "L1-N",
                       "unit_of_measure": {"unit": "V"}}]
            yield self.event("Updated", "MeterValuePeriodic", "Charging", values,
                             offline=ARGUMENTS.offline)
        yield self.event("Ended", "EVDeparted", "Idle", [self.signed(2, "E", last)],
                         {"stopped_reason": "EVDisconnected"}, offline=ARGUMENTS.offline)

    def event(self, kind, trigger, state, values, info=None, **more):
        number, self.events = self.events, self.events + 1
        return call.TransactionEvent(
            event_type=kind,
            timestamp=now(),
            trigger_reason=trigger,
            seq_no=number,
            transaction_info={"transaction_id": self.id, "charging_state": state, **(info or {})},
            evse={"id": self.evse, "connector_id": 1},
            meter_value=[{"timestamp": now(), "sampled_value": values}],
            **more,
        )

    def register(self, reading, context):
        return {"value": reading / 1000, "context": context, "measurand": REGISTER,
                "unit_of_measure": {"unit": "kWh"}}

    def signed(self, page, kind, reading):
        """The register with what the meter signs: B for the beginning, E for the end."""
        context = {"B": "Transaction.Begin", "E": "Transaction.End"}[kind]
        data = base64.b64encode(packet(self.evse, page, kind, reading).encode()).decode()
        return {**self.register(reading, context),
                "signed_meter_value": {"signed_meter_data": data, "signing_method": SIGNATURE,
                                       "encoding_method": "OCMF", "public_key": ""}}

    def costs_now(self, total):
        """The price rises, as the register does."""
        assert not self.costs or total > self.costs[-1], (total, self.costs)
        self.costs.append(total)


def charging(transactions, starts):
    """What happens at all EVSEs, at the same time."""
    events = [it.charging(start) for it, start in zip(transactions, starts)]
    for at_once in zip(*events):
        yield from zip(transactions, at_once)


class Station(PROTOCOL.ChargePoint):
    def __init__(self, identity, gateway):
        super().__init__(identity, gateway)
        self.variables = dict(DELIVERED)
        self.is_set_up = asyncio.Event()
        self.statuses = {}
        self.starts = asyncio.Queue()
        self.shown = asyncio.Queue()
        self.tariffs = asyncio.Queue()

    @on("GetVariables")
    def get_variables(self, get_variable_data, **_):
        return call_result.GetVariables([self.get_variable(**it) for it in get_variable_data])

    def get_variable(self, component, variable, **_):
        value = self.variables.get(name(component, variable))
        status = "UnknownVariable" if value is None else "Accepted"
        return {"component": component, "variable": variable, "attribute_status": status,
                "attribute_value": value}

    @on("SetVariables")
    def set_variables(self, set_variable_data, **_):
        return call_result.SetVariables([self.set_variable(**it) for it in set_variable_data])

    def set_variable(self, component, variable, attribute_value, **_):
        # The gateway was told which there are.
        assert name(component, variable) in self.variables
        self.variables[name(component, variable)] = attribute_value
        if WANTED.items() <= self.variables.items():
            self.is_set_up.set()
        return {"component": component, "variable": variable, "attribute_status": "Accepted"}

    @on("TriggerMessage")
    def trigger_message(self, requested_message, **_):
        is_known = requested_message == "StatusNotification"
        return call_result.TriggerMessage("Accepted" if is_known else "NotImplemented")

    @after("TriggerMessage")
    async def triggered(self, evse, **_):
        await self.tell_status(evse["id"])

    @on("RequestStartTransaction")
    def request_start(self, id_token, **_):
        # Only 2.1 has a type for tokens of bank cards.
        assert id_token["type"] == ("DirectPayment" if IS_21 else "Central"), id_token
        return call_result.RequestStartTransaction("Accepted")

    # Only then the gateway has the answer.
    @after("RequestStartTransaction")
    def start_requested(self, **start):
        self.starts.put_nowait(start)

    @on("CostUpdated")
    def cost_updated(self, total_cost, transaction_id, **_):
        # A station of 2.1 reads it in the answers.
        assert not IS_21
        self.shown.put_nowait((transaction_id, total_cost))
        return call_result.CostUpdated()

    @on("SetDefaultTariff")
    def set_default_tariff(self, evse_id, tariff, **_):
        assert not ARGUMENTS.cms
        self.tariffs.put_nowait((evse_id, tariff))
        return call_result.SetDefaultTariff("Accepted")

    async def tell(self, payload):
        return await self.call(payload, suppress=False)

    async def tell_status(self, evse):
        await self.tell(
            call.StatusNotification(
                timestamp=now(),
                connector_status=self.statuses[evse],
                evse_id=evse,
                connector_id=1,
            )
        )

    async def set_status(self, evse, status):
        self.statuses[evse] = status
        await self.tell_status(evse)

    async def start_up(self):
        model = {"vendor_name": "Python", "model": "Model P"}
        boot = await self.tell(call.BootNotification(model, "PowerUp"))
        assert boot.status == "Accepted", boot
        for evse in range(1, ARGUMENTS.evses + 1):
            await self.set_status(evse, "Available")
        await self.is_set_up.wait()
        # A central system above has tariffs of its own.
        if IS_21 and not ARGUMENTS.cms:
            for evse in range(1, ARGUMENTS.evses + 1):
                told, tariff = await self.tariffs.get()
                assert told == evse, (told, tariff)
                assert tariff["energy"]["prices"][-1] == {"price_kwh": KWH}, tariff
                assert tariff["fixed_fee"]["prices"][-1] == {"price_fixed": SESSION}, tariff

    async def plug_in(self, transaction):
        """A vehicle comes. Returns the start that the gateway asks for."""
        answer = await self.tell(transaction.plugged_in())
        # There is nobody yet of whom anything could be said.
        assert (answer.id_token_info, answer.total_cost) == (None, None), answer
        await self.set_status(transaction.evse, "Occupied")
        start = await self.starts.get()
        assert start["evse_id"] == transaction.evse, start
        return start

    async def begin(self, transactions):
        """Starts up, and lets all vehicles come. Returns what happens to them next."""
        await self.start_up()
        starts = [await self.plug_in(transaction) for transaction in transactions]
        return charging(transactions, starts)

    async def tell_all(self, happening):
        for transaction, event in happening:
            await self.tell_event(transaction, event)

    async def tell_event(self, transaction, event):
        is_end = event.event_type == "Ended"
        answer = await self.tell(event)
        is_gateways = is_answer_of_gateway(event)
        if event.id_token:
            assert answer.id_token_info["status"] == "Accepted", answer
            if IS_21 and is_gateways:
                assert answer.transaction_limit["max_cost"] == HOLD, answer
        if is_gateways and (IS_21 or is_end):
            transaction.costs_now(answer.total_cost)
        else:
            # In 2.0.1 an answer has only the final price. The price so far is a call of its own, which says
            # nothing of now while earlier events are delivered. Below a central system the gateway tells none.
            assert answer.total_cost is None, answer
            if not (IS_21 or is_end or event.offline or ARGUMENTS.cms):
                shown, total = await self.shown.get()
                assert shown == transaction.id, shown
                transaction.costs_now(total)
        if is_end:
            if is_gateways:
                assert transaction.costs[-1] == PRICES[transaction.evse], transaction.costs
            await self.set_status(transaction.evse, "Available")

    async def live(self, transactions):
        await self.tell_all(await self.begin(transactions))


def is_answer_of_gateway(event):
    """Whether the gateway answers. It leaves that to a central system, unless that refuses its token."""
    is_refused = ARGUMENTS.cms == "refuses" and event.id_token is not None
    return ARGUMENTS.cms is None or is_refused


def name(component, variable):
    instance = f"[{variable['instance']}]" if "instance" in variable else ""
    return f"{component['name']}.{variable['name']}{instance}"


async def main(url, identity, password, version, evses, offline, cms):
    gateway = Gateway(url, identity, password, f"ocpp{version}")
    station = Station(identity, gateway)
    transactions = [Transaction(evse) for evse in range(1, evses + 1)]
    if offline:
        happening = await gateway.connected(station, station.begin(transactions))
        # It happens while there is no connection.
        happened = list(happening)
        await gateway.connected(station, station.tell_all(happened))
    else:
        await gateway.connected(station, station.live(transactions))


asyncio.run(asyncio.wait_for(main(**vars(ARGUMENTS)), 60))
