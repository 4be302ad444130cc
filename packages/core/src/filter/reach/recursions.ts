import type {
  Condition,
  Definite,
  DefiniteReach,
  Definition,
  ParameterRoot,
  Path,
  Ref,
  Root,
  Variable,
} from '../../condition/condition.js'
import { assertFilterSize } from '../../condition/filterSize.js'
import { substitute } from '../../condition/substitute.js'
import { family } from '../../condition/type.js'
import { UnsupportedFilterError } from '../../errors.js'
import type { Span } from '../../language/source.js'
import type { Schema } from '../../schema/schema.js'
import { components } from '../../values/components.js'
import { entryOf } from '../../values/entryOf.js'
import { any, TRUE } from '../algebra/logic.js'
import { isPresent } from '../algebra/presence.js'
import { replaceReaches, replaceRoots } from '../algebra/roots.js'
import { type Parts, type Pending, reachesIn, type Way, Ways } from './ways.js'

/**
 * A question about a condition: whether it is true, or whether it is not false. The second is the
 * union of two least fixpoints, that of *true* and then that of *error*: each is reached from rows
 * for which it holds without recursion.
 */
type Question = 'true' | 'not false'

/** The equation of one question about a recursive definition. */
interface Equation {
  readonly definition: Definition
  readonly question: Question
  /** The row that the question is about. */
  readonly each: Variable
  readonly span: Span
  /** Refers to itself and other equations until it is solved. */
  formula: Definite
  solution: Fixpoint | undefined
}
type Fixpoint = Pick<DefiniteReach, 'where' | 'steps'>

/**
 * Solves recursive definitions as least fixpoints. Each question about a definition is an unknown.
 * Its formula splits into a base case and ways to another row.
 */
export class Recursions {
  readonly #unknowns = new Map<Definition, Map<Question, Equation>>()
  readonly #unprinted: Equation[] = []
  /** How many parts of conditions were copied. Ways multiply where several definitions call each other. */
  #copied = 0
  readonly #count = (): void => assertFilterSize(++this.#copied)

  /**
   * @param print - Returns the rows for which the question is true, from the body of a definition.
   */
  constructor(
    private readonly schema: Schema,
    private readonly print: (body: Condition, question: Question) => Definite,
  ) {}

  /**
   * Returns a placeholder for the answer until it is closed.
   * @throws UnsupportedFilterError if the call is not about a row.
   */
  call({ definition, args, span }: Ref, question: Question): Definite {
    const [row] = args
    const [parameter] = definition.parameters
    if (row?.kind !== 'path' || !parameter || args.length > 1 || !isRow(parameter)) throw refusal(definition, span)
    const of = this.#unknown(definition, parameter, question, span)
    return pending(of, row)
  }

  #unknown(definition: Definition, parameter: ParameterRoot, question: Question, span: Span): Equation {
    const ofDefinition = entryOf(this.#unknowns, definition, () => new Map<Question, Equation>())
    return entryOf(ofDefinition, question, () => {
      const { name, model, type } = parameter
      const each: Variable = { kind: 'variable', name, model, type }
      const unknown: Equation = { definition, question, each, span, formula: TRUE, solution: undefined }
      this.#unprinted.push(unknown)
      return unknown
    })
  }

  /**
   * Returns the condition without unknowns.
   * @throws UnsupportedFilterError if a recursion does not follow relations; QueryError `filter-too-large`.
   */
  close(condition: Definite): Definite {
    const unknowns: Equation[] = []
    for (let unknown = this.#unprinted.pop(); unknown; unknown = this.#unprinted.pop()) {
      unknowns.push(unknown)
      const { definition, each, question } = unknown
      const row: Path = { kind: 'path', root: each, steps: [] }
      const body = substitute(definition.condition, (root) => (root === definition.parameters[0] ? row : undefined))
      unknown.formula = this.print(body, question)
    }
    this.#solve(unknowns)
    return this.#closed(condition)
  }

  #solve(unknowns: readonly Equation[]): void {
    const among = new Set(unknowns)
    const next = ({ formula }: Equation) =>
      reachesIn(formula).flatMap((one) => (isPending(one) && among.has(one.of) ? one.of : []))
    for (const component of components(unknowns, next)) {
      const [first] = component
      const solved = component.find((unknown) => this.#solveFor(unknown, component))
      if (!solved) throw refusal(first!.definition, first!.span)
      // The others depend on it, but no longer the other way round.
      this.#solve(component.filter((unknown) => unknown !== solved))
    }
  }

