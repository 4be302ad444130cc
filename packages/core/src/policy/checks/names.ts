import type { ClassPattern, Node, Rule, Variable } from '../../language/ast.js'
import { eachChild } from '../../language/visit.js'
import type { Schema } from '../../schema/schema.js'
import type { Check, CheckContext } from './check.js'

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
  const useOf = (name: string): Use | undefined => {
    let use = uses.get(name)
    if (!use && !known.has(name)) {
      use = { variable: undefined, tag: undefined, count: 0 }
      uses.set(name, use)
    }
    if (use) use.count++
    return use
  }
  const look = (node: Node): void => {
    if (node.kind === 'string') return
    if (node.kind === 'variable') {
      const use = useOf(node.name)
      if (use) use.variable ??= node
      return
    }
    if (node.kind === 'class pattern') {
      const use = useOf(node.tag)
      if (use) use.tag ??= node
    }
    eachChild(node, look)
  }
  look(rule)
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
