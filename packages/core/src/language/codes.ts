/**
 * Every code that a diagnostic or an error of this package can carry, with what it means. Codes are stable: tools may
 * rely on them. Phases add theirs here, in groups.
 */
export const codes = {
  // syntax
  'invalid-character': 'A character that has no meaning in Polar, or none where it stands; a string that is not closed.',
  'integer-overflow': 'An integer that does not fit into 64 bits.',
  'invalid-float': 'A number with a broken exponent.',
  'unexpected-token': 'A word or sign that can not stand where it does.',
  'reserved-word': 'A reserved word (debug, cut, in, new) where a name or a pattern belongs.',
  'unexpected-end': 'A text that ends before its last statement does.',
  'wrong-value-type': 'A condition where a value belongs, or the other way round.',
  'duplicate-key': 'A key that is given twice in a dictionary, a pattern, relations or keyword arguments.',
  'too-deeply-nested': 'More levels of nesting than are supported.',
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
  // running a query
  'type-error': 'A value is used as what it is not.',
  'unsupported-operation': 'An operation that these values do not have.',
  'arithmetic-error': 'An integer calculation that has no result within 64 bits.',
  'undefined-rule': 'A rule is called that the policy does not have.',
  'unregistered-class': 'A class is named that nobody registered.',
  'missing-attribute': 'A field is read that the object does not have, or that is undefined.',
  'not-a-function': 'A method is called that the object does not have.',
  'not-iterable': 'A value after `in` that has no elements.',
  'keyword-arguments': 'Keyword arguments where nothing takes them.',
  'application-error': 'The application failed while the query asked it something.',
  'relation-not-loaded': 'A relation that the decision needs is not on the object.',
  'unreachable-name': 'A name that would lead from data to code.',
  'unbound-variable': 'A variable that nothing enumerates where its value is needed.',
  'unhandled-constraint': 'A constraint is left on a variable that the query does not name.',
  'negated-loop': 'A call needs its own negation.',
  'frame-limit': 'Rule calls nest deeper than the limit.',
  'step-limit': 'A query takes more steps than the limit.',
  'time-limit': 'A query takes more time than the limit.',
  'async-value': 'A synchronous query meets a promise.',
  // filters
  'unsupported-filter': 'A filter that can not be written exactly.',
  'opaque-condition': 'A part of the policy that only the query machine can answer stands in a filter.',
} as const

export type Code = keyof typeof codes
