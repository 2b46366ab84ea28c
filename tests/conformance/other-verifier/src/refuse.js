/** One case of the contract's errors, to be thrown. */
export const refuse = (tag, val) => (val === undefined ? { tag } : { tag, val });
