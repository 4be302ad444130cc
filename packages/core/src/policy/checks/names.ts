import type { ClassPattern, Rule, Variable } from '../../language/ast.js'
import type { Schema } from '../../schema/schema.js'
import type { Check, CheckContext } from './check.js'
import { walk } from './walk.js'

/** Reports an unregistered name; `once` is whether the rule has it only once. */
export type NameCheck = (use: Variable | ClassPattern, once: boolean, context: CheckContext) => void

/** Makes a check of the names in a rule. */
export function checkNames(...checks: readonly NameCheck[]): Check {
  return (context) => {
    const known = new KnownNames(context.schema)
    const report = (use: Variable | ClassPattern | undefined, once: boolean): void => {
      if (use) for (let at = 0; at < checks.length; at++) checks[at]!(use, once, context)
    }
    return {
      rule: (rule) => {
        usesIn(rule, known).forEach(({ variable, tag, count }) => {
          report(variable, count === 1)
          report(tag, count === 1)
        })
      },
    }
  }
}

/** The first uses of a name as a variable and as a class, and the number of all its uses. */
interface Use {
  variable: Variable | undefined
  tag: ClassPattern | undefined
  count: number
}

/** Returns the uses of each unknown name of a rule, in source order. */
function usesIn(rule: Rule, known: KnownNames): ReadonlyMap<string, Use> {
  const uses = new Map<string, Use>()
  walk(rule, (node) => {
    if (node.kind !== 'variable' && node.kind !== 'class pattern') return
    const name = node.kind === 'variable' ? node.name : node.tag
    let use = uses.get(name)
    if (use === undefined) {
      if (known.has(name)) return
      use = { variable: undefined, tag: undefined, count: 0 }
      uses.set(name, use)
    }
    use.count++
    if (node.kind === 'variable') use.variable ??= node
    else use.tag ??= node
  })
  return uses
}

/** The names that start with `_`, contain `::`, are registered or are unions. */
class KnownNames {
  readonly #schema: Schema
  /** The names that a rule had before: most rules have the same. */
  readonly #before = new Map<string, boolean>()

  constructor(schema: Schema) {
    this.#schema = schema
  }

  has(name: string): boolean {
    const before = this.#before.get(name)
    if (before !== undefined) return before
    const isUnion = name === 'Actor' || name === 'Resource'
    const isKnown = isUnion || name.startsWith('_') || name.includes('::') || this.#schema.isName(name)
    this.#before.set(name, isKnown)
    return isKnown
  }
}
