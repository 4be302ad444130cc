import { UnsupportedFilterError, type UnsupportedOperationError } from '@arcturus/core/internal/typeorm'
import {
  fieldPolicyOf,
  loadRowsFilter,
  type RowsFilter,
  rowsFilterInDatabase,
  withinScope,
} from '@arcturus/writes/internal/typeorm'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import { unsupportedOperation } from '../errors.js'
import { isMissing } from '../filter/missing.js'
import { type PrintedFilter, printOnce } from '../filter/printedFilter.js'
import { quoted } from '../schema/dialect.js'
import { modelName } from '../schema/entities.js'
import { pathOf } from '../schema/tables.js'
import { rootOf } from './entityRelations.js'
import type { Shared } from './shared.js'

/** SQL that stands for a table in a query. */
export interface ReadableTable {
  readonly sql: string
  readonly parameters: Readonly<Record<string, unknown>>
  /** Whether rows can be missing. */
  readonly isNarrowed: boolean
}

/** The columns of an entity that not all rows show: the rows that do, if there are any. */
export type HiddenColumns = ReadonlyMap<string, PrintedFilter | undefined>

/** The filter of a question reads data of the actor that has to be loaded first. */
export class NotLoaded extends Error {
  constructor(
    cause: unknown,
    readonly load: () => Promise<void>,
  ) {
    super('The filter of a query reads data that is not loaded.', { cause })
  }
}

const row = 'arc_row'

/**
 * The tables of a data source as an actor may see them: each is a subquery of the rows that may be
 * read, in which the columns that may not be read are null. A query of these tables cannot depend on
 * anything that is hidden, whatever its conditions, joins and order are.
 */
export class ReadableTables {
  readonly #printed = new Map<string, ReadableTable>()
  readonly #hidden = new Map<EntityMetadata, HiddenColumns>()
  readonly #loaded = new Map<string, RowsFilter>()
  readonly #parameters: Record<string, unknown> = {}
  #ofWrites: ReadableTables | undefined

  /**
   * @param actionOf - Returns the action by which rows of a model are read.
   * @param reads - The tables of the same actor's own reads. Default: these.
   */
  constructor(
    private readonly shared: Shared,
    private readonly actor: unknown,
    private readonly actionOf: (model: string) => string,
    private readonly reads?: ReadableTables | undefined,
  ) {}

  /** The same tables for what a write reads: its filters are no decisions of their own. */
  get ofWrites(): ReadableTables {
    if (this.reads) return this
    this.#ofWrites ??= new ReadableTables(this.shared, this.actor, this.actionOf, this)
    return this.#ofWrites
  }

  /** The parameters of all tables. */
  get parameters(): Readonly<Record<string, unknown>> {
    return this.#parameters
  }

  /** Returns whether an entity has a table of a name. */
  hasTable(name: string): boolean {
    return [...this.shared.relations.tables.keys()].some(
      (path) => path === name.toLowerCase() || path.endsWith(`.${name.toLowerCase()}`),
    )
  }

