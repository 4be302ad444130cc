import { UnsupportedFilterError } from '@arcturus/core'
import {
  fieldPolicyOf,
  isWithinScope,
  Judge,
  type LinkRelation,
  loadRowsFilter,
  RowRules,
  type Values,
  withinScope,
} from '@arcturus/core/writes'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js'
import { type PrintedFilter, printFilter } from '../filter/printedFilter.js'
import { columnName, linkOf } from './entityRelations.js'
import { type EntityChange, knownValues } from './rowChange.js'
import type { Running } from './session.js'
import { EntityStore } from './store.js'

/** A row at one end of a link, by the columns that the link refers to. */
export interface End {
  readonly entity: EntityMetadata
  readonly columns: Values
  /** Whether the same write inserts the row, so that there is nothing to allow before. */
  readonly isNew: boolean
}

/** A link between two rows by a table of its own. */
export interface Joined {
  readonly ends: readonly [End, End]
  /** The relation that the caller changes, and at which end it is; undefined if they wrote the table itself. */
  readonly via: RelationMetadata | undefined
}

/** New rows that are about to be inserted. */
export interface Inserting {
  /** Whether the rows are tested after the insert, so that their keys have to be known. */
  readonly isTested: boolean
  /** Notes the keys of the rows. */
  record(identifiers: readonly unknown[]): void
}

type Apply = () => Promise<void>

/**
 * The checks of one write: first all rows that are written are found and tested as they are, then TypeORM
 * sends its statements, then all rows are tested as they are in the database.
 */
export class Plan {
  readonly store: EntityStore
  readonly judge: Judge<PrintedFilter>
  readonly rules: RowRules<PrintedFilter>
  readonly #session: Running
  readonly #deleted = new Set<string>()

  constructor(session: Running) {
    const { parts, actor, actions, runner } = session
    const { authorizer, relations, printing, scopeOf } = parts
    const load = parts.loadBy(runner)
    this.#session = session
    this.store = new EntityStore(parts, runner)
    this.judge = new Judge({
      authorizer,
      actor,
      actions,
      settled: async (action, model, field) => {
        const filter = await loadRowsFilter(authorizer, { actor, action, model, field }, { load })
        const scope = scopeOf(model, actor)
        return scope ? withinScope(authorizer.schema, filter, scope) : filter
      },
      fieldPolicy: (action, model) => fieldPolicyOf(authorizer, model, action),
      inScope: (model, values) => {
        const scope = scopeOf(model, actor)
        return scope ? isWithinScope(scope, values) : true
      },
      row: (model, values) => authorizer.as(model, { ...values }),
      load,
      print: async (filter) => (filter.kind === 'all' ? true : printFilter(filter.definite(), filter.model, printing)),
    })
    this.rules = new RowRules({
      store: this.store,
      judge: this.judge,
      relations,
      keyOf: (model) => keyOf(relations.entity(model)),
      knownValues: (model, columns) => knownValues(parts, relations.entity(model), columns),
      trustsCascades: session.trustsCascades,
      isField: (name) => !name.startsWith('#'),
    })
  }

