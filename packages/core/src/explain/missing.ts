import { isNil, operandType } from '../condition/type.js'
import { Failed } from '../filter/bind/failure.js'
import { entryOf } from '../values/entryOf.js'
import { type Assignment, type Change, imaginedRow, listWith, listWithout, realize } from './changes.js'
import { locationOf } from './location.js'
import { operandsOf } from './operands.js'
import type { Part, World } from './part.js'
import { isImagined, type Values } from './reads.js'
import { errorOf } from './world.js'

/** Changes that make a part hold together, and the leaves that have to stay as they are. */
interface Choice {
  readonly changes: readonly Change[]
  readonly kept: readonly Change[]
}

/** The choices of a call so far. */
interface Label {
  choices: readonly Choice[]
  /** The round in which they were found. */
  round: number
  /** The changes in them. */
  key: string
}

/** The least sets of changes that make a condition true. */
export interface Found {
  readonly sets: readonly (readonly Change[])[]
  readonly complete: boolean
}

/** How far a search goes. */
interface Mode {
  /** Whether it tells apart choices by the leaves that have to stay. */
  readonly keeps: boolean
  /** The most new rows of one list. */
  readonly rows: number
}

const modes: readonly Mode[] = [
  { keeps: false, rows: 1 },
  { keeps: true, rows: 1 },
  { keeps: true, rows: 2 },
]

const nothing: readonly Choice[] = [{ changes: [], kept: [] }]
const never: readonly Choice[] = []

/** The most choices for a part, the most sets of a result, and the most trials of a set. */
const maxChoices = 100
const maxSets = 100
const maxTrials = 48
const maxRounds = 30

/**
 * Searches the least changes of the data that make a condition true.
 *
 * Choices are combined from the leaves upward: alternatives are united, conjunctions multiplied,
 * negations swap what is wanted. Each set is then tried: the condition is evaluated with the
 * changed data, and the set counts only if the condition is true.
 */
export class MissingSearch {
  readonly #root: Part
  readonly #changes = new Map<string, Change>()
  readonly #rows = new Map<string, object[]>()
  readonly #worlds = new Map<Part, World>()
  /** Parts in other worlds, and bodies of quantifiers for new rows. */
  readonly #parts = new Map<Part, Map<object, Part>>()
  /** The fields that some change concerns. */
  readonly #fields = new Set<string>()
  #labels = new Map<Part, Map<boolean, Label>>()
  #mode: Mode = modes[0]!
  #round = 0
  #isCircular = false
  #isChanged = false
  #complete = true
  #isShort = false
  /** Whether the last set that was tried leads to an error. */
  #isError = false
  #found: Found | undefined

  constructor(root: Part) {
    this.#root = root
  }

  /** Returns the number of changes that a part needs; infinite if none suffice. */
  distance(part: Part): number {
    this.find()
    try {
      // The calls are settled.
      const [first] = this.#choices(part, true)
      return first ? sizeOf(first.changes) : Number.POSITIVE_INFINITY
    } catch (error) {
      if (!isLimit(error)) throw error
      return Number.POSITIVE_INFINITY
    }
  }

  /** Whether a relation that is not loaded was missing in the search. */
  get isShort(): boolean {
    return this.#isShort
  }

  find(): Found {
    this.#found ??= this.#find()
    return this.#found
  }

  #find(): Found {
    let sets: (readonly Change[])[] = []
    try {
      for (const mode of modes) {
        this.#begin(mode)
        sets = []
        let failed = false
        for (const { changes } of this.#settled(this.#root)) {
          const least = this.#tried(changes)
          if (least) sets.push(least)
          else failed = true
        }
        if (!failed) break
      }
    } catch (error) {
      if (!isLimit(error)) throw error
      this.#complete = false
    }
    sets.sort((a, b) => sizeOf(a) - sizeOf(b) || a.length - b.length)
    const least = sets.filter(
      (one, at) => !sets.some((other, index) => isPart(other, one) && (other.length < one.length || index < at)),
    )
    return { sets: least.slice(0, maxSets), complete: this.#complete && least.length <= maxSets }
  }