  /** Forgets what was loaded, because it can have changed. */
  forgetLoaded(): void {
    this.reads?.forgetLoaded()
    if (this.#loaded.size === 0) return
    this.#loaded.clear()
    this.#printed.clear()
    this.#hidden.clear()
  }

  /**
   * Returns the SQL of a table.
   * @throws UnsupportedOperationError for a table that is not one of the data source's entities
   * @throws NotLoaded if data of the actor has to be loaded first
   */
  table(path: string): ReadableTable {
    const known = this.#printed.get(path)
    if (known) return known
    const entities = this.shared.relations.tables.get(path.toLowerCase()) ?? []
    if (entities.length !== 1) throw unknownTable(path)
    const table = this.of(entities[0]!)
    Object.assign(this.#parameters, table.parameters)
    this.#printed.set(path, table)
    return table
  }

  /**
   * Returns the SQL of the rows of an entity that fulfil filters, by default those that may be read.
   * @param filters - Further conditions.
   */
  of(entity: EntityMetadata, filters?: readonly PrintedFilter[]): ReadableTable {
    const { printing } = this.shared
    const quote = (name: string): string => quoted(printing.dialect, name)
    const name = pathOf(entity).map(quote).join('.')
    if (entity.tableType === 'junction' || entity.tableType === 'closure-junction') return this.#junction(entity, name)
    if (entity.columns.some(({ isVirtualProperty, query }) => isVirtualProperty && query)) throw virtualColumn(entity)
    const conditions = filters ?? this.#rows(entity)
    const hidden = this.hiddenColumns(entity)
    const own = quote(row)
    const parameters = Object.assign({}, ...conditions.map((one) => one.parameters)) as Record<string, unknown>
    if (conditions.length === 0 && hidden.size === 0) return { sql: name, parameters, isNarrowed: false }
    const shown = (column: ColumnMetadata): string => {
      const path = `${own}.${quote(column.databaseName)}`
      const field = fieldOf(column)
      if (!hidden.has(field)) return path
      const visible = hidden.get(field)
      Object.assign(parameters, visible?.parameters)
      // Without the column, PostgreSQL would take NULL for a text.
      return `CASE WHEN (${visible ? visible.of(own) : '1 = 0'}) THEN ${path} END AS ${quote(column.databaseName)}`
    }
    const where = conditions.map((one) => `(${one.of(own)})`).join(' AND ')
    const columns = entity.columns.filter(({ isVirtualProperty }) => !isVirtualProperty)
    const select = hidden.size === 0 ? `${own}.*` : [...new Set(columns.map(shown))].join(', ')
    const sql = `(SELECT ${select} FROM ${name} ${own}${where && ` WHERE ${where}`})`
    return { sql, parameters, isNarrowed: conditions.length > 0 }
  }

  /** Returns the columns of an entity that not all rows show. */
  hiddenColumns(entity: EntityMetadata): HiddenColumns {
    const known = this.#hidden.get(entity)
    if (known) return known
    const { authorizer } = this.shared
    const found = new Map<string, PrintedFilter | undefined>()
    this.#hidden.set(entity, found)
    try {
      if (fieldPolicyOf(authorizer, modelName(entity), this.actionOf(modelName(entity))))
        for (const field of new Set(entity.columns.map(fieldOf))) {
          const filter = this.#filter(modelName(entity), field)
          if (filter.kind !== 'all') found.set(field, filter.kind === 'none' ? undefined : this.#print(filter))
        }
    } catch (error) {
      this.#hidden.delete(entity)
      throw error
    }
    return found
  }

  /** Returns whether every row shows a relation. */
  showsRelation(model: string, relation: string): boolean {
    if (!fieldPolicyOf(this.shared.authorizer, model, this.actionOf(model))) return true
    return this.#filter(model, relation).kind === 'all'
  }

  /** Rows of a table between rows may be read if both rows may. */
  #junction(entity: EntityMetadata, name: string): ReadableTable {
    const quote = (one: string): string => quoted(this.shared.printing.dialect, one)
    const parameters: Record<string, unknown> = {}
    const ends = entity.tableType === 'junction' ? [entity.ownerColumns, entity.inverseColumns] : endsOf(entity)
    const conditions = ends.flatMap((columns, at) => {
      const other = columns[0]?.referencedColumn?.entityMetadata
      if (!other) throw unknownTable(entity.tablePath)
      const table = this.of(rootOf(other))
      if (!table.isNarrowed) return []
      Object.assign(parameters, table.parameters)
      const alias = quote(`arc_end${at}`)
      const pairs = columns.map(
        (column) =>
          `${alias}.${quote(column.referencedColumn!.databaseName)} = ${quote(row)}.${quote(column.databaseName)}`,
      )
      return `EXISTS (SELECT 1 FROM ${table.sql} ${alias} WHERE ${pairs.join(' AND ')})`
    })
    if (conditions.length === 0) return { sql: name, parameters, isNarrowed: false }
    const sql = `(SELECT ${quote(row)}.* FROM ${name} ${quote(row)} WHERE ${conditions.join(' AND ')})`
    return { sql, parameters, isNarrowed: true }
  }

  #rows(entity: EntityMetadata): readonly PrintedFilter[] {
    const filter = this.#filter(modelName(entity))
    return filter.kind === 'all' ? [] : [this.#print(filter)]
  }

  #print(filter: RowsFilter): PrintedFilter {
    return printOnce(filter.definite(), filter.model, this.shared.printing).ifBound
  }

  #filter(model: string, field?: string): RowsFilter {
    const { authorizer, scopeOf } = this.shared
    const action = this.actionOf(model)
    const question = { actor: this.actor, action, model, field }
    const key = JSON.stringify([model, field])
    const isPart = this.reads !== undefined
    const scoped = (one: RowsFilter): RowsFilter => withinScope(authorizer.schema, one, scopeOf(model, this.actor))
    const loaded = this.#loaded.get(key)
    if (loaded) return scoped(loaded)
    try {
      return scoped(rowsFilterInDatabase(authorizer, question, isPart))
    } catch (error) {
      if (!isMissing(error)) throw error
      throw new NotLoaded(error, async () => {
        this.#loaded.set(key, await loadRowsFilter(authorizer, question, { isPart }))
      })
    }
  }
}

/** Returns the field of a policy that a column is: a property, or the property of its embedded columns or relation. */
export function fieldOf(column: EntityMetadata['columns'][number]): string {
  return column.propertyPath.split('.')[0]!
}

/** The two rows of a closure table: ancestor and descendant. */
function endsOf({ columns }: EntityMetadata): readonly (readonly EntityMetadata['columns'][number][])[] {
  const keys = columns.filter(({ referencedColumn }) => referencedColumn)
  return [keys.slice(0, keys.length / 2), keys.slice(keys.length / 2)]
}

function unknownTable(path: string): UnsupportedOperationError {
  return unsupportedOperation(`"${path}" is no table of an entity.`, {
    hint: "name an entity, or use manager.unguarded('the reason')",
    data: { table: path },
  })
}

function virtualColumn({ name }: EntityMetadata): UnsupportedFilterError {
  return new UnsupportedFilterError(
    'unsupported-filter',
    `${name} has a virtual column, whose SQL can read hidden rows.`,
    {
      hint: "read it with manager.unguarded('the reason')",
      data: { reason: 'virtual-column' },
    },
  )
}
