import type { Authorizer } from '@arcturus/core'
import { engineOf } from '../../../packages/core/src/authorizer/decisions/engine.js'
import { Arrivals } from '../../../packages/core/src/schema/arrivals.js'
import { allKinds } from '../../../packages/core/src/values/kinds.js'
import { isLink, isLinked, linksBy } from '../../../packages/core/src/values/links.js'
import { identityOf } from '../../../packages/core/src/values/rows.js'
import type { Assignment, Change } from '../../../packages/explain/src/changes.js'
import { evaluate } from '../../../packages/explain/src/evaluate.js'
import { isImagined } from '../../../packages/explain/src/imagined.js'
import type { Part } from '../../../packages/explain/src/part.js'
import { realize } from '../../../packages/explain/src/realize.js'
import { actorOf, check, type Outcome, type Prepared } from '../evaluators.js'
import { descendantsOf } from '../world.js'

/** The number of values that are tried for the other fields of new rows. */
const maxCompletions = 4

/** A question with objects of its own, so that they can be changed. */
export class Question {
  readonly authorizer: Authorizer
  readonly root: Part
  readonly search: NonNullable<ReturnType<typeof evaluate>['search']>
  /** The first error of the last set that was tried. */
  failed: string | undefined
  /** Whether a check of the last set that was tried met a relation that is not loaded, so that the predicate answered. */
  isUnloaded = false
  readonly asked: { readonly actor: unknown; readonly action: string; readonly resource: unknown }
  readonly #prepared: Prepared

  constructor(prepared: Prepared, actor: number | null, action: string, row: number) {
    this.#prepared = prepared
    this.authorizer = prepared.machine
    this.asked = { actor: actorOf(prepared, actor), action, resource: prepared.objects.rows[row] }
    const { root, search } = evaluate(engineOf(this.authorizer)!, this.asked, new Arrivals())
    this.root = root!
    this.search = search!
  }

  /** Changes a field of all objects of a row, and returns how to undo it. */
  apply(way: Assignment, same = this.byIdentity([way.object]).get(this.identityOf(way.object)) ?? []): () => void {
    // What is added to a list can be the value of another change.
    const now = this.root.world.with(this.root.world.reads)
    const undo = same.flatMap((object) => {
      const done = change({ ...way, object, to: (before) => way.to(before, now) })
      return [done, ...this.#changeKey(object, way.field), ...this.#changeRelations(object, way.field)]
    })
    return () => {
      for (const one of undo.reverse()) one()
    }
  }

  /** Changes the columns that say which row a relation holds. */
  #changeKey(object: object, name: string): readonly (() => void)[] {
    const model = this.modelOf(object)
    const field = model === undefined ? undefined : this.authorizer.schema.field(model, name)
    if (!isLink(field)) return []
    const row: unknown = Reflect.get(object, name)
    if (row !== null && typeof row !== 'object') return []
    return field.from.map((column, at) =>
      change({
        object,
        field: column,
        to: () => (row === null ? null : Reflect.get(row, field.to[at]!)),
        isAdded: false,
      }),
    )
  }

