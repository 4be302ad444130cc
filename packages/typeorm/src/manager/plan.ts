import { entryOf, UnsupportedFilterError, type UnsupportedOperationError } from '@arcturus/core/internal/typeorm'
import {
  assertEnum,
  type Ends,
  findKeyed,
  Judge,
  keyText,
  knownValues,
  type LinkRelation,
  none,
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
import { modelName } from '../schema/entities.js'
import { type IsColumn, mentionedAliases } from '../sql/mentionedAliases.js'
import { loading } from './builders.js'
import { columnName, linkOf } from './entityRelations.js'
import type { Joined } from './joined.js'
import { assertText } from './rawSql.js'
import { fieldOf } from './readableTables.js'
import type { EntityChange } from './rowChange.js'
import { allColumns, keyOf, keyValues, textOf } from './rowKeys.js'
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
      knownValues: (model, columns) => this.#known(relations.entity(model), columns),
      trustsCascades: session.trustsCascades,
      isField: (name) => !name.startsWith('#'),
    })
  }

  /** Prepares new rows. */
  async insert(entity: EntityMetadata, rows: Iterable<EntityChange>, isRead = false): Promise<Inserting> {
    const name = modelName(entity)
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
      this.refer(entity, [columns])
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

  /** Notes the references that rows get. @param keys - The keys of rows that exist, if the caller names them. */
  refer(entity: EntityMetadata, rows: readonly Values[], keys?: readonly Values[]): void {
    const name = modelName(entity)
    const before = keys && this.store.keyed(name, keys)
    for (const [at, columns] of rows.entries())
      for (const one of this.rules.touched(name, columns))
        this.judge.record?.refer(one, columns, at === 0 ? before : undefined)
  }

  /** Returns the conditions of the rows that allow a statement, before it. */
  async conditions({ kind, entity, change: { names, columns } }: Statement): Promise<readonly PrintedFilter[]> {
    const name = modelName(entity)
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
    const name = modelName(entity)
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
    const fields = await this.rules.bind('update', name, isDecided ? [] : names)
    const changed = key.filter((one) => one in columns && rows.some((row) => String(row[one]) !== String(columns[one])))
    if (changed.length > 0 && !this.#canChangeKey(entity, rows, columns)) throw changedKey(entity)
    const links = this.rules.linked(name, columns)
    const isMoved = this.rules.touched(name, columns).length > 0
    const renamed = Object.fromEntries(changed.map((one) => [one, columns[one]]))
    const note = isDecided ? () => {} : await ledger.expect(name, this.#keyed(entity, rows))
    const follow = await cascades.prepareKeys(name, this.#keyed(entity, rows), columns)
    return async () => {
      const after = rows.map((row) => ({ ...row, ...renamed }))
      note(after)
      ledger.changed(name, after, { fields, links, isMoved, isRead, isDecided })
      await follow?.()
    }
  }

  /** Prepares statements on rows that callers name: those that change alike are tested by one query. */
  async prepareEach(statements: readonly KeyedStatement[], isRead = false): Promise<readonly Apply[]> {
    const applies: Apply[] = []
    const alike = groupedBy(statements, ({ kind, entity, change, link }) => {
      const granting = this.grants(link) && [linkOf(link.via), textOf(link.own)]
      return JSON.stringify([kind, modelName(entity), change.names, Object.keys(change.columns), granting])
    })
    for (const group of alike) {
      const [first] = group as [KeyedStatement, ...KeyedStatement[]]
      const { entity, link } = first
      const keys = group.map(({ key }) => key)
      this.refer(
        entity,
        group.map(({ change }) => change.columns),
        keys,
      )
      const { rows, granted } = this.grants(link)
        ? await this.#linkable(linkOf(link.via), link.own, entity, keys)
        : { rows: await this.demanded(entity, keys, await this.conditions(first)), granted: none.granted }
      if (Object.keys(first.change.columns).length === 0) applies.push(await this.prepare(first, rows, { isRead }))
      else {
        const named = new Map(rows.map((row) => [textOf(first.key, row), row]))
        for (const one of group) {
          const row = rows.length === 1 ? rows[0] : named.get(textOf(one.key))
          if (!row) throw this.judge.denial()
          const isDecided = granted.has(keyText(modelName(entity), keyOf(entity), row))
          applies.push(await this.prepare(one, [row], { isRead, isDecided }))
        }
      }
    }
    return applies
  }

  /** Returns whether rules can allow a link to rows that may not be updated. */
  grants(link: ReferenceLink | undefined): link is ReferenceLink {
    return link !== undefined && this.judge.grantsLinks(linkOf(link.via))
  }

  /** Prepares links by tables of their own: both rows have to allow `update`, or a rule of `allow_link` allows the link. */
  async join(links: readonly Joined[]): Promise<() => void> {
    const found: (readonly [string, Ends])[] = []
    const ends = links.flatMap(({ ends: [first, second], via }) => {
      const [own, other] = via && !via.isOwning ? [second, first] : [first, second]
      const link = via && !own.isNew && this.judge.grantsLinks(linkOf(via)) ? { via, own: own.columns } : undefined
      return [
        { ...own, names: via ? [via.propertyName] : [], link: undefined },
        { ...other, names: via?.inverseRelation ? [via.inverseRelation.propertyName] : [], link },
      ]
    })
    const alike = groupedBy(ends, ({ entity, columns, names, link }) =>
      JSON.stringify([modelName(entity), Object.keys(columns), names, link && textOf(link.own)]),
    )
    for (const group of alike) {
      const [{ entity, names, link }] = group as [(typeof group)[number]]
      const name = modelName(entity)
      const fields = await this.rules.bind('update', name, names, link !== undefined)
      const keys = group.flatMap(({ isNew, columns }) => (isNew ? [] : [columns]))
      if (keys.length === 0) continue
      if (link) found.push([name, await this.#linkable(linkOf(link.via), link.own, entity, keys)])
      else {
        const rows = await this.demanded(entity, keys, await this.rules.before(name, names, []))
        await this.rules.expect(name, rows)
        found.push([name, { ...none, rows, fields }])
      }
    }
    return () => {
      for (const [name, one] of found) this.rules.moved(name, one)
    }
  }

  /** Returns rows whose link to another may change. @param own - The columns by which the other is known. */
  async #linkable(relation: LinkRelation, own: Values, entity: EntityMetadata, keys: readonly Values[]): Promise<Ends> {
    const { store, judge } = this
    const whole = async (): Promise<Values | undefined> => {
      const { owner } = relation
      const where = store.all([store.keyed(owner, [own]), ...(await judge.before('read', owner))])
      return (await store.find(owner, where, allColumns(this.session.parts.relations.entity(owner))))[0]
    }
    const wanted = new Map(keys.map((one) => [textOf(one), store.keyed(modelName(entity), [one])]))
    return await this.rules.linkable({ relation, own: whole, isNew: false }, [...wanted.values()], true)
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
    const name = modelName(entity)
    const wanted = new Map(keys.map((one) => [textOf(one), one]))
    const found = await this.found(name, [...wanted.values()], conditions, this.rules.columnsOf(name))
    if (found.length < wanted.size) throw await this.refused(entity, [...wanted.values()])
    return found
  }

  /** Returns the denial for rows of which one does not exist, or does not allow a statement. */
  async refused(entity: EntityMetadata, keys: readonly Values[]): Promise<Error> {
    const name = modelName(entity)
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
    return await findKeyed(this.store, model, keys, conditions, columns, true)
  }

  /**
   * Returns rows with a reference whose column the policy can hide, as far as it shows the relation and the row at its
   * end: comparing the reference tells such an actor nothing new.
   */
  async shown(entity: EntityMetadata, link: LinkRelation, keys: readonly Values[]): Promise<readonly Values[]> {
    const name = modelName(entity)
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
    for (const entity of entities) await this.judge.filter('read', modelName(entity))
    this.judge.seal()
  }

  /** Asserts that the state after the write is allowed. */
  async verify(): Promise<void> {
    await this.rules.ledger.verify()
  }

  /** @throws UnsupportedOperationError for SQL in the place of a value that could read what the actor may not */
  async #assertExpressions(entity: EntityMetadata, columns: Values): Promise<void> {
    const { tables, texts, parts } = this.session
    for (const name in columns) {
      const value = columns[name]
      assertEnum(parts.authorizer.schema, modelName(entity), name, value)
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

  /** Databases can generate other keys than the given ones. */
  #known(entity: EntityMetadata, columns: Values): Values {
    const known = { ...knownValues(this.session.parts.authorizer.schema, modelName(entity), columns) }
    for (const { propertyName } of entity.generatedColumns) delete known[propertyName]
    return known
  }

  #canChangeKey(entity: EntityMetadata, rows: readonly Values[], columns: Values): boolean {
    const isPlain = keyOf(entity).every((name) =>
      ['undefined', 'string', 'number', 'bigint'].includes(typeof columns[name]),
    )
    return rows.length <= 1 && isPlain && this.session.parts.relations.dependents(modelName(entity)).length === 0
  }

  #keyed(entity: EntityMetadata, rows: readonly Values[]): PrintedFilter {
    const keys = rows.map((row) => this.#keyIn(entity, row))
    return this.store.keyed(modelName(entity), keys)
  }

  /** Returns the key of a row as the plan names it. @throws the denial if it is not known */
  #keyIn(entity: EntityMetadata, row: unknown): Values {
    if (typeof row !== 'object' || row === null) throw this.judge.denial()
    const key = keyValues(entity, row)
    if (Object.values(key).some((value) => value === undefined || value === null)) throw this.judge.denial()
    return key
  }
}

/** Returns the elements with the same text together, in the order of the first of each. */
function groupedBy<One>(all: readonly One[], text: (one: One) => string): Iterable<readonly One[]> {
  const groups = new Map<string, One[]>()
  for (const one of all) entryOf(groups, text(one), () => []).push(one)
  return groups.values()
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
