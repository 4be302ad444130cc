import { entryOf, Fault, identityOf, isLink } from '@arcturus/core/internal/explain'
import { type Assignment, type Change, define, isKey, listWith, listWithout, type Realization } from './changes.js'
import { sizeOf } from './choices.js'
import { isImagined } from './imagined.js'
import { operandsOf } from './operands.js'
import { fails, isLimit } from './outcome.js'
import type { Part, World } from './part.js'
import type { Values } from './reads.js'
import { realize } from './realize.js'

/** The most trials of a set. */
const maxTrials = 48

/** Tries sets of changes: evaluates the condition with the changed data. */
export class Trials {
  /** False if a set that failed could be enough with other values. */
  isComplete = true
  /** The data with the last set that was tried, where the condition is still false. */
  #unmet: (() => World | undefined)[] = []
  /** Whether the last set that was tried leads to an error. */
  #isError = false
  readonly #realized = new Map<Change, Realization>()
  /** Whether parts of sets that are enough are enough themselves: several sets have the same parts. */
  readonly #enough = new Map<string, boolean>()

  constructor(private readonly root: Part) {}

  /** Returns the data with the set that was not enough, for each way to make its changes that leaves other choices open. */
  get unmet(): readonly (() => World | undefined)[] {
    return this.#unmet
  }

