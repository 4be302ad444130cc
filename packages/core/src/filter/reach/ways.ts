import type { Definite, DefiniteReach, Hop, Path, ReachStep, Root, Variable } from '../../condition/condition.js'
import type { Replacement } from '../../condition/substitute.js'
import { operandType } from '../../condition/type.js'
import { partsIn } from '../../condition/visit.js'
import type { Span } from '../../language/source.js'
import type { Schema } from '../../schema/schema.js'
import { all, any, FALSE, TRUE } from '../algebra/logic.js'
import { isPresent } from '../algebra/presence.js'
import { replaceRoot, replaceRoots } from '../algebra/roots.js'

/** A placeholder for an unknown in a condition: `of` is true for the row `start`. */
export interface Pending<Unknown> extends DefiniteReach {
  readonly of: Unknown
}

/** A way from a row to another one for which an unknown has to be true. */
export interface Way<Unknown> {
  /** Rows on the way and beside it, in the order in which they are found. */
  readonly hops: readonly Hop[]
  /** The condition of the first row and the hops' rows. */
  readonly where: Definite
  /** The end: the first row, a hop's row, or to-one steps from there. */
  readonly to: Path
  readonly target: Unknown
}

/** A condition of a row as a disjunction: a base without unknowns, and ways to unknowns. */
export interface Parts<Unknown> {
  readonly base: Definite
  readonly ways: readonly Way<Unknown>[]
}

/** Splits conditions into ways, and joins ways. */
export class Ways<Unknown> {
  /** @param count - Is called for each part of a condition that is copied. */
  constructor(
    private readonly schema: Schema,
    private readonly span: Span,
    private readonly count: () => void,
  ) {}

  /**
   * Splits a condition. Returns undefined if an unknown is under `not`, beside another one, or
   * below a `reach`.
   */
  take(
    condition: Definite,
    isUnknown: (reach: DefiniteReach) => reach is Pending<Unknown>,
  ): Parts<Unknown> | undefined {
    switch (condition.kind) {
      case 'or': {
        const parts = condition.of.map((one) => this.take(one, isUnknown))
        if (!parts.every((one) => one !== undefined)) return undefined
        return { base: any(parts.map((one) => one.base)), ways: parts.flatMap((one) => one.ways) }
      }
      case 'and': {
        const parts = condition.of.map((one) => this.take(one, isUnknown))
        if (!parts.every((one) => one !== undefined)) return undefined
        const at = parts.findIndex((one) => one.ways.length > 0)
        if (parts.some((one, index) => index !== at && one.ways.length > 0)) return undefined
        const others = all(condition.of.filter((_, index) => index !== at))
        const ways = (parts[at]?.ways ?? []).map((way) => ({ ...way, where: all([others, way.where]) }))
        return { base: all(parts.map((one) => one.base)), ways }
      }
      case 'some': {
        const parts = this.take(condition.where, isUnknown)
        if (!parts) return undefined
        const base: Definite = parts.base.kind === 'false' ? FALSE : { ...condition, where: parts.base }
        if (parts.ways.length === 0) return { base, ways: [] }
        if (condition.from.kind !== 'path') return undefined
        const hops = this.#hopsTo(condition.each, condition.from)
        return { base, ways: parts.ways.map((way) => ({ ...way, hops: [...hops, ...way.hops] })) }
      }
      case 'reach':
        if (isUnknown(condition))
          return { base: FALSE, ways: [{ hops: [], where: TRUE, to: condition.start, target: condition.of }] }
        return contains(condition, isUnknown) ? undefined : { base: condition, ways: [] }
      case 'not':
        return contains(condition, isUnknown) ? undefined : { base: condition, ways: [] }
      default:
        return { base: condition, ways: [] }
    }
  }

