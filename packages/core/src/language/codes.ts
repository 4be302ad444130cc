/**
 * Every code that a diagnostic or an error of this package can carry, with what it means. Codes are stable: tools may
 * rely on them. Phases add theirs here, in groups.
 */
export const codes = {
  // syntax
  'invalid-character':
    'A character that has no meaning in Polar, or none where it stands; a string that is not closed.',
  'integer-overflow': 'An integer that does not fit into 64 bits.',
  'invalid-float': 'A number with a broken exponent.',
  'unexpected-token': 'A word or sign that can not stand where it does.',
  'reserved-word': 'A reserved word (debug, cut, in, new) where a name or a pattern belongs.',
  'unexpected-end': 'A text that ends before its last statement does.',
  'wrong-value-type': 'A condition where a value belongs, or the other way round.',
  'duplicate-key': 'A key that is given twice in a dictionary, a pattern, relations or keyword arguments.',
  'too-deeply-nested': 'More levels of nesting than are supported.',
  // loading a policy
  'duplicate-source': 'A source that is loaded twice, or two sources of one name.',
  'singleton-variable': 'A variable that stands only once in its rule, so that it means nothing or is misspelt.',
  'unknown-specializer': 'A class after `:` or `matches` that nobody registered.',
  'ambiguous-precedence': '`and` and `or` side by side without parentheses.',
  'block-keyword': 'A block that is neither an actor nor a resource.',
  'unknown-declaration': 'A declaration of a block that is not roles, permissions or relations.',
  'declaration-form': 'A declaration with a list where a dictionary belongs, or the other way round.',
  'repeated-declaration': 'A block that declares its roles, permissions or relations twice.',
  'conflicting-declaration': 'One name declared as two things for one class.',
  'relation-keyword': 'A shorthand rule with another word where `on` belongs.',
  'undeclared-term': 'A shorthand rule that speaks of what its block does not declare.',
  'not-a-relation': 'A shorthand rule with a role or a permission behind `on`.',
  'missing-related-block': 'A shorthand rule over a relation to a class that has no block.',
  'undeclared-related-term': 'A shorthand rule that speaks of what the block behind the relation does not declare.',
  'invalid-rule-type': 'A rule type with what types can not have.',
  'invalid-rule': 'A rule that matches none of the types of its name.',
  'missing-required-rule': 'A rule that the declared roles and relations need, and that nobody wrote.',
  'missing-allow-rule': 'A policy without `allow`, `allow_field` and `allow_request`.',
  'missing-has-permission': 'A policy with blocks that never asks for a permission.',
  // what looks wrong in a policy that loads
  'wrong-arity': 'A call with a number of arguments that no rule of the name takes.',
  'unknown-permission': 'A permission that no block declares.',
  'unknown-role': 'A role that no block declares.',
  'unknown-relation': 'A relation that no block declares.',
  'unreachable-rule': 'A rule that can never be tried, or never succeed.',
  'repeated-rule': 'A rule that was already written, word by word.',
  'unknown-field': 'A field that the model does not have.',
  'nil-step': 'A path that reads on from a field that can be nil.',
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
  'filter-too-large': 'A filter has more parts than any database takes.',
  'opaque-condition': 'A part of the policy that only the query machine can answer stands in a filter.',
  // Prisma
  'prisma-schema': 'What is known of a Prisma schema is missing, or is not the client\'s.',
  'unresolved-filter': 'An authorization filter reached a query for which nobody resolves it.',
  'unsupported-operation': 'An operation of an ORM that no filter can guard.',
} as const

export type Code = keyof typeof codes
