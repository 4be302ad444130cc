import { ArcturusError, entryOf, formOf, isNil, operandsIn, operandType } from '@arcturus/core/internal/explain'
import { type Change, imaginedRow, listWithout } from './changes.js'
import { type Choice, isPart, never, nothing, sizeOf, united } from './choices.js'
import { isImagined } from './imagined.js'
import { locationOf } from './location.js'
import { fails, isLimit, needsLoading } from './outcome.js'
import type { Part, World } from './part.js'
import { realize } from './realize.js'
import { Trials } from './trials.js'

/** The choices of a call so far. */
interface Label {
  choices: readonly Choice[]
  /** The round in which they were found. */
  round: number
  /** The changes in them. */
  key: string
}

/** A set of changes that is not enough, and the data with it. */
interface Attempt {
  readonly changes: readonly Change[]
  readonly worlds: Trials['unmet']
}

/** The choices of parts, by the wanted outcome. */
class Choices {
  readonly #true = new Map<Part, readonly Choice[]>()
  readonly #false = new Map<Part, readonly Choice[]>()

  of(wanted: boolean): Map<Part, readonly Choice[]> {
    return wanted ? this.#true : this.#false
  }
}

/** The least sets of changes that make a condition true. */
export interface Found {
  readonly sets: readonly (readonly Change[])[]
  readonly complete: boolean
}

/** The most new rows of one list, in the searches that follow each other until one needs no more. */
const rowsOfLists = [1, 2] as const

/** The most choices for a part, the most sets of a result, and the most rounds of recursive calls. */
const maxChoices = 100
const maxSets = 100
const maxRounds = 30
/** The most changed data in which the search for sets that are not enough goes on. */
const maxContinued = 100

/**
 * Searches the least changes of the data that make a condition true.
 *
 * Choices are combined from the leaves upward: alternatives are united, conjunctions multiplied,
 * negations swap what is wanted. Each set is then tried: the condition is evaluated with the
 * changed data, and the set counts only if the condition is true.
 */
export class MissingSearch {
  readonly #trials: Trials
  readonly #changes = new Map<string, Change>()
  readonly #rows = new Map<string, object[]>()
  readonly #worlds = new Map<Part, World>()
  /** Parts in other worlds, and bodies of quantifiers for new rows. */
  readonly #parts = new Map<Part, Map<object, Part>>()
  #labels = new Map<Part, Map<boolean, Label>>()
  /** The choices of parts in this round, and those of the data without changes once they are settled. */
  #current = new Choices()
  #settledChoices = new Choices()
  #newRows = 1
  #round = 0
  #isCircular = false
  #isChanged = false
  #complete = true
  #isShort = false
  #found: Found | undefined

  constructor(private readonly root: Part) {
    this.#trials = new Trials(root)
  }

  /** Returns the number of changes that a part needs; infinite if none suffice. */
  distance(part: Part): number {
    this.find()
    try {
      // The calls are settled.
      const [first] = this.#choices(part, true)
      return first ? sizeOf(first) : Number.POSITIVE_INFINITY
    } catch (error) {
      if (!(error instanceof ArcturusError && isLimit(error))) throw error
      return Number.POSITIVE_INFINITY
    }
  }

  /** Whether a relation that is not loaded was missing in the search. */
  get isShort(): boolean {
    return this.#isShort
  }

