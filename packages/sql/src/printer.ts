import {
  type Compare,
  type Definite,
  type DefiniteReach,
  type DefiniteSome,
  type In,
  type IsA,
  mirrored,
  type Operand,
  operandsIn,
  type Path,
  pathsIn,
  type Span,
  type Text,
} from '@arcturus/core/internal/sql'
import { Calculator } from './arithmetic.js'
import { refuseType } from './column/refusals.js'
import { Columns } from './comparison/columns.js'
import { ListTests } from './comparison/lists.js'
import { ColumnComparisons } from './comparison/ofColumns.js'
import { TextTests } from './comparison/texts.js'
import { isJson, type Value } from './comparison/value.js'
import { ValueComparisons } from './comparison/withValue.js'
import type { SqlOptions } from './dialect.js'
import type { StandardSql } from './dialects/standard.js'
import { isOfFew } from './few.js'
import { From } from './from.js'
import { Joins } from './joins.js'
import { type Place, Places, refuseOperand } from './place.js'
import type { Placeholders } from './placeholders.js'
import { printReach } from './reach.js'
import { RecursiveQueries } from './recursiveQueries.js'
import { refuse } from './refusal.js'
import { Row } from './row.js'
import { Rows } from './rows.js'
import { all, any, atom, not, type Sql } from './sql.js'
import type { SqlColumn } from './tables.js'

type Leaf = Exclude<Definite, { kind: 'true' | 'false' | 'and' | 'or' | 'not' }>

/** Writes conditions as SQL that is true exactly for the rows for which they are true. */
export class Printer {
  readonly rows: Rows
  readonly places: Places
  readonly #columns: Columns
  readonly #values: ValueComparisons
  readonly #pairs: ColumnComparisons
  readonly #texts: TextTests
  readonly #lists: ListTests
  readonly #calculator: Calculator
  readonly #newQueries: () => RecursiveQueries
  /** The queries of the WITH that is being written, or that will precede the statement. */
  #queries: RecursiveQueries | undefined
  isRecursive = false
  /** The query that is being written; undefined for the outermost one. */
  #query: From | undefined
  /** The joins of the statement; undefined unless it has them. */
  readonly #joins: Joins | undefined
  /**
   * The place of the written part: an `alternative` of the outermost condition, or a part of a `search`, whose other parts
   * leave the database few rows to look at. Otherwise it is a `demand`.
   */
  #place: 'demand' | 'alternative' | 'search' = 'demand'
  /** Conditions that separate the results of that query for different outer rows. */
  #distinct: Sql[] = []

  constructor(
    readonly dialect: StandardSql,
    options: SqlOptions,
    placeholders: Placeholders,
  ) {
    this.#columns = new Columns(dialect, placeholders.take)
    this.#values = new ValueComparisons(this.#columns)
    this.#pairs = new ColumnComparisons(this.#columns, this.#values)
    this.#texts = new TextTests(this.#columns, this.#values)
    this.#lists = new ListTests(this.#columns)
    const { row, tables, prefix = 'arc_', ahead = false, joins = false } = options
    const queryName = (at: number) => dialect.quote(`${prefix}reach${at}`)
    this.#newQueries = () => new RecursiveQueries((query) => placeholders.key(query), queryName)
    if (ahead) this.#queries = this.#newQueries()
    const alias = typeof row === 'string' ? dialect.quote(row) : ''
    const columns = typeof row === 'string' ? (column: SqlColumn) => `${alias}.${dialect.quote(column.name)}` : row
    // Without its name, a column is its row's part of the SQL.
    const outer = columns(nameless).slice(0, -dialect.quote('').length)
    if (joins && dialect.overestimatesExists && outer !== '')
      this.#joins = new Joins((name) => dialect.quote(name), outer)
    this.rows = new Rows(tables, dialect, prefix, this.#values, new Row(this.#joins, columns))
    this.places = new Places(this.rows)
    this.#calculator = new Calculator(dialect, placeholders.take, (operand, span) => this.#value(operand, span))
  }

  print(condition: Definite): Sql {
    switch (condition.kind) {
      case 'true':
        return true
      case 'false':
        return false
      case 'and': {
        const isSearched =
          this.#place === 'demand' && condition.of.some((one) => one.kind !== 'or' && this.#isOfFew(one))
        return this.#at(isSearched ? 'search' : this.#place, () => this.#group(condition.of, all))
      }
      case 'or':
        return this.#at('alternative', () => this.#group(condition.of, any))
      case 'not':
        return this.#at('demand', () => not(this.#columns.negated(() => this.print(condition.of))))
      default:
        return this.#leaf(condition)
    }
  }

  #at(place: 'demand' | 'alternative' | 'search', write: () => Sql): Sql {
    const before = this.#place
    this.#place = before === 'search' ? before : place
    try {
      return write()
    } finally {
      this.#place = before
    }
  }