  /**
   * Returns the changes of a set that are needed; undefined if the set does not make the condition true.
   * @param counts - Whether a set that is not enough, but may be with other values, leaves the result incomplete.
   */
  least(changes: readonly Change[], counts = true): readonly Change[] | undefined {
    if (!(counts ? this.#isEnough(changes, true) : this.#isPartEnough(changes))) return undefined
    let needed = changes
    // A change can be needed only because of another one, which is not needed itself.
    for (let before: readonly Change[] | undefined; before !== needed; ) {
      before = needed
      // A relation follows from its column, which is what a database has.
      const follows = (one: Change): boolean => needed.some((other) => this.follows(one, other))
      for (const change of [...before.filter(follows), ...before.filter((one) => !follows(one))]) {
        const isField = change.of !== undefined
        if (isField ? !this.#sharesField(change, needed) : sizeOf(needed) === 1) continue
        // What concerns a new row goes with it: its fields, and lists that it has to be in.
        const rest = needed.filter(
          (one) => one !== change && !(isImagined(change.row) && this.#concerns(one, change.row)),
        )
        if (rest.length < needed.length && this.#isPartEnough(rest)) needed = rest
      }
    }
    return needed
  }

  #isPartEnough(changes: readonly Change[]): boolean {
    const key = changes.map(({ id }) => id).join(' ')
    return entryOf(this.#enough, key, () => this.#isEnough(changes, false))
  }

  /** Returns whether a leaf tests a row or a field of it. */
  #concerns({ kind, of, part }: Change, row: object): boolean {
    if (kind !== 'leaf' || of === row) return of === row
    return operandsOf(part.condition).some((operand) => {
      try {
        return part.world.value(operand, part.environment) === row
      } catch (error) {
        if (error instanceof Fault) return false
        throw error
      }
    })
  }

  /** Returns whether another change is about the same field, so that one may include the other. */
  #sharesField(change: Change, changes: readonly Change[]): boolean {
    const fields = fieldsOf(change.part)
    return changes.some((one) => one !== change && fieldsOf(one.part).some((field) => fields.includes(field)))
  }

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
    // What is added to a list can be the value of another change.
    ways.sort((a, b) => Number(a.some(({ isAdded }) => isAdded)) - Number(b.some(({ isAdded }) => isAdded)))
    this.#isError = false
    this.#unmet = []
    let trials = 0
    const { ids } = this.root.world
    const values = new Map<number, Map<string, unknown>>()
    const attempt = (at: number): boolean => {
      const all = ways[at]
      if (!all) {
        trials++
        return !changes.some((one) => this.#isHeld(one)) && this.#isTrue(values, assumed, changes)
      }
      // A field that is changed already may be right for this change too.
      if (all.some((way) => values.get(ids.of(way.object))?.has(way.field) && !way.isAdded) && attempt(at + 1))
        return true
      for (const way of all) {
        if (trials >= maxTrials) return false
        const fields = entryOf(values, ids.of(way.object), () => new Map<string, unknown>())
        const isChanged = fields.has(way.field)
        const before = isChanged ? fields.get(way.field) : this.root.world.at(way)
        // Where any new row would do, another change can ask for one that exists.
        if (isChanged && !way.isAdded && !isImagined(before)) continue
        const value = this.#valueOf(way, before, values)
        fields.set(way.field, value)
        // One field contradicts no other.
        const isPossible = fields.size === 1 || !this.root.world.reads.with(values).contradict(way.object, way.field)
        if (isPossible && this.#withKey(way, value, () => attempt(at + 1))) return true
        if (isChanged) fields.set(way.field, before)
        else fields.delete(way.field)
      }
      return false
    }
    const enough = attempt(0)
    // Where a change leads to an error, a further change could avoid it.
    if (counts && !enough && (this.#isError || !isWhole || trials >= maxTrials)) this.isComplete = false
    return enough
  }

  /** Returns whether a list already holds the row that is added to it, by the key that the row needs. */
  #isHeld({ kind, part, row }: Change): boolean {
    const { schema } = this.root.world
    if (kind !== 'row' || !isImagined(row)) return false
    const identity = identityOf(schema, row)
    return part.rows.some((one) => typeof one === 'object' && one !== null && identityOf(schema, one) === identity)
  }

  /** Tries with a part of the key of a new row: with that of a row that exists, it is that row. */
  #withKey({ object, field }: Assignment, value: unknown, attempt: () => boolean): boolean {
    if (!isImagined(object) || !isKey(this.root.world.schema, { object, field })) return attempt()
    const before: unknown = Reflect.get(object, field)
    define(object, field, value)
    try {
      return attempt()
    } finally {
      define(object, field, before)
    }
  }

  /** Returns whether a change can only be made by other values for fields that changed data have set. */
  undoes(change: Change, { reads }: World): boolean {
    const { ways } = this.#waysOf(change)
    return ways.length > 0 && ways.every(({ object, field, isAdded }) => !isAdded && reads.isChanged(object, field))
  }

  /** Returns whether a change of a column leads the relation of another change to its row. */
  follows(change: Change, by: Change): boolean {
    const { schema } = this.root.world
    const [[way], [column]] = [this.#waysOf(change).ways, this.#waysOf(by).ways]
    const model = schema.baseOf(way?.object)?.name
    if (!way || way.object !== column?.object || model === undefined) return false
    const field = schema.field(model, way.field)
    if (!isLink(field) || field.from.length !== 1 || field.from[0] !== column.field) return false
    const row = way.to(undefined)
    return Object.is(isObject(row) ? Reflect.get(row, field.to[0]!) : row, column.to(undefined))
  }

  /** Returns whether a change can lead tests of other rows to a row that exists. */
  leads(change: Change): boolean {
    const { schema } = this.root.world
    return (
      change.kind === 'leaf' &&
      // By itself, nothing leads to a new row.
      change.of === undefined &&
      this.#waysOf(change).ways.some((way) => {
        const row = way.isAdded ? undefined : way.to(undefined)
        return !isImagined(row) && schema.modelOf(row) !== undefined
      })
    )
  }

  /** Returns the value of a field after a change, in the data with the changes before it. */
  #valueOf(way: Assignment, before: unknown, values: Values): unknown {
    const { world } = this.root
    return way.to(before, way.isAdded && values.size > 0 ? world.with(world.reads.with(values)) : undefined)
  }

  #waysOf(change: Change): Realization {
    return entryOf(this.#realized, change, () => this.#realize(change))
  }

  #realize({ kind, part, wanted, row }: Change): Realization {
    switch (kind) {
      case 'row':
        return { ways: listWith(part, row), isWhole: true }
      case 'removal':
        return { ways: listWithout(part, row), isWhole: true }
      case 'there':
        return { ways: [{ ...part.places[0]!, to: () => row, isAdded: false }], isWhole: true }
      case 'leaf':
        return realize(part, wanted)
    }
  }

  #isTrue(values: Values, assumed: ReadonlyMap<string, boolean>, changes: readonly Change[]): boolean {
    const { world } = this.root
    const changed = world.with(world.reads.with(values), assumed)
    const outcome = changed.outcome(this.root.in(changed))
    if (fails(outcome)) {
      if (isLimit(outcome)) throw outcome.error
      this.#isError = true
      return false
    }
    if (outcome.truth !== true) {
      // The values are changed for the next trial.
      const kept = copyOf(values)
      this.#unmet.push(() => {
        const unmet = world.with(world.reads.with(kept), assumed)
        return hasOthers(unmet, changes) ? unmet : undefined
      })
    }
    return outcome.truth === true
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Returns whether changes have changed more than what they are about: then other choices can be open. */
function hasOthers(world: World, changes: readonly Change[]): boolean {
  const wanted = new Map(changes.flatMap((one) => (one.kind === 'leaf' ? [[one.part.key, one.wanted] as const] : [])))
  for (const part of world.touched) {
    if (part.form !== 'leaf') return true
    const now = world.of(part)
    if (now.key !== part.key) return true
    const truth = truthOf(now)
    if (truth !== truthOf(part) && truth !== wanted.get(part.key)) return true
  }
  return false
}

function truthOf({ outcome }: Part): boolean | undefined {
  return fails(outcome) ? undefined : outcome.truth
}

function copyOf(values: Values): Values {
  return new Map([...values].map(([row, fields]) => [row, new Map(fields)]))
}

/** Returns the fields that a part reads last, by the number of their row. */
function fieldsOf({ places, world }: Part): readonly string[] {
  return places.map(({ object, field }) => `${world.ids.of(object)}.${field}`)
}