  find(): Found {
    if (this.#found) return this.#found
    this.root.world.restart(true)
    this.#found = this.#find()
    this.root.world.restart()
    return this.#found
  }

  #find(): Found {
    const sets: (readonly Change[])[] = []
    try {
      for (const newRows of rowsOfLists) {
        this.#begin(newRows)
        sets.length = 0
        const failed: Attempt[] = []
        for (const changes of this.#settled(this.root)) this.#try(changes, sets, failed)
        const isLast = failed.length === 0 || newRows === rowsOfLists.at(-1)
        if (isLast) this.#continue(sets, failed)
        this.#complete &&= this.#trials.isComplete
        if (isLast) break
      }
    } catch (error) {
      if (!(error instanceof ArcturusError && isLimit(error))) throw error
      this.#complete = false
    }
    sets.sort((a, b) => sizeOf(a) - sizeOf(b) || a.length - b.length)
    const least = sets.filter(
      (one, at) => !sets.some((other, index) => isPart(other, one) && (other.length < one.length || index < at)),
    )
    return { sets: least.slice(0, maxSets), complete: this.#complete && least.length <= maxSets }
  }

  #try(changes: readonly Change[], sets: (readonly Change[])[], failed: Attempt[], counts = true): void {
    if (sets.some((one) => isPart(one, changes))) return
    const least = this.#trials.least(changes, counts)
    if (least) sets.push(least)
    else failed.push({ changes, worlds: this.#trials.unmet })
  }

  /**
   * Tries each change of a relation by itself, since tests about the other row can hold: with another author,
   * `author.age > 17` is about the age of another row. Adds changes to sets that are not enough.
   */
  #continue(sets: (readonly Change[])[], failed: Attempt[]): void {
    for (const change of this.#changes.values())
      if (this.#trials.leads(change) && !sets.some((one) => isPart(one, [change]) || this.#isSame(one, change)))
        this.#try([change], sets, [], false)
    const known = new Set(failed.map(({ changes }) => keyOf(changes)))
    let continued = 0
    // The list grows.
    for (const { changes, worlds } of failed) {
      for (const open of worlds) {
        const world = open()
        if (!world) continue
        if (++continued > maxContinued) {
          this.#complete = false
          return
        }
        for (const further of this.#settled(this.root.in(world))) {
          const all = united(changes, further)
          if (
            !all ||
            further.some((one) => this.#trials.undoes(one, world)) ||
            known.has(keyOf(all)) ||
            sets.some((one) => isPart(one, all))
          )
            continue
          known.add(keyOf(all))
          this.#try(all, sets, failed)
        }
      }
    }
  }

  /** Returns whether a set is the change of a relation, by its column. */
  #isSame(set: readonly Change[], change: Change): boolean {
    return set.length === 1 && this.#trials.follows(change, set[0]!)
  }

  #begin(newRows: number): void {
    this.#newRows = newRows
    this.#labels = new Map()
    this.#settledChoices = new Choices()
    this.#complete = true
    this.#trials.isComplete = true
  }

  // combination

  /** Returns the choices for a part, smallest first; repeated until recursive calls are settled. */
  #settled(part: Part): readonly Choice[] {
    for (let rounds = 0; ; rounds++) {
      this.#round++
      this.#isCircular = false
      this.#isChanged = false
      this.#current = new Choices()
      const choices = this.#choices(part, true)
      const isSettled = !this.#isCircular || !this.#isChanged
      if (!isSettled && rounds < maxRounds) continue
      if (!isSettled) this.#complete = false
      else if (part === this.root) this.#settledChoices = this.#current
      return choices
    }
  }

  #choices(part: Part, wanted: boolean): readonly Choice[] {
    return (
      this.#settledChoices.of(wanted).get(part) ??
      entryOf(this.#current.of(wanted), part, () => this.#choicesOf(part, wanted))
    )
  }

  #choicesOf(part: Part, wanted: boolean): readonly Choice[] {
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
        if (wanted) return this.#together(part)
        break
      case 'ref':
        return this.#ofCall(part, wanted)
    }
    switch (part.unreadable ? undefined : formOf(condition, wanted)) {
      case 'all':
        return this.#all(part, wanted)
      case 'any':
        return this.#any(part, wanted)
      case 'not':
        return this.#choices(part.parts[0]!, !wanted)
      default:
        return this.#ofLeaf(part, wanted)
    }
  }

