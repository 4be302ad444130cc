/**
 * Every code that a diagnostic or an error of this package can carry, with what it means. Codes are stable: tools may
 * rely on them. Phases add theirs here, in groups.
 */
export const codes = {
  // syntax
  'invalid-character': 'A character that has no meaning in Polar.',
} as const

export type Code = keyof typeof codes
