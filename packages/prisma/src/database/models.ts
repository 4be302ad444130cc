import type { Field, Model, ScalarField, ScalarType } from '@arcturus/core/internal/prisma'
import { keepsValues } from '@arcturus/sql/internal/prisma'
import { named, type PrismaColumn, type PrismaField, type PrismaRelation, type PrismaSchema } from '../schema/schema.js'
import { Tables } from '../schema/tables.js'
import type { DatabaseOptions } from './dialect.js'
import { withReferences } from './references.js'
import { sqlDialectOf } from './sqlDialect.js'

/**
 * Returns the models of a Prisma schema for the authorizer:
 * `authorizer.registerModels(modelsOf(schema))`.
 * @param facts - Known facts about the database, which override the promises of the schema.
 * @throws ArgumentError if `database` names no reference.
 */
export function modelsOf(schema: PrismaSchema, facts?: DatabaseOptions['facts']): Model[] {
  return modelsIn(new Tables(withReferences(named(schema), { facts })))
}

/** The same for a schema whose references are all resolved. */
export function modelsIn(tables: Tables): Model[] {
  return tables.schema.models.map((model) => ({
    name: model.name,
    class: undefined,
    fields: new Map(model.fields.map((field) => [field.name, fieldOf(field, tables)])),
    key: model.key.length > 0 ? model.key : undefined,
    closed: true,
    isaCheck: undefined,
  }))
}

function fieldOf(field: PrismaField, tables: Tables): Field {
  const { name, list } = field
  if (field.kind !== 'relation') {
    const values =
      field.kind === 'enum' ? tables.schema.enums.find((one) => one.name === field.type)?.values : undefined
    const { nullable, initial = initialList(field) } = field
    return {
      kind: 'scalar',
      name,
      type: scalarOf(field),
      nullable,
      list,
      ...(values && { values }),
      ...(initial && { initial }),
      ...keepsOf(field, tables.schema),
    }
  }
  const { model } = field
  const nullable = tables.canBeMissing(field)
  const { from, to } = field.collated ? { from: [], to: [] } : field
  const heldIn = field.owner ? field.from : []
  const inverse = field.owner ? undefined : inverseOf(field, tables)
  return { kind: 'relation', name, model, many: list, nullable, kept: tables.isKept(field), from, to, heldIn, inverse }
}

/** Returns the name of the relation that holds the reference; null if a join table does. */
function inverseOf(field: PrismaRelation, tables: Tables): string | null | undefined {
  const inverse = tables.inverse(field)
  return inverse?.owner ? inverse.name : field.from.length === 0 ? null : undefined
}

/** A list column without a value is empty. */
function initialList({ list }: PrismaColumn): PrismaColumn['initial'] {
  return list ? { value: [] } : undefined
}

const scalars: Readonly<Record<string, ScalarType>> = {
  String: 'string',
  Boolean: 'boolean',
  Int: 'integer',
  BigInt: 'bigint',
  Float: 'float',
  Decimal: 'decimal',
  DateTime: 'date',
  Json: 'json',
  Bytes: 'bytes',
}

function scalarOf(column: PrismaColumn): ScalarType {
  if (column.kind === 'enum') return 'enum'
  if (column.native?.name === 'Uuid') return 'uuid'
  return scalars[column.type] ?? 'unknown'
}

/** The types of columns without a native one: their names, and their sizes. */
const usual: Readonly<Record<string, readonly [name: string, ...sizes: number[]]>> = {
  String: ['text'],
  Boolean: ['boolean'],
  Int: ['int'],
  BigInt: ['bigint'],
  Float: ['double'],
  Decimal: ['decimal', 65, 30],
  DateTime: ['datetime', 3],
}

/** Returns how the database keeps the values of a column; nothing for JSON, for bytes, and for other databases. */
function keepsOf({ kind, type, native }: PrismaColumn, { provider }: PrismaSchema): Pick<ScalarField, 'keeps'> {
  if (kind === 'enum') return { keeps: () => true }
  const dialect = provider === 'cockroachdb' ? 'postgresql' : sqlDialectOf({ provider })
  const otherwise = provider === 'mysql' && type === 'String' ? (['varchar', 191] as const) : usual[type]
  if (!dialect || !otherwise) return {}
  const isNative = native !== undefined && type !== 'Boolean'
  const [name, ...sizes] = isNative ? [native.name, ...native.args.map(Number)] : otherwise
  const unsigned = name.startsWith('Unsigned')
  const [size, scale] = sizes
  const keeps = keepsValues({ dialect, name: name.replace('Unsigned', ''), size, scale, unsigned })
  return { keeps: type === 'Float' ? (value) => isSent(value as number) && keeps(value) : keeps }
}

/**
 * Whether Prisma sends a number exactly. It writes numbers beyond 64 bits out in full, with 16
 * correct digits. Numbers with fewer digits remain the same.
 */
export function isSent(number: number): boolean {
  return Math.abs(number) < 2 ** 63 || Number(number.toPrecision(15)) === number
}
