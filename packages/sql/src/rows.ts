import { entryOf, type KnownRow, type Root, type Span } from '@arcturus/core/internal/sql'
import type { StandardSql } from './dialects/standard.js'
import { From } from './from.js'
import { Joins } from './joins.js'
import { refuse } from './refusal.js'
import { type Columns, Row } from './row.js'
import { any, atom, linked, type Sql } from './sql.js'
import type { SqlColumn, SqlField, SqlPair, SqlRelation, SqlRestriction, SqlTable, SqlTables } from './tables.js'

/** Writes comparisons of columns with values. */
export interface ColumnValues {
  /** Writes a value of a column; undefined if the column can't have that value. */
  value(column: SqlColumn, value: unknown, span: Span): string | undefined
  /** Writes that a column has a value. */
  equal(text: string, column: SqlColumn, value: unknown, span: Span): Sql
  /** Writes that a column has a value, in the form that the database stores. */
  stored(text: string, column: SqlColumn, value: unknown): Sql
}

/** The rows of a query: the rows of the paths' roots, and their relations to other rows. */
export class Rows {
  /** The row of the whole condition. */
  #resource: Row | undefined
  #roots = new Map<Root, Row>()
  /** One object for each field, which makes relations comparable by identity. */
  readonly #fields = new Map<string, Map<string, SqlField | undefined>>()
  #aliases = 0

  constructor(
    readonly tables: SqlTables,
    private readonly dialect: StandardSql,
    private readonly prefix: string,
    private readonly columns: ColumnValues,
    resource: Row,
  ) {
    this.#resource = resource
  }

  /** Returns a unique, quoted alias for a table. */
  alias(): string {
    return this.dialect.quote(this.name())
  }

  name(): string {
    return `${this.prefix}${++this.#aliases}`
  }

  table(model: string, span: Span | undefined): SqlTable {
    return this.tables.table(model) ?? refuse('unknown-table', `The model ${model} has no table.`, span)
  }

  field(model: string, name: string): SqlField | undefined {
    const fields = entryOf(this.#fields, model, () => new Map<string, SqlField | undefined>())
    return entryOf(fields, name, () => this.tables.field(model, name))
  }

  /** Sets the row of a root while a part is written. */
  with<Result>(root: Root, row: Row, write: () => Result): Result {
    this.#roots.set(root, row)
    try {
      return write()
    } finally {
      this.#roots.delete(root)
    }
  }

  /** Writes SQL that refers to no outer row. Its text is then the same everywhere. */
  apart<Result>(write: () => Result): Result {
    const around = [this.#resource, this.#roots, this.#aliases] as const
    this.#resource = undefined
    this.#roots = new Map()
    this.#aliases = 0
    try {
      return write()
    } finally {
      ;[this.#resource, this.#roots, this.#aliases] = around
    }
  }

  root(root: Root, span: Span): Row {
    let row = root.kind === 'resource' ? this.#resource : this.#roots.get(root)
    if (!row && root.kind === 'row') {
      row = this.#known(root, span)
      this.#roots.set(root, row)
    }
    return row ?? refuse('operand', `"${root.name}" is not a row here.`, span)
  }

  /** Returns a row that ranges over all rows of a model. */
  scan(model: string, from: From, span: Span | undefined): Row {
    return new Row(from, this.#enter(this.table(model, span), () => [])(from, 'inner'))
  }

  /**
   * Returns the row of a to-one relation; undefined if its own row has to be opened first.
   * @param isImplied - Whether the tests of its columns can be true only if the row exists.
   */
  hop(own: Row, relation: SqlRelation, span: Span | undefined, isImplied = false): Row | undefined {
    const found = isImplied ? undefined : own.hops.get(relation)
    if (found) return found
    const { link } = relation
    const pairs = link.kind === 'columns' ? link.pairs : link.own
    const references = referencesOf(own, pairs)
    if (!references) return undefined
    const isKnown = (relation.kept || isImplied) && link.kind === 'columns'
    const nullable = references.filter(({ pair }) => pair.from.nullable).map(({ text }) => text)
    const row = new Row(this.#canJoin(own, relation, span) ? own.from : undefined, undefined, {
      known: new Map(isKnown ? references.map(({ pair, text }) => [pair.to.name, text]) : []),
      enter: this.#entrance(relation, own, references, span),
      join: 'left',
      // The own row has to exist, too: another one can have some of its columns, and those are not null without it.
      proofs: [...new Set([...own.proofs([...nullable, ...references.map(({ text }) => text)]), ...nullable])],
      column: (link.kind === 'columns' ? link.pairs : link.other)[0]!.to,
    })
    if (!isImplied) own.hops.set(relation, row)
    return row
  }

  /** Whether a relation can be joined. A statement joins only rows that their whole key links: others can be several. */
  #canJoin({ from }: Row, { link, model }: SqlRelation, span: Span | undefined): boolean {
    if (!(from instanceof Joins)) return true
    const { key } = this.table(model, span)
    return (
      link.kind === 'columns' &&
      key.length > 0 &&
      key.every((column) => link.pairs.some(({ to }) => to.name === column.name))
    )
  }

  /**
   * Adds all rows of a relation to the query. Returns undefined if the own row has to be opened
   * first.
   */
  each(own: Row, relation: SqlRelation, from: From, span: Span | undefined): Row | undefined {
    const { link } = relation
    const references = referencesOf(own, link.kind === 'columns' ? link.pairs : link.own)
    if (!references) return undefined
    if (link.kind === 'columns' || !relation.kept)
      return new Row(from, this.#entrance(relation, own, references, span)(from, 'inner'))
    // For rows that are linked by a table, that table contains the key.
    const middle = this.#middle(link.path, own, references)(from, 'inner')
    const known = link.other.map((pair) => ({ pair, text: middle(pair.from) }))
    return new Row(from, undefined, {
      known: new Map(known.map(({ pair, text }) => [pair.to.name, text])),
      enter: this.#enter(this.table(relation.model, span), (columns) =>
        known.map(({ pair, text }) => atom(`${columns(pair.to)} = ${text}`)),
      ),
      join: 'inner',
      proofs: [],
      column: undefined,
    })
  }

  /** Writes that a row fulfils a restriction. */
  restriction(columns: Columns, restriction: SqlRestriction): Sql {
    const text = columns(restriction.column)
    if (restriction.kind === 'null') return atom(`${text} IS NULL`)
    const { column, values } = restriction
    return any(values.map((value) => this.columns.stored(text, column, value)))
  }

  #known({ model, key }: KnownRow, span: Span): Row {
    const table = this.table(model, span)
    const parts = key.map(({ field, value }) => {
      const found = this.field(model, field)
      if (found?.kind !== 'column') return refuse('unknown-field', `${model} has no column "${field}".`, span)
      return { column: found.column, value }
    })
    const known = parts.flatMap(({ column, value }) => {
      const text = this.columns.value(column, value, span)
      return text === undefined ? [] : [[column.name, text] as const]
    })
    const enter = this.#enter(table, (columns) =>
      parts.map(({ column, value }) => this.columns.equal(columns(column), column, value, span)),
    )
    return new Row(undefined, undefined, {
      known: new Map(known),
      enter,
      join: 'inner',
      proofs: [
        () => {
          const from = new From()
          enter(from, 'inner')
          return from.exists(true)
        },
      ],
      column: undefined,
      isConstant: true,
    })
  }

