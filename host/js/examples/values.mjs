// What a host has in its configuration: a policy, and who issues receipts where.

const MINUTE = 60_000n;

/**
 * What the operator decided for a terminal.
 *
 * @type {import("chargetap-plugins").session.Policy}
 */
export const policy = {
  tariff: {
    currency: "EUR",
    taxIncluded: false,
    elements: [
      {
        components: [
          {
            dimension: "energy",
            price: 49_000n, // thousandths of a cent for a kWh
            vatRate: 2_500,
            stepSize: 1,
          },
        ],
        restrictions: [],
      },
    ],
  },
  utcOffsets: [],
  currencyDecimals: 2,
  minimumCapture: 50n,
  authoriseTimeout: MINUTE,
  plugInTimeout: 5n * MINUTE,
  maximumDuration: 24n * 60n * MINUTE,
  holdLifetime: 7n * 24n * 60n * MINUTE,
  stopTimeout: 2n * MINUTE,
  offlineTimeout: 60n * MINUTE,
  maximumPower: 500_000,
};

/**
 * A receipt before it is rendered.
 *
 * @param {import("chargetap-plugins").receipt.Summary} summary
 * @returns {import("chargetap-plugins").receipt.Document}
 */
export const document = (summary) => ({
  id: "K7MV42N5SHZEB5VRSGTN70G9P",
  number: "L-1",
  issuedAt: summary.settledAt,
  issuer: {
    name: "Laddbolaget AB",
    address: "Storgatan 1, 111 22 Stockholm, Sweden",
    vatNumber: "SE556677889901",
    contact: "help@laddbolaget.example",
  },
  site: {
    name: "Stora Torget",
    address: "Torget 2, 111 23 Stockholm, Sweden",
    timeZone: "Europe/Stockholm",
  },
  subject: { tag: "session", val: summary },
});

/**
 * A session as `session-orchestrator` hands it over for a receipt.
 *
 * @type {import("chargetap-plugins").receipt.Summary}
 */
export const summary = {
  session: "0123456789ABCDEFGHJK",
  terminal: "P66-0001",
  evse: "CT-1/1",
  card: { scheme: "visa", lastFour: 42, reference: { high: 1n, low: 2n } },
  tappedAt: 1_767_268_800_000n,
  settledAt: 1_767_270_300_000n,
  currency: "EUR",
  charging: {
    startedAt: 1_767_268_980_000n,
    endedAt: 1_767_270_180_000n,
    energy: 10_000n,
    cost: {
      net: 490n,
      vat: 123n,
      gross: 613n,
      taxIncluded: false,
      lines: [
        { dimension: "energy", quantity: 10_000n, unitPrice: 49_000n, vatRate: 2_500, amount: 490_000n },
      ],
      vatTotals: [{ vatRate: 2_500, adjustment: 0n, net: 490n, vat: 123n, gross: 613n }],
    },
  },
  held: 5_000n,
  captured: 613n,
  released: 4_387n,
  capturedVat: [{ vatRate: 2_500, adjustment: 0n, net: 490n, vat: 123n, gross: 613n }],
};
