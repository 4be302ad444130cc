import type { Definite } from '@arcturus/core/internal/typeorm'
import { printSql, type SqlColumn, type SqlDialect, type SqlTables } from '@arcturus/sql'
import { typeOrmParameter } from '../driver/parameter.js'
import { quoted } from '../schema/dialect.js'
import type { ParameterNames } from './parameters.js'
import type { Recursion } from './recursion.js'

/** Placeholder for the alias of the row and the dot after it. No column name contains it. */
export const row = '\u0002'

/** The context in which filters are printed. */
export interface Printing {
  readonly dialect: SqlDialect
  readonly tables: SqlTables
  readonly names: ParameterNames
  readonly recursion: Recursion
  /** Conditions that were printed, by the names of their entities. */
  readonly printed: WeakMap<Definite, Map<string, PrintedFilter>>
}

/** A filter as SQL with named parameters. The alias of the row is inserted later. */
export class PrintedFilter {
  readonly #printOfAll: (() => PrintedFilter) | undefined
  #ofAll: PrintedFilter | undefined
  #ifBound: PrintedFilter | undefined
  #last: { readonly alias: string; readonly text: string } | undefined

  /** @param ofAll - Prints it for a statement that reads all rows. Default: in the same form. */
  constructor(
    /** The condition, with `row` in place of the alias. */
    readonly sql: string,
    readonly parameters: Readonly<Record<string, unknown>>,
    ofAll?: () => PrintedFilter,
    /** The joins of a statement that reads all rows, with the same. */
    readonly joins = '',
  ) {
    this.#printOfAll = ofAll
  }

  /** The same condition for a statement that reads all rows, such as a count. */
  get ofAll(): PrintedFilter {
    this.#ofAll ??= this.#printOfAll?.() ?? this
    return this.#ofAll
  }

  /**
   * Returns the joins for a row.
   * @param alias alias of the row, in quotes
   */
  joinsOf(alias: string): string {
    return this.joins.replaceAll(row, () => `${alias}.`)
  }

  /**
   * Returns the SQL for a row.
   * @param alias alias of the row, in quotes
   */
  of(alias: string): string {
    if (this.#last?.alias !== alias) this.#last = { alias, text: this.sql.replaceAll(row, () => `${alias}.`) }
    return this.#last.text
  }

  /**
   * The same condition with a parameter that is bound only together with it: SQLite reads missing parameters
   * as null, so that a negated condition would hold if a caller runs the SQL alone.
   */
  get ifBound(): PrintedFilter {
    const [first] = Object.keys(this.parameters)
    if (first === undefined) return this
    const name = `${first}_bound`
    // A database whose counts have a form of their own refuses a statement without its parameters.
    const ofAll = this.#printOfAll && (() => this.ofAll)
    this.#ifBound ??= new PrintedFilter(`(${this.sql}) AND :${name} = 1`, { ...this.parameters, [name]: 1 }, ofAll)
    return this.#ifBound
  }
}

/**
 * Prints a condition as `printFilter` does, once for all statements with the same one: they have the same names of parameters,
 * with the same values.
 */
export function printOnce(condition: Definite, model: string, printing: Printing): PrintedFilter {
  const { printed, recursion } = printing
  recursion.prepare()
  const known = printed.get(condition) ?? new Map<string, PrintedFilter>()
  const made = known.get(model) ?? printFilter(condition, model, printing)
  printed.set(condition, known.set(model, made))
  return made
}

/** Returns the condition of the rows that belong to an entity; undefined if all rows of its table do. */
export function classesOf(model: string, { dialect, tables, names }: Printing): PrintedFilter | undefined {
  const parameters: Record<string, unknown> = {}
  const classes = (tables.table(model)?.restrictions ?? []).flatMap((restriction) => {
    if (restriction.kind !== 'among') return []
    const name = names.next()
    parameters[name] = restriction.values
    return `${row}${quoted(dialect, restriction.column.name)} IN (:...${name})`
  })
  return classes.length > 0 ? new PrintedFilter(classes.join(' AND '), parameters) : undefined
}

/**
 * Prints a condition as SQL.
 * @param model name of the entity whose rows are selected, even if all classes of its table are
 * queried
 * @param isOfAll whether the statement reads all rows
 * @throws UnsupportedFilterError if the database compares some values differently than a check does
 */
export function printFilter(condition: Definite, model: string, printing: Printing, isOfAll = false): PrintedFilter {
  const { dialect, tables, names, recursion } = printing
  const parameters: Record<string, unknown> = {}
  const { joins, sql, recursive } = printSql(condition, {
    dialect,
    tables,
    joins: isOfAll,
    row: ({ name }: SqlColumn) => row + quoted(dialect, name),
    parameter: (value, column) => {
      const name = names.next()
      const { sent, place } = typeOrmParameter(value, column, dialect, `:${name}`)
      parameters[name] = sent
      return place
    },
  })
  const classes = classesOf(model, printing)
  Object.assign(parameters, classes?.parameters)
  const conditions = [recursive ? recursion.guarded(sql) : sql, ...(classes ? [classes.sql] : [])]
  const ofAll = (): PrintedFilter => printFilter(condition, model, printing, true)
  // The others have one form.
  return new PrintedFilter(conditions.join(' AND '), parameters, dialect === 'postgresql' ? ofAll : undefined, joins)
}
