import type { SqlDialect } from '@arcturus/sql'
import { EntitySchema, type EntitySchemaColumnOptions, type EntitySchemaRelationOptions } from 'typeorm'
import { enumValues } from '../pools.js'
import { isLink, linksOf } from '../relationalSchema.js'
import {
  keyOf,
  type ManySpec,
  type ModelSpec,
  modelNamed,
  type OneSpec,
  type PartSpec,
  type ScalarKind,
  type ScalarSpec,
  type Storage,
} from '../world.js'

type ColumnType = Omit<EntitySchemaColumnOptions, 'name' | 'nullable'>

const types: Readonly<Record<SqlDialect, Readonly<Record<ScalarKind, ColumnType>>>> = {
  sqlite: {
    string: { type: 'text' },
    integer: { type: 'integer' },
    float: { type: 'real' },
    boolean: { type: 'boolean' },
    date: { type: 'datetime' },
    bigint: { type: 'bigint' },
    decimal: { type: 'decimal' },
    enum: { type: 'simple-enum', enum: [...enumValues] },
    uuid: { type: 'varchar' },
  },
  postgresql: {
    string: { type: 'text' },
    integer: { type: 'int' },
    float: { type: 'double precision' },
    boolean: { type: 'boolean' },
    date: { type: 'timestamp', precision: 3 },
    bigint: { type: 'bigint' },
    decimal: { type: 'decimal', precision: 20, scale: 4 },
    enum: { type: 'enum', enum: [...enumValues] },
    uuid: { type: 'uuid' },
  },
  mysql: {
    string: { type: 'varchar', length: 191 },
    integer: { type: 'int' },
    float: { type: 'double' },
    boolean: { type: 'boolean' },
    date: { type: 'datetime', precision: 3 },
    bigint: { type: 'bigint' },
    decimal: { type: 'decimal', precision: 20, scale: 4 },
    enum: { type: 'enum', enum: [...enumValues] },
    uuid: { type: 'uuid' },
  },
}

export interface Entities {
  readonly schemas: readonly EntitySchema[]
  /** The classes of rows, by the names of models. */
  readonly classes: ReadonlyMap<string, new () => object>
}

/** The entities of a schema, with classes of their own. */
export function entitiesFor(models: readonly ModelSpec[], storage: Storage, dialect: SqlDialect): Entities {
  const classes = new Map<string, new () => object>()
  for (const { name, parent } of models) {
    const base = parent === undefined ? Object : classes.get(parent)!
    // The name of a class is what policies call it.
    const named = { [name]: class extends base {} }
    classes.set(name, named[name]!)
  }
  const maker = new EntityMaker(models, storage, dialect)
  return { schemas: models.map((model) => maker.entity(model, classes.get(model.name)!)), classes }
}

class EntityMaker {
  readonly #models: readonly ModelSpec[]
  readonly #storage: Storage
  readonly #dialect: SqlDialect

  constructor(models: readonly ModelSpec[], storage: Storage, dialect: SqlDialect) {
    this.#models = models
    this.#storage = storage
    this.#dialect = dialect
  }

  entity(model: ModelSpec, target: new () => object): EntitySchema {
    const { name, parent, fields } = model
    const hasChildren = this.#models.some((one) => one.parent === name)
    const parts = fields.filter((field) => field.kind === 'part')
    const relations: Record<string, EntitySchemaRelationOptions> = {}
    for (const field of fields) {
      if (field.kind === 'one') relations[field.name] = this.#one(name, field)
      if (field.kind === 'many') relations[field.name] = this.#many(name, field)
    }
    return new EntitySchema({
      name,
      target,
      ...(parent === undefined ? { tableName: tableOf(this.#storage, name) } : { type: 'entity-child' as const }),
      ...(hasChildren
        ? {
            inheritance: {
              pattern: 'STI' as const,
              column: { name: 'row_class', type: 'varchar' as const, length: 20 },
            },
          }
        : {}),
      ...(hasChildren || parent !== undefined ? { discriminatorValue: name } : {}),
      columns: this.#columns(model),
      ...(parts.length > 0
        ? { embeddeds: Object.fromEntries(parts.map((part) => [part.name, this.#part(name, part)])) }
        : {}),
      relations,
    })
  }

  #columns(model: ModelSpec): Record<string, EntitySchemaColumnOptions> {
    const scalars = model.fields.filter((field) => field.kind === 'scalar')
    return Object.fromEntries(
      scalars.map((field) => [
        field.name,
        {
          ...this.#column(field),
          ...(model.key.includes(field.name) ? { primary: true } : {}),
          ...(model.deletes === field.name ? { deleteDate: true } : {}),
        },
      ]),
    )
  }

  #column(field: ScalarSpec): EntitySchemaColumnOptions {
    const isNative = field.type !== 'uuid' || this.#storage.native
    return {
      ...types[this.#dialect][isNative ? field.type : 'string'],
      name: columnOf(this.#storage, field.name),
      nullable: field.nullable,
      ...(field.list ? { array: true } : {}),
    }
  }

  #part(model: string, part: PartSpec): { schema: EntitySchema; prefix: string } {
    const columns = Object.fromEntries(part.fields.map((field) => [field.name, this.#column(field)]))
    return { schema: new EntitySchema({ name: `${model}_${part.name}`, columns }), prefix: part.name }
  }

  #one(model: string, field: OneSpec): EntitySchemaRelationOptions {
    const columns = modelNamed({ models: this.#models }, model).fields.filter(({ name }) => field.from!.includes(name))
    return {
      type: 'many-to-one',
      target: field.model,
      inverseSide: this.#backOf(model, field),
      nullable: columns.some((column) => column.kind === 'scalar' && column.nullable),
      createForeignKeyConstraints: this.#storage.constrained,
      joinColumn: keyOf({ models: this.#models }, field.model).map((referencedColumnName, at) => ({
        name: columnOf(this.#storage, field.from![at]!),
        referencedColumnName,
      })),
    }
  }

  /** The relation back. */
  #backOf(model: string, field: OneSpec): string {
    const back = modelNamed({ models: this.#models }, field.model).fields.find(
      (other) => other.kind === 'many' && other.model === model && other.inverse === field.name,
    )
    return back!.name
  }

  #many(model: string, field: ManySpec): EntitySchemaRelationOptions {
    const { model: target, inverse: inverseSide } = field
    if (!isLink(this.#models, field)) return { type: 'one-to-many', target, inverseSide: inverseSide! }
    const isOwner = linksOf(this.#models).some((one) => one.model === model && one.field === field)
    return {
      type: 'many-to-many',
      target,
      inverseSide: inverseSide!,
      createForeignKeyConstraints: this.#storage.constrained,
      ...(isOwner
        ? {
            joinTable: {
              name: linkTable(model, field),
              joinColumns: linkColumns(this.#models, model, 'own'),
              inverseJoinColumns: linkColumns(this.#models, target, 'other'),
            },
          }
        : {}),
    }
  }
}

export function tableOf({ mapped }: Storage, model: string): string {
  return mapped ? `the ${model.toLowerCase()}s` : model
}

export function columnOf({ mapped }: Storage, field: string): string {
  return mapped ? `its ${field}` : field
}

export function linkTable(model: string, field: ManySpec): string {
  return `${model}_${field.name}`
}

/** The columns of a table of links that hold the key of one side. */
export function linkColumns(
  models: readonly ModelSpec[],
  model: string,
  side: 'own' | 'other',
): { name: string; referencedColumnName: string }[] {
  return keyOf({ models }, model).map((referencedColumnName) => ({
    name: `${side}_${referencedColumnName}`,
    referencedColumnName,
  }))
}
