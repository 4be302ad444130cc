/**
 * Every code that a diagnostic or an error of this package can carry, with what it means. Codes are stable: tools may
 * rely on them. Phases add theirs here, in groups.
 */
export const codes = {
  // syntax
  'invalid-character': 'A character that has no meaning in Polar.',
  // the application's arguments
  'duplicate-class-name': 'A name is registered for two classes.',
  'reserved-name': 'A name that Polar keeps for itself is registered.',
  'unknown-model': 'A model is named that nobody registered.',
  'undefined-actor': 'The actor is undefined; nobody is null.',
  'undefined-resource': 'The resource is undefined.',
  'invalid-argument': 'An argument that can not be meant.',
  'no-policy': 'A question is asked before a policy is loaded.',
  'unknown-row': 'A plain object whose model is not known.',
  // decisions
  unauthenticated: 'Nobody is signed in, and nobody may do this.',
  'not-found': 'The actor may not know of the resource.',
  forbidden: 'The actor may see the resource, but not do this.',
  // filters
  'unsupported-filter': 'A filter that can not be written exactly.',
  'opaque-condition': 'A part of the policy that only the query machine can answer stands in a filter.',
} as const

export type Code = keyof typeof codes
