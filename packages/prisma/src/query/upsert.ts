import type { Authorizer } from '@arcturus/core'
import {
  ForbiddenError,
  invalidArgument,
  isDecimal,
  setSource,
  UnauthenticatedError,
} from '@arcturus/core/internal/prisma'
import { type Arguments, isArguments, isLiteral } from '../literal.js'
import { isMissing } from '../rows/missing.js'
import type { PrismaColumn, PrismaModel, PrismaRelation } from '../schema/schema.js'
import type { Tables } from '../schema/tables.js'
import type { FilterRequest } from './markers.js'

/**
 * Checks the half of `upsert` that no filter guards: whether each actor may do `create` to the new
 * record.
 */
export class Creations {
  /**
   * @param unsaved - Collects records that have no row yet, so that no relation of them is loaded
   * by their key.
   */
  constructor(
    private readonly authorizer: Authorizer,
    private readonly tables: Tables,
    private readonly unsaved: WeakSet<object>,
  ) {}

  /**
   * Checks the creation before the query is sent, even if there is a row to update. Only the
   * database can find out which half applies.
   * @param mayLoad - Whether other rows that the policy reads may be loaded.
   * @throws UnauthenticatedError, ForbiddenError for a denial; QueryError for a policy that reads a
   * value missing in the data.
   */
  async authorize(args: unknown, model: string, requests: readonly FilterRequest[], mayLoad: boolean): Promise<void> {
    const data = isArguments(args) && isArguments(args['create']) ? args['create'] : {}
    assertLiteral(data, this.tables.model(model)!)
    const record = this.authorizer.as(model, recordOf(data, this.tables.model(model)!, this.tables))
    setSource(record, this.tables)
    this.unsaved.add(record)
    if (requests.some(({ asked }) => asked === 'actors')) {
      throw invalidArgument(
        'upsert does not accept the filter of authorizedActors: it does not name the user who creates the row.',
        { hint: 'use authorizedFilter(user) for writes' },
      )
    }
    for (const { actor, context } of requests) {
      const authorizer = context ? this.authorizer.with(context) : this.authorizer
      if (await mayCreate(authorizer, actor, record, mayLoad)) continue
      throw actor === null ? new UnauthenticatedError() : new ForbiddenError()
    }
  }
}

/** Usually the references in the data are enough, and no row has to be loaded. */
async function mayCreate(authorizer: Authorizer, actor: unknown, record: object, mayLoad: boolean): Promise<boolean> {
  try {
    return authorizer.can(actor, 'create', record)
  } catch (error) {
    if (mayLoad && isMissing(error)) return await authorizer.isAllowed(actor, 'create', record)
    throw error
  }
}

/**
 * Returns the record that the data would create: its columns, and the references to rows that it
 * connects by their keys. Values that the database fills in are unknown, so they are missing. A
 * policy that reads one gets an error.
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
    // If the database enforces references, only the row itself can refer to a row that does not
    // exist yet.
    const canReferToItself = field.model === model.name && field.to.some((column) => (record[column] ?? null) !== null)
    if (tables.isKeptByOthers(field) && !canReferToItself) record[field.name] = field.list ? [] : null
  }
  return record
}

/**
 * Prisma converts objects of certain forms before it sends them. The policy would then check
 * another record than the one that is created.
 * @throws ArgumentError for such an object outside JSON columns, which policies do not read
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
  throw invalidArgument('`create` contains an object that Prisma does not treat as plain data.', {
    hint: 'pass plain data to `create`, and validate data from requests first',
    data: { value },
  })
}

function setColumn(record: Record<string, unknown>, { name, type, list }: PrismaColumn, value: unknown): void {
  if (list) {
    const values = isArguments(value) ? value['set'] : value
    if (Array.isArray(values)) record[name] = values
    return
  }
  if (type === 'DateTime' && typeof value === 'string') record[name] = new Date(value)
  // A decimal given as a text is not a text to a policy that reads the row later. JSON has its own
  // null.
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
