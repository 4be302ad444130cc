import { invalidArgument } from '@arcturus/core/internal/typeorm'
import type { Values } from '@arcturus/writes/internal/typeorm'
import type { ObjectLiteral, QueryRunner, RemoveOptions, SaveOptions } from 'typeorm'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js'
import { EntityPersistExecutor } from 'typeorm/persistence/EntityPersistExecutor.js'
import type { Subject } from 'typeorm/persistence/Subject.js'
import { SubjectExecutor } from 'typeorm/persistence/SubjectExecutor.js'
import { assertNoFilter } from '../filter/where.js'
import { wrapOwn } from '../prototypes.js'
import { modelName } from '../schema/entities.js'
import { columnName } from './entityRelations.js'
import { type Joined, joinedOf } from './joined.js'
import { type KeyedStatement, Plan, type ReferenceLink, type Statement, unchanged } from './plan.js'
import { fieldOf } from './readableTables.js'
import { type EntityChange, pending, referenced } from './rowChange.js'
import { keyIn } from './rowKeys.js'
import { type Running, type Session, sending, writing } from './session.js'

export type Mode = 'save' | 'remove' | 'soft-remove' | 'recover'

/** The rows that TypeORM is about to write, in its own words. */
interface Executor {
  readonly queryRunner: QueryRunner
  readonly allSubjects: readonly Subject[]
  readonly insertSubjects: readonly Subject[]
  readonly updateSubjects: readonly Subject[]
  readonly removeSubjects: readonly Subject[]
  readonly softRemoveSubjects: readonly Subject[]
  readonly recoverSubjects: readonly Subject[]
}

/** One write of entities, as the hooks of TypeORM's executor see it. */
class Persisting {
  readonly #plan: Plan
  readonly #names = new Map<Subject, readonly string[]>()
  readonly #tested = new Set<Subject>()
  #finish: () => Promise<void> = async () => {}

  constructor(private readonly session: Running) {
    this.#plan = new Plan(session)
  }

  /**
   * Leaves out references that stay as they are: those of hidden columns look changed to TypeORM, and hidden rows at their
   * ends look new.
   */
  async leaveOutPresent(executor: Executor): Promise<void> {
    const { updateSubjects } = executor
    const { relations } = this.session.parts
    for (const group of grouped(updateSubjects.filter(({ metadata }) => !metadata.isJunction))) {
      const { metadata } = group[0]!
      for (const link of relations.references(modelName(metadata))) {
        const relation = metadata.findRelationWithPropertyPath(link.name)
        const changed = relation ? group.filter((subject) => changesOf(subject, relation).length > 0) : []
        if (!relation || changed.length === 0) continue
        const keys = changed.map(({ metadata: own, identifier }) => keyIn(own, identifier))
        const rows = await this.#plan.shown(metadata, link, keys)
        for (const [at, subject] of changed.entries()) {
          const row = rows.find((one) => Object.entries(keys[at]!).every(([name, value]) => isSame(one[name], value)))
          if (row && changesOf(subject, relation).every((change) => isPresent(change, relation, row)))
            leaveOut(subject, relation, row)
        }
      }
    }
    for (const subject of executor.insertSubjects.filter(isRepeated)) subject.canBeInserted = false
    Object.assign(executor, {
      updateSubjects: updateSubjects.filter(({ mustBeUpdated }) => mustBeUpdated),
      insertSubjects: executor.insertSubjects.filter(({ mustBeInserted }) => mustBeInserted),
    })
  }

  /** Notes what the caller changes, before listeners change more. */
  note({ allSubjects }: Executor): void {
    for (const subject of allSubjects) this.#names.set(subject, namesOf(subject))
  }

  /** Tests all rows before the first statement. */
  async before(executor: Executor): Promise<void> {
    const plan = this.#plan
    const { updateSubjects, recoverSubjects, softRemoveSubjects, removeSubjects } = executor
    const inserts = executor.insertSubjects.filter(({ metadata }) => !metadata.isJunction)
    const removed = new Set(removeSubjects)
    const applies: (() => void | Promise<void>)[] = []
    for (const group of grouped(inserts)) {
      if (group.some(namesRow)) {
        plan.judge.touches('update', modelName(group[0]!.metadata))
        throw plan.judge.denial(false)
      }
      const rows = group.map((subject) => this.#change(subject))
      const { record } = await plan.insert(group[0]!.metadata, rows)
      applies.push(() => record(group.map(({ identifier }) => identifier)))
    }
    const isNew = new Set(inserts)
    for (const subject of [...inserts, ...updateSubjects]) this.#tested.add(subject)
    const of = (kind: Statement['kind'], subjects: readonly Subject[]): KeyedStatement[] =>
      subjects
        .filter((subject) => !subject.metadata.isJunction && !isNew.has(subject))
        .map((subject) => ({
          kind,
          entity: subject.metadata,
          change: kind === 'update' ? this.#change(subject) : unchanged,
          key: keyIn(subject.metadata, subject.identifier),
          link: kind === 'update' ? referenceLink(subject, isNew) : undefined,
        }))
    const kept = [
      ...of('update', updateSubjects),
      ...of('recover', recoverSubjects),
      ...of('soft-remove', softRemoveSubjects),
    ]
    applies.push(...(await plan.prepareEach(kept)))
    const links = [...executor.insertSubjects, ...removeSubjects].filter(
      ({ metadata, parentSubject }) => metadata.isJunction && !(parentSubject && removed.has(parentSubject)),
    )
    const joined = await plan.join(links.map((subject) => linkOf(subject, isNew)))
    applies.push(...(await plan.prepareEach(of('delete', removeSubjects))))
    const written = [...inserts, ...updateSubjects, ...removeSubjects].filter(({ metadata }) => !metadata.isJunction)
    await plan.seal(written.map(({ metadata }) => metadata))
    this.#finish = async () => {
      joined()
      for (const apply of applies) await apply()
      await plan.verify()
    }
  }