  /** Changes the relations that a column says the row of, as the database does. */
  #changeRelations(object: object, name: string): readonly (() => void)[] {
    const { schema } = this.authorizer
    const model = this.modelOf(object)
    return (model === undefined ? [] : linksBy(schema, model, name)).flatMap((field) => {
      const held: unknown = Reflect.get(object, field.name)
      const links = (row: unknown): boolean =>
        isLinked({ schema, kinds: allKinds, equality: undefined }, field, object, row) !== false
      if (held === undefined || links(held)) return []
      const row = links(null) ? null : this.rowsOf(field.model).find(links)
      return [change({ object, field: field.name, to: () => row, isAdded: false })]
    })
  }

  /**
   * Returns the answer of the machine. It loads relations of which the schema or a key is enough for
   * the condition: where a copy of a plain object lacks such a relation, the answer is that of the
   * predicate, which is what applications get.
   */
  check(): Outcome {
    const { actor, action, resource } = this.asked
    const outcome = check(this.authorizer, actor, action, resource)
    const isUnloaded = typeof outcome === 'object' && outcome.error === 'relation-not-loaded'
    this.isUnloaded ||= isUnloaded
    return isUnloaded ? check(this.#prepared.predicates, actor, action, resource) : outcome
  }

  /** Returns the same for objects of one row with a key, also for copies of it that have no model before they are read. */
  identityOf(object: object): unknown {
    const row = this.rowOf(object)
    return typeof row === 'string' ? row : object
  }

  /** Returns the same for all copies of one row, also if it has no key. */
  rowOf(object: object): unknown {
    const { rows, numbers } = this.#prepared.objects
    const number = numbers?.get(object)
    return identityOf(this.authorizer.schema, number === undefined ? object : rows[number]!)
  }

  modelOf(object: object): string | undefined {
    const { asked, objects } = this.#prepared
    const number = objects.numbers?.get(object)
    return number === undefined ? this.authorizer.schema.modelOf(object)?.name : asked.world.rows[number]!.model
  }

  /** Returns the objects of the question, and those that are reached from others, by the row that they are. */
  byIdentity(
    others: readonly object[] = [],
    of: (object: object) => unknown = (object) => this.identityOf(object),
  ): ReadonlyMap<unknown, readonly object[]> {
    const { actor, resource } = this.asked
    const found = new Map<unknown, object[]>()
    for (const one of reached([actor, resource, ...others])) {
      const row = of(one)
      found.set(row, [...(found.get(row) ?? []), one])
    }
    return found
  }

  /** Returns the rows of a model and of the models that extend it. */
  rowsOf(model: string): readonly object[] {
    const { asked, objects } = this.#prepared
    const family = descendantsOf(asked.world, model)
    return objects.rows.filter((_, at) => family.includes(asked.world.rows[at]!.model))
  }

  /**
   * Gives values to the fields of a new row, except those that a set of changes mentions: the values
   * of another row of its model. Returns how to undo it.
   */
  #complete(row: object, mentioned: ReadonlySet<string>, like: object): () => void {
    const names = Object.keys(like).filter((name) => Reflect.get(row, name) === undefined && !mentioned.has(name))
    for (const name of names) Object.assign(row, { [name]: Reflect.get(like, name) })
    return () => {
      for (const name of names) Reflect.deleteProperty(row, name)
    }
  }

  /** Returns the answers with each of a few values for the other fields of new rows. */
  #answers(added: readonly { readonly row: object; readonly mentioned: ReadonlySet<string> }[]): readonly Outcome[] {
    if (added.length === 0) return [this.check()]
    return Array.from({ length: maxCompletions }, (_, at) => {
      const undo = added.flatMap(({ row, mentioned }) => {
        const model = this.authorizer.schema.modelOf(row)?.name
        const rows = model === undefined ? [] : this.rowsOf(model)
        return rows.length === 0 ? [] : [this.#complete(row, mentioned, rows[at % rows.length]!)]
      })
      const outcome = this.check()
      for (const one of undo) one()
      return outcome
    })
  }

  /**
   * Returns whether a change is made in the objects as they are now. A leaf is about the field of a row, whatever
   * leads to the row.
   */
  holds({ part, wanted }: Change): boolean {
    const now = this.root.world.with(this.root.world.reads)
    const same = leavesOf(this.root.in(now)).filter(({ key }) => key === part.key)
    return [part.in(now), ...same].some(({ outcome }) => 'truth' in outcome && outcome.truth === wanted)
  }

  /**
   * Returns whether some way to make the changes of a set allows the action.
   * @param completes - Whether the other fields of new rows have values.
   */
  can(set: readonly Change[], completes: boolean): boolean {
    // An element that is added to a list can be the value of another change.
    const ways = set
      .map((one) => waysOf(one, (row) => this.identityOf(row)))
      .sort((a, b) => Number(a.some(({ isAdded }) => isAdded)) - Number(b.some(({ isAdded }) => isAdded)))
    const rows = completes ? newRows(set, ways) : []
    const added = [...rows].map((row) => {
      const fields = ways.flat().flatMap(({ object, field }) => (object === row ? [field] : []))
      return { row, mentioned: new Set(fields) }
    })
    this.failed = undefined
    this.isUnloaded = false
    const attempt = (index: number): boolean => {
      const all = ways[index]
      if (!all) {
        const outcomes = this.#answers(added)
        const failed = outcomes.find((one) => typeof one === 'object')
        if (failed) this.failed ??= `${failed.error}: ${failed.message}`
        return outcomes.includes('true')
      }
      if (attempt(index + 1)) return true
      return all.some((way) => {
        const undo = this.apply(way)
        const allowed = attempt(index + 1)
        undo()
        return allowed
      })
    }
    return attempt(0)
  }
}