  /** Writes that a query has rows. @param isFew - Whether its condition is true for a few rows only. */
  #exists(from: From, condition: Sql, isFew: () => boolean): Sql {
    const outer = this.#query === undefined && this.#place === 'alternative' ? this.#joins?.rows : undefined
    const among = outer && isFew() ? from.among(condition, outer) : undefined
    return among ?? from.exists(condition)
  }

  #isOfFew(condition: Definite): boolean {
    return isOfFew(condition, this.rows)
  }

  /** Parts that are true only if the same row exists are tested in one subquery. */
  #group(parts: readonly Definite[], join: (parts: readonly Sql[]) => Sql): Sql {
    const byRow = new Map<Row | undefined, Definite[]>()
    for (const part of parts) {
      const [needed] = this.#needed(part)
      byRow.set(needed, [...(byRow.get(needed) ?? []), part])
    }
    return join(
      [...byRow].flatMap(([needed, group]) => {
        if (!needed || group.length === 1) return group.map((one) => this.print(one))
        const isFew = (): boolean => this.#isOfFew({ kind: join === all ? 'and' : 'or', of: group })
        return [this.inside(needed, () => join(group.map((one) => this.print(one))), isFew)]
      }),
    )
  }

  /**
   * Returns the rows that exist whenever the condition is true, and that need a subquery of their
   * own.
   */
  #needed(condition: Definite): readonly Row[] {
    switch (condition.kind) {
      case 'true':
      case 'false':
      case 'not':
      case 'reach':
        return []
      case 'and':
        return condition.of.flatMap((one) => this.#needed(one))
      case 'or': {
        const [first = [], ...others] = condition.of.map((one) => this.#needed(one))
        return first.filter((row) => others.every((other) => other.includes(row)))
      }
      default:
        return operandsIn(condition)
          .flatMap(pathsIn)
          .flatMap((path) => this.places.needed(path, condition.span) ?? [])
    }
  }

  /** Writes a test of a row in a subquery of its own. */
  inside(row: Row, write: () => Sql, isFew: () => boolean = () => false): Sql {
    const from = new From()
    const close = row.open(from)
    try {
      return this.#exists(from, this.within(from, write), isFew)
    } finally {
      close()
    }
  }

  /** Writes a condition within a query. */
  within(from: From, write: () => Sql): Sql {
    const before = this.#query
    this.#query = from
    try {
      return write()
    } finally {
      this.#query = before
    }
  }

  /** The start of the statement. */
  get with(): string {
    return this.#queries?.with ?? ''
  }

  /** The joins behind the table of the statement. */
  get joins(): string {
    return this.#joins?.text ?? ''
  }

  /**
   * Writes SQL that uses recursive queries. They are added to the current WITH if there is one,
   * otherwise to a new one.
   */
  asking(write: (queries: RecursiveQueries) => string | undefined): string | undefined {
    if (this.#queries) return write(this.#queries)
    const queries = this.#newQueries()
    this.#queries = queries
    try {
      const select = write(queries)
      return select && queries.with + select
    } finally {
      this.#queries = undefined
    }
  }

  #leaf(leaf: Leaf): Sql {
    if (leaf.kind === 'some') return this.#some(leaf)
    if (leaf.kind === 'reach') return this.#reach(leaf)
    const [needed] = this.#needed(leaf)
    if (needed)
      return this.inside(
        needed,
        () => this.#leaf(leaf),
        () => this.#isOfFew(leaf),
      )
    this.#distinct = []
    const printed = this.#test(leaf)
    return all([printed, ...this.#distinct])
  }

  #test(leaf: Compare | In | IsA | Text): Sql {
    switch (leaf.kind) {
      case 'compare':
        return this.#comparison(leaf)
      case 'in':
        return this.#in(leaf)
      case 'isa':
        return this.#isA(leaf)
      case 'text':
        return this.#text(leaf)
    }
  }

  #reach(reach: DefiniteReach): Sql {
    const printed = printReach(reach, this)
    this.isRecursive ||= printed !== false
    return printed
  }

  #some({ each, from: source, where, span }: DefiniteSome): Sql {
    const from = new From()
    const closing: (() => void)[] = []
    try {
      for (;;) {
        const needed = this.places.needed(source, span)
        if (needed) {
          closing.push(needed.open(from))
          continue
        }
        const place = this.places.here(source, span)
        const length = where.kind === 'true' ? this.#arrayLength(place) : undefined
        if (length !== undefined) {
          const isFilled = all([place.row.presence, atom(`${length} > 0`)])
          return closing.length === 0 ? isFilled : from.exists(isFilled)
        }
        const row = this.#each(place, from, source, span)
        const found = this.within(from, () => this.rows.with(each, row, () => this.print(where)))
        return this.#exists(from, found, () => this.#isOfFew(where))
      }
    } finally {
      for (const close of closing.reverse()) close()
    }
  }

  /** Adds the rows of a relation, or the elements of a list, to a query. */
  #each({ row, field }: Place, from: From, source: Operand, span: Span): Row {
    if (field?.kind === 'relation') return this.rows.each(row, field.relation, from, span)!
    if (field?.kind !== 'column' || field.column.type.kind !== 'list') return refuseOperand(source, span)
    const { of, separated } = field.column.type
    if (separated) return refuseType(field.column, span)
    const list = this.dialect.elements(row.column(field.column)!, this.rows.alias())
    if (!list) return refuseOperand(source, span)
    from.inner(list.table, [])
    const column: SqlColumn = { name: field.column.name, nullable: true, type: of }
    return new Row(from, () => list.column, undefined, column)
  }

  #comparison({ operator, left, right, span }: Compare): Sql {
    if (left.kind === 'value') {
      if (right.kind === 'value') return refuseOperand(left, span)
      return this.#comparison({ kind: 'compare', operator: mirrored[operator], left: right, right: left, span })
    }
    if (right.kind === 'value' && right.value === null) return this.#withNil(operator, left, span)
    const value = this.#value(left, span)
    if (right.kind === 'value') return this.#values.withValue(operator, value, right.value, span)
    return this.#pairs.compare(operator, value, this.#value(right, span), span)
  }

  #withNil(operator: Compare['operator'], operand: Operand, span: Span): Sql {
    // An ordering with nil on either side is false.
    if (operator !== '=' && operator !== '==' && operator !== '!=') return false
    const equal = operator !== '!='
    if (operand.kind !== 'path') return !equal
    const place = this.places.here(operand, span)
    if (place.field?.kind === 'column' || place.row.element)
      return this.#values.withNil(equal ? '=' : '!=', this.#value(operand, span), span)
    if (!place.field || place.field.kind === 'embedded') return equal ? false : place.row.presence
    const { relation } = place.field
    if (relation.many) return refuseOperand(operand, span)
    return equal
      ? all([not(this.#isThere(place.row, relation, span)), place.row.presence])
      : this.#isThere(place.row, relation, span)
  }

  /** Writes that a to-one relation has a row. */
  #isThere(own: Row, relation: Parameters<Rows['hop']>[1], span: Span): Sql {
    const row = this.rows.hop(own, relation, span)!
    if (relation.kept || row.join()) return row.presence
    return this.inside(row, () => true)
  }

  #in({ item, list, span }: In): Sql {
    if (list.kind === 'value') {
      const values: unknown = list.value
      if (!Array.isArray(values) || values.includes(undefined)) return refuseOperand(list, span)
      return this.#values.amongValues(this.#value(item, span), values, span)
    }
    const value = this.#value(list, span)
    if (item.kind === 'value') return this.#lists.contains(value, item.value, span)
    if (isJson(value)) return this.#lists.jsonContains(value, this.#value(item, span), span)
    const from = new From()
    const element = this.#each(this.places.here(list, span), from, list, span)
    const other: Value = { ...this.#read(element, element.element!), presence: true, isNullWithoutRow: true }
    return from.exists(this.#pairs.compare('=', this.#value(item, span), other, span))
  }

  #isA({ of, model, exact, span }: IsA): Sql {
    const place = this.places.here(of, span)
    if (place.row.element || place.field?.kind === 'column')
      return this.#values.isInstance(this.#value(of, span), model, span)
    if (place.field?.kind === 'embedded') return place.field.model === model ? place.row.presence : false
    const row = place.field ? this.rows.hop(place.row, place.field.relation, span)! : place.row
    const name = place.field ? place.field.relation.model : (of as Path).root.model
    if (name === undefined) return refuseOperand(of, span)
    const instances = this.rows.tables.instances(name, model, exact)
    if (instances === 'none') return false
    if (instances === 'all') return place.field ? this.#isThere(place.row, place.field.relation, span) : row.presence
    if (row.column(instances.column) === undefined)
      return this.inside(row, () => this.rows.restriction((column) => row.column(column)!, instances))
    const read = row.column(instances.column)!
    return all([this.rows.restriction(() => read, instances), row.unproven(instances.kind === 'among' ? [read] : [])])
  }

  #text({ of, part, operator, span }: Text): Sql {
    if (of.kind === 'value') return this.#texts.isInValue(operator, of.value, this.#value(part, span), span)
    const value = this.#value(of, span)
    if (part.kind === 'value') return this.#texts.contains(operator, value, part.value, span)
    return this.#texts.containsColumn(operator, value, this.#value(part, span), span)
  }

  #value(operand: Operand, span: Span): Value {
    switch (operand.kind) {
      case 'arithmetic':
        return this.#calculator.value(operand)
      case 'count':
        return this.#count(operand.of, span)
      case 'call':
        return this.#concat(operand)
      default:
        return this.#readValue(operand, span)
    }
  }

  #count(list: Path, span: Span): Value {
    const place = this.places.here(list, span)
    return {
      text: this.#length(place, list, span),
      column: count,
      presence: place.row.presence,
      isNullWithoutRow: false,
    }
  }

  #length(place: Place, list: Path, span: Span): string {
    const length = this.#arrayLength(place)
    if (length !== undefined) return length
    const from = new From()
    this.#each(place, from, list, span)
    return `(${from.select(['COUNT(*)'], true)})`
  }

  /** Returns the length of a list that a column holds, if the dialect tells it. */
  #arrayLength({ row, field }: Place): string | undefined {
    const isArray = field?.kind === 'column' && field.column.type.kind === 'list' && !field.column.type.separated
    return isArray ? this.dialect.length(row.column(field.column)!) : undefined
  }

  #concat({ of, method, args, span }: Extract<Operand, { kind: 'call' }>): Value {
    if (method !== 'concat') return refuse('operand', `A SQL filter cannot call "${method}".`, span)
    const parts = [of, ...args].map((one) => {
      if (one.kind !== 'value') return this.#value(one, span)
      return typeof one.value === 'string' ? one.value : refuseOperand(one, span)
    })
    return this.#texts.concat(parts, span)
  }

  #readValue(operand: Operand, span: Span): Value {
    const { row, model, field } = this.places.here(operand, span)
    const column = row.element ?? (field?.kind === 'column' ? field.column : refuseOperand(operand, span))
    const isFolded = column.type.kind === 'text' && !column.type.exact
    if (isFolded && row.from !== this.#query && !row.isConstant) {
      const key = model === undefined ? [] : this.rows.table(model, span).key.map((part) => row.column(part)!)
      this.#distinct.push(this.dialect.distinct(key) ?? true)
    }
    return this.#read(row, column)
  }

  #read(row: Row, column: SqlColumn): Value {
    const { type } = column
    const read = row.column(column)!
    const text = type.kind === 'date' && type.uneven ? this.dialect.evenDate(read) : read
    return { text, column, presence: row.presence, isNullWithoutRow: row.unproven([read]) === true }
  }
}

const nameless: SqlColumn = { name: '', nullable: true, type: { kind: 'boolean' } }

const count: SqlColumn = {
  name: 'length',
  nullable: false,
  type: { kind: 'integer', from: 0n, to: 2n ** 53n - 1n, bigint: false },
}
