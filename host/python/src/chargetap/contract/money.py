"""Money, prices and time."""

# Made by `generate.py` from `wit/`. Do not edit.

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, TypeAlias

from .._values import S16, S64, U32, U64



MinorUnits: TypeAlias = U64
"""An amount in the currency's minor unit (cents for EUR, whole yen for JPY)."""


Currency: TypeAlias = str
"""An ISO 4217 alphabetic code in capitals, such as `EUR`."""


UnixMs: TypeAlias = U64
"""Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted."""


DurationMs: TypeAlias = U64
"""A length of time in milliseconds."""


WattHours: TypeAlias = U64
"""Energy in watt-hours."""


MilliMinor: TypeAlias = U64
"""A unit price in thousandths of the currency's minor unit, so that 0.395 EUR is 39500."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount together with its currency."""
    amount: MinorUnits
    currency: Currency


class Dimension(Enum):
    """What is priced, as in OCPI."""
    ENERGY = "energy"
    """Energy delivered, per kilowatt-hour."""
    TIME = "time"
    """Time in which the car charged, per hour."""
    PARKING_TIME = "parking-time"
    """Time in which the register stood still for two minutes or more, per hour."""
    FLAT = "flat"
    """Once per session, due when energy first flows while an element prices it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceComponent:
    """A price of one dimension."""
    dimension: Dimension
    price: MilliMinor
    """Per kilowatt-hour, per hour, or for the session."""
    vat_rate: U32 | None = None
    """In hundredths of a percent: 2500 is 25 %. Absent where no VAT applies or none is known."""
    step_size: U32
    """What is begun counts in full: blocks of this many watt-hours, or of this many seconds.
    0 is the same as 1.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """From `min` on and below `max`. What is absent bounds nothing."""
    min: U64 | None = None
    max: U64 | None = None


@dataclass(frozen=True, slots=True)
class RestrictionTimeOfDay:
    """Minutes after midnight. A `max` that is not above `min` is on the next day, so that a
    `max` of 0 is midnight.
    """
    CASE: ClassVar = "time-of-day"
    value: Range


@dataclass(frozen=True, slots=True)
class RestrictionDate:
    """Days since 1970-01-01."""
    CASE: ClassVar = "date"
    value: Range


@dataclass(frozen=True, slots=True)
class RestrictionWeekday:
    """On these days, by ISO 8601: Monday is 1 and Sunday is 7."""
    CASE: ClassVar = "weekday"
    value: bytes


@dataclass(frozen=True, slots=True)
class RestrictionEnergy:
    """Watt-hours delivered since the start of the session."""
    CASE: ClassVar = "energy"
    value: Range


@dataclass(frozen=True, slots=True)
class RestrictionPower:
    """Watts, in the mean between two meter readings; a short standstill is no interval of its
    own.
    """
    CASE: ClassVar = "power"
    value: Range


@dataclass(frozen=True, slots=True)
class RestrictionDuration:
    """Milliseconds since the start of the session."""
    CASE: ClassVar = "duration"
    value: Range