  /** Prepares new rows. */
  async insert(entity: EntityMetadata, rows: readonly EntityChange[], isRead = false): Promise<Inserting> {
    const { name } = entity
    keyOf(entity)
    const names = rows.flatMap((one) => one.names)
    const fields = await this.rules.bind('create', name, names)
    // A database can return the rows in another order. So all are tested after if one of them has to be.
    const decided = rows.map(({ columns, isStable }) => this.rules.decide(name, columns) && isStable)
    const links = [...new Set(rows.flatMap(({ columns }) => this.rules.linked(name, columns)))]
    const options = { isDecided: decided.every(Boolean), fields, links, isRead }
    const isTested = !options.isDecided || isRead || fields.length > 0 || links.length > 0
    return {
      isTested,
      record: (identifiers) => {
        const keys = rows.map((_, at) => this.#keyIn(entity, identifiers[at]))
        const texts = new Set(keys.map((key) => JSON.stringify(Object.values(key).map(String))))
        if (isTested && texts.size < keys.length) throw this.judge.denial()
        for (const key of keys) this.rules.ledger.created(name, key, options)
      },
    }
  }

  /** Returns the conditions of the rows that allow an update, before it. */
  async conditions(
    entity: EntityMetadata,
    { names, columns }: Pick<EntityChange, 'names' | 'columns'>,
  ): Promise<readonly PrintedFilter[]> {
    await this.rules.bind('update', entity.name, names)
    return await this.rules.before(entity.name, names, this.rules.touched(entity.name, columns))
  }

  /** Prepares the update of rows that allow it. */
  async update(
    entity: EntityMetadata,
    rows: readonly Values[],
    { names, columns }: Pick<EntityChange, 'names' | 'columns'>,
    isRead = false,
  ): Promise<() => void> {
    const { name } = entity
    const key = keyOf(entity)
    const fields = await this.rules.bind('update', name, names)
    const changed = key.filter((one) => one in columns && rows.some((row) => String(row[one]) !== String(columns[one])))
    if (changed.length > 0 && !this.#canChangeKey(entity, rows, columns)) throw changedKey(entity)
    const links = this.rules.linked(name, columns)
    const isMoved = this.rules.touched(name, columns).length > 0
    const renamed = Object.fromEntries(changed.map((one) => [one, columns[one]]))
    return () => {
      for (const row of rows)
        this.rules.ledger.changed(name, { ...row, ...renamed }, { fields, links, isMoved, isRead })
    }
  }

  /** Prepares the deletion of rows that allow it. */
  async delete(entity: EntityMetadata, rows: readonly Values[]): Promise<Apply> {
    const after = await this.rules.cascades.prepare(entity.name, rows, this.#deleted)
    return async () => {
      this.rules.ledger.deleted(entity.name, rows)
      await after()
    }
  }

  /** Prepares links by tables of their own: both rows have to allow `update`, or a rule of `allow_link` allows the link. */
  async join(links: readonly Joined[]): Promise<() => void> {
    const changed: { name: string; row: Values; isDecided: boolean }[] = []
    for (const { ends, via } of links) {
      const [own, other] = via && !via.isOwning ? [ends[1], ends[0]] : ends
      const names = via ? [via.propertyName] : []
      const [row] = await this.#end(own, names, undefined)
      const [end, isDecided] = await this.#end(other, [], via && { via, own: row })
      if (row) changed.push({ name: own.entity.name, row, isDecided: false })
      if (end) changed.push({ name: other.entity.name, row: end, isDecided })
    }
    return () => {
      for (const { name, row, isDecided } of changed) this.rules.ledger.changed(name, row, { isMoved: true, isDecided })
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
    const wanted = new Map(keys.map((one) => [JSON.stringify(Object.values(one).map(String)), one]))
    const found: Values[] = []
    for (const part of this.#parts([...wanted.values()])) {
      const where = this.store.keyed(name, part)
      found.push(
        ...(await this.store.find(name, this.store.all([where, ...conditions]), this.rules.columnsOf(name), true)),
      )
    }
    if (found.length >= wanted.size) return found
    const readable = await this.judge.before('read', name)
    let seen = 0
    for (const part of this.#parts([...wanted.values()]))
      seen += (await this.store.find(name, this.store.all([this.store.keyed(name, part), ...readable]), keyOf(entity)))
        .length
    throw this.judge.denial(seen >= wanted.size)
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
    await this.rules.bind('update', entity.name, names)
    if (isNew) return [undefined, false]
    const conditions = await this.rules.before(entity.name, names, [])
    const link = other && linkOf(other.via)
    if (!link || !other.own || !this.judge.grantsLinks(link)) {
      const [row] = await this.demanded(entity, [columns], conditions)
      return [row, false]
    }
    return await this.#granted(end, link, other.own, conditions)
  }

  async #granted(
    { entity, columns }: End,
    link: LinkRelation,
    own: Values,
    conditions: readonly PrintedFilter[],
  ): Promise<[Values, boolean]> {
    const { relations } = this.#session.parts
    const where = this.store.keyed(entity.name, [columns])
    const all = (of: EntityMetadata) => of.columns.filter(({ isVirtual }) => !isVirtual).map(columnName)
    const [row] = await this.store.find(entity.name, this.store.all([where, ...conditions]), all(entity), true)
    if (row) return [row, false]
    const [readable] = await this.demanded(entity, [columns], await this.judge.before('read', entity.name))
    const [other] = await this.store.find(entity.name, where, all(entity))
    const owner = relations.entity(link.owner)
    const [whole] = await this.store.find(
      link.owner,
      this.store.keyed(link.owner, [this.#keyIn(owner, own)]),
      all(owner),
    )
    if (!readable || !other || !whole || !(await this.judge.allowsLink(link, whole, other, false)))
      throw this.judge.denial()
    return [other, true]
  }

  #canChangeKey(entity: EntityMetadata, rows: readonly Values[], columns: Values): boolean {
    const isPlain = keyOf(entity).every((name) =>
      ['undefined', 'string', 'number', 'bigint'].includes(typeof columns[name]),
    )
    return rows.length <= 1 && isPlain && this.#session.parts.relations.dependents(entity.name).length === 0
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

  #parts(keys: readonly Values[]): readonly (readonly Values[])[] {
    const { mostKeys } = this.store
    return Array.from({ length: Math.ceil(keys.length / mostKeys) }, (_, at) =>
      keys.slice(at * mostKeys, (at + 1) * mostKeys),
    )
  }
}

/** Returns the names of the key of an entity. @throws UnsupportedFilterError for a key that a policy cannot name */
export function keyOf(entity: EntityMetadata): readonly string[] {
  const { primaryColumns } = entity
  if (
    primaryColumns.length > 0 &&
    primaryColumns.every(({ isVirtual, embeddedMetadata }) => !isVirtual && !embeddedMetadata)
  )
    return primaryColumns.map(columnName)
  throw new UnsupportedFilterError(
    'unsupported-filter',
    `The key of ${entity.name} is not one of its own properties.`,
    {
      hint: 'declare the columns of the key as properties of the entity',
      data: { reason: 'key' },
    },
  )
}

/**
 * Returns the link that a row of a table between two entities is.
 * @param get - Returns the value of a column.
 */
export function joinedOf(
  junction: EntityMetadata,
  get: (column: ColumnMetadata) => unknown,
  via: RelationMetadata | undefined,
  isNew: (column: ColumnMetadata) => boolean = () => false,
): Joined {
  const end = (columns: readonly ColumnMetadata[]): End => ({
    entity: columns[0]!.referencedColumn!.entityMetadata,
    columns: Object.fromEntries(columns.map((one) => [columnName(one.referencedColumn!), get(one)])),
    isNew: columns.some(isNew),
  })
  return { ends: [end(junction.ownerColumns), end(junction.inverseColumns)], via }
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