  /** Lets TypeORM send statements for rows that were tested. */
  async send({ updateSubjects }: Executor, run: () => Promise<void>): Promise<void> {
    if (updateSubjects.some((subject) => !this.#tested.has(subject))) throw this.#plan.judge.denial()
    await sending(this.session, run)
  }

  /** Tests all rows after the last statement. */
  async after(): Promise<void> {
    await this.#finish()
    this.#finish = async () => {}
  }

  #change(subject: Subject): EntityChange {
    const columns: Record<string, unknown> = {}
    for (const { column, relation, value } of subject.changeMaps) {
      if (column) columns[columnName(column)] = referenced(column, value)
      for (const join of relation?.joinColumns ?? [])
        columns[columnName(join)] = endOf(value, (row) => referencedValue(join, row))
    }
    return { columns, names: this.#names.get(subject) ?? namesOf(subject), isStable: true }
  }
}

const writes = new WeakMap<QueryRunner, Persisting>()

/** Makes TypeORM's executor test the rows of authorized managers, once for its class. */
export function watchExecutor(): void {
  const around = (
    name: string,
    run: (write: Persisting, own: Executor, original: () => Promise<void>) => Promise<void>,
  ): void =>
    wrapOwn(SubjectExecutor.prototype, name, (own: Executor, original: () => Promise<void>) => {
      const write = writes.get(own.queryRunner)
      return write ? run(write, own, original) : original()
    })
  around('execute', async (write, own, original) => {
    await write.leaveOutPresent(own)
    write.note(own)
    await original()
    await write.after()
  })
  around('executeInsertOperations', async (write, own, original) => {
    await write.before(own)
    await write.send(own, original)
  })
  for (const name of [
    'executeUpdateOperations',
    'executeRemoveOperations',
    'executeSoftRemoveOperations',
    'executeRecoverOperations',
  ])
    around(name, (write, own, original) => write.send(own, original))
}

/** Saves or removes entities with all their cascades, by TypeORM's own executor. */
export async function persist(
  session: Session,
  mode: Mode,
  target: ConstructorParameters<typeof EntityPersistExecutor>[3],
  entity: ObjectLiteral | ObjectLiteral[],
  options: (SaveOptions & RemoveOptions) | undefined,
): Promise<void> {
  assertNoFilter(entity)
  await writing(session, async (inner, manager) => {
    const { runner } = inner
    const earlier = writes.get(runner)
    writes.set(runner, new Persisting(inner))
    try {
      // One executor for all rows, with their keys: those before the write are tested at once.
      const own = { ...options, chunk: 0, reload: true }
      await new EntityPersistExecutor(manager.connection, runner, mode, target, entity, own).execute()
    } finally {
      if (earlier) writes.set(runner, earlier)
      else writes.delete(runner)
    }
  })
}

function grouped(subjects: readonly Subject[]): Iterable<readonly Subject[]> {
  const groups = new Map<EntityMetadata, Subject[]>()
  for (const subject of subjects) {
    const group = groups.get(subject.metadata) ?? []
    group.push(subject)
    groups.set(subject.metadata, group)
  }
  return groups.values()
}

type Change = Subject['changeMaps'][number]

/** Returns the changes of a reference, by its relation and by its columns. */
function changesOf({ changeMaps }: Subject, of: RelationMetadata): readonly Change[] {
  return changeMaps.filter(({ column, relation }) => relation === of || (column && of.joinColumns.includes(column)))
}

/** Returns whether a change of a reference sets what a row has. */
function isPresent({ column, value }: Change, { joinColumns }: RelationMetadata, row: Values): boolean {
  return joinColumns
    .filter((join) => !column || join === column)
    .every((join) =>
      isSame(
        column ? referenced(join, value) : endOf(value, (end) => referencedValue(join, end)),
        row[columnName(join)],
      ),
    )
}

function isSame(value: unknown, other: unknown): boolean {
  return ['string', 'number', 'bigint'].includes(typeof value) && String(value) === String(other)
}

/** Takes the changes of a reference from a subject, also if TypeORM compares it again after listeners. */
function leaveOut(subject: Subject, relation: RelationMetadata, row: Values): void {
  const own = new Set(changesOf(subject, relation))
  subject.changeMaps = subject.changeMaps.filter((change) => !own.has(change))
  subject.diffColumns = subject.diffColumns.filter((column) => !relation.joinColumns.includes(column))
  subject.diffRelations = subject.diffRelations.filter((one) => one !== relation)
  if (!subject.databaseEntity) return
  const end = {}
  for (const join of relation.joinColumns) {
    join.setEntityValue(subject.databaseEntity, row[columnName(join)])
    join.referencedColumn!.setEntityValue(end, row[columnName(join)])
  }
  relation.setEntityValue(subject.databaseEntity, end)
}

/** Returns the fields that a caller changes. */
function namesOf({ changeMaps }: Subject): readonly string[] {
  return [...new Set(changeMaps.map(({ column, relation }) => relation?.propertyName ?? fieldOf(column!)))]
}

/**
 * Returns whether a new row names a row that should exist, but does not, or is hidden: it has a key that the database
 * generates, or nothing but its key, although its entity needs more.
 */
function namesRow({ metadata, entity, changeMaps }: Subject): boolean {
  const isGiven = (column: ColumnMetadata): boolean =>
    column.isGenerated && (column.getEntityValue(entity ?? {}) ?? null) !== null
  if (metadata.primaryColumns.some(isGiven)) return true
  return isKey(changeMaps) && metadata.nonVirtualColumns.some(isRequired)
}

function isKey(changes: readonly Change[]): boolean {
  return changes.every(({ column }) => column?.isPrimary)
}

/** Returns whether a row that looks new is only named, by its key, at the end of a reference that stays as it is. */
function isRepeated({ entity, changeMaps, parentSubject: parent }: Subject): boolean {
  if (!entity || !parent?.entity || parent.mustBeInserted || !isKey(changeMaps)) return false
  const via = [...parent.metadata.manyToOneRelations, ...parent.metadata.oneToOneRelations].find(
    (one) => one.isOwning && one.getEntityValue(parent.entity!) === entity,
  )
  return via !== undefined && changesOf(parent, via).length === 0
}

function isRequired({ isPrimary, isNullable, default: initial, ...column }: ColumnMetadata): boolean {
  const isSet = column.isCreateDate || column.isUpdateDate || column.isVersion || column.isDiscriminator
  return !isPrimary && !isNullable && initial === undefined && !column.isGenerated && !isSet
}

/** Returns the link that a row of a table between two entities is. */
function linkOf(subject: Subject, isNew: ReadonlySet<Subject>): Joined {
  const { metadata, identifier, changeMaps, parentSubject } = subject
  const via = parentSubject?.metadata.manyToManyRelations.find((one) => one.junctionEntityMetadata === metadata)
  const valueFor = (column: ColumnMetadata) => changeMaps.find((one) => one.column === column)?.value
  return joinedOf(
    metadata,
    (column) => {
      if (identifier && changeMaps.length === 0) return column.getEntityValue(identifier)
      return endOf(valueFor(column), (row) => column.referencedColumn!.getEntityValue(row))
    },
    via,
    (column) => isNew.has(valueFor(column) as Subject),
  )
}

/** Returns the relation of another row by which TypeORM changes the reference of a row, and nothing else. */
function referenceLink({ changeMaps, parentSubject }: Subject, isNew: ReadonlySet<Subject>): ReferenceLink | undefined {
  const [{ relation, value } = { relation: undefined, value: undefined }, ...others] = changeMaps
  const by: unknown = value === null ? parentSubject : value
  const via = relation?.inverseRelation
  if (!via || others.length > 0 || typeof by !== 'object' || by === null || !isSubject(by) || isNew.has(by))
    return undefined
  return { via, own: keyIn(by.metadata, by.identifier) }
}

/** Returns a part of the row at the end of a reference, which can be a row that is inserted first. */
function endOf(value: unknown, part: (row: ObjectLiteral) => unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date || ArrayBuffer.isView(value)) return value
  const row: unknown = isSubject(value) ? (value.identifier ?? value.entity) : value
  return (typeof row === 'object' && row !== null ? part(row) : undefined) ?? pending
}

function referencedValue(column: ColumnMetadata, row: ObjectLiteral): unknown {
  return column.referencedColumn!.getEntityValue(row)
}

function isSubject(value: object): value is Subject {
  return Reflect.get(value, '@instanceof') === Symbol.for('Subject')
}

/** @throws ArgumentError for a target without an entity */
export function assertEntity(entity: unknown): asserts entity is ObjectLiteral | ObjectLiteral[] {
  if (typeof entity === 'object' && entity !== null) return
  throw invalidArgument('An entity must be an object.', { data: { entity } })
}
