import type { HostTypes } from '@arcturus/oso'
import type { TypeOrmColumn, TypeOrmSource } from '../driver/metadata.js'

/** The part of TypeORM's query builder that the adapter uses. */
export interface TypeOrmQuery {
  innerJoin(entity: string, alias: string, condition: string): this
  where(condition: string, parameters: Record<string, unknown>): this
  // biome-ignore lint/suspicious/noExplicitAny: the entities are the application's
  getMany(): Promise<any[]>
}

/** The part of TypeORM's `Connection` or `DataSource` that the adapter uses. */
export interface TypeOrmConnection {
  getRepository(model: string): { createQueryBuilder(alias: string): TypeOrmQuery }
}

/** A connection that describes its entities, as those of TypeORM do. */
export interface DescribedConnection extends TypeOrmConnection, TypeOrmSource {
  readonly driver: TypeOrmSource['driver'] & {
    /** Converts a value of a property to the form that is stored. */
    // biome-ignore lint/suspicious/noExplicitAny: TypeORM declares the column's type for each version
    preparePersistentValue(value: unknown, column: any): unknown
  }
  hasMetadata(target: unknown): boolean
  getMetadata(target: unknown): Entity
}

/** The part of TypeORM's `EntityMetadata` that is used here. */
export interface Entity {
  readonly name: string
  readonly target: unknown
  readonly tableName: string
  readonly tablePath: string
  readonly tableType: string
  readonly database?: string | undefined
  readonly schema?: string | undefined
  readonly inheritancePattern?: string | undefined
  readonly columns: readonly Column[]
  readonly primaryColumns: readonly Column[]
  readonly deleteDateColumn?: Column | undefined
  readonly discriminatorColumn?: Column | undefined
  readonly discriminatorValue?: unknown
  readonly parentEntityMetadata?: Entity | undefined
  readonly childEntityMetadatas: readonly Entity[]
  readonly foreignKeys: readonly ForeignKey[]
  readonly uniques: readonly { readonly columns: readonly Column[] }[]
  readonly indices: readonly {
    readonly columns: readonly Column[]
    readonly isUnique: boolean
    readonly where?: string | undefined
  }[]
}

export interface Column extends TypeOrmColumn {
  readonly propertyName: string
  readonly databaseName: string
  readonly isNullable: boolean
  readonly isPrimary: boolean
  readonly isVirtual: boolean
  readonly target: unknown
  readonly embeddedMetadata?: unknown
}

export interface ForeignKey {
  readonly columns: readonly Column[]
  readonly referencedColumns: readonly Column[]
  readonly referencedEntityMetadata: Entity
  readonly deferrable?: string | undefined
}

/** Whether a connection describes its entities. Another one only runs queries. */
export function isDescribed(connection: TypeOrmConnection): connection is DescribedConnection {
  const { getMetadata, hasMetadata, options, driver } = connection as Partial<DescribedConnection>
  return Boolean(options && driver) && typeof getMetadata === 'function' && typeof hasMetadata === 'function'
}

/** Returns the entity of a registered class: by the class, else by the name. */
export function entityOf(connection: DescribedConnection, types: HostTypes, model: string): Entity | undefined {
  const target = [types.get(model)?.cls, model].find((one) => one && connection.hasMetadata(one))
  return target === undefined ? undefined : connection.getMetadata(target)
}

/** Returns the column of a property that all rows of an entity have. */
export function columnOf(entity: Entity | undefined, name: string): Column | undefined {
  return entity?.columns.find(
    (column) => isProperty(column) && column.propertyName === name && isInherited(entity, column.target),
  )
}

/** Whether a column is a property of rows: not only of the table, and not of an embedded object. */
export function isProperty({ isVirtual, embeddedMetadata }: Column): boolean {
  return !isVirtual && !embeddedMetadata
}

/** Whether the class that declares a column is the entity's own, or one that it extends. */
function isInherited({ inheritancePattern, target: own }: Entity, target: unknown): boolean {
  if (inheritancePattern !== 'STI' || typeof target !== 'function') return true
  return own === target || extendsClass(own, target)
}

export function extendsClass(cls: unknown, ancestor: unknown): boolean {
  return (
    typeof cls === 'function' && typeof ancestor === 'function' && Object.prototype.isPrototypeOf.call(ancestor, cls)
  )
}
