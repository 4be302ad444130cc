import {
  type ArcturusError,
  entryOf,
  has,
  originOf,
  print,
  type Rule,
  type Span,
} from '@arcturus/core/internal/explain'
import { Grounds } from './grounds.js'
import { fails, holds } from './outcome.js'
import type { Part } from './part.js'
import { collapsed, type Shown } from './show.js'

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
  /** Bodies of calls that were written already. */
  readonly #written = new Set<Part>()
  readonly #grounds = new Grounds()
  /** The rank of the call that is being proven. */
  #rank = Number.POSITIVE_INFINITY

  constructor(
    private readonly shown: Shown,
    private readonly distance: Distance,
  ) {}

  write(part: Part): readonly ExplanationNode[] {
    return this.#write(part).flat()
  }

  #write(part: Part): Levels {
    const { outcome } = part
    if (fails(outcome)) return this.#failed(part, outcome.error)
    return outcome.truth ? this.#proof(part) : this.#refutation(part)
  }

  /** Explains why a part holds. */
  #proof(part: Part): Levels {
    const { condition } = part
    switch (part.form) {
      case 'all':
        return this.#origin(part, merged(part.parts.map((one) => this.#proof(one))))
      case 'not':
        return this.#negation(part, 'true')
      case 'any': {
        const matching = this.#grounds.supporting(part, this.#rank)
        const levels = this.#proof(matching)
        if (condition.kind !== 'some') return levels
        const [own = [], ...outside] = levels
        const row = this.#element(part, part.parts.indexOf(matching))
        const text = `${row} in ${this.#list(part)}`
        const rows = { kind: 'rows', outcome: 'true', text, ...place(condition.span), row, of: own } as const
        return [[rows], ...outside]
      }
      case 'call':
        return [[this.#call(part, 'true')]]
      default:
        return condition.kind === 'true' || condition.kind === 'reads' ? [] : [[this.#leaf(part, 'true')]]
    }
  }

  /** Returns the steps of a part that are errors. */
  #errorsOf(part: Part): readonly ExplanationNode[] {
    return this.write(part).filter(({ outcome }) => outcome === 'error')
  }

  /** Explains why a part does not hold, or that nothing is to be said about it. */
  #refutation(part: Part): Levels {
    const { condition } = part
    switch (part.form) {
      case 'all': {
        const at = part.parts.findIndex(({ outcome }) => !holds(outcome))
        const failed = this.#write(part.parts[at]!)
        // A goal that is false for the classes alone is not worth a word, and neither are those before it.
        if (failed.flat().length === 0) return []
        return this.#origin(part, merged([...part.parts.slice(0, at).map((one) => this.#write(one)), failed]))
      }
      case 'any': {
        if (condition.kind !== 'or') return [[this.#noRow(part)]]
        const arms = part.parts
          .map((one) => this.#refutation(one))
          .filter((levels) => levels.some((level) => level.length > 0))
        if (arms.length === 1) return arms[0]!
        const nodes = grouped(arms.flatMap((levels) => flatOne(levels)))
        return nodes.length === 0 ? [] : [[{ kind: 'any', outcome: 'false', text: 'none of these holds', of: nodes }]]
      }
      case 'not':
        return this.#negation(part, 'false')
      case 'call':
        return [[this.#call(part, 'false')]]
      default:
        return condition.kind === 'false' ? [] : [[this.#leaf(part, 'false')]]
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
      const distance = this.distance(parts[at]!)
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
    return this.shown.element(rows[at], condition.from, part)
  }

  #list(part: Part): string {
    const { condition } = part
    if (condition.kind !== 'some') throw new TypeError('only quantifiers have a list')
    return this.shown.side(condition.from, part).text
  }

  #negation(part: Part, outcome: 'true' | 'false'): Levels {
    const inner = part.parts[0]!
    // The derivation doubles the negation of goals whose first solution alone counts.
    if (inner.form === 'not') return this.#write(inner.parts[0]!)
    if (inner.form === 'leaf') return [[{ ...this.#leaf(inner, outcome === 'true' ? 'false' : 'true'), outcome }]]
    const every = this.#every(inner, outcome)
    if (every) return [[every]]
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
    const at = parts.findIndex(({ outcome }) => holds(outcome))
    const row = this.#element(part, at)
    return { ...base, text: `not every row in ${list} matches`, row, of: this.write(parts[at]!.parts[0]!) }
  }

  #call(part: Part, outcome: ExplanationNode['outcome']): ExplanationNode {
    const { condition } = part
    if (condition.kind !== 'ref') throw new TypeError('only calls have a definition')
    const [body] = part.parts
    const text = this.shown.call(part)
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
    return { kind, outcome, text: this.shown.leaf(part, outcome === 'true'), ...placeOfPart(part), of: [] }
  }

  /** Explains what failed, and what it was reached by. */
  #failed(part: Part, error: ArcturusError): Levels {
    const { condition, parts } = part
    if (part.unreadable) return this.#failure(part, error)
    switch (part.form) {
      case 'all': {
        const at = parts.findIndex(({ outcome }) => fails(outcome))
        return this.#origin(part, merged(parts.slice(0, at + 1).map((one) => this.#write(one))))
      }
      case 'any':
        if (condition.kind === 'or')
          return [grouped(parts.filter(({ outcome }) => fails(outcome)).flatMap((one) => this.#errorsOf(one)))]
        return [[this.#failedRow(part, parts.find(({ outcome }) => fails(outcome))!)]]
      case 'not':
        return this.#write(parts[0]!)
      case 'call':
        return [[this.#call(part, 'error')]]
      default:
        return this.#failure(part, error)
    }
  }

  #failedRow(part: Part, failing: Part): ExplanationNode {
    const row = this.#element(part, part.parts.indexOf(failing))
    const text = `${row} in ${this.#list(part)}`
    return { kind: 'rows', outcome: 'error', text, ...placeOfPart(part), row, of: this.write(failing) }
  }

  #failure({ condition }: Part, error: ArcturusError): Levels {
    const at = error.span ?? (has(condition, 'span') ? condition.span : undefined)
    return [[{ kind: 'condition', outcome: 'error', text: this.shown.error(error), ...(at ? place(at) : {}), of: [] }]]
  }

  /** Gathers the steps of a rule, and returns those of its caller to it. */
  #origin(part: Part, levels: Levels): Levels {
    const { condition } = part
    const origin = originOf(condition)
    if (!origin) return levels
    if (origin === 'rest') return [[], ...levels]
    const [own = [], after = [], ...outside] = levels
    const rule = ruleOf(origin)
    const isOfCaller = after.some(({ outcome }) => outcome !== 'true') && own.every(({ outcome }) => outcome === 'true')
    const outcome = isOfCaller ? 'true' : outcomeOf(part)
    const node: ExplanationNode = { kind: 'rule', outcome, text: rule.text, place: rule.place, rules: [rule], of: own }
    return [[node, ...after], ...outside]
  }
}

/** The most rows among which the nearest is looked for. */
const maxRows = 200

function outcomeOf({ outcome }: Part): ExplanationNode['outcome'] {
  return fails(outcome) ? 'error' : holds(outcome) ? 'true' : 'false'
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

/** Returns the steps of one alternative as one step. */
function flatOne(levels: Levels): readonly ExplanationNode[] {
  const nodes = levels.flat()
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

const rules = new WeakMap<Rule, ExplanationRule>()

function ruleOf(rule: Rule): ExplanationRule {
  return entryOf(rules, rule, () => writeRule(rule))
}

function writeRule(rule: Rule): ExplanationRule {
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

function placeOfPart({ condition }: Part): ReturnType<typeof place> {
  return has(condition, 'span') ? place(condition.span) : {}
}
