import type { Root } from '../../condition/condition.js'
import { entryOf } from '../../values/entryOf.js'
import { joined } from '../graph/build.js'
import type { Joint, Node, ReadPath, Side, Test, TestOf } from '../graph/graph.js'

/** A conjunction or a disjunction. */
export type Several = Extract<Joint, { readonly kind: 'all' | 'any' }>

export function isTest(node: Node): node is Test {
  return node.kind !== 'all' && node.kind !== 'any' && node.kind !== 'not'
}

/** V8 does not optimize a function of more than 60 kB of bytecode; this much makes about a third of it. */
const mostWeight = 160
/** What a part of a larger condition has at least, if there are others. */
const weightOfPart = 40

/** Returns the parts of a condition; neighbors are one where all of them would be too much for a function. */
export function partsOfFunction({ kind, of }: Several): readonly Node[] {
  const weight = of.reduce((sum, one) => sum + weightOf(one), 0)
  if (weight <= mostWeight) return of
  const most = Math.max(weightOfPart, weight / mostWeight)
  const groups: Node[][] = []
  let last = Number.POSITIVE_INFINITY
  for (const one of of) {
    const own = weightOf(one)
    if (last + own > most) {
      groups.push([])
      last = 0
    }
    groups.at(-1)!.push(one)
    last += own
  }
  return groups.map((group) => joined(kind, group))
}

const weights = new WeakMap<Node, number>()

/** Estimates the length of the text of a node, in tests. Loops and calls are functions of their own. */
function weightOf(node: Node): number {
  if (node.kind === 'not') return weightOf(node.of)
  if (isTest(node)) return 1
  let weight = weights.get(node)
  if (weight === undefined) {
    weight = node.of.reduce((sum, one) => sum + weightOf(one), 0)
    weights.set(node, weight)
  }
  return weight
}

/** Alternatives that need one value to be a literal: with thousands of them, those for a value are found, not tried. */
export interface Choice {
  readonly side: Side
  /** What `typeof` says of the literals. */
  readonly kind: 'number' | 'string'
  /** Whether the tests of the value are decided. */
  readonly isTested: boolean
  /** Whether none of the alternatives can be undecided. */
  readonly isDecided: boolean
  /** The alternatives by their literals. */
  readonly cases: ReadonlyMap<unknown, readonly Case[]>
}

/** An alternative: its test whether the value is a literal, and what it tests besides. */
interface Case {
  readonly test: TestOf<'literal'>
  readonly rest: Node
}

interface OpenChoice {
  readonly cases: Map<unknown, Case[]>
  readonly arms: Node[]
}

/** Fewer literals are compared in turn. */
export const fewLiterals = 16

/** Returns the choices among alternatives, and the other alternatives. */
export function choicesIn(arms: readonly Node[]): {
  readonly choices: readonly Choice[]
  readonly others: readonly Node[]
} {
  if (arms.length < fewLiterals) return { choices: [], others: arms }
  const roots = new Map<Root, Map<string, OpenChoice>>()
  for (const arm of arms) {
    // A test before it could be an error for values that the schema excludes.
    const [test, ...rest] = arm.kind === 'all' ? arm.of : [arm]
    if (!isChoice(test!)) continue
    const { value, type, declared } = test.side
    // Sound: it is a path.
    const { root, steps } = value as ReadPath
    const path = steps.map(({ name, isOfNullable }) => [name, isOfNullable])
    const key = JSON.stringify([typeof test.literals[0], test.isDecided, type.nullable, declared, path])
    const ofRoot = entryOf(roots, root, () => new Map<string, OpenChoice>())
    const choice = entryOf(ofRoot, key, (): OpenChoice => ({ cases: new Map(), arms: [] }))
    for (const literal of test.literals)
      entryOf(choice.cases, literal, () => []).push({ test, rest: joined('all', rest) })
    choice.arms.push(arm)
  }
  const large = [...roots.values()].flatMap((one) => [...one.values()]).filter(({ cases }) => cases.size >= fewLiterals)
  const chosen = new Set(large.flatMap((one) => one.arms))
  return { choices: large.map(choiceOf), others: arms.filter((arm) => !chosen.has(arm)) }
}

function choiceOf({ cases, arms }: OpenChoice): Choice {
  const [[literal, [first]]] = [...cases] as [[unknown, [Case]]]
  return {
    side: first.test.side,
    kind: typeof literal as Choice['kind'],
    isTested: first.test.isDecided,
    isDecided: arms.every(({ isDecided }) => isDecided),
    cases,
  }
}

function isChoice(node: Node): node is TestOf<'literal'> {
  if (node.kind !== 'literal' || node.side.value.kind !== 'path') return false
  return node.literals.every((one) => typeof one === 'string' || (typeof one === 'number' && Number.isFinite(one)))
}
