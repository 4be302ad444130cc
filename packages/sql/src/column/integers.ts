/** The numbers that a column holds, both ends included. */
export interface IntegerRange {
  readonly from: bigint
  readonly to: bigint
}

/** Returns the integers of so many bits. */
export function integerRange(bits: number, isUnsigned = false): IntegerRange {
  const count = 2n ** BigInt(bits)
  return isUnsigned ? { from: 0n, to: count - 1n } : { from: -count / 2n, to: count / 2n - 1n }
}
