import {
  type DataSource,
  EntitySchema,
  type EntitySchemaColumnOptions,
  type EntitySchemaRelationOptions,
  type ObjectLiteral,
} from 'typeorm'
import type {
  PrismaColumn,
  PrismaModel,
  PrismaRelation,
  PrismaSchema,
} from '../../packages/prisma/src/schema/schema.js'
import { rowsOf } from '../orm/rows.js'
import type { Client } from '../prisma/documents.js'
import type { Database } from './databases.js'

/** The entities that have the tables of a schema of Prisma: the same names, columns and links. */
export function entitiesOf(schema: PrismaSchema, kind: Database['kind']): EntitySchema<ObjectLiteral>[] {
  return schema.models.map((model) => {
    const columns = model.fields.filter((field): field is PrismaColumn => field.kind !== 'relation')
    const relations = model.fields.filter((field): field is PrismaRelation => field.kind === 'relation')
    return new EntitySchema<ObjectLiteral>({
      name: model.name,
      tableName: model.table,
      columns: Object.fromEntries(columns.map((one) => [one.name, columnOf(model, one, schema, kind)])),
      relations: Object.fromEntries(relations.map((one) => [one.name, relationOf(model, one, schema)])),
    })
  })
}

const types: Readonly<Record<Database['kind'], Readonly<Record<string, Partial<EntitySchemaColumnOptions>>>>> = {
  sqlite: { String: { type: 'text' }, DateTime: { type: 'datetime' }, Decimal: { type: 'decimal' } },
  postgresql: {
    String: { type: 'text' },
    DateTime: { type: 'timestamp', precision: 3 },
    Decimal: { type: 'decimal', precision: 65, scale: 10 },
  },
  mysql: {
    String: { type: 'varchar', length: 191 },
    DateTime: { type: 'datetime', precision: 3 },
    Decimal: { type: 'decimal', precision: 65, scale: 10 },
  },
}
const common: Readonly<Record<string, Partial<EntitySchemaColumnOptions>>> = {
  Int: { type: 'int' },
  BigInt: { type: 'bigint' },
  Float: { type: 'double precision' },
  Boolean: { type: 'boolean' },
  Json: { type: 'simple-json' },
  Bytes: { type: 'simple-json' },
}

function columnOf(
  { key }: PrismaModel,
  { name, column, type, kind, nullable }: PrismaColumn,
  { enums }: PrismaSchema,
  database: Database['kind'],
): EntitySchemaColumnOptions {
  const values = enums.find((one) => one.name === type)?.values
  const own =
    kind === 'enum' ? { type: 'simple-enum' as const, enum: [...values!] } : (types[database][type] ?? common[type]!)
  return { ...own, name: column, nullable, primary: key.includes(name) } as EntitySchemaColumnOptions
}

function relationOf(
  own: PrismaModel,
  { name, model, relation, list, nullable, owner, from, to }: PrismaRelation,
  { models }: PrismaSchema,
): EntitySchemaRelationOptions {
  const other = models.find((one) => one.name === model)!
  const inverse = other.fields.find(
    (field): field is PrismaRelation =>
      field.kind === 'relation' && field.relation === relation && !(other === own && field.name === name),
  )!
  const columnOfOwn = (field: string): string => {
    const found = own.fields.find((one) => one.name === field)
    return found && found.kind !== 'relation' ? found.column : field
  }
  const sides = `${list ? 'many' : 'one'}-to-${inverse.list ? 'many' : 'one'}`
  // TypeORM calls a relation after both ends, its own one first.
  const type = { 'one-to-many': 'many-to-one', 'many-to-one': 'one-to-many' }[sides] ?? sides
  const joinColumn = owner
    ? { joinColumn: from.map((field, at) => ({ name: columnOfOwn(field), referencedColumnName: to[at]! })) }
    : {}
  // Of two ends with a table of links just one owns it.
  const joinTable = type === 'many-to-many' && name > inverse.name ? { joinTable: { name: `_${relation}` } } : {}
  return {
    type,
    target: model,
    nullable,
    inverseSide: inverse.name,
    ...joinColumn,
    ...joinTable,
  } as EntitySchemaRelationOptions
}

/** Puts the rows of a seed into the tables. */
export async function fillDocuments(source: DataSource, seed: number, tags?: readonly string[]): Promise<void> {
  const rows = rowsOf(seed, tags)
  const decimal = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && 'toFixed' in value ? String(value) : value
  const insert = async (model: string, all: readonly object[]): Promise<void> => {
    const plain = all.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? String(value) : decimal(value)]),
      ),
    )
    if (plain.length > 0) await source.getRepository(model).insert(plain)
  }
  await insert('Organization', rows.organizations)
  for (const user of rows.users) await insert('User', [user])
  await insert('Profile', rows.profiles)
  await insert('Membership', rows.memberships)
  for (const folder of rows.folders) await insert('Folder', [folder])
  await insert('Tag', rows.tags)
  for (const { tags: names, related, ...row } of rows.documents) {
    await insert('Document', [row])
    const document = (relation: string) => source.createQueryBuilder().relation('Document', relation).of({ id: row.id })
    if (names.length > 0) await document('tags').add(names.map((name) => ({ name })))
    if (related.length > 0) await document('related').add(related.map((id) => ({ id })))
  }
}

/** What reads the rows as Prisma's client does. */
export function readerOf(source: DataSource): Client {
  const names = ['user', 'profile', 'organization', 'membership', 'folder', 'tag', 'document']
  const modelOf = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)
  const delegates = names.map((name) => [
    name,
    {
      findMany: ({ include }: { include?: object } = {}) =>
        source.getRepository(modelOf(name)).find({
          ...(include ? { relations: include as never } : {}),
          ...(name === 'document' ? { order: { id: 'ASC' } } : {}),
        }),
    },
  ])
  // Sound: only `findMany` is asked of it, without arguments or to include relations.
  return Object.fromEntries(delegates) as Client
}