  #begin(mode: Mode): void {
    this.#mode = mode
    this.#labels = new Map()
    this.#complete = true
  }

  // combination

  /** Returns the choices for a part, smallest first; repeated until recursive calls are settled. */
  #settled(part: Part): readonly Choice[] {
    for (let rounds = 0; ; rounds++) {
      this.#round++
      this.#isCircular = false
      this.#isChanged = false
      const choices = this.#choices(part, true)
      if (!this.#isCircular || !this.#isChanged) return choices
      if (rounds < maxRounds) continue
      this.#complete = false
      return choices
    }
  }

  #choices(part: Part, wanted: boolean): readonly Choice[] {
    const { condition } = part
    part.world.spend()
    switch (condition.kind) {
      case 'true':
        return wanted ? nothing : never
      case 'false':
        return wanted ? never : nothing
      case 'failure':
        return never
      case 'and':
        return wanted ? this.#together(part) : this.#either(part.parts, false)
      case 'or':
        return wanted ? this.#either(part.parts, true) : this.#all(part.parts, false)
      case 'not':
        return this.#choices(part.parts[0]!, !wanted)
      case 'some':
        return this.#ofRows(part, wanted)
      case 'ref':
        return this.#ofCall(part, wanted)
      default:
        return this.#ofLeaf(part, wanted)
    }
  }

  #either(parts: readonly Part[], wanted: boolean): readonly Choice[] {
    return this.#least(parts.flatMap((one) => this.#choices(one, wanted)))
  }

  #all(parts: readonly Part[], wanted: boolean): readonly Choice[] {
    let choices = nothing
    for (const part of parts) {
      if (choices.length === 0) return never
      choices = this.#product(choices, this.#choices(part, wanted))
    }
    return choices
  }

  /** The parts of a conjunction: those behind `x != nil` are evaluated with a row in that place. */
  #together(part: Part): readonly Choice[] {
    let choices = nothing
    let { world } = part
    for (const own of part.parts) {
      const one = world === part.world ? own : this.#moved(own, world)
      const there = this.#there(one)
      if (there) world = there.world
      choices = this.#product(choices, there ? [{ changes: [there.change], kept: [] }] : this.#choices(one, true))
      if (choices.length === 0) return never
    }
    return choices
  }

  /** Returns the change that puts a row where a part demands one and nil is. */
  #there(part: Part): { readonly change: Change; readonly world: World } | undefined {
    const { condition, world, environment } = part
    const operand =
      condition.kind === 'isa'
        ? condition.of
        : condition.kind === 'compare' && condition.operator === '!=' && isNil(condition.right)
          ? condition.left
          : undefined
    if (!operand) return undefined
    const location = locationOf(world, operand, environment)
    if (!location || isImagined(location.object) || this.#truth(part) !== false) return undefined
    if (world.value(operand, environment) !== null) return undefined
    const { schema } = world.meaning
    const model = condition.kind === 'isa' ? condition.model : operandType(schema, operand).model
    if (model === undefined) return undefined
    const [row] = this.#imagined(part.key, 1, () => imaginedRow(schema, model, undefined))
    const change = this.#change(part, true, 'there', row)
    let inner = this.#worlds.get(part)
    if (!inner) {
      inner = world.with(world.reads.with(new Map([[world.ids.of(location.object), new Map([[location.field, row]])]])))
      this.#worlds.set(part, inner)
    }
    return { change, world: inner }
  }

  #ofRows(part: Part, wanted: boolean): readonly Choice[] {
    const { condition, world } = part
    if (condition.kind !== 'some') return never
    const parts = this.#divided(part)
    if (!parts) return this.#ofLeaf(part, wanted)
    if (!wanted) {
      return parts.reduce<readonly Choice[]>((choices, one, at) => {
        const removal = listWithout(part, part.rows[at]).length > 0 && this.#truth(one) === true
        const ways = removal ? [this.#single(this.#change(part, false, 'removal', part.rows[at]))] : []
        return this.#product(choices, this.#least([...this.#choices(one, false), ...ways]))
      }, nothing)
    }
    const found = parts.flatMap((one) => this.#choices(one, true))
    const { schema } = world.meaning
    const model = condition.each.model ?? schema.modelOf(part.rows[0])?.name
    const place = locationOf(world, condition.from, part.environment)
    const list = place ? `${world.ids.of(place.object)}.${place.field}` : part.key
    for (const row of this.#imagined(list, this.#mode.rows, () => imaginedRow(schema, model, part.rows[0]))) {
      const added = this.#single(this.#change(part, true, 'row', row))
      found.push(...this.#product([added], this.#choices(this.#withRow(part, row), true)))
    }
    return this.#least(found)
  }

  #ofCall(part: Part, wanted: boolean): readonly Choice[] {
    const { condition, world, environment } = part
    if (condition.kind !== 'ref') return never
    const { definition, args } = condition
    const [body] = this.#divided(part) ?? []
    if (!body) return this.#ofLeaf(part, wanted)
    // A row that does not exist yet could lead to another, and so on.
    if (definition.recursive && args.some((one) => isImagined(world.value(one, environment))))
      return [this.#single(this.#change(part, wanted, 'leaf', undefined))]
    const labels = entryOf(this.#labels, body, () => new Map<boolean, Label>())
    // The least fixpoint for what has to hold, the greatest for what must not.
    const label = entryOf(labels, wanted, (): Label => ({ choices: wanted ? never : nothing, round: 0, key: '' }))
    if (label.round === this.#round) {
      this.#isCircular ||= definition.recursive
      return label.choices
    }
    label.round = this.#round
    label.choices = this.#choices(body, wanted)
    const key = label.choices.map(({ changes, kept }) => [...changes, ...kept].map(({ id }) => id).join(' ')).join(',')
    this.#isChanged ||= key !== label.key
    label.key = key
    return label.choices
  }

  #ofLeaf(part: Part, wanted: boolean): readonly Choice[] {
    // What can't be read is an error. What is read of a new row is the matter of other leaves.
    if (part.condition.kind === 'reads' && (!wanted || this.#imaginedOwner(part))) return wanted ? nothing : never
    const truth = this.#truth(part)
    if (truth === 'missing') {
      this.#isShort = true
      this.#complete = false
      return never
    }
    if (truth !== wanted) return [this.#single(this.#change(part, wanted, 'leaf', undefined))]
    if (!this.#mode.keeps || !this.#fieldsOf(part).some((field) => this.#fields.has(field))) return nothing
    return [{ changes: [], kept: [this.#interned(part, wanted, 'leaf', undefined)] }]
  }

  /** Returns whether a part holds: undefined if it can't be told, `missing` for a relation that is not loaded. */
  #truth(part: Part): boolean | undefined | 'missing' {
    const { outcome } = part
    if ('truth' in outcome) return outcome.truth
    if (isLimit(outcome.error)) throw outcome.error
    const { code } = errorOf(outcome.error)
    return code === 'relation-not-loaded' || code === 'async-value' ? 'missing' : undefined
  }

  /** Returns the parts of a quantifier or call; undefined if they can't be told. */
  #divided(part: Part): readonly Part[] | undefined {
    try {
      return part.parts
    } catch (error) {
      if (error instanceof Failed) return undefined
      throw error
    }
  }

  /** Returns a part in another world. */
  #moved(part: Part, world: World): Part {
    return this.#derived(part, world, () => part.in(world))
  }

  /** Returns the body of a quantifier for a row. */
  #withRow(part: Part, row: object): Part {
    return this.#derived(part, row, () => part.forRow(row))
  }

  #derived(part: Part, key: object, make: () => Part): Part {
    return entryOf(
      entryOf(this.#parts, part, () => new Map<object, Part>()),
      key,
      make,
    )
  }

  #imagined(list: string, count: number, make: () => object): readonly object[] {
    const rows = this.#rows.get(list) ?? []
    this.#rows.set(list, rows)
    while (rows.length < count) rows.push(make())
    return rows.slice(0, count)
  }

  // changes

  #single(change: Change): Choice {
    return { changes: [change], kept: [] }
  }

  #change(part: Part, wanted: boolean, kind: Change['kind'], row: unknown): Change {
    for (const field of this.#fieldsOf(part)) this.#fields.add(field)
    return this.#interned(part, wanted, kind, row)
  }

  #interned(part: Part, wanted: boolean, kind: Change['kind'], row: unknown): Change {
    const { ids } = part.world
    const isOf = kind === 'row' || kind === 'removal'
    const isUnequal = part.condition.kind === 'compare' && part.condition.operator === '!='
    const key = isOf ? `${kind} ${ids.of(row)}` : isUnequal ? part.key.replace(' != ', ' = ') : part.key
    const name = `${key} ${isUnequal ? !wanted : wanted}`
    let change = this.#changes.get(name)
    if (!change) {
      const field = kind === 'leaf' ? this.#imaginedOwner(part) : undefined
      change = { id: this.#changes.size, key, part, wanted, kind, row, of: field }
      this.#changes.set(name, change)
    }
    return change
  }

  /** Returns the row that does not exist yet and whose field a leaf tests. */
  #imaginedOwner(part: Part): object | undefined {
    for (const operand of operandsOf(part.condition)) {
      const location = locationOf(part.world, operand, part.environment)
      if (location && isImagined(location.object)) return location.object
    }
    return undefined
  }

  #fieldsOf(part: Part): readonly string[] {
    const { world, environment } = part
    return operandsOf(part.condition).flatMap((operand) => {
      const location = locationOf(world, operand, environment)
      return location ? [`${world.ids.of(location.object)}.${location.field}`] : []
    })
  }

  // sets of choices

  #product(some: readonly Choice[], others: readonly Choice[]): readonly Choice[] {
    if (others === nothing) return some
    if (some === nothing) return others
    const found: Choice[] = []
    for (const one of some) {
      for (const other of others) {
        const changes = united(one.changes, other.changes)
        const kept = united(one.kept, other.kept)
        if (changes && kept && !contradicts(changes, kept)) found.push({ changes, kept })
      }
      // More are never kept: the smallest come first in both lists.
      if (found.length > maxChoices * 20) {
        this.#complete = false
        break
      }
    }
    return this.#least(found)
  }

  /** Returns the choices that no other choice is part of, smallest first. */
  #least(choices: readonly Choice[]): readonly Choice[] {
    if (choices.length < 2) return choices
    const sorted = choices.toSorted(
      (a, b) => sizeOf(a.changes) - sizeOf(b.changes) || a.changes.length - b.changes.length,
    )
    const least: Choice[] = []
    for (const one of sorted) {
      if (least.some((other) => isPart(other.changes, one.changes) && isPart(other.kept, one.kept))) continue
      if (least.length === maxChoices) {
        this.#complete = false
        break
      }
      least.push(one)
    }
    return least
  }

  // trials

  /** Returns the changes of a set that are needed; undefined if the set does not make the condition true. */
  #tried(changes: readonly Change[]): readonly Change[] | undefined {
    if (!this.#isEnough(changes, true)) return undefined
    let needed = changes
    for (const change of changes) {
      const isField = change.of !== undefined
      if (isField ? !this.#sharesField(change, needed) : sizeOf(needed) === 1) continue
      // What concerns a new row goes with it: its fields, and lists that it has to be in.
      const rest = needed.filter(
        (one) => one !== change && !(isImagined(change.row) && this.#concerns(one, change.row)),
      )
      if (this.#isEnough(rest, false)) needed = rest
    }
    return needed
  }

  /** Returns whether a leaf tests a row or a field of it. */
  #concerns({ kind, of, part }: Change, row: object): boolean {
    if (kind !== 'leaf' || of === row) return of === row
    return operandsOf(part.condition).some((operand) => {
      try {
        return part.world.value(operand, part.environment) === row
      } catch (error) {
        if (error instanceof Failed) return false
        throw error
      }
    })
  }

  /** Returns whether another change is about the same field, so that one may include the other. */
  #sharesField(change: Change, changes: readonly Change[]): boolean {
    const fields = this.#fieldsOf(change.part)
    return changes.some((one) => one !== change && this.#fieldsOf(one.part).some((field) => fields.includes(field)))
  }

  /** @param counts - Whether a set that is not enough, but may be with other values, leaves the result incomplete. */
  #isEnough(changes: readonly Change[], counts: boolean): boolean {
    const assumed = new Map<string, boolean>()
    const ways: (readonly Assignment[])[] = []
    let isWhole = true
    for (const change of changes) {
      const realized = this.#waysOf(change)
      isWhole &&= realized.isWhole
      if (realized.ways.length > 0) ways.push(realized.ways)
      else assumed.set(change.part.key, change.wanted)
    }
    this.#isError = false
    let trials = 0
    const { ids } = this.#root.world
    const values = new Map<number, Map<string, unknown>>()
    const attempt = (at: number): boolean => {
      const all = ways[at]
      if (!all) {
        trials++
        return this.#isTrue(values, assumed)
      }
      // A field that is changed already may be right for this change too.
      if (all.some((way) => values.get(ids.of(way.object))?.has(way.field) && !way.isAdded) && attempt(at + 1))
        return true
      for (const way of all) {
        if (trials >= maxTrials) return false
        const fields = entryOf(values, ids.of(way.object), () => new Map<string, unknown>())
        const isChanged = fields.has(way.field)
        const before = isChanged ? fields.get(way.field) : this.#read(way)
        if (isChanged && !way.isAdded) continue
        fields.set(way.field, way.to(before))
        if (attempt(at + 1)) return true
        if (isChanged) fields.set(way.field, before)
        else fields.delete(way.field)
      }
      return false
    }
    const enough = attempt(0)
    // Where a change leads to an error, a further change could avoid it.
    if (counts && !enough && (this.#isError || !isWhole || trials >= maxTrials)) this.#complete = false
    return enough
  }

  #read({ object, field }: Assignment): unknown {
    const { reads } = this.#root.world
    return reads.arrived(object, field)?.value ?? (Reflect.get(object, field) as unknown)
  }

  #waysOf({ kind, part, wanted, row }: Change): { readonly ways: readonly Assignment[]; readonly isWhole: boolean } {
    switch (kind) {
      case 'row':
        return { ways: listWith(part, row), isWhole: true }
      case 'removal':
        return { ways: listWithout(part, row), isWhole: true }
      case 'there': {
        const operand = operandsOf(part.condition)[0]!
        const location = locationOf(part.world, operand, part.environment)!
        return { ways: [{ ...location, to: () => row, isAdded: false }], isWhole: true }
      }
      case 'leaf':
        return realize(part, wanted)
    }
  }

  #isTrue(values: Values, assumed: ReadonlyMap<string, boolean>): boolean {
    const { world } = this.#root
    const changed = world.with(world.reads.with(values), assumed)
    try {
      return changed.truth(this.#root.in(changed)) === true
    } catch (error) {
      if (isLimit(error)) throw error
      this.#isError = true
      return false
    }
  }
}

