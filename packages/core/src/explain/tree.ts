import type { Rule } from '../language/ast.js'
import { print } from '../language/print.js'
import type { Span } from '../language/source.js'
import { has } from '../own.js'
import { Grounds } from './grounds.js'
import type { Part } from './part.js'
import { collapsed, type Shown } from './show.js'
import { errorOf } from './world.js'

/** A place in the policy. */
export interface ExplanationPlace {
  /** The file's name, as it was passed to the authorizer. */
  readonly file?: string
  readonly line: number
  readonly column: number
}

/** A rule as its author wrote it. */
export interface ExplanationRule {
  readonly text: string
  readonly place: ExplanationPlace
}

/**
 * A step of an explanation.
 *
 * - `rule`: one or more rules that need the same; `of` is what they need.
 * - `call`: a call of rules, such as `has_role(User 3, "admin", Repository 12)`.
 * - `rows`: some row of a list; `of` is about the `row` that matched, or about the nearest.
 * - `not`: a negation.
 * - `any`: alternatives.
 * - `condition`: a test of the policy.
 * - `machine`: a test that only the query machine can evaluate.
 */
export interface ExplanationNode {
  readonly kind: 'rule' | 'call' | 'rows' | 'not' | 'any' | 'condition' | 'machine'
  /** Whether it holds. */
  readonly outcome: 'true' | 'false' | 'error'
  /** A sentence, or the text of the policy. */
  readonly text: string
  readonly place?: ExplanationPlace
  readonly rules?: readonly ExplanationRule[]
  /** The number of rows that were tried. */
  readonly tried?: number
  readonly row?: string
  /** Whether `of` is omitted, since the same call is explained elsewhere. */
  readonly repeated?: true
  readonly of: readonly ExplanationNode[]
}

/**
 * Steps by the rule that they belong to: those of the current rule, then those of its caller, and
 * so on.
 */
type Levels = readonly (readonly ExplanationNode[])[]

/** Returns the number of changes that a part needs to hold, to find the nearest of many rows. */
export type Distance = (part: Part) => number

/** Writes the evaluation of a condition as a tree. */
export class TreeWriter {
  readonly #shown: Shown
  readonly #distance: Distance
  /** Bodies of calls that were written already. */
  readonly #written = new Set<Part>()
  readonly #grounds = new Grounds()
  /** The rank of the call that is being proven. */
  #rank = Number.POSITIVE_INFINITY

  constructor(shown: Shown, distance: Distance) {
    this.#shown = shown
    this.#distance = distance
  }

  write(part: Part): readonly ExplanationNode[] {
    return flat(this.#write(part))
  }

  #write(part: Part): Levels {
    const { outcome } = part
    if (has(outcome, 'error')) return this.#failed(part, outcome.error)
    return outcome.truth ? this.#proof(part) : this.#refutation(part)
  }

