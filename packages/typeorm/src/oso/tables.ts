import { fieldOf, type HostTypes, Relation, relationOf, type StoredClasses } from '@arcturus/oso'
import type { SqlColumn, SqlRelation, SqlTable, SqlTables } from '@arcturus/sql'
import type { SqlField, SqlPair, SqlRestriction } from '@arcturus/sql/internal/typeorm'
import { typeOrmColumnType } from '../driver/columnType.js'
import type { TypeOrmDriver } from '../driver/metadata.js'
import {
  type Column,
  columnOf,
  type DescribedConnection,
  type Entity,
  entityOf,
  extendsClass,
  isProperty,
} from './connection.js'

/**
 * The tables of the registered classes, by the metadata of TypeORM. Relations are those that the
 * classes were registered with.
 */
export class EntityTables implements SqlTables, StoredClasses {
  readonly #columns = new Map<Column, SqlColumn>()

  constructor(
    private readonly connection: DescribedConnection,
    private readonly driver: TypeOrmDriver,
    private readonly types: HostTypes,
  ) {}

  /** Returns the entity of a registered class: by the class, else by the name. */
  entity(model: string): Entity | undefined {
    return entityOf(this.connection, this.types, model)
  }

  key(model: string): readonly string[] | undefined {
    const columns = this.entity(model)?.primaryColumns ?? []
    const names = columns.filter(isProperty).map(({ propertyName }) => propertyName)
    return names.length > 0 && names.length === columns.length ? names : undefined
  }

  isKept(model: string, name: string): boolean {
    const [pair, entity] = this.#reference(model, name)
    const own = this.entity(model)
    if (!pair || !entity || !own || leavesRowsOut(entity) || own.tableType === 'view') return false
    const [from, to] = [pair.from, pair.to].map(({ databaseName }) => databaseName)
    const hasKey = own.foreignKeys.some(
      ({ columns, referencedColumns, referencedEntityMetadata, deferrable }) =>
        referencedEntityMetadata.tablePath === entity.tablePath &&
        deferrable === undefined &&
        columns.length === 1 &&
        columns[0]!.databaseName === from &&
        referencedColumns[0]?.databaseName === to,
    )
    // A foreign key compares texts by their collation: 'a' can refer to 'A'. It compares decimals as
    // numbers, and rows have them as texts with all their digits.
    return (
      hasKey &&
      pair.from.scale === pair.to.scale &&
      [pair.from, pair.to].every((column) => isExact(this.#column(column)))
    )
  }

  isUnique(model: string, name: string): boolean {
    const [pair, entity] = this.#reference(model, name)
    if (!pair || !entity) return false
    const keys = [{ columns: entity.primaryColumns }, ...entity.uniques, ...uniqueIndices(entity)]
    return keys.some(({ columns }) => columns.length === 1 && columns[0] === pair.to)
  }

  table(model: string): SqlTable | undefined {
    const entity = this.entity(model)
    if (!entity) return undefined
    const { database, schema, tableName } = entity
    return {
      path: [database, schema, tableName].filter((part): part is string => Boolean(part)),
      key: entity.primaryColumns.map((column) => this.#column(column)),
      restrictions: this.#restrictions(entity),
    }
  }

  field(model: string, name: string): SqlField | undefined {
    const isList = name.startsWith('*')
    const relation = this.#relation(model, isList ? name.slice(1) : name, isList)
    if (relation) return { kind: 'relation', relation }
    if (fieldOf(this.types, model, name) instanceof Relation) return undefined
    const column = columnOf(this.entity(model), name)
    return column && { kind: 'column', column: this.#column(column) }
  }

  instances(model: string, of: string, exact: boolean): 'all' | 'none' | SqlRestriction {
    const entity = this.entity(model)
    const asked = this.entity(of)?.target ?? this.types.get(of)?.cls
    if (!entity || !asked) return 'none'
    const classes = [entity, ...classesBelow(entity)]
    const among = classes.filter(({ target }) => target === asked || (!exact && extendsClass(target, asked)))
    if (among.length === 0) return 'none'
    if (among.length === classes.length || !entity.discriminatorColumn) return 'all'
    return this.#among(entity.discriminatorColumn, among)
  }

  #column(column: Column): SqlColumn {
    const known = this.#columns.get(column)
    if (known) return known
    const { sql } = typeOrmColumnType(column, this.connection.driver.normalizeType(column), this.driver)
    const described: SqlColumn = {
      name: column.databaseName,
      nullable: column.isNullable,
      type: sql,
      identifies: column.isPrimary,
    }
    this.#columns.set(column, described)
    return described
  }

  #reference(model: string, name: string): readonly [{ from: Column; to: Column } | undefined, Entity | undefined] {
    const relation = relationOf(this.types, model, name)
    if (!relation) return [undefined, undefined]
    const other = this.entity(relation.otherType)
    const [from, to] = [columnOf(this.entity(model), relation.myField), columnOf(other, relation.otherField)]
    return [from && to && { from, to }, other]
  }

  #relation(model: string, name: string, isList: boolean): SqlRelation | undefined {
    const relation = relationOf(this.types, model, name)
    const [columns] = this.#reference(model, name)
    // A check looks up the other row by the value of a property, which a transformer can make from another stored value.
    if (!relation || !columns || columns.from.transformer !== columns.to.transformer) return undefined
    const pair: SqlPair = { from: this.#column(columns.from), to: this.#column(columns.to) }
    const many = isList || relation.kind === 'many'
    const link = { kind: 'columns', pairs: [pair] } as const
    return { model: relation.otherType, many, link, kept: !many && this.isKept(model, name) }
  }

  /** Returns the conditions that TypeORM itself adds to every load of an entity. */
  #restrictions(entity: Entity): readonly SqlRestriction[] {
    const { deleteDateColumn, discriminatorColumn, parentEntityMetadata } = entity
    return [
      ...(deleteDateColumn ? [{ kind: 'null', column: this.#column(deleteDateColumn) } as const] : []),
      ...(discriminatorColumn && parentEntityMetadata
        ? [this.#among(discriminatorColumn, [entity, ...classesBelow(entity)])]
        : []),
    ]
  }

  #among(column: Column, classes: readonly Entity[]): SqlRestriction {
    return { kind: 'among', column: this.#column(column), values: classes.map((one) => one.discriminatorValue) }
  }
}

/** Returns the entities of subclasses whose rows are in the same table. */
function classesBelow(entity: Entity): readonly Entity[] {
  return entity.childEntityMetadatas.filter(({ tablePath }) => tablePath === entity.tablePath)
}

/** Whether the entity's table has rows that do not belong to it. */
function leavesRowsOut(entity: Entity): boolean {
  return (
    entity.deleteDateColumn !== undefined || entity.parentEntityMetadata !== undefined || entity.tableType === 'view'
  )
}

function uniqueIndices({ indices }: Entity): Entity['uniques'] {
  return indices.filter(({ isUnique, where }) => isUnique && where === undefined)
}

/**
 * Whether values that are equal in the database are equal in rows. A type that filters can't compare
 * may hold texts, such as `citext`.
 */
function isExact({ type }: SqlColumn): boolean {
  return type.kind === 'text' ? type.exact : type.kind !== 'other'
}
