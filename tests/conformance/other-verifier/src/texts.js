// What of a callback may leave the component.

const isDigit = (character) => character >= "0" && character <= "9";

function passesLuhn(digits) {
  const sum = [...digits].reverse().reduce((sum, character, at) => {
    const value = Number(character) * (at % 2 === 1 ? 2 : 1);
    return sum + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** Whether a card number could be in a text: 12 to 19 digits in a row, grouped or not, that pass Luhn's check. */
function couldHoldCardNumber(text) {
  const runs = text.replace(/[ ._-]/g, "").split(/[^0-9]+/);
  return runs.some((run) => {
    for (let start = 0; start + 12 <= run.length; start++) {
      for (let length = 12; length <= 19 && start + length <= run.length; length++) {
        if (passesLuhn(run.slice(start, start + length))) return true;
      }
    }
    return false;
  });
}

/** An id, reference or kind as it is, or nothing if it does not look like one. */
export function safe(text) {
  if (typeof text !== "string" || !/^[A-Za-z0-9._-]{1,64}$/.test(text)) return undefined;
  return couldHoldCardNumber(text) ? undefined : text;
}

/** A text with capitals in place of its small letters, of which only those of ASCII count. */
export const capitals = (text) => text.replace(/[a-z]/g, (letter) => letter.toUpperCase());

/** An amount, if both parts of it are what they should be: at most twelve digits, and a currency's code. */
export function money(amount, currency) {
  const isAmount = Number.isSafeInteger(amount) && amount >= 0 && amount < 1e12;
  if (!isAmount || typeof currency !== "string" || !/^[A-Za-z]{3}$/.test(currency)) return undefined;
  return { amount: BigInt(amount), currency: capitals(currency) };
}

/** The last four digits of a masked card number: the only ones that are shown. */
export function lastFour(masked) {
  if (typeof masked !== "string" || masked.length > 32) return undefined;
  const end = masked.slice(-4);
  const before = masked.slice(0, -4);
  return [...end].length === 4 && [...end].every(isDigit) && !/[0-9]/.test(before) ? Number(end) : undefined;
}
