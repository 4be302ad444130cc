import { fieldOf, type HostTypes, Relation, relationOf, type StoredClasses } from '@arcturus/oso'
import type { SqlColumn, SqlRelation, SqlTable, SqlTables } from '@arcturus/sql'
import type { SqlField } from '@arcturus/sql/internal/typeorm'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { TypeOrmDriver } from '../driver/metadata.js'
import { hasForeignKey, leavesRowsOut } from '../schema/references.js'
import { EntityTables } from '../schema/tables.js'
import { columnOf, type DescribedConnection, entityOf, isProperty } from './connection.js'

/**
 * The tables of the registered classes, by the metadata of TypeORM. Relations are those that the
 * classes were registered with.
 */
export class RegisteredTables extends EntityTables implements SqlTables, StoredClasses {
  constructor(
    private readonly connection: DescribedConnection,
    driver: TypeOrmDriver,
    private readonly types: HostTypes,
  ) {
    super(connection, driver)
  }

  /** Returns the entity of a registered class: by the class, else by the name. */
  override entity(model: string): EntityMetadata | undefined {
    return entityOf(this.connection, this.types, model)
  }

  protected override targetOf(model: string): unknown {
    return super.targetOf(model) ?? this.types.get(model)?.cls
  }

  key(model: string): readonly string[] | undefined {
    const columns = this.entity(model)?.primaryColumns ?? []
    const names = columns.filter(isProperty).map(({ propertyName }) => propertyName)
    return names.length > 0 && names.length === columns.length ? names : undefined
  }

  isKept(model: string, name: string): boolean {
    const [pair, entity] = this.#reference(model, name)
    const own = this.entity(model)
    if (!pair || !entity || !own || leavesRowsOut(entity)) return false
    // A foreign key compares texts by their collation: 'a' can refer to 'A'. It compares decimals as
    // numbers, and rows have them as texts with all their digits.
    return (
      hasForeignKey(own, entity, [[pair.from, pair.to]], own.foreignKeys) &&
      pair.from.scale === pair.to.scale &&
      [pair.from, pair.to].every((column) => isExact(this.column(column)))
    )
  }

  isUnique(model: string, name: string): boolean {
    const [pair, entity] = this.#reference(model, name)
    if (!pair || !entity) return false
    const keys = [
      { columns: entity.primaryColumns },
      ...entity.uniques,
      ...entity.indices.filter(({ isUnique, where }) => isUnique && !where),
    ]
    return keys.some(({ columns }) => columns.length === 1 && columns[0] === pair.to)
  }

  table(model: string): SqlTable | undefined {
    const entity = this.entity(model)
    return entity && this.tableOf(entity)
  }

  field(model: string, name: string): SqlField | undefined {
    const isList = name.startsWith('*')
    const relation = this.#relation(model, isList ? name.slice(1) : name, isList)
    if (relation) return { kind: 'relation', relation }
    if (fieldOf(this.types, model, name) instanceof Relation) return undefined
    const column = columnOf(this.entity(model), name)
    return column && { kind: 'column', column: this.column(column) }
  }

  #reference(
    model: string,
    name: string,
  ): readonly [{ from: ColumnMetadata; to: ColumnMetadata } | undefined, EntityMetadata | undefined] {
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
    const many = isList || relation.kind === 'many'
    const link = { kind: 'columns', pairs: [this.pair(columns.from, columns.to)] } as const
    return { model: relation.otherType, many, link, kept: !many && this.isKept(model, name) }
  }
}

/**
 * Whether values that are equal in the database are equal in rows. A type that filters can't compare
 * may hold texts, such as `citext`.
 */
function isExact({ type }: SqlColumn): boolean {
  return type.kind === 'text' ? type.exact : type.kind !== 'other'
}