  /** One part suffices: also the matching row of a list, which can be a new one. */
  #any(part: Part, wanted: boolean): readonly Choice[] {
    return this.#least([...part.parts.flatMap((one) => this.#choices(one, wanted)), ...this.#newRowsOf(part)])
  }

  /** All parts are needed; a row can leave the list instead. */
  #all(part: Part, wanted: boolean): readonly Choice[] {
    let choices = nothing
    for (const [at, one] of part.parts.entries()) {
      if (choices.length === 0) return never
      const own = this.#choices(one, wanted)
      const { [at]: row } = part.rows
      const isRemovable = at in part.rows && listWithout(part, row).length > 0 && this.#truth(one) !== wanted
      const ways = isRemovable ? this.#least([...own, [this.#change(part, wanted, 'removal', row)]]) : own
      choices = this.#product(choices, ways)
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
      choices = this.#product(choices, there ? [[there.change]] : this.#choices(one, true))
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
    const { schema } = world
    const model = condition.kind === 'isa' ? condition.model : operandType(schema, operand).model
    if (model === undefined) return undefined
    const [row] = this.#imagined(part.key, 1, () => imaginedRow(schema, model, undefined))
    const change = this.#change(part, true, 'there', row)
    const inner = entryOf(this.#worlds, part, () =>
      world.with(world.reads.with(new Map([[world.ids.of(location.object), new Map([[location.field, row]])]]))),
    )
    return { change, world: inner }
  }

  /** Returns the choices that add a row to the list of a quantifier. */
  #newRowsOf(part: Part): readonly Choice[] {
    const { condition, world } = part
    if (condition.kind !== 'some') return never
    const { schema } = world
    const model = condition.each.model ?? schema.modelOf(part.rows[0])?.name
    const place = locationOf(world, condition.from, part.environment)
    const list = place ? `${world.ids.of(place.object)}.${place.field}` : part.key
    const rows = this.#imagined(list, this.#newRows, () => imaginedRow(schema, model, part.rows[0]))
    return rows.flatMap((row) => {
      const added = [this.#change(part, true, 'row', row)]
      return this.#product([added], this.#choices(this.#withRow(part, row), true))
    })
  }

  #ofCall(part: Part, wanted: boolean): readonly Choice[] {
    const { condition, world, environment } = part
    if (condition.kind !== 'ref') return never
    const { definition, args } = condition
    const [body] = part.parts
    if (!body) return this.#ofLeaf(part, wanted)
    // A row that does not exist yet could lead to another, and so on.
    if (definition.recursive && args.some((one) => isImagined(world.value(one, environment))))
      return [[this.#change(part, wanted, 'leaf', undefined)]]
    const labels = entryOf(this.#labels, body, () => new Map<boolean, Label>())
    // The least fixpoint for what has to hold, the greatest for what must not.
    const label = entryOf(labels, wanted, (): Label => ({ choices: wanted ? never : nothing, round: 0, key: '' }))
    if (label.round === this.#round) {
      this.#isCircular ||= definition.recursive
      return label.choices
    }
    label.round = this.#round
    label.choices = this.#choices(body, wanted)
    const key = label.choices.map(keyOf).join(',')
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
    if (truth !== wanted)
      return realize(part, wanted).isBarred ? never : [[this.#change(part, wanted, 'leaf', undefined)]]
    return nothing
  }

  /** Returns whether a part holds: undefined if it can't be told, `missing` for a relation that is not loaded. */
  #truth(part: Part): boolean | undefined | 'missing' {
    const { outcome } = part
    if (!fails(outcome)) return outcome.truth
    if (isLimit(outcome)) throw outcome.error
    return needsLoading(outcome) ? 'missing' : undefined
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
    const rows = entryOf(this.#rows, list, () => [])
    while (rows.length < count) rows.push(make())
    return rows.slice(0, count)
  }

  // changes

  #change(part: Part, wanted: boolean, kind: Change['kind'], row: unknown): Change {
    const { ids } = part.world
    const isOf = kind === 'row' || kind === 'removal'
    const isUnequal = part.condition.kind === 'compare' && part.condition.operator === '!='
    const key = isOf ? `${kind} ${ids.of(row)}` : isUnequal ? part.key.replace('!=', '=') : part.key
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
    for (const operand of operandsIn(part.condition)) {
      const location = locationOf(part.world, operand, part.environment)
      if (location && isImagined(location.object)) return location.object
    }
    return undefined
  }

  // sets of choices

  #product(some: readonly Choice[], others: readonly Choice[]): readonly Choice[] {
    if (others === nothing) return some
    if (some === nothing) return others
    const found: Choice[] = []
    for (const one of some) {
      for (const other of others) {
        const changes = united(one, other)
        if (changes) found.push(changes)
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
    const sorted = choices.toSorted((a, b) => sizeOf(a) - sizeOf(b) || a.length - b.length)
    const least: Choice[] = []
    for (const one of sorted) {
      if (least.some((other) => isPart(other, one))) continue
      if (least.length === maxChoices) {
        this.#complete = false
        break
      }
      least.push(one)
    }
    return least
  }
}

function keyOf(changes: readonly Change[]): string {
  return changes.map(({ id }) => id).join(' ')
}
