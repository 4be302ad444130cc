import { ArgumentError, type Authorizer, ForbiddenError, UnauthenticatedError } from '@arcturus/core'
import { isDecimal } from '../filter/numbers.js'
import type { Tables } from '../filter/tables.js'
import { isMissing } from '../rows/missing.js'
import type { PrismaColumn, PrismaModel, PrismaRelation } from '../schema/schema.js'
import { type Arguments, isArguments, isLiteral } from './literal.js'
import type { FilterRequest } from './markers.js'

/** The half of `upsert` that no filter guards: whether each actor may do `create` to what would be created. */
export class Creations {
  readonly #authorizer: Authorizer
  readonly #tables: Tables
  readonly #unsaved: WeakSet<object>

  /** @param unsaved - Where it is noted of a record that there is none yet, so that nothing of it is loaded by its key. */
  constructor(authorizer: Authorizer, tables: Tables, unsaved: WeakSet<object>) {
    this.#authorizer = authorizer
    this.#tables = tables
    this.#unsaved = unsaved
  }

  /**
   * It is asked before the query is sent, whether or not there is a row to update: until the database has looked, nobody can
   * know.
   * @param mayLoad - Whether what the policy reads of other rows may be loaded.
   * @throws UnauthenticatedError, ForbiddenError for a denial; QueryError for a policy that reads what the data does not say.
   */
  async authorize(args: unknown, model: string, requests: readonly FilterRequest[], mayLoad: boolean): Promise<void> {
    const data = isArguments(args) && isArguments(args['create']) ? args['create'] : {}
    assertLiteral(data, this.#tables.model(model)!)
    const record = this.#authorizer.as(model, recordOf(data, this.#tables.model(model)!, this.#tables))
    this.#unsaved.add(record)
    for (const actor of new Set(requests.map((request) => request.actor))) {
      if (await this.#mayCreate(actor, record, mayLoad)) continue
      throw actor === null ? new UnauthenticatedError() : new ForbiddenError()
    }
  }

  /** Mostly the references in the data tell enough, and nothing has to be loaded. */
  async #mayCreate(actor: unknown, record: object, mayLoad: boolean): Promise<boolean> {
    try {
      return this.#authorizer.can(actor, 'create', record)
    } catch (error) {
      if (mayLoad && isMissing(error)) return await this.#authorizer.isAllowed(actor, 'create', record)
      throw error
    }
  }
}

/**
 * The record that data would create, as far as the data says: its columns, and the references of the rows that it connects by
 * their keys. What the database fills in is not known, so it is missing, which is an error to a policy that reads it.
 */
function recordOf(data: Arguments, model: PrismaModel, tables: Tables): Record<string, unknown> {
  const record: Record<string, unknown> = {}
  for (const field of model.fields) {
    const value = data[field.name]
    if (field.kind !== 'relation') setColumn(record, field, value)
    else if (value !== undefined) connect(record, field, value, tables)
  }
  for (const field of model.fields) {
    if (field.kind !== 'relation' || field.owner || data[field.name] !== undefined) continue
    // No row but itself refers to one that is not there yet, where the database keeps references.
    const canReferToItself = field.model === model.name && field.to.some((column) => (record[column] ?? null) !== null)
    if (tables.isKeptByOthers(field) && !canReferToItself) record[field.name] = field.list ? [] : null
  }
  return record
}

/**
 * Prisma sends other things than objects say where they have a certain form: a policy would be asked about another record than
 * the one that is created.
 * @throws ArgumentError for such an object anywhere but in a JSON column, in which a policy reads nothing
 */
function assertLiteral(data: Arguments, model: PrismaModel): void {
  assertLiteralObject(data)
  for (const [name, value] of Object.entries(data)) {
    const field = model.fields.find((one) => one.name === name)
    if (field?.kind !== 'scalar' || field.type !== 'Json') assertLiteralValue(value)
  }
}

function assertLiteralValue(value: unknown): void {
  if (Array.isArray(value)) for (const one of value) assertLiteralValue(one)
  else if (isArguments(value) && !(value instanceof Date) && !isDecimal(value) && !ArrayBuffer.isView(value)) {
    assertLiteralObject(value)
    for (const one of Object.values(value)) assertLiteralValue(one)
  }
}

function assertLiteralObject(value: Arguments): void {
  if (isLiteral(value)) return
  throw new ArgumentError(
    'invalid-argument',
    'The data of what is created holds an object that Prisma takes for something else.',
    {
      hint: 'give plain data to `create`: what is parsed from a request is validated before',
      data: { value },
    },
  )
}

function setColumn(record: Record<string, unknown>, { name, type, list }: PrismaColumn, value: unknown): void {
  if (list) {
    const values = isArguments(value) ? value['set'] : value
    if (Array.isArray(values)) record[name] = values
    return
  }
  if (type === 'DateTime' && typeof value === 'string') record[name] = new Date(value)
  // A decimal that is given as a text is no text to a policy that reads the row later; JSON has a null of its own.
  else if (value !== undefined && !(type === 'Decimal' && typeof value === 'string') && type !== 'Json')
    record[name] = value
}

function connect(record: Record<string, unknown>, relation: PrismaRelation, value: unknown, tables: Tables): void {
  const key = isArguments(value) && Object.keys(value).length === 1 ? value['connect'] : undefined
  if (!relation.owner || !isArguments(key)) return
  const composite = tables
    .model(relation.model)!
    .uniques.find(({ argument, fields }) => fields.length > 1 && argument in key)
  const columns = composite ? key[composite.argument] : key
  if (!isArguments(columns)) return
  for (const [at, column] of relation.from.entries()) {
    const named = columns[relation.to[at]!]
    if (named !== undefined) record[column] = named
  }
}
