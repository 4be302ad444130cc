import { AuthorizationError, Authorizer, type FieldDeclaration, InvalidBodyError, PolicyError } from '@arcturus/core'
import { engineOf } from '@arcturus/core/internal/writes'
import { actionsToCheck } from '../../packages/core/src/authorizer/actions/actionNames.js'
import type { Wanted } from '../../packages/core/src/schema/wanted.js'
import { collectionPolicy } from './collectionPolicy.js'
import { actorOf, check, isTrue, type Outcome, outcomeOf, Prepared, quiet, withoutTime } from './evaluators.js'
import { makeObjects, type Objects, register } from './objects.js'
import { printPolicy } from './policyTree.js'
import { Random } from './random.js'
import type { Case } from './randomCase.js'
import { relationalCase } from './relationalCase.js'
import {
  descendantsOf,
  type FieldSpec,
  fieldsOf,
  isSubclass,
  keyOf,
  modelNamed,
  type OneSpec,
  type Row,
  targetOf,
  type Value,
  type World,
} from './world.js'

/** What a run has counted, and what was wrong. */
export interface ChangesRun {
  readonly counts: ReadonlyMap<string, number>
  readonly failures: readonly string[]
}

/** A statement: a row that gets other values, or a new one. */
interface Statement {
  readonly model: string
  /** The number of the row; undefined for a new one. */
  readonly row: number | undefined
  /** All columns of the row after it, and its embedded objects. */
  readonly values: Readonly<Record<string, Value>>
  /** The names of what the data contain. */
  readonly written: readonly string[]
}

/**
 * Authorizes random changes and new rows, and compares with an oracle. It applies each to a copy of the world and asks
 * `can` there, once with and once without the row in collections of rows that existed before.
 */
export async function fuzzChanges(seed: number, cases: number, from = 0): Promise<ChangesRun> {
  const counts = new Map<string, number>()
  const failures: string[] = []
  const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1)
  for (let index = from; index < from + cases && failures.length === 0; index++) {
    const random = Random.ofCase(seed ^ 0x7f4a7c15, index)
    const { asked } = relationalCase(seed, index)
    if (asked.world.foreign) continue
    try {
      for (let time = 0; time < 4; time++) {
        const wrong = await compare(random, asked, count)
        if (wrong) failures.push(`${wrong}\nseed ${seed}, case ${index}`)
      }
    } catch (error) {
      if (!(error instanceof PolicyError)) throw new Error(`seed ${seed}, case ${index}`, { cause: error })
      count('unloadable')
    }
  }
  return { counts, failures }
}

async function compare(random: Random, asked: Case, count: (what: string) => void): Promise<string | undefined> {
  const { world, actions } = asked
  const statement = statementIn(random, asked)
  if (!statement) return undefined
  const action = random.pick(actions)
  const policy = random.chance(0.5)
    ? printPolicy(asked.policy)
    : collectionPolicy(random, world, statement.model, action)
  const hidesColumns = random.chance(0.25)
  const isBare = random.chance(0.5)
  const own = new Prepared(asked)
  const actor = random.pick(asked.actors)
  const oracle = new Authorizer({ ...quiet, evaluator: 'machine', limits: withoutTime, actions })
  register(oracle, world, own.objects)
  oracle.loadSync(policy)
  const who = actorOf(own, actor)
  const old = statement.row === undefined ? undefined : own.objects.rows[statement.row]!
  const before = old ? check(oracle, who, action, old) : 'true'
  const after: Outcome[] = []
  for (const includes of [false, true]) {
    const state = stateAfter(world, statement, includes)
    const row = makeObjects(state.world, undefined, own.objects).rows[state.row]!
    after.push(
      old && policy.includes('allow_update') ? await holds(oracle, who, old, row) : check(oracle, who, action, row),
    )
    // A new reference has to lead to a row that the actor may read. Without its columns, it is not known.
    for (const { name, model } of hidesColumns ? [] : newReferences(world, statement))
      if (isRead(oracle, model)) after.push(check(oracle, who, 'read', Reflect.get(row, name)))
  }
  const expected = [before, ...after].every(isTrue)
  const subject = new Subject(asked, policy, own, isBare, hidesColumns)
  const found = await subject.ask(actor, action, statement, random)
  const kind = `${statement.row === undefined ? 'create' : 'change'} ${expected ? 'allowed' : 'denied'}`
  count(kind)
  if (after[0] !== after[1] && String(after[0]) !== String(after[1])) count('depends on the row itself')
  if (found === expected) return undefined
  if (typeof found === 'string') {
    count(`error ${found}`)
    // A denial can be an error; an allowed change must not be one.
    if (!expected || hidesColumns) return undefined
  }
  // Without the columns of collections, more states have to be allowed.
  if (hidesColumns && found === false) {
    count('refused for missing columns')
    return undefined
  }
  return [
    `${kind} by the oracle, and ${String(found)} here (bare ${isBare}, hidden columns ${hidesColumns})`,
    `action ${action}, actor ${actor}, ${JSON.stringify(statement)}`,
    `before ${JSON.stringify(before)}, after ${JSON.stringify(after)}`,
    subject.message,
    policy,
  ].join('\n')
}

