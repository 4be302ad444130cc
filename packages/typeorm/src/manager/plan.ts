import { UnsupportedFilterError, type UnsupportedOperationError } from '@arcturus/core/internal/typeorm'
import {
  Judge,
  type LinkRelation,
  RowQuestions,
  RowRules,
  type RowsFilter,
  type Values,
} from '@arcturus/writes/internal/typeorm'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js'
import { unsupportedOperation } from '../errors.js'
import { type PrintedFilter, printOnce } from '../filter/printedFilter.js'
import { type IsColumn, mentionedAliases } from '../sql/mentionedAliases.js'
import { loading } from './builders.js'
import { columnName, linkOf } from './entityRelations.js'
import type { End, Joined } from './joined.js'
import { assertText } from './rawSql.js'
import { fieldOf } from './readableTables.js'
import { type EntityChange, knownValuesOf } from './rowChange.js'
import { allColumns, keyOf, textOf } from './rowKeys.js'
import type { Running } from './session.js'
import { EntityStore } from './store.js'

/** New rows that are about to be inserted. */
export interface Inserting {
  /** Whether the rows are tested after the insert, so that their keys have to be known. */
  readonly isTested: boolean
  /** Notes the keys of the rows. */
  record(identifiers: readonly unknown[]): void
}

/** A statement on rows that exist, whoever makes it: a builder, the executor of `save`, or an upsert. */
export interface Statement {
  readonly kind: 'update' | 'recover' | 'delete' | 'soft-remove'
  readonly entity: EntityMetadata
  /** What the rows get. */
  readonly change: Pick<EntityChange, 'names' | 'columns'>
}

/** A statement on one row, which the caller names by its key. */
export interface KeyedStatement extends Statement {
  readonly key: Values
  readonly link?: ReferenceLink | undefined
}

/** The relation of another row, by which a caller changes the reference of a row and nothing else. */
export interface ReferenceLink {
  readonly via: RelationMetadata
  /** The columns by which the other row is known. */
  readonly own: Values
}

/** The change of a statement that sets no columns of its caller. */
export const unchanged: Statement['change'] = { names: [], columns: {} }

type Apply = () => Promise<void>

/**
 * The checks of one write: first all rows that are written are found and tested as they are, then TypeORM
 * sends its statements, then all rows are tested as they are in the database.
 */
export class Plan {
  readonly store: EntityStore
  readonly judge: Judge<PrintedFilter>
  readonly rules: RowRules<PrintedFilter>
  readonly #deleted = new Set<string>()

  constructor(private readonly session: Running) {
    const { parts, actor, actions, runner } = session
    const { authorizer, relations, printing, scopeOf } = parts
    const known = new Map<string, ReturnType<typeof knownValuesOf>>()
    const knownOf = (model: string): ReturnType<typeof knownValuesOf> => {
      const made = known.get(model) ?? knownValuesOf(parts, relations.entity(model))
      known.set(model, made)
      return made
    }
    this.store = new EntityStore(parts, runner)
    const questions = new RowQuestions(authorizer, actor, scopeOf, parts.loadBy(runner))
    const print = async (filter: RowsFilter) =>
      filter.kind === 'all' ? true : printOnce(filter.definite(), filter.model, printing)
    this.judge = new Judge(questions, actions, print, parts.triggers, session.record)
    this.rules = new RowRules({
      store: this.store,
      judge: this.judge,
      relations,
      keyOf: (model) => keyOf(relations.entity(model)),
      allColumns: (model) => allColumns(relations.entity(model)),
      knownValues: (model, columns) => knownOf(model)(columns),
      trustsCascades: session.trustsCascades,
      isField: (name) => !name.startsWith('#'),
    })
  }