  /** Explains why a part holds. */
  #proof(part: Part): Levels {
    const { condition } = part
    switch (condition.kind) {
      case 'true':
        return []
      case 'and':
        return this.#origin(part, merged(part.parts.map((one) => this.#proof(one))))
      case 'or':
        return this.#proof(this.#supporting(part))
      case 'not':
        return this.#negation(part, 'true')
      case 'some': {
        const matching = this.#supporting(part)
        const [own = [], ...outside] = this.#proof(matching)
        const row = this.#element(part, part.parts.indexOf(matching))
        const text = `${row} in ${this.#list(part)}`
        return [[{ kind: 'rows', outcome: 'true', text, ...place(condition.span), row, of: own }], ...outside]
      }
      case 'ref':
        return [[this.#call(part, 'true')]]
      case 'reads':
        return []
      default:
        return [[this.#leaf(part, 'true')]]
    }
  }

  /** Returns the first alternative or row that holds, and not by the call that is being proven. */
  #supporting({ parts }: Part): Part {
    const found = parts.length > 1 ? parts.find((one) => this.#grounds.supports(one, this.#rank)) : undefined
    return found ?? parts.find(holds)!
  }

  /** Explains why a part does not hold, or that nothing is to be said about it. */
  #refutation(part: Part): Levels {
    const { condition } = part
    switch (condition.kind) {
      case 'false':
        return []
      case 'and': {
        const at = part.parts.findIndex((one) => !holds(one))
        const failed = this.#write(part.parts[at]!)
        // A goal that is false for the classes alone is not worth a word, and neither are those before it.
        if (flat(failed).length === 0) return []
        return this.#origin(part, merged([...part.parts.slice(0, at).map((one) => this.#write(one)), failed]))
      }
      case 'or': {
        const arms = part.parts
          .map((one) => this.#refutation(one))
          .filter((levels) => levels.some((level) => level.length > 0))
        if (arms.length === 1) return arms[0]!
        const nodes = grouped(arms.flatMap((levels) => flatOne(levels)))
        return nodes.length === 0 ? [] : [[{ kind: 'any', outcome: 'false', text: 'none of these holds', of: nodes }]]
      }
      case 'not':
        return this.#negation(part, 'false')
      case 'some':
        return [[this.#noRow(part)]]
      case 'ref':
        return [[this.#call(part, 'false')]]
      default:
        return [[this.#leaf(part, 'false')]]
    }
  }

  #noRow(part: Part): ExplanationNode {
    const { condition, parts, rows } = part
    if (condition.kind !== 'some') throw new TypeError('only quantifiers have rows')
    const list = this.#list(part)
    const base = { kind: 'rows', outcome: 'false', ...place(condition.span), tried: rows.length } as const
    if (rows.length === 0) return { ...base, text: `there is no row in ${list}`, of: [] }
    let nearest = 0
    let least = Number.POSITIVE_INFINITY
    for (let at = 0; at < Math.min(rows.length, maxRows); at++) {
      const distance = this.#distance(parts[at]!)
      if (distance < least) [nearest, least] = [at, distance]
    }
    const row = this.#element(part, nearest)
    const text =
      rows.length === 1 ? `the one row in ${list} does not match` : `none of ${rows.length} rows in ${list} matches`
    return { ...base, text, row, of: this.write(parts[nearest]!) }
  }

  #element(part: Part, at: number): string {
    const { condition, rows } = part
    if (condition.kind !== 'some') throw new TypeError('only quantifiers have rows')
    return this.#shown.element(rows[at], condition.from, part)
  }

  #list(part: Part): string {
    const { condition } = part
    return condition.kind === 'some' ? this.#shown.side(condition.from, part).text : ''
  }

  #negation(part: Part, outcome: 'true' | 'false'): Levels {
    const inner = part.parts[0]!
    const { condition } = inner
    switch (condition.kind) {
      case 'not':
        // The derivation doubles the negation of goals whose first solution alone counts.
        return this.#write(inner.parts[0]!)
      case 'and':
      case 'or':
      case 'ref':
        break
      case 'some': {
        const every = this.#every(inner, outcome)
        if (every) return [[every]]
        break
      }
      default:
        return [[{ ...this.#leaf(inner, outcome === 'true' ? 'false' : 'true'), outcome }]]
    }
    const text = outcome === 'true' ? 'this must not hold, and does not' : 'this must not hold, but does'
    return [[{ kind: 'not', outcome, text, of: this.write(inner) }]]
  }

  /** Explains `forall`, which is that no row fails. */
  #every(part: Part, outcome: 'true' | 'false'): ExplanationNode | undefined {
    const { condition, parts, rows } = part
    if (condition.kind !== 'some' || condition.where.kind !== 'not') return undefined
    const list = this.#list(part)
    const base = { kind: 'rows', outcome, ...place(condition.span), tried: rows.length } as const
    if (outcome === 'true') {
      const text = rows.length === 0 ? `there is no row in ${list}` : `every row in ${list} matches`
      return { ...base, text, of: [] }
    }
    const at = parts.findIndex(holds)
    const row = this.#element(part, at)
    return { ...base, text: `not every row in ${list} matches`, row, of: this.write(parts[at]!.parts[0]!) }
  }

  #call(part: Part, outcome: ExplanationNode['outcome']): ExplanationNode {
    const { condition } = part
    if (condition.kind !== 'ref') throw new TypeError('only calls have a definition')
    const [body] = part.parts
    const text = this.#shown.call(part)
    const base = { kind: 'call', outcome, text, ...place(condition.span) } as const
    if (this.#written.has(body!)) return { ...base, repeated: true, of: [] }
    this.#written.add(body!)
    const outer = this.#rank
    this.#rank = outcome === 'true' ? this.#grounds.rankOf(body!) : Number.POSITIVE_INFINITY
    const of = this.write(body!)
    this.#rank = outer
    return { ...base, of }
  }

  #leaf(part: Part, outcome: 'true' | 'false'): ExplanationNode {
    const { condition } = part
    const kind = condition.kind === 'opaque' ? 'machine' : 'condition'
    const span = has(condition, 'span') ? place(condition.span) : {}
    return { kind, outcome, text: this.#shown.leaf(part, outcome === 'true'), ...span, of: [] }
  }

  /** Explains what failed, and what it was reached by. */
  #failed(part: Part, error: unknown): Levels {
    const { condition } = part
    switch (condition.kind) {
      case 'and': {
        const at = part.parts.findIndex(fails)
        // If no part fails by itself, a further solution of one does, after a later part did not hold.
        const shown = at < 0 ? part.parts : part.parts.slice(0, at + 1)
        const written = shown.map((one) => (at < 0 ? this.#furtherFailure(one) : undefined) ?? this.#write(one))
        return this.#origin(part, merged(written), 'error')
      }
      case 'or':
      case 'not': {
        const inner = part.parts.find(fails)
        return inner ? this.#write(inner) : this.#failure(part, error)
      }
      case 'some': {
        const at = partsOrNone(part).findIndex(fails)
        if (at < 0) return this.#failure(part, error)
        const row = this.#element(part, at)
        const text = `${row} in ${this.#list(part)}`
        const of = this.write(part.parts[at]!)
        return [[{ kind: 'rows', outcome: 'error', text, ...place(condition.span), row, of }]]
      }
      case 'ref':
        return partsOrNone(part).length > 0 ? [[this.#call(part, 'error')]] : this.#failure(part, error)
      default:
        return this.#failure(part, error)
    }
  }

  /** Explains the error of a further solution of a part that holds; undefined if there is none. */
  #furtherFailure(part: Part): Levels | undefined {
    if (!holds(part)) return undefined
    switch (part.condition.kind) {
      case 'or':
      case 'some': {
        const failing = part.parts.find(fails)
        if (failing) return this.#write(failing)
        break
      }
      case 'and':
      case 'ref':
        break
      default:
        return undefined
    }
    for (const one of part.parts) {
      const found = this.#furtherFailure(one)
      if (found) return found
    }
    return undefined
  }

  #failure({ condition }: Part, error: unknown): Levels {
    const failure = errorOf(error)
    const at = failure.span ?? (has(condition, 'span') ? condition.span : undefined)
    return [
      [{ kind: 'condition', outcome: 'error', text: this.#shown.error(failure), ...(at ? place(at) : {}), of: [] }],
    ]
  }

  /** Gathers the steps of a rule, and returns those of its caller to it. */
  #origin(part: Part, levels: Levels, outcome: ExplanationNode['outcome'] = this.#outcomeOf(part)): Levels {
    const { condition } = part
    if (condition.kind !== 'and' || !condition.origin) return levels
    if (condition.origin === 'rest') return [[], ...levels]
    const [own = [], after = [], ...outside] = levels
    const rule = ruleOf(condition.origin)
    const state =
      after.some((node) => node.outcome !== 'true') && own.every((node) => node.outcome === 'true') ? 'true' : outcome
    const node: ExplanationNode = {
      kind: 'rule',
      outcome: state,
      text: rule.text,
      place: rule.place,
      rules: [rule],
      of: own,
    }
    return [[node, ...after], ...outside]
  }

  #outcomeOf(part: Part): ExplanationNode['outcome'] {
    const { outcome } = part
    return has(outcome, 'error') ? 'error' : outcome.truth ? 'true' : 'false'
  }
}

/** The most rows among which the nearest is looked for. */
const maxRows = 200

function holds({ outcome }: Part): boolean {
  return has(outcome, 'truth') && outcome.truth === true
}

function fails({ outcome }: Part): boolean {
  return has(outcome, 'error')
}

function partsOrNone(part: Part): readonly Part[] {
  try {
    return part.parts
  } catch {
    return []
  }
}

function merged(all: readonly Levels[]): Levels {
  const levels: ExplanationNode[][] = []
  for (const one of all) {
    for (const [at, nodes] of one.entries()) {
      levels[at] ??= []
      levels[at].push(...nodes)
    }
  }
  return levels
}

function flat(levels: Levels): readonly ExplanationNode[] {
  return levels.flat()
}

/** Returns the steps of one alternative as one step. */
function flatOne(levels: Levels): readonly ExplanationNode[] {
  const nodes = flat(levels)
  if (nodes.length < 2) return nodes
  const [first, ...rest] = nodes
  // The steps after a rule belong to what it is an alternative of.
  return [{ ...first!, of: [...first!.of, ...rest], outcome: 'false' }]
}

/** Merges rules that need the same. */
function grouped(nodes: readonly ExplanationNode[]): readonly ExplanationNode[] {
  const groups = new Map<string, ExplanationNode>()
  for (const node of nodes) {
    const key = node.kind === 'rule' ? JSON.stringify([node.of.map(signature)]) : JSON.stringify(node)
    const known = groups.get(key)
    if (!known) groups.set(key, node)
    else if (node.kind === 'rule') groups.set(key, { ...known, rules: [...known.rules!, ...node.rules!] })
  }
  return [...groups.values()]
}

/** A call that is explained elsewhere is the same need. */
function signature({ kind, text, of, outcome }: ExplanationNode): unknown {
  return kind === 'call' ? [kind, text, outcome] : [kind, text, outcome, of.map(signature)]
}

function ruleOf(rule: Rule): ExplanationRule {
  const { source, start } = rule.span
  const isShorthand = source.text[start] === '"'
  const text = isShorthand ? collapsed(rule.span) : print(rule).replace(/\s+/g, ' ')
  return { text: text.replace(/;$/, ''), place: placeOf(rule.span) }
}

export function placeOf({ source, start }: Span): ExplanationPlace {
  const { line, column } = source.position(start)
  return source.name === undefined ? { line, column } : { file: source.name, line, column }
}

function place(span: Span): { readonly place: ExplanationPlace } | Record<never, never> {
  return span.source.text === '' ? {} : { place: placeOf(span) }
}