/** Returns whether an evaluation ended at a limit. */
function isLimit(error: unknown): boolean {
  const { code } = errorOf(error)
  return code === 'time-limit' || code === 'step-limit' || code === 'filter-too-large'
}

/** Returns the number of changes; the fields of a new row come with it. */
export function sizeOf(changes: readonly Change[]): number {
  return changes.reduce((size, { of }) => (of ? size : size + 1), 0)
}

/** Returns the changes of both, sorted; undefined if they contradict each other. */
function united(some: readonly Change[], others: readonly Change[]): readonly Change[] | undefined {
  if (some.length === 0) return others
  if (others.length === 0) return some
  const all = [...new Set([...some, ...others])].sort((a, b) => a.id - b.id)
  const wanted = new Map<string, Change>()
  for (const one of all) {
    if (wanted.has(one.key)) return undefined
    wanted.set(one.key, one)
  }
  return all
}

function contradicts(changes: readonly Change[], kept: readonly Change[]): boolean {
  return kept.length > 0 && changes.some((one) => kept.some((other) => other.key === one.key && other !== one))
}

/** Returns whether all changes of a sorted list are in another. */
function isPart(some: readonly Change[], all: readonly Change[]): boolean {
  let at = 0
  for (const one of some) {
    while (at < all.length && all[at]!.id < one.id) at++
    if (all[at] !== one) return false
  }
  return true
}