  /**
   * Solves one unknown of a component by substituting the others. Returns whether that succeeded.
   */
  #solveFor(unknown: Equation, component: readonly Equation[]): boolean {
    const among = new Set<unknown>(component)
    const isUnknown = (reach: DefiniteReach): reach is Pending<Equation> => 'of' in reach && among.has(reach.of)
    const ways = new Ways<Equation>(this.schema, unknown.span, this.#count)
    const parts = new Map<Equation, Parts<Equation>>()
    for (const one of component) {
      const taken = ways.take(this.#closed(one.formula), isUnknown)
      if (!taken) return false
      parts.set(one, taken)
    }
    const others = component.filter((one) => one !== unknown)
    while (others.length > 0) {
      const at = others.findIndex((other) => this.#eliminate(ways, parts, unknown, other))
      if (at < 0) return false
      others.splice(at, 1)
    }
    const own = parts.get(unknown)!
    const leading = own.ways.filter((way) => !ways.isStanding(way, unknown.each))
    const steps = leading.map((way) => ways.step(way, unknown.each))
    if (!steps.every((step) => step !== undefined)) return false
    unknown.solution = { where: own.base, steps }
    return true
  }

  /** Substitutes another unknown, if ways lead from it only to other unknowns. */
  #eliminate(ways: Ways<Equation>, parts: Map<Equation, Parts<Equation>>, unknown: Equation, other: Equation): boolean {
    const { base, ways: onward } = parts.get(other)!
    const leading = onward.filter((way) => way.target !== other || !ways.isStanding(way, other.each))
    const repeating = leading.filter((way) => way.target === other)
    if (repeating.length > 0 && !this.#absorb(ways, parts, unknown, other, repeating)) return false
    const away = leading.filter((way) => way.target !== other)
    parts.delete(other)
    for (const [one, own] of parts) {
      const through = own.ways.filter((way) => way.target === other)
      parts.set(one, {
        base: any([own.base, ...through.map((way) => ways.close(way, other.each, base))]),
        ways: [
          ...own.ways.filter((way) => way.target !== other),
          ...through.flatMap((way) => away.map((next) => ways.join(way, other.each, next))),
        ],
      })
    }
    return true
  }

  /**
   * Drops the ways from another unknown to itself if they are redundant. They are if the unknown is
   * true for each row for which the other is, and has the same ways to itself. Then its own ways to
   * the other by the same steps are dropped too.
   */
  #absorb(
    ways: Ways<Equation>,
    parts: Map<Equation, Parts<Equation>>,
    unknown: Equation,
    other: Equation,
    repeating: readonly Way<Equation>[],
  ): boolean {
    const own = parts.get(unknown)!
    const values = new Map<unknown, number>()
    const known = new Set(
      own.ways.filter((way) => way.target === unknown).map((way) => wayKey(way, unknown.each, values)),
    )
    if (!repeating.every((way) => known.has(wayKey(way, other.each, values)))) return false
    const isHere = (way: Way<Equation>): boolean => ways.isStanding(way, unknown.each) && way.where.kind === 'true'
    const toOther = own.ways.filter((way) => way.target === other)
    if (!toOther.some(isHere)) return false
    if (!toOther.every((way) => isHere(way) || known.has(wayKey(way, unknown.each, values)))) return false
    for (const [one, { ways: onward }] of parts)
      if (one !== unknown && one !== other && onward.some((way) => way.target === other)) return false
    parts.set(unknown, { base: own.base, ways: own.ways.filter((way) => way.target !== other || isHere(way)) })
    return true
  }

  /** Returns a condition with the solutions of its unknowns. */
  #closed(condition: Definite): Definite {
    return replaceReaches(
      this.schema,
      condition,
      (reach) =>
        isPending(reach) && reach.of.solution ? this.#reach(reach.of, reach.of.solution, reach.start) : undefined,
      this.#count,
    )
  }

  #reach({ each, span }: Equation, { where, steps }: Fixpoint, start: Path): Definite {
    if (where.kind === 'false') return where
    const present = isPresent(this.schema, start, span)
    if (where.kind === 'true') return present
    if (steps.length > 0) return { kind: 'reach', start, each, where, steps, span }
    const there = replaceRoots(this.schema, where, (root) => (root === each ? start : undefined), this.#count)
    return present.kind === 'true' ? there : { kind: 'and', of: [present, there] }
  }
}

function pending(of: Equation, start: Path): Pending<Equation> {
  return { kind: 'reach', start, each: of.each, where: TRUE, steps: [], span: of.span, of }
}

function isPending(reach: DefiniteReach): reach is Pending<Equation> {
  return 'of' in reach
}

function isRow({ type }: ParameterRoot): boolean {
  return family(type) === 'row' && !type.nullable
}

function refusal({ name }: Definition, span: Span): UnsupportedFilterError {
  return new UnsupportedFilterError(
    'opaque-condition',
    `This part of the policy cannot be a filter: ${name} calls itself in a form that a database cannot follow.`,
    {
      span,
      hint: 'call it once per rule, for a row that a relation leads to, and outside `not`; or check the rows one by one with can()',
      data: { reason: 'recursion' },
    },
  )
}

/**
 * Returns a text that is equal for two ways with the same hops and condition, whatever their rows
 * are called.
 * @param values - Numbers the values seen so far; extended by the call.
 */
function wayKey({ hops, where, to }: Way<unknown>, first: Root, values: Map<unknown, number>): string {
  const roots = new Map<unknown, number>([[first, 0]])
  return JSON.stringify({ hops, where, to }, function (this: unknown, key, value: unknown) {
    if (key === 'span' || key === 'as') return undefined
    if (key === 'value' && isValue(this)) return numberOf(values, value)
    return isRoot(value) ? numberOf(roots, value) : value
  })
}

function numberOf(known: Map<unknown, number>, one: unknown): number {
  // A map takes the two zeros for one.
  return entryOf(known, Object.is(one, -0) ? '-0.0' : one, () => known.size)
}

function isValue(holder: unknown): boolean {
  return (holder as { readonly kind?: unknown }).kind === 'value'
}

function isRoot(value: unknown): value is Root {
  return typeof value === 'object' && value !== null && 'type' in value && 'model' in value
}
