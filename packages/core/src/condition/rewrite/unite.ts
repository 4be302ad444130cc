import { entryOf } from '../../values/entryOf.js'
import type { Condition, Definition, Operand, Ref, Root } from '../condition.js'
import { and, FALSE, or } from '../construct.js'
import { partsOf, sizeOf } from '../cost.js'
import { isSame, isSameOperand, isSameTest, isSameType, likenessOf, likenessOfOperand } from '../same.js'
import { substitute } from '../substitute.js'
import { alternativesOf, goalsOf, mapParts, partsIn } from '../visit.js'
import { groupsOf } from './groups.js'
import { settled } from './settled.js'

/**
 * Returns alternatives in which definitions that are called alike, with the same arguments after the same tests, are one, if
 * they call others in turn. For example, folders inherit viewers and editors from their parents, and editors are viewers: one
 * search for either role visits each parent once. All these searches meet the same parents, and so the same errors.
 */
export function unite(arms: readonly Condition[]): readonly Condition[] {
  return groupsOf(arms, likenessOfCall, areCalledAlike).flatMap((group) => {
    const search = searchFor(calledBy(group))
    return search ? calling(search, group[0]!) : group
  })
}

/**
 * Unites alternatives everywhere in a condition, and in the definitions that it leads to. It precedes inlining: of two
 * definitions that are called alike, the smaller one could be inlined, and would no longer be a call.
 */
export function united(condition: Condition): Condition {
  const of = mapParts(condition, united)
  if (of.kind === 'or') return or(...unite(of.of))
  if (of.kind !== 'ref') return of
  const [one] = unite([of]) as readonly [Ref]
  if (one !== of || isWalk(of.definition)) return one
  const definition = entryOf(withSearches, of.definition, () => {
    const body = united(of.definition.condition)
    return body === of.definition.condition ? of.definition : { ...of.definition, condition: body }
  })
  return { ...of, definition }
}

/** Definitions with searches in place of the calls in them. */
const withSearches = new WeakMap<Definition, Definition>()

/** Several definitions as one, which is true if any of them is. */
interface Search {
  readonly definition: Definition
  readonly parts: readonly Definition[]
}

const searchOf = new WeakMap<Definition, Search>()
/** The searches by the first of their parts, and the numbers of all. */
const searches = new WeakMap<Definition, Map<string, Search>>()
const numbers = new WeakMap<Definition, number>()
const bodies = new WeakMap<Definition, readonly Condition[]>()
const walks = new WeakMap<Definition, boolean>()
let count = 0

/** Definitions stay apart if there were more searches that begin with one of them: their number can grow exponentially. */
const mostSearches = 32

/** What all searches of a policy may have together: so many parts, and some for each part of its definitions. */
const fewSearchedParts = 400
const searchedPartsOfEach = 2

/** The parts that searches may still have, for definitions that lead to each other. */
const budgets = new WeakMap<Definition, { left: number }>()

/** A search with more parts is not inlined, so that the checks of blocks which inherit from each other share it. */
const mostParts = 128

/** Returns the search for definitions that are called alike; undefined if they take values of different types. */
function searchFor(definitions: readonly Definition[]): Search | undefined {
  const parts = closureOf(definitions)
  const [first] = parts
  if (!first || !parts.every((one) => takeSame(one, first))) return undefined
  const known = entryOf(searches, first, () => new Map<string, Search>())
  const key = parts.map(numberOf).join(' ')
  let search = known.get(key)
  if (!search && known.size < mostSearches && isAffordable(parts)) {
    const definition: { -readonly [Key in keyof Definition]: Definition[Key] } = {
      ...first,
      condition: FALSE,
      recursive: parts.some(({ recursive }) => recursive),
    }
    search = { definition, parts }
    // It can continue with itself.
    known.set(key, search)
    budgets.set(definition, budgetOf(first))
    searchOf.set(definition, search)
    definition.condition = bodyOf(search)
    definition.apart = partsOf(definition.condition) > mostParts
  }
  return search
}

/** Takes the parts of a search from the budget of its policy. Returns false if they are too many. */
function isAffordable(parts: readonly Definition[]): boolean {
  const budget = budgetOf(parts[0]!)
  const cost = parts.reduce((sum, { condition }) => sum + sizeOf(condition), 0)
  if (cost > budget.left) return false
  budget.left -= cost
  return true
}

/** Returns the budget of a definition, which it shares with all that it leads to. */
function budgetOf(definition: Definition): { left: number } {
  const known = budgets.get(definition)
  if (known) return known
  const reached = new Set([definition])
  for (const one of reached) for (const other of definitionsIn(one.condition)) reached.add(other)
  const fresh = [...reached].filter((one) => !budgets.has(one))
  const budget = [...reached].map((one) => budgets.get(one)).find((one) => one !== undefined) ?? {
    left: fewSearchedParts,
  }
  for (const one of fresh) {
    budget.left += searchedPartsOfEach * sizeOf(one.condition)
    budgets.set(one, budget)
  }
  return budget
}

