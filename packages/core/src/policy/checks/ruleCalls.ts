import type { Rule } from '../../language/ast.js'
import { entryOf } from '../../values/entryOf.js'
import type { RuleCheck } from './check.js'
import { suggestion } from './suggestion.js'

/**
 * A rule that another rule calls must exist. (An inline query reports this itself, when it runs.)
 */
export const undefinedRule: RuleCheck = (context) => {
  return {
    call: (call, within) => {
      if (within.kind !== 'rule' || context.rules.has(call.name)) return
      const hint = suggestion(call.name, context.rules.keys()) ?? `write it: ${call.name}(…) if …;`
      const message = `Undefined rule ${call.name}.`
      context.error('undefined-rule', message, call.span, { hint, data: { name: call.name, call } })
    },
  }
}

/**
 * A call must have as many arguments as some rule of its name has parameters; otherwise it always
 * fails.
 */
export const wrongArity: RuleCheck = (context) => {
  const arities = new Map<string, ReadonlySet<number>>()
  const aritiesOf = (rules: readonly Rule[]): ReadonlySet<number> =>
    new Set(rules.map(({ parameters }) => parameters.length))
  return {
    call: ({ name, args, keywords, span }) => {
      const rules = context.rules.get(name)
      if (!rules || keywords.length > 0) return
      const known = entryOf(arities, name, () => aritiesOf(rules))
      if (known.has(args.length)) return
      const counts = [...known].sort((one, other) => one - other).join(' or ')
      const message = `This call of ${name} always fails: it has ${args.length} argument${args.length === 1 ? '' : 's'}.`
      const hint = `change the arguments: rules of this name have ${counts}`
      context.warning('wrong-arity', message, span, { hint, data: { name, given: args.length, known: [...known] } })
    },
  }
}
