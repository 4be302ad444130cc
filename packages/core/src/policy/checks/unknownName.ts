import type { Parameter, StringLiteral } from '../../language/ast.js'
import { entryOf } from '../../values/entryOf.js'
import type { Declared } from '../blocks.js'
import type { PolicyContext, RuleCheck } from './check.js'
import { typeOfExchanged } from './invalidRule.js'
import { comparedTexts, requiredClass, requiredText } from './required.js'
import { suggestion } from './suggestion.js'

/**
 * A role, a permission or a relation in a written rule must be declared in a block of the
 * resource's class.
 * This applies to names in the head, in a call or in a comparison. If the class is unknown, any
 * block can declare the name. If no names are declared, all names are valid.
 */
export const unknownName: RuleCheck = (context) => {
  const byRule = new Map<string, Names>(
    (['role', 'permission', 'relation'] as const).map((kind) => {
      // Few policies name all three in their rules.
      let found: Names['of'] | undefined
      const of: Names['of'] = (cls) => {
        found ??= declaredNames(kind, context)
        return found(cls)
      }
      return [`has_${kind}`, { kind, of }]
    }),
  )
  const look = ({ value, span }: StringLiteral, { kind, of }: Names, cls: string | undefined): void => {
    const names = of(cls)
    if (names.size === 0 || names.has(value)) return
    const message = `No block${cls === undefined ? '' : ` of ${cls}`} declares a ${kind} "${value}".`
    const hint = suggestion(value, names) ?? `use a declared name: ${[...names].slice(0, 10).join(', ')}`
    context.warning(`unknown-${kind}`, message, span, { hint, data: { name: value, class: cls } })
  }
  return {
    rule: (rule) => {
      const names = context.expanded.has(rule) ? undefined : byRule.get(rule.name)
      const name = rule.parameters[1]
      const resource = rule.parameters[2]
      if (!names || !name || !resource) return
      const cls = requiredClass(resource)
      const literal = requiredText(name)
      // Rows in each other's place have an error of their own.
      if (literal && !(cls && !names.of(cls).has(literal.value) && typeOfExchanged(rule, context)))
        look(literal, names, cls)
      if (name.term.kind === 'variable') for (const one of comparedTexts(name.term.name, rule)) look(one, names, cls)
    },
    call: ({ name, args: [, literal, resource] }, within) => {
      const names = byRule.get(name)
      if (!names || literal?.kind !== 'string' || (within.kind === 'rule' && context.expanded.has(within))) return
      const parameters = within.kind === 'rule' ? within.parameters : []
      look(literal, names, resource?.kind === 'variable' ? classIn(parameters, resource.name) : undefined)
    },
  }
}

/** The names that blocks declare as one kind. */
interface Names {
  readonly kind: Declared['kind']
  /** Returns those for a class; without a class, those of all blocks. */
  readonly of: (cls?: string) => ReadonlySet<string>
}

/** Returns the class that parameters require for a variable. */
function classIn(parameters: readonly Parameter[], variable: string): string | undefined {
  const own = parameters.filter(({ term }) => term.kind === 'variable' && term.name === variable)
  return requiredClass(own.findLast((one) => requiredClass(one) !== undefined))
}

/**
 * Returns the names that the blocks of a class, its subclasses and its superclasses declare, and
 * those in rule types.
 */
function declaredNames(kind: Declared['kind'], { blocks, ruleTypes, schema }: PolicyContext): Names['of'] {
  const typed = (ruleTypes.general.get(`has_${kind}`) ?? []).flatMap(
    ({ parameters: [, name] }) => requiredText(name)?.value ?? [],
  )
  /** By class, the names that blocks of the class and of its subclasses declare. */
  const below = new Map<string | undefined, Set<string>>()
  const own = new Map<string, readonly string[]>()
  for (const [name, { declared }] of blocks) {
    const names = [...declared.values()].filter((one) => one.kind === kind).map((one) => one.name)
    own.set(name, names)
    for (const ancestor of [undefined, name, ...schema.ancestors(name)]) {
      const known = entryOf(below, ancestor, () => new Set())
      for (const one of names) known.add(one)
    }
  }
  const found = new Map<string | undefined, ReadonlySet<string>>()
  return (cls) =>
    entryOf(found, cls, () => {
      const names = new Set(below.get(cls))
      if (cls !== undefined)
        for (const one of schema.ancestors(cls)) for (const name of own.get(one) ?? []) names.add(name)
      if (names.size > 0) for (const name of typed) names.add(name)
      return names
    })
}