/** Returns the definitions that a condition refers to itself. */
function definitionsIn(condition: Condition): readonly Definition[] {
  return condition.kind === 'ref' ? [condition.definition] : partsIn(condition).flatMap(definitionsIn)
}

function bodyOf({ parts, definition }: Search): Condition {
  const arms = parts.flatMap((part) =>
    armsOf(part)
      .filter((arm) => !parts.includes(includedBy(arm, part)!))
      .map((arm) => withParameters(arm, part, definition)),
  )
  return united(or(...arms))
}

/** Returns definitions with those that they include: whose result alone makes them true. */
function closureOf(definitions: readonly Definition[]): readonly Definition[] {
  const found = new Set(definitions)
  for (const one of found)
    for (const arm of armsOf(one)) {
      const other = includedBy(arm, one)
      if (other) found.add(other)
    }
  return [...found].sort((one, other) => numberOf(one) - numberOf(other))
}

/** Returns the definition that walks, and that an alternative of another one calls with the same arguments. */
function includedBy(arm: Condition, whole: Definition): Definition | undefined {
  if (arm.kind !== 'ref' || !takeSame(arm.definition, whole) || !isWalk(arm.definition)) return undefined
  return isPassedOn(arm, whole) ? arm.definition : undefined
}

/** Returns whether a definition is recursive, or calls another one with other arguments at the end of an alternative. */
function isWalk(definition: Definition): boolean {
  const isStep = (arm: Condition): boolean => {
    const last = goalsOf(arm).at(-1)!
    return last.kind === 'ref' && !isPassedOn(last, definition)
  }
  return definition.recursive || entryOf(walks, definition, () => armsOf(definition).some(isStep))
}

function isPassedOn({ args }: Ref, whole: Definition): boolean {
  return args.every((arg, at) => arg.kind === 'path' && arg.root === whole.parameters[at] && arg.steps.length === 0)
}

/** Returns whether two definitions have parameters of the same types. */
function takeSame({ parameters }: Definition, { parameters: others }: Definition): boolean {
  return (
    parameters.length === others.length &&
    parameters.every(({ model, type }, at) => model === others[at]!.model && isSameType(type, others[at]!.type))
  )
}

function armsOf(definition: Definition): readonly Condition[] {
  return entryOf(bodies, definition, () =>
    alternativesOf(definition.recursive ? settled(definition) : definition.condition),
  )
}

function withParameters(arm: Condition, { parameters }: Definition, other: Definition): Condition {
  const values = new Map<Root, Operand>(
    parameters.map((one, at) => [one, { kind: 'path', root: other.parameters[at]!, steps: [] }]),
  )
  return substitute(arm, (root) => values.get(root))
}

function numberOf(definition: Definition): number {
  return entryOf(numbers, definition, () => ++count)
}

/** Returns the last goal, if it is a call of a definition that walks. */
function callAtEnd(arm: Condition): Ref | undefined {
  const last = goalsOf(arm).at(-1)!
  return last.kind === 'ref' && isWalk(last.definition) ? last : undefined
}

/** Returns the definitions that alternatives call at their ends; those of a search are its parts. */
function calledBy(arms: readonly Condition[]): readonly Definition[] {
  const called = arms.flatMap((arm) => callAtEnd(arm)?.definition ?? [])
  return called.flatMap((one) => searchOf.get(one)?.parts ?? one)
}

/** Returns an alternative with a search in place of its call. */
function calling({ definition }: Search, arm: Condition): Condition {
  return and(...guardOf(arm), { ...callAtEnd(arm)!, definition })
}

/** Returns the goals before the last one. */
function guardOf(arm: Condition): readonly Condition[] {
  return goalsOf(arm).slice(0, -1)
}

function likenessOfCall(arm: Condition): unknown {
  const call = callAtEnd(arm)
  return call ? [...guardOf(arm).slice(0, 1).map(likenessOf), ...call.args.map(likenessOfOperand)].join(' ') : arm
}

/** Returns whether two alternatives call definitions with the same arguments, after the same tests. */
function areCalledAlike(one: Condition, other: Condition): boolean {
  const [call, another] = [callAtEnd(one), callAtEnd(other)]
  const [guard, tests] = [guardOf(one), guardOf(other)]
  return (
    call !== undefined &&
    another !== undefined &&
    guard.length === tests.length &&
    guard.every((test, at) => isSame(test, tests[at]!) || isSameTest(test, tests[at]!)) &&
    call.args.length === another.args.length &&
    call.args.every((arg, at) => isSameOperand(arg, another.args[at]!))
  )
}
