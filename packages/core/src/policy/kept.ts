import type { Call, InlineQuery, Node, Rule, Statement } from '../language/ast.js'
import type { Diagnostic } from '../language/diagnostic.js'
import { descendants } from '../language/visit.js'
import type { Schema } from '../schema/schema.js'
import { entryOf } from '../values/entryOf.js'
import { byName, type Meanings } from './assemble.js'
import { eachVisited } from './checks/walk.js'

/** What the blocks and the rule types of a policy mean, and what their checks found. */
export interface Declared extends Meanings {
  readonly diagnostics: readonly Diagnostic[]
}

/** What is known of a rule or an inline query. */
export interface RuleFacts {
  readonly node: Rule | InlineQuery
  /** Its calls of rules, in source order. */
  readonly calls: readonly Call[]
  /** What its checks found, by row; undefined until they have run. */
  found: readonly (readonly Diagnostic[])[] | undefined
}

/**
 * What is known of a policy, kept for the next one, most of whose statements are the same. What the checks of a rule find
 * depends on the rule, on the blocks and the rule types, and on the rules that its calls reach.
 */
export class Kept {
  #environment: readonly unknown[] = []
  #declared: Declared | undefined
  #named: ReadonlyMap<string, readonly Rule[]> = new Map()
  #facts: ReadonlyMap<Node, RuleFacts> = new Map()
  readonly #statements = new WeakMap<Statement, { readonly schema: Schema; readonly found: readonly Diagnostic[] }>()

  /** Returns what the checks of a statement alone find. */
  found(
    statement: Statement,
    schema: Schema,
    check: (statements: readonly Statement[], into: Diagnostic[]) => void,
  ): readonly Diagnostic[] {
    const known = this.#statements.get(statement)
    if (known?.schema === schema) return known.found
    const found: Diagnostic[] = []
    check([statement], found)
    this.#statements.set(statement, { schema, found })
    return found
  }

  /** Returns the declarations of statements; those of the last policy if nothing that declares has changed. */
  declared(schema: Schema, statements: readonly Statement[], make: () => Declared): Declared {
    const environment = [schema, ...statements.filter(({ kind }) => kind !== 'rule' && kind !== 'inline query')]
    if (!this.#declared || !areSame(environment, this.#environment)) {
      this.#environment = environment
      this.#declared = make()
      for (const facts of this.#facts.values()) facts.found = undefined
    }
    return this.#declared
  }

  /** Returns rules by name, and what is known of each and of inline queries, in order. */
  rules(
    rules: readonly Rule[],
    queries: readonly InlineQuery[],
  ): { readonly named: ReadonlyMap<string, readonly Rule[]>; readonly nodes: readonly RuleFacts[] } {
    const named = byName(rules)
    const nodes = [...rules, ...queries].map(
      (node) => this.#facts.get(node) ?? { node, calls: callsIn(node), found: undefined },
    )
    const changed = new Set<string>()
    for (const name of new Set([...this.#named.keys(), ...named.keys()]))
      if (!areSame(this.#named.get(name) ?? [], named.get(name) ?? [])) changed.add(name)
    const callers = new Map<string, Set<string>>()
    for (const { node, calls } of nodes)
      if (node.kind === 'rule')
        for (const { name } of calls) entryOf(callers, name, () => new Set<string>()).add(node.name)
    for (const name of changed) for (const caller of callers.get(name) ?? []) changed.add(caller)
    // The message for an undefined rule suggests others.
    for (const facts of nodes)
      if (facts.calls.some(({ name }) => changed.has(name) || !named.has(name))) facts.found = undefined
    this.#named = named
    this.#facts = new Map(nodes.map((facts) => [facts.node, facts]))
    return { named, nodes }
  }
}

function callsIn(node: Rule | InlineQuery): readonly Call[] {
  if (node.kind === 'rule' && !mayCall(node)) return none
  return descendants(node, eachVisited).filter((one) => one.kind === 'call')
}

const none: readonly Call[] = []

const areSame = (one: readonly unknown[], other: readonly unknown[]): boolean =>
  one.length === other.length && one.every((value, index) => value === other[index])

/** Returns whether a rule can have calls: the text of most rules has no parenthesis after that of the head. */
function mayCall({ name, span: { source, start, end } }: Rule): boolean {
  // The text of a shorthand rule is not that of its expansion.
  if (!source.text.startsWith(name, start)) return true
  const at = source.text.indexOf('(', source.text.indexOf('(', start) + 1)
  return at !== -1 && at < end
}