/** Returns the relations to one row that a statement sets to another one. */
function newReferences(world: World, { model, row, values, written }: Statement): OneSpec[] {
  const old = row === undefined ? undefined : world.rows[row]!.values
  return fieldsOf(world, model).flatMap((field) => {
    if (field.kind !== 'one' || !field.from?.some((name) => written.includes(name))) return []
    const isSame = old && field.from.every((name) => old[name] === values[name])
    return isSame || values[field.name] === null ? [] : [field]
  })
}

/** Returns whether rules say who reads the rows of a model. */
function isRead(oracle: Authorizer, model: string): boolean {
  const { decider, schema } = engineOf(oracle)!
  return actionsToCheck(decider.policy.policy, schema.ancestors(model), 'read').has('read')
}

/** Whether a rule about the row before and the row after holds. */
async function holds(oracle: Authorizer, actor: unknown, before: object, after: object): Promise<Outcome> {
  try {
    for await (const _ of oracle.queryRule('allow_update', actor, before, after)) return 'true'
    return 'false'
  } catch (error) {
    return outcomeOf(() => {
      throw error
    })
  }
}

/** The application under test: it has the state before, and loads relations of it. */
class Subject {
  message = ''
  readonly #asked: Case
  readonly #objects: Objects
  readonly #authorizer: Authorizer

  /** @param isBare - Whether no row holds relations to rows, so that all of them are loaded. */
  constructor(
    asked: Case,
    policy: string,
    { objects: { classes, parts } }: Prepared,
    isBare: boolean,
    hidesColumns: boolean,
  ) {
    const { world } = asked
    this.#asked = asked
    const whole = makeObjects(world, undefined, { classes, parts })
    this.#objects = isBare ? bareObjects(world, whole) : whole
    const authorizer = new Authorizer({ ...quiet, limits: withoutTime, actions: asked.actions })
    if (hidesColumns) register(authorizer, world, whole)
    else registerWithColumns(authorizer, world, whole)
    const load = async ({ object, name, model }: Wanted): Promise<unknown> => this.#related(whole, object, name, model!)
    for (const { name } of world.models) authorizer.registerModels([authorizer.schema.models.get(name)!], load)
    authorizer.loadSync(policy)
    this.#authorizer = authorizer
  }

