// Writes formats.json: how ICU4C, in Node.js, writes what receipts say. `node formats.mjs`, with the
// newest Node.js there is. Its CLDR is in the file; ICU4X's may be newer, and where they differ the
// test beside the formats says why.

import { writeFileSync } from "node:fs";

const LOCALES = [
  "bg", "cs", "da", "de", "el", "en-IE", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv",
  "mt", "nb", "nl", "pl", "pt-PT", "ro", "sk", "sl", "sv",
];

// Decimals by ISO 4217, from the list that SIX publishes.
const CURRENCIES = {
  EUR: 2, SEK: 2, HUF: 2, PLN: 2, CZK: 2, DKK: 2, NOK: 2, RON: 2, BGN: 2, CHF: 2, GBP: 2, USD: 2,
  ISK: 0, JPY: 0, KWD: 3,
};

// In the minor unit, and in thousandths of it.
const AMOUNTS = ["0", "7", "486", "123456", "1234567", "18446744073709551615"];
const EXACT = ["0", "39500", "49000", "363580", "2418743", "123456789", "18446744073709551615"];
const ADJUSTMENTS = ["11420", "-50000", "123456780", "-123456780", "-9223372036854775808"];

const WATT_HOURS = ["0", "7420", "61234", "1234567", "18446744073709551615"];
const MILLISECONDS = ["0", "500", "3000", "59999"];
const BASIS_POINTS = [0, 600, 810, 2500, 2550, 123456, 4294967295];

const MOMENTS = [
  "1970-01-01T00:00:00", "2025-01-31T00:05:09", "2025-02-28T12:00:00", "2025-03-03T09:08:07",
  "2025-04-30T11:59:59", "2025-05-05T13:00:01", "2025-06-15T14:32:10", "2025-07-14T23:59:59",
  "2025-08-01T10:10:10", "2025-09-09T01:02:03", "2025-10-26T03:30:00", "2025-11-11T20:00:00",
  "2025-12-24T18:15:45", "9999-12-31T21:59:59",
];

/** `value` divided by ten to the power of `digits`, as text. */
function decimal(value, digits) {
  const sign = value.startsWith("-") ? "-" : "";
  const padded = value.replace("-", "").padStart(digits + 1, "0");
  const whole = padded.slice(0, padded.length - digits);
  return digits ? `${sign}${whole}.${padded.slice(-digits)}` : sign + whole;
}

function numbers(locale, values, digits, kept, options = {}) {
  const format = new Intl.NumberFormat(locale, {
    minimumFractionDigits: kept,
    maximumFractionDigits: digits,
    ...options,
  });
  return values.map((value) => format.format(decimal(value, digits)));
}

function money(locale, code) {
  const digits = CURRENCIES[code];
  const currency = { style: "currency", currency: code };
  const always = { ...currency, signDisplay: "always" };
  return {
    amounts: numbers(locale, AMOUNTS, digits, digits, currency),
    exact: numbers(locale, EXACT, digits + 3, digits, currency),
    adjustments: numbers(locale, ADJUSTMENTS, digits + 3, digits, always),
  };
}

/** Intl wants the fraction of which a percent is a hundredth. */
function percents(locale) {
  const format = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 2 });
  return BASIS_POINTS.map((value) => format.format(decimal(String(value), 4)));
}

function moments(locale) {
  const format = new Intl.DateTimeFormat(locale, {
    dateStyle: "medium",
    timeStyle: "medium",
    timeZone: "UTC",
  });
  return MOMENTS.map((moment) => format.format(new Date(moment + "Z")));
}

const locales = Object.fromEntries(
  LOCALES.map((locale) => [
    locale,
    {
      money: Object.fromEntries(Object.keys(CURRENCIES).map((code) => [code, money(locale, code)])),
      energies: numbers(locale, WATT_HOURS, 3, 3),
      seconds: numbers(locale, MILLISECONDS, 3, 0),
      percents: percents(locale),
      moments: moments(locale),
    },
  ]),
);

const vectors = {
  cldr: process.versions.cldr,
  amounts: AMOUNTS,
  exact: EXACT,
  adjustments: ADJUSTMENTS,
  watt_hours: WATT_HOURS,
  milliseconds: MILLISECONDS,
  basis_points: BASIS_POINTS,
  moments: MOMENTS,
  locales,
};
writeFileSync(new URL("formats.json", import.meta.url), JSON.stringify(vectors, null, 1) + "\n");