Restriction: TypeAlias = (
    RestrictionTimeOfDay
    | RestrictionDate
    | RestrictionWeekday
    | RestrictionEnergy
    | RestrictionPower
    | RestrictionDuration
)
"""When an element applies. Times of day, dates and weekdays are the site's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffElement:
    """Prices, and when they apply."""
    components: tuple[PriceComponent, ...]
    """At most one of each dimension."""
    restrictions: tuple[Restriction, ...]
    """All of them must hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLimit:
    """A bound of the price. What is absent bounds nothing; if both are there, both hold."""
    net: MinorUnits | None = None
    """Without VAT."""
    gross: MinorUnits | None = None
    """With VAT."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """What a driver pays: an OCPI tariff.

    At every moment and for each dimension, the first element counts that prices this dimension
    and whose restrictions hold. Between two meter readings, energy is taken to flow evenly, and
    what lies between them is divided where a restriction begins or ends to hold, into whole
    watt-hours and milliseconds.

    If the register stands still for two minutes or more, the time from the reading at which it
    had moved there to the last one at which it still stood there is parking time. A shorter
    standstill is part of the charging that follows it, and at the end of the charging before it;
    where there was none, it is parking time.

    The step size counts once per session, on the sum of a dimension, and is that of the element
    used last, which what is added counts for. If there is both priced time and priced parking
    time, only the parking time is rounded up.

    A session in which no energy was delivered costs its parking time and nothing else: neither
    the flat price nor the minimum.
    """
    currency: Currency
    tax_included: bool
    """Whether prices include VAT."""
    elements: tuple[TariffElement, ...]
    min_price: PriceLimit | None = None
    """What a session costs at least if anything but parking time was priced. What is added
    counts at the lowest VAT rate of the session.
    """
    max_price: PriceLimit | None = None
    """What a session costs at most, whatever the minimum. What is above it is taken off the
    highest VAT rate first.
    """
    preauthorize_amount: MinorUnits | None = None
    """What to reserve at the tap."""


@dataclass(frozen=True, slots=True)
class PriceTimeNow:
    """From its beginning."""
    CASE: ClassVar = "now"


@dataclass(frozen=True, slots=True)
class PriceTimeByPower:
    """From its beginning, at another power."""
    CASE: ClassVar = "by-power"


@dataclass(frozen=True, slots=True)
class PriceTimeAfter:
    """After so long."""
    CASE: ClassVar = "after"
    value: DurationMs


@dataclass(frozen=True, slots=True)
class PriceTimeLater:
    """At another time of day, or after some energy."""
    CASE: ClassVar = "later"


PriceTime: TypeAlias = (
    PriceTimeNow
    | PriceTimeByPower
    | PriceTimeAfter
    | PriceTimeLater
)
"""When a price applies in a session that begins now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPrice:
    """What a driver is told of the price of one dimension."""
    dimension: Dimension
    when: PriceTime
    is_highest: bool
    """Whether this is the highest of several prices at that time."""
    price: MilliMinor
    """Per kilowatt-hour, per minute, or for the session, with VAT where its rate is known, at most four
    decimals of the currency's unit.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What a session may cost that begins now, in the order of Regulation (EU) 2023/1804: per
    kilowatt-hour, per minute, per session, other, to which the minimum price belongs.
    """
    currency: Currency
    units: tuple[UnitPrice, ...]
    """What costs something."""
    minimum: MinorUnits | None = None
    """What a session costs at least in which energy flows, with VAT at the highest rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UtcOffset:
    """A difference of local time from UTC."""
    from_: UnixMs
    """From this moment on."""
    minutes: S16
    """Minutes to add to UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLine:
    """What was priced by one component of one element."""
    dimension: Dimension
    quantity: U64
    """Billed, so after the step size: watt-hours, milliseconds, or 1."""
    unit_price: MilliMinor
    """Per kilowatt-hour, per hour, or for the session."""
    vat_rate: U32 | None = None
    amount: MilliMinor
    """Quantity times unit price, rounded half up to a thousandth of the minor unit: it explains
    the price, and is not what the price is computed from.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class VatTotal:
    """What of a price has one VAT rate."""
    vat_rate: U32 | None = None
    """In hundredths of a percent. Absent where no VAT applies or none is known."""
    adjustment: S64
    """What the minimum price adds to the lines of this rate, or, below zero, the maximum takes
    off them, in thousandths of the minor unit.
    """
    net: MinorUnits
    vat: MinorUnits
    gross: MinorUnits


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A priced session. `net` plus `vat` is always `gross`, in all and for each rate.

    The rounding rule: the exact gross price is rounded half up once, to the minor unit. Where
    there are several VAT rates, the exact sum up to each rate, from the lowest, is rounded so,
    and each rate's gross is what it adds. VAT is taken out of each rate's gross and rounded half
    up; net is the rest. A price beyond what 64 bits hold is the largest there is.
    """
    net: MinorUnits
    vat: MinorUnits
    gross: MinorUnits
    tax_included: bool
    """Whether unit prices, amounts of lines and adjustments include VAT."""
    lines: tuple[PriceLine, ...]
    """What costs something, by dimension and then in the tariff's order."""
    vat_totals: tuple[VatTotal, ...]
    """From the lowest rate."""
