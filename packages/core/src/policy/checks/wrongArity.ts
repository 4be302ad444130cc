import type { PolicyCheck } from './check.js'

/**
 * A call must have as many arguments as some rule of its name has parameters; otherwise it always
 * fails.
 */
export const wrongArity: PolicyCheck = (context) => {
  const arities = new Map<string, Set<number>>()
  for (const [name, rules] of context.rules) {
    arities.set(name, new Set(rules.map(({ parameters }) => parameters.length)))
  }
  return {
    call: ({ name, args, keywords, span }) => {
      const known = arities.get(name)
      if (!known || keywords.length > 0 || known.has(args.length)) return
      const counts = [...known].sort((one, other) => one - other).join(' or ')
      const message = `This call of ${name} always fails: it has ${args.length} argument${args.length === 1 ? '' : 's'}.`
      const hint = `change the arguments: rules of this name have ${counts}`
      context.warning('wrong-arity', message, span, { hint, data: { name, given: args.length, known: [...known] } })
    },
  }
}