  /** Returns whether the statement is allowed, or the code of an error. */
  async ask(
    actor: number | null,
    action: string,
    { model, row, values, written }: Statement,
    random: Random,
  ): Promise<boolean | string> {
    const { world } = this.#asked
    const who = actor === null ? null : this.#objects.rows[actor]
    const made = makeObjects({ ...world, rows: [...world.rows, { model, values }] }, undefined, this.#objects)
    const from = made.rows.at(-1)!
    const data = Object.fromEntries(written.map((name) => [name, Reflect.get(from, name) as unknown]))
    for (const field of fieldsOf(world, model)) if (field.kind === 'one') this.#asReference(field, values, data, random)
    try {
      if (row === undefined) await this.#authorizer.authorizeCreate(who, action, model, data)
      else await this.#authorizer.authorizeChange(who, action, this.#objects.rows[row]!, data)
      return true
    } catch (error) {
      if (error instanceof AuthorizationError) return false
      if (error instanceof InvalidBodyError) throw error
      this.message = String(error)
      const outcome = outcomeOf(() => {
        throw error
      })
      return typeof outcome === 'object' ? outcome.error : outcome
    }
  }

  /** Sometimes writes a relation in place of its columns: the row, its key, or a form of Prisma. */
  #asReference(field: OneSpec, values: Statement['values'], data: Record<string, unknown>, random: Random): void {
    const { from, to } = columnsOf(this.#asked.world, field)
    const isShared = (column: string): boolean =>
      this.#asked.world.models.some(({ fields }) =>
        fields.some((one) => one.kind === 'one' && one !== field && one.from?.includes(column)),
      )
    if (!random.chance(0.4) || from.some((column) => !(column in data) || isShared(column))) return
    const target = values[field.name]
    const key = Object.fromEntries(to.map((column, at) => [column, data[from[at]!]]))
    for (const column of from) delete data[column]
    if (typeof target !== 'object' || target === null || !('row' in target)) {
      data[field.name] = random.pick([null, { disconnect: true }])
      return
    }
    data[field.name] = random.pick([key, { connect: key }, this.#objects.rows[target.row]])
  }

  /** Finds the rows of a relation as a database does: by columns. */
  #related(whole: Objects, object: object, name: string, model: string): unknown {
    const { world } = this.#asked
    const at = this.#find(object, model)
    const field = fieldsOf(world, model).find((one) => one.name === name)
    const rows = isBareOf(this.#objects, whole) ? this.#objects.rows : whole.rows
    if (field?.kind === 'one') {
      const other = referred(world, field, (column) => Reflect.get(object, column) as unknown, whole.rows)
      return other === undefined ? null : rows[other]
    }
    const { values } = world.rows[at]!
    const held = values[name] as { readonly rows: readonly { readonly row: number }[] }
    return held.rows.map(({ row }) => rows[row])
  }

  #find(object: object, name: string): number {
    const { world } = this.#asked
    const key = keyOf(world, name)
    return world.rows.findIndex(({ model, values }) =>
      isSubclass(world, model, name) || isSubclass(world, name, model)
        ? key.every((column) => values[column] === Reflect.get(object, column))
        : false,
    )
  }
}

function isBareOf(objects: Objects, whole: Objects): boolean {
  return objects !== whole
}

/** The same rows without their relations to rows with keys. */
function bareObjects(world: World, whole: Objects): Objects {
  const made = makeObjects(world, undefined, whole)
  for (const [at, row] of made.rows.entries())
    for (const { kind, name } of fieldsOf(world, world.rows[at]!.model))
      if (kind === 'one' || kind === 'many') Reflect.deleteProperty(row, name)
  return made
}

/** Registers the models with the columns of all relations. */
function registerWithColumns(authorizer: Authorizer, world: World, objects: Objects): void {
  register(authorizer, world, objects)
  for (const { name, key, fields } of world.models) {
    const known = authorizer.schema.models.get(name)!
    const declared = fields.map((field): [string, FieldDeclaration] => [field.name, declarationOf(world, name, field)])
    authorizer.registerClass(known.class, {
      name,
      ...(key.length > 0 ? { key } : {}),
      fields: Object.fromEntries(declared),
    })
  }
}

function declarationOf(world: World, model: string, field: FieldSpec): FieldDeclaration {
  switch (field.kind) {
    case 'scalar':
      return { type: field.type, nullable: field.nullable, list: field.list }
    case 'part':
      return { one: `${model}_${field.name}`, nullable: false }
    case 'one':
      return {
        one: field.model,
        nullable: field.nullable,
        kept: !modelNamed(world, field.model).deletes,
        ...columnsOf(world, field),
      }
    case 'many': {
      const other = fieldsOf(world, field.model).find(({ name }) => name === field.inverse)
      if (other?.kind !== 'one') return { many: field.model, inverse: null }
      const { from, to } = columnsOf(world, other)
      return { many: field.model, from: to, to: from }
    }
    default:
      return field satisfies never
  }
}

function columnsOf(world: World, field: OneSpec): { readonly from: readonly string[]; readonly to: readonly string[] } {
  return { from: field.from ?? [], to: targetOf(world, field) }
}

/** A random statement on a row of the model that the policy is about, or on one of another model. */
function statementIn(random: Random, { world, model }: Case): Statement | undefined {
  const family = descendantsOf(world, model)
  const rows = world.rows.flatMap((row, at) => (family.includes(row.model) ? [at] : []))
  if (rows.length === 0) return undefined
  const row = random.pick(rows)
  const { model: own, values: old } = world.rows[row]!
  const isNew = random.chance(0.3)
  const key = keyOf(world, own)
  // The key of a row that consists of references can't be made up.
  if (isNew && !(key.length === 1 && key[0] === 'id')) return undefined
  const values: Record<string, Value> = {}
  const written = new Set<string>()
  const fields = fieldsOf(world, own)
  const write = (name: string, value: Value): void => {
    values[name] = value
    written.add(name)
  }
  for (const field of fields) {
    if (field.kind === 'many') values[field.name] = isNew ? { rows: [] } : old[field.name]!
    else if (field.kind !== 'one') values[field.name] = old[field.name]!
    if (field.kind === 'many' || field.kind === 'one' || key.includes(field.name)) continue
    const donors = world.rows.filter((one) => isSubclass(world, one.model, own) || isSubclass(world, own, one.model))
    const other = random.pick(donors.filter((one) => one.values[field.name] !== undefined))
    if (isNew || random.chance(0.25)) write(field.name, other.values[field.name]!)
  }
  if (isNew) write('id', world.rows.length + 1000)
  // References that are moved one at a time lead to a row, or nowhere.
  for (const field of random.shuffled(fields.filter((one) => one.kind === 'one'))) {
    if (!random.chance(isNew ? 0.9 : 0.4)) continue
    const { from, to } = columnsOf(world, field)
    if (from.some((column) => key.includes(column))) continue
    const nullable = from.every((column) => isNullable(fields, column))
    const found = world.rows.filter((one) => isSubclass(world, one.model, field.model))
    const target = nullable && random.chance(0.25) ? undefined : random.pick(found)
    for (const [at, column] of from.entries()) write(column, target?.values[to[at]!] ?? null)
  }
  for (const field of fields) {
    if (field.kind !== 'one') continue
    const at = referred(world, field, (column) => values[column], undefined)
    // Every reference leads to a row.
    if (at === undefined && (field.from ?? []).every((column) => values[column] !== null)) return undefined
    values[field.name] = at === undefined ? null : { row: at }
    if (at === undefined && !field.nullable) return undefined
  }
  return written.size === 0 ? undefined : { model: own, row: isNew ? undefined : row, values, written: [...written] }
}

function isNullable(fields: readonly FieldSpec[], column: string): boolean {
  return fields.some((one) => one.kind === 'scalar' && one.name === column && one.nullable)
}

/** Returns the row that columns refer to. @param rows - Objects of the rows. Default: their values. */
function referred(
  world: World,
  field: OneSpec,
  columnOf: (name: string) => unknown,
  rows: readonly object[] | undefined,
): number | undefined {
  const { from, to } = columnsOf(world, field)
  const at = world.rows.findIndex(
    ({ model, values }, index) =>
      isSubclass(world, model, field.model) &&
      from.every((column, part) => {
        const value = rows ? Reflect.get(rows[index]!, to[part]!) : values[to[part]!]
        return columnOf(column) !== null && columnOf(column) === value
      }),
  )
  return at < 0 ? undefined : at
}

/**
 * Returns the world after a statement, and the place of its row.
 * @param includes - Whether the row is in collections of rows that existed before and did not have it.
 */
function stateAfter(
  world: World,
  { model, row, values }: Statement,
  includes: boolean,
): { readonly world: World; readonly row: number } {
  const at = row ?? world.rows.length
  const own = { model, values: { ...values } }
  const rows: Row[] = world.rows.map((one, index) => (index === row ? own : { ...one, values: { ...one.values } }))
  if (row === undefined) rows.push(own)
  for (const [index, holder] of rows.entries()) {
    for (const field of fieldsOf(world, holder.model)) {
      if (field.kind !== 'many' || !isSubclass(world, model, field.model)) continue
      const inverse = fieldsOf(world, field.model).find(({ name }) => name === field.inverse)
      if (inverse?.kind !== 'one') continue
      const target = own.values[inverse.name]
      const isIn = typeof target === 'object' && target !== null && 'row' in target && target.row === index
      const held = (holder.values[field.name] as { readonly rows: readonly { readonly row: number }[] }).rows
      const was = held.some((one) => one.row === at)
      const stays = isIn && (was || includes || (row === undefined && index === at))
      const others = held.filter((one) => one.row !== at)
      const list = stays ? (was ? held : [...held, { row: at }]) : others
      // Sound: the values of these rows are copies.
      ;(holder.values as Record<string, Value>)[field.name] = { rows: list }
    }
  }
  return { world: { ...world, rows }, row: at }
}