  /** Prepares new rows. */
  async insert(entity: EntityMetadata, rows: Iterable<EntityChange>, isRead = false): Promise<Inserting> {
    const { name } = entity
    keyOf(entity)
    const [names, open, links] = [new Set<string>(), new Set<string>(), new Set<LinkRelation>()]
    let [count, isDecided] = [0, true]
    // Each row is read once, and not kept: there can be thousands.
    for (const { columns, names: given, isStable } of rows) {
      const others = given.filter((one) => !names.has(one))
      if (count === 0 || others.length > 0)
        for (const field of await this.rules.bind('create', name, others)) open.add(field)
      for (const one of others) names.add(one)
      await this.#assertExpressions(entity, columns)
      // A database can return the rows in another order. So all are tested after if one of them has to be.
      isDecided &&= this.rules.decide(name, columns) && isStable
      for (const link of this.rules.linked(name, columns)) links.add(link)
      count++
    }
    const options = { isDecided, fields: [...open], links: [...links], isRead }
    const isTested = !isDecided || isRead || open.size > 0 || links.size > 0
    return {
      isTested,
      record: (identifiers) => {
        const keys = Array.from({ length: count }, (_, at) => this.#keyIn(entity, identifiers[at]))
        const texts = isTested ? new Set(keys.map((key) => textOf(key))) : undefined
        if (texts && texts.size < keys.length) throw this.judge.denial()
        this.rules.ledger.created(name, keys, options)
      },
    }
  }

  /** Returns the conditions of the rows that allow a statement, before it. */
  async conditions({
    kind,
    entity: { name },
    change: { names, columns },
  }: Statement): Promise<readonly PrintedFilter[]> {
    if (kind === 'delete' || kind === 'soft-remove') {
      this.judge.touches('delete', name)
      return await this.judge.found('delete', name)
    }
    await this.rules.bind('update', name, names)
    return await this.rules.before(name, names, this.rules.touched(name, columns))
  }

  /** Prepares a statement on rows that allow it. @returns what to do after it */
  async prepare(
    { kind, entity, change: { names, columns } }: Statement,
    rows: readonly Values[],
    { isRead = false, isDecided = false }: { readonly isRead?: boolean; readonly isDecided?: boolean } = {},
  ): Promise<Apply> {
    const { name } = entity
    const key = keyOf(entity)
    const { ledger, cascades } = this.rules
    if (kind === 'delete' || kind === 'soft-remove') {
      const after = kind === 'delete' ? await cascades.prepare(name, rows, this.#deleted) : undefined
      return async () => {
        ledger.deleted(name, rows)
        await after?.()
      }
    }
    await this.#assertExpressions(entity, columns)
    const fields = await this.rules.bind('update', name, names)
    const changed = key.filter((one) => one in columns && rows.some((row) => String(row[one]) !== String(columns[one])))
    if (changed.length > 0 && !this.#canChangeKey(entity, rows, columns)) throw changedKey(entity)
    const links = this.rules.linked(name, columns)
    const isMoved = this.rules.touched(name, columns).length > 0
    const renamed = Object.fromEntries(changed.map((one) => [one, columns[one]]))
    const note = isDecided ? () => {} : await ledger.expect(name, this.#keyed(entity, rows))
    return async () => {
      const after = rows.map((row) => ({ ...row, ...renamed }))
      note(after)
      ledger.changed(name, after, { fields, links, isMoved, isRead, isDecided })
    }
  }

  /** Prepares statements on rows that callers name: those that change alike are tested by one query. */
  async prepareEach(statements: readonly KeyedStatement[], isRead = false): Promise<readonly Apply[]> {
    const groups = new Map<string, KeyedStatement[]>()
    for (const one of statements) {
      const { kind, entity, change } = one
      const text = JSON.stringify([kind, entity.name, change.names, Object.keys(change.columns), this.grants(one.link)])
      const group = groups.get(text) ?? []
      group.push(one)
      groups.set(text, group)
    }
    const applies: Apply[] = []
    for (const group of groups.values()) {
      const [first] = group as [KeyedStatement, ...KeyedStatement[]]
      if (this.grants(first.link)) {
        for (const one of group) applies.push(await this.#prepareLink(one))
        continue
      }
      const keys = group.map(({ key }) => key)
      const rows = await this.demanded(first.entity, keys, await this.conditions(first))
      if (Object.keys(first.change.columns).length === 0) applies.push(await this.prepare(first, rows, { isRead }))
      else {
        const named = new Map(rows.map((row) => [textOf(first.key, row), row]))
        for (const one of group) {
          const row = rows.length === 1 ? rows[0] : named.get(textOf(one.key))
          if (!row) throw this.judge.denial()
          applies.push(await this.prepare(one, [row], { isRead }))
        }
      }
    }
    return applies
  }

  /** Returns whether rules can allow a link to rows that may not be updated. */
  grants(link: ReferenceLink | undefined): link is ReferenceLink {
    return link !== undefined && this.judge.grantsLinks(linkOf(link.via))
  }

  async #prepareLink(one: KeyedStatement): Promise<Apply> {
    const { via, own } = one.link!
    const end = { entity: one.entity, columns: one.key, isNew: false }
    const [row, isDecided] = await this.#granted(end, linkOf(via), own, await this.conditions(one))
    return await this.prepare(one, [row], { isDecided })
  }

  /** Prepares links by tables of their own: both rows have to allow `update`, or a rule of `allow_link` allows the link. */
  async join(links: readonly Joined[]): Promise<() => void> {
    const { relations } = this.session.parts
    const changed: { name: string; row: Values; isDecided: boolean }[] = []
    for (const { ends, via } of links) {
      const [own, other] = via && !via.isOwning ? [ends[1], ends[0]] : ends
      const names = via ? [via.propertyName] : []
      const [row] = await this.#end(own, names, undefined)
      const [end, isDecided] = await this.#end(other, [], via && { via, own: row })
      if (row) changed.push({ name: own.entity.name, row, isDecided: false })
      if (end) changed.push({ name: other.entity.name, row: end, isDecided })
    }
    for (const { name, row, isDecided } of changed)
      if (!isDecided) await this.rules.ledger.expect(name, this.#keyed(relations.entity(name), [row]))
    return () => {
      for (const { name, row, isDecided } of changed)
        this.rules.ledger.changed(name, [row], { isMoved: true, isDecided })
    }
  }

  /**
   * Finds rows by columns, for which conditions have to be true.
   * @throws the denial if one of them does not exist, or does not fulfil them
   */
  async demanded(
    entity: EntityMetadata,
    keys: readonly Values[],
    conditions: readonly PrintedFilter[],
  ): Promise<readonly Values[]> {
    const { name } = entity
    const wanted = new Map(keys.map((one) => [textOf(one), one]))
    const found = await this.found(name, [...wanted.values()], conditions, this.rules.columnsOf(name))
    if (found.length < wanted.size) throw await this.refused(entity, [...wanted.values()])
    return found
  }

  /** Returns the denial for rows of which one does not exist, or does not allow a statement. */
  async refused(entity: EntityMetadata, keys: readonly Values[]): Promise<Error> {
    const { name } = entity
    this.judge.touches('update', name)
    const readable = await this.judge.before('read', name)
    const seen = await this.found(name, keys, readable, keyOf(entity))
    return this.judge.refusal(name, seen, seen.length >= keys.length)
  }

  /** Finds rows by columns, as far as they fulfil conditions, and locks them. */
  async found(
    model: string,
    keys: readonly Values[],
    conditions: readonly PrintedFilter[],
    columns: readonly string[],
  ): Promise<readonly Values[]> {
    const { store } = this
    const rows: Values[] = []
    for (let from = 0; from < keys.length; from += store.mostKeys) {
      const where = store.keyed(model, keys.slice(from, from + store.mostKeys))
      rows.push(...(await store.find(model, store.all([where, ...conditions]), columns, true)))
    }
    return rows
  }

  /**
   * Returns rows with a reference whose column the policy can hide, as far as it shows the relation and the row at its
   * end: comparing the reference tells such an actor nothing new.
   */
  async shown(entity: EntityMetadata, link: LinkRelation, keys: readonly Values[]): Promise<readonly Values[]> {
    const { name } = entity
    const { from, to, model } = link
    if ((await this.#showing(name, from)).length === 0) return []
    const ends = [...(await this.judge.before('read', model)), ...(await this.#showing(model, to))]
    const rows = [...(await this.judge.before('read', name)), ...(await this.#showing(name, [link.name]))]
    return await this.found(
      name,
      keys,
      [...rows, this.store.related(link, this.store.all(ends))],
      [...keyOf(entity), ...from],
    )
  }

  /** Returns the conditions of the rows that show columns. One without a property is hidden with its relation. */
  #showing(model: string, columns: readonly string[]): Promise<readonly PrintedFilter[]> {
    const own = columns.filter((name) => !name.startsWith('#'))
    return this.judge.showing(
      model,
      own.map((name) => name.split('.')[0]!),
    )
  }

  /** Declares that the first statement is about to be sent. */
  async seal(entities: readonly EntityMetadata[]): Promise<void> {
    for (const { name } of entities) await this.judge.filter('read', name)
    this.judge.seal()
  }

  /** Asserts that the state after the write is allowed. */
  async verify(): Promise<void> {
    await this.rules.ledger.verify()
  }

  async #end(
    end: End,
    names: readonly string[],
    other: { via: RelationMetadata; own: Values | undefined } | undefined,
  ): Promise<[Values | undefined, boolean]> {
    const { entity, columns, isNew } = end
    const { relations } = this.session.parts
    await this.rules.bind('update', entity.name, names)
    if (isNew) return [undefined, false]
    const conditions = await this.rules.before(entity.name, names, [])
    const link = other && linkOf(other.via)
    if (!link || !other.own || !this.judge.grantsLinks(link)) {
      const [row] = await this.demanded(entity, [columns], conditions)
      return [row, false]
    }
    return await this.#granted(end, link, this.#keyIn(relations.entity(link.owner), other.own), conditions)
  }

  async #granted(
    { entity, columns }: End,
    link: LinkRelation,
    own: Values,
    conditions: readonly PrintedFilter[],
  ): Promise<[Values, boolean]> {
    const { relations } = this.session.parts
    const where = this.store.keyed(entity.name, [columns])
    const [row] = await this.store.find(entity.name, this.store.all([where, ...conditions]), allColumns(entity), true)
    if (row) return [row, false]
    const [readable] = await this.demanded(entity, [columns], await this.judge.before('read', entity.name))
    const [other] = await this.store.find(entity.name, where, allColumns(entity))
    const owner = this.store.all([
      this.store.keyed(link.owner, [own]),
      ...(await this.judge.before('read', link.owner)),
    ])
    const [whole] = await this.store.find(link.owner, owner, allColumns(relations.entity(link.owner)))
    if (!readable || !other || !whole || !(await this.judge.allowsLink(link, whole, other, false)))
      throw this.judge.denial()
    return [other, true]
  }

  /** @throws UnsupportedOperationError for SQL in the place of a value that could read what the actor may not */
  async #assertExpressions(entity: EntityMetadata, columns: Values): Promise<void> {
    const { tables, texts, parts } = this.session
    for (const name in columns) {
      const value = columns[name]
      if (typeof value !== 'function') continue
      const sql = String(Reflect.apply(value, undefined, []))
      assertText(sql, texts, parts.printing.dialect)
      const hidden = await loading(this.session, async () => tables.hiddenColumns(entity))
      const isShown: IsColumn = (_, path) => {
        const named = ({ databaseName, propertyPath }: ColumnMetadata): boolean =>
          [databaseName, propertyPath].some((one) => one.toLowerCase() === path.toLowerCase())
        const found = entity.columns.filter(named)
        return found.length > 0 && found.every((one) => columnName(one) === name || !hidden.has(fieldOf(one)))
      }
      if (hidden.size > 0 && !mentionedAliases(sql, isShown)) throw hiddenInSql(entity, name, sql)
    }
  }

  #canChangeKey(entity: EntityMetadata, rows: readonly Values[], columns: Values): boolean {
    const isPlain = keyOf(entity).every((name) =>
      ['undefined', 'string', 'number', 'bigint'].includes(typeof columns[name]),
    )
    return rows.length <= 1 && isPlain && this.session.parts.relations.dependents(entity.name).length === 0
  }

  #keyed(entity: EntityMetadata, rows: readonly Values[]): PrintedFilter {
    const keys = rows.map((row) => this.#keyIn(entity, row))
    return this.store.keyed(entity.name, keys)
  }

  /** Returns the key of a row as the plan names it. @throws the denial if it is not known */
  #keyIn(entity: EntityMetadata, row: unknown): Values {
    if (typeof row !== 'object' || row === null) throw this.judge.denial()
    const key = Object.fromEntries(
      entity.primaryColumns.map((column) => [columnName(column), column.getEntityValue(row)]),
    )
    if (Object.values(key).some((value) => value === undefined || value === null)) throw this.judge.denial()
    return key
  }
}

function hiddenInSql({ name }: EntityMetadata, column: string, sql: string): UnsupportedOperationError {
  return unsupportedOperation(`The SQL of ${name}.${column} may read a column that the actor may not read.`, {
    hint: 'write a value, or name only columns that the actor may read, with usual functions',
    data: { column, sql },
  })
}

function changedKey({ name }: EntityMetadata): UnsupportedFilterError {
  return new UnsupportedFilterError(
    'unsupported-filter',
    `An update changes the key of ${name}, to which other rows can refer.`,
    {
      hint: 'insert a row with the new key, and delete the old one',
      data: { reason: 'key' },
    },
  )
}