  /** Returns the hops to the rows of a relation: to its owner first, if that is another row. */
  #hopsTo(each: Variable, from: Path): readonly Hop[] {
    const last = from.steps.at(-1)
    if (!last || from.steps.length === 1) return [{ each, from }]
    const owner: Path = { kind: 'path', root: from.root, steps: from.steps.slice(0, -1) }
    const row = this.#rowAt(owner)
    return [
      { each: row, from: owner },
      { each, from: { ...from, root: row, steps: [last] } },
    ]
  }

  /** Returns whether a way leads back to its start. */
  isStanding(way: Way<Unknown>, first: Root): boolean {
    return way.to.root === first && way.to.steps.length === 0
  }

  /** Returns the condition that a way leads to a row for which a condition of `each` is true. */
  close(way: Way<Unknown>, each: Root, condition: Definite): Definite {
    const end = all([
      isPresent(this.schema, way.to, this.span),
      this.#replaced(condition, (root) => (root === each ? way.to : undefined)),
    ])
    return this.#within(way.hops, all([way.where, end]))
  }

  /** Returns the condition that rows exist for the hops for which a condition is true. */
  #within(hops: readonly Hop[], condition: Definite): Definite {
    return hops.reduceRight((where, { each, from }): Definite => {
      if (where.kind === 'false') return where
      if (operandType(this.schema, from).list) return { kind: 'some', each, from, where, span: this.span }
      const replaced = this.#replaced(where, (root) => (root === each ? from : undefined))
      return all([isPresent(this.schema, from, this.span), replaced])
    }, condition)
  }

  /** Joins one way to another, whose first row is `each`. */
  join(first: Way<Unknown>, each: Root, second: Way<Unknown>): Way<Unknown> {
    const isRow = first.to.steps.length === 0
    const met = isRow ? undefined : this.#rowAt(first.to)
    const at: Path = met ? { kind: 'path', root: met, steps: [] } : first.to
    const renamed = new Map<Root, Path>([[each, at]])
    const replace = (root: Root): Path | undefined => renamed.get(root)
    const hops = second.hops.map((hop): Hop => {
      const from = replaceRoot(hop.from, replace)
      const own: Variable = { ...hop.each }
      renamed.set(hop.each, { kind: 'path', root: own, steps: [] })
      return { each: own, from }
    })
    return {
      hops: [...first.hops, ...(met ? [{ each: met, from: first.to }] : []), ...hops],
      where: all([first.where, this.#replaced(second.where, replace)]),
      to: replaceRoot(second.to, replace),
      target: second.target,
    }
  }

  /**
   * Returns a way as a step; conditions beside the way become the step's condition. Returns
   * undefined if no relation leads on.
   */
  step(way: Way<Unknown>, first: Root): ReachStep | undefined {
    const direct = way.to.steps.length > 0
    const next = direct ? this.#rowAt(way.to) : way.hops.find((hop) => hop.each === way.to.root)?.each
    if (!next) return undefined
    const byRow = new Map<Root, Hop>(way.hops.map((hop) => [hop.each, hop]))
    const passed: Hop[] = []
    const from = direct ? way.to : byRow.get(next)!.from
    for (let at = from.root; at !== first; ) {
      const hop = byRow.get(at)
      if (!hop) return undefined
      passed.unshift(hop)
      at = hop.from.root
    }
    const onTheWay = new Set<Root>([next, ...passed.map((hop) => hop.each)])
    const beside = way.hops.filter((hop) => !onTheWay.has(hop.each))
    if ([next, ...passed.map((hop) => hop.each)].some((row) => row.model === undefined)) return undefined
    return { next, through: passed, from, where: this.#within(beside, way.where) }
  }

  #replaced(condition: Definite, replace: Replacement): Definite {
    return replaceRoots(this.schema, condition, replace, this.count)
  }

  #rowAt(path: Path): Variable {
    const type = { ...operandType(this.schema, path), nullable: false, list: false }
    return { kind: 'variable', name: path.steps.at(-1)?.name ?? path.root.name, model: type.model, type }
  }
}

/** Returns whether a condition contains an unknown. */
function contains(condition: Definite, isUnknown: (reach: DefiniteReach) => boolean): boolean {
  return reachesIn(condition).some(isUnknown)
}

/** Returns every `reach` in a condition. */
export function reachesIn(condition: Definite): readonly DefiniteReach[] {
  const within = partsIn(condition).flatMap(reachesIn)
  return condition.kind === 'reach' ? [condition, ...within] : within
}
