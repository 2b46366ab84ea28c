"""Computes what is due in random fleets, with Python's own calendar and time zones.

    python3 due.py

Each world is a fleet at one moment. Most moments are at or next to a boundary: a deadline, the day from
which something is listed, a change of summer time, a leap day. Some records have dates in the future,
because the clock was set back. All years are past, so that later time zone data does not change the
expected results.

Moments are seconds since 1970. A terminal is [site, model, state, since, order, years, inspections
(weekly, before and after storage), charged, stored], and what is expected [what, key, due, overdue].
"""

import calendar
import json
import pathlib
import random
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WORLDS = 310
# Among them are zones that change at midnight, by half an hour, and far from UTC on both sides.
ZONES = [
    "Europe/Stockholm",
    "Europe/London",
    "America/New_York",
    "America/Los_Angeles",
    "America/Havana",
    "America/Santiago",
    "Atlantic/Azores",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "UTC",
]
BATTERY = {"apollo", "apollo-max", "apollo-polar"}
MODELS = ["p66", "p66s", "p68", *sorted(BATTERY)] + ["apollo"] * 2
WEEKLY, BEFORE, AFTER = range(3)
STATES = ["ordered", "ready", "activated", "in-storage", "suspended", "reported", "returned", "retired"]
random = random.Random(20261125)


def begins(day, zone):
    """The first moment of a day: of one that begins twice, the first; of one whose midnight is skipped,
    the moment of the change."""
    local = datetime.combine(day, time(), ZoneInfo(zone)).replace(fold=0)
    return int(local.timestamp())


def ends(day, zone):
    return begins(day + timedelta(days=1), zone)


def day_of(moment, zone):
    return datetime.fromtimestamp(moment, ZoneInfo(zone)).date()


def months_later(day, months):
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def years_later(day, years):
    return months_later(day, 12 * years)


class World:
    def __init__(self):
        self.zones = random.sample(ZONES, 3)
        self.terminals, self.orders, self.incidents = [], [], []
        self.sessions, self.people, self.assessment = [], [], None
        self.edges = {}

    def zone(self, site):
        return self.zones[site]

    def edge(self, kind, *moments):
        self.edges.setdefault(kind, []).extend(moments)


def some_day():
    year = random.randint(2013, 2022)
    pick = random.random()
    if pick < 0.2:
        return date(year, random.choice([11, 12, 8]), random.choice([29, 30]))
    if pick < 0.3:
        return date(random.choice([2016, 2020]), 2, 29)
    if pick < 0.5:
        # Where summer time begins or ends in one zone or another.
        return date(year, random.choice([3, 4, 9, 10, 11]), random.randint(1, 28))
    return date(year, 1, 1) + timedelta(days=random.randrange(365))


def some_moment(around, zone, days):
    day = around + timedelta(days=random.randint(-days, days))
    if random.random() < 0.4:
        return random.choice([begins(day, zone), ends(day, zone) - 1])
    return begins(day, zone) + random.randrange(82_000)


def make(world):
    around = some_day()
    for _ in range(random.choice([0, 1, 2])):
        wanted = around + timedelta(days=random.randint(-3, 3)) if random.random() < 0.7 else None
        world.orders.append({"wanted": wanted})
    for _ in range(5):
        make_terminal(world, around)
    for _ in range(random.choice([0, 1, 2])):
        terminal = random.randrange(5)
        discovered = some_moment(around, world.zone(0), 1)
        after = lambda chance: discovered + random.randrange(200_000) if random.random() < chance else None
        reported = after(0.5)
        closed = reported and random.random() < 0.5 and reported + random.randrange(200_000) or None
        world.incidents.append({"terminal": terminal, "discovered": discovered, "reported": reported, "closed": closed})
        world.edge("incident", discovered + 86_400, reported or discovered)
    if random.random() < 0.3:
        world.sessions.append({"terminal": random.randrange(5), "since": some_moment(around, world.zone(0), 2)})
    if random.random() < 0.5:
        status = random.choice(["not-required", "pending", "compliant", "compliant"])
        last = around + timedelta(days=random.randint(-40, 40)) if random.random() < 0.8 else None
        world.assessment = {"status": status, "last": last}
        if last:
            world.edge("assessment", ends(last, world.zone(0)), begins(last - timedelta(days=30), world.zone(0)))
    if random.random() < 0.4:
        trained = some_moment(around, world.zone(1), 3) if random.random() < 0.6 else None
        world.people.append({"site": random.randrange(3), "trained": trained})