  #entrance(relation: SqlRelation, own: Row, references: readonly Reference[], span: Span | undefined) {
    const table = this.table(relation.model, span)
    const { link } = relation
    if (link.kind === 'columns') return this.#enter(table, linksOf(own, references))
    return (from: From, join: 'inner' | 'left'): Columns => {
      const middle = this.#middle(link.path, own, references)(from, join)
      const links = (columns: Columns): Sql[] =>
        link.other.map((pair) => atom(`${columns(pair.to)} = ${middle(pair.from)}`))
      return this.#enter(table, links)(from, join)
    }
  }

  #middle(path: readonly string[], own: Row, references: readonly Reference[]) {
    return this.#enter({ path, key: [], restrictions: [] }, linksOf(own, references))
  }

  /** Adds a table to a query under an alias, with its join conditions and restrictions. */
  #enter(table: SqlTable, links: (columns: Columns) => readonly Sql[]) {
    return (from: From, join: 'inner' | 'left'): Columns => {
      const name = this.name()
      const alias = this.dialect.quote(name)
      const columns: Columns = (column) => `${alias}.${this.dialect.quote(column.name)}`
      const restrictions = table.restrictions.map((one) => this.restriction(columns, one))
      const entered = `${this.dialect.path(table.path)} AS ${alias}`
      if (from instanceof Joins) return from.join({ table: entered, name, restrictions, links })
      from[join](entered, [...links(columns), ...restrictions])
      return columns
    }
  }
}

interface Reference {
  readonly pair: SqlPair
  /** The SQL of the own column. */
  readonly text: string
}

/** Returns a function that writes that a row is linked to an own row that exists. */
function linksOf(own: Row, references: readonly Reference[]): (columns: Columns) => readonly Sql[] {
  const isThere = own.unproven(references.map(({ text }) => text))
  return (columns) => [
    ...references.map(({ pair: { to }, text }) => linked({ inner: columns(to), outer: text, nullable: to.nullable })),
    isThere,
  ]
}

function referencesOf(own: Row, pairs: readonly SqlPair[]): readonly Reference[] | undefined {
  const found: Reference[] = []
  for (const pair of pairs) {
    const text = own.column(pair.from)
    if (text === undefined) return undefined
    found.push({ pair, text })
  }
  return found
}