/** Returns the rows that do not exist yet and that a set of changes needs. */
function newRows(set: readonly Change[], ways: readonly (readonly Assignment[])[]): ReadonlySet<object> {
  const values = ways.flat().map((way) => (way.isAdded ? undefined : way.to(undefined)))
  return new Set([...set.map(({ row }) => row), ...values].filter(isImagined))
}

/** Whether some row does not exist yet of those that a set of changes needs. */
export function needsNewRow(set: readonly Change[]): boolean {
  return (
    newRows(
      set,
      set.map((one) => waysOf(one)),
    ).size > 0
  )
}

/** @param identityOf - Returns the same for objects of one row. */
export function waysOf(
  { kind, part, wanted, row }: Change,
  identityOf: (row: object) => unknown = (one) => one,
): readonly Assignment[] {
  if (kind === 'leaf') return realize(part, wanted).ways
  const { condition } = part
  const operand = condition.kind === 'some' ? condition.from : condition.kind === 'compare' ? condition.left : undefined
  if (operand?.kind !== 'path') return []
  const object = part.world.value({ ...operand, steps: operand.steps.slice(0, -1) }, part.environment)
  if (typeof object !== 'object' || object === null) return []
  const list = (before: unknown): readonly unknown[] => (Array.isArray(before) ? before : [])
  const isRow = (one: unknown): boolean =>
    typeof one === 'object' && one !== null && identityOf(one) === identityOf(row as object)
  const to = {
    row: (before: unknown) => [...list(before), row],
    removal: (before: unknown) => list(before).filter((one) => one !== row && !isRow(one)),
    there: () => row,
  }[kind]
  return [{ object, field: operand.steps.at(-1)!.name, to, isAdded: kind !== 'there' }]
}

/** Changes a field of an object, and returns how to undo it. */
function change({ object, field, to }: Assignment): () => void {
  const before = Object.getOwnPropertyDescriptor(object, field)
  const value = to(Reflect.get(object, field))
  Object.defineProperty(object, field, { value, configurable: true, enumerable: true, writable: true })
  return () => {
    if (before) Object.defineProperty(object, field, before)
    else Reflect.deleteProperty(object, field)
  }
}

/** The objects that can be reached from some. */
export function reached(objects: readonly unknown[], found: Set<object> = new Set()): ReadonlySet<object> {
  for (const one of objects) {
    if (typeof one !== 'object' || one === null || found.has(one)) continue
    found.add(one)
    reached(Object.values(one), found)
  }
  return found
}

export function isPlainField(object: object, field: string): boolean {
  return Object.getOwnPropertyDescriptor(object, field)?.value !== undefined
}

/** Whether a change is one of data, not an assumption about a goal. */
export function isData(change: Change): boolean {
  return waysOf(change).length > 0
}

/** The leaves of a condition, whatever is evaluated of it. */
export function leavesOf(root: Part): readonly Part[] {
  const found: Part[] = []
  const seen = new Set<Part>()
  const visit = (part: Part): void => {
    if (seen.has(part) || seen.size > 2_000) return
    seen.add(part)
    switch (part.condition.kind) {
      case 'true':
      case 'false':
      case 'failure':
        return
      case 'and':
      case 'or':
      case 'not':
      case 'some':
      case 'ref': {
        let parts: readonly Part[] = []
        try {
          parts = part.parts
        } catch {
          // A list that can't be read has no leaves.
        }
        parts.forEach(visit)
        return
      }
      default:
        found.push(part)
    }
  }
  visit(root)
  return found
}