def make_terminal(world, around):
    site = random.randrange(3)
    zone = world.zone(site)
    state = random.choice(STATES + ["activated"] * 3 + ["in-storage"] * 4 + ["suspended"])
    since = some_moment(around, zone, 2)
    terminal = {
        "site": site,
        "model": random.choice(MODELS),
        "state": state,
        "since": since,
        "order": random.choice([None, *range(len(world.orders))]),
        "years": [],
        "inspected": [None, None, None],
        "charged": None,
        "stored": None,
    }
    if state in ("activated", "suspended") or random.random() < 0.3:
        first = day_of(since, zone) - timedelta(days=random.choice([0, 0, 3, 365]))
        for _ in range(random.choice([1, 1, 2])):
            until = years_later(first, 1)
            terminal["years"].append((first, until))
            first = until
        world.edge("licence", *(begins(until - timedelta(days=days), zone) for days in (0, 60)))
    for occasion in (WEEKLY, BEFORE, AFTER):
        if random.random() < 0.35:
            terminal["inspected"][occasion] = some_moment(around, zone, 6)
    if terminal["model"] in BATTERY and random.random() < 0.5:
        terminal["charged"] = some_moment(around + timedelta(days=random.choice([0, 90])), zone, 20)
    if state == "in-storage":
        terminal["stored"] = (since, None)
    elif random.random() < 0.3:
        begun = since - random.randrange(9_000_000)
        terminal["stored"] = (begun, begun + random.randrange(9_000_000))
    for at in [since, terminal["charged"], *terminal["inspected"]]:
        if at is not None:
            last = day_of(at, zone) + timedelta(days=7)
            charge = months_later(day_of(at, zone), 3)
            world.edge("record", at)
            world.edge("inspection", ends(last, zone), begins(last - timedelta(days=1), zone))
            if state == "in-storage" and terminal["model"] in BATTERY:
                world.edge("battery", ends(charge, zone), begins(charge - timedelta(days=14), zone))
    world.terminals.append(terminal)


def due_at_terminal(world, number, now):
    it = world.terminals[number]
    zone, key = world.zone(it["site"]), f"T{number}"
    today = day_of(now, zone)
    if it["state"] in ("returned", "retired"):
        return
    listed = lambda what, due: [what, key, it["site"], due, due is not None and now >= due]
    if it["years"]:
        until = max(until for _, until in it["years"])
        if (until - today).days <= 60:
            yield listed("licence", begins(until, zone))
    done = [at if at is not None and at <= now else None for at in it["inspected"]]
    if it["state"] in ("activated", "suspended"):
        regular = [at for at in (done[WEEKLY], done[AFTER]) if at is not None]
        start = day_of(max(regular), zone) if regular else min(first for first, _ in it["years"])
        last = start + timedelta(days=7)
        if (last - today).days <= 1:
            yield listed("inspection", ends(last, zone))
    if it["stored"] and it["stored"][1] is not None:
        if done[AFTER] is None or done[AFTER] < it["stored"][1]:
            yield listed("inspection-after-storage", None)
    if it["state"] == "in-storage" and it["model"] in BATTERY:
        charged = it["charged"]
        starts = [it["stored"][0]] + ([charged] if charged is not None and charged <= now else [])
        last = months_later(day_of(max(starts), zone), 3)
        if (last - today).days <= 14:
            yield listed("battery", ends(last, zone))


def expected(world, now):
    home = world.zone(0)
    for number in range(len(world.terminals)):
        yield from due_at_terminal(world, number, now)
    for number, it in enumerate(world.incidents):
        site = world.terminals[it["terminal"]]["site"]
        if it["closed"] is None:
            if it["reported"] is None or it["reported"] > now:
                due = it["discovered"] + 24 * 3_600
                yield ["incident-report", f"I-{number}", site, due, now >= due]
            yield ["incident-closing", f"I-{number}", site, None, False]
    for number, it in enumerate(world.sessions):
        yield ["session", f"X{number}", world.terminals[it["terminal"]]["site"], it["since"], now >= it["since"]]
    for number, it in enumerate(world.orders):
        of_it = [terminal for terminal in world.terminals if terminal["order"] == number and terminal["state"] != "retired"]
        if not of_it or any(not terminal["years"] for terminal in of_it):
            due = it["wanted"] and ends(it["wanted"], home)
            yield ["ticket", f"O-{number}", None, due, due is not None and now >= due]
    if world.assessment:
        status, last = world.assessment["status"], world.assessment["last"]
        due = last and ends(last, home)
        near = last is not None and (last - day_of(now, home)).days <= 30
        if status == "pending" or status == "compliant" and near:
            yield ["self-assessment", "C", None, due, due is not None and now >= due]
    for number, it in enumerate(world.people):
        used = any(t["state"] not in ("returned", "retired") for t in world.terminals)
        if used and (it["trained"] is None or it["trained"] > now):
            yield ["training", f"P{number}", it["site"], None, False]


def written(world):
    edge = random.choice(world.edges[random.choice(list(world.edges))])
    now = edge + random.choice([-1, 0, 0, 1, -3_600, 3_600, -86_400, 86_400])
    # Some access scopes have one site only, without records that belong to no site.
    reach = random.choice([None, None, random.randrange(3)])
    due = [(what, key, due, overdue) for what, key, site, due, overdue in expected(world, now) if reach in (None, site)]
    return {
        "now": now,
        "reach": reach,
        "zones": world.zones,
        "terminals": [list(it.values()) for it in world.terminals],
        "incidents": [list(it.values()) for it in world.incidents],
        "sessions": [list(it.values()) for it in world.sessions],
        "orders": [it["wanted"] for it in world.orders],
        "assessment": world.assessment and list(world.assessment.values()),
        "people": [list(it.values()) for it in world.people],
        "due": due,
    }


worlds = []
while len(worlds) < WORLDS:
    world = World()
    make(world)
    worlds.append(written(world))
lines = ",\n".join(json.dumps(world, default=str, separators=(",", ":")) for world in worlds)
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(f"[\n{lines}\n]\n")
counts = {}
for world in worlds:
    for what, *_ in world["due"]:
        counts[what] = counts.get(what, 0) + 1
print(path.stat().st_size, "bytes;", len(worlds), "worlds;", counts)
