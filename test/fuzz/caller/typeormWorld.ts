import { EventEmitter } from 'node:events'
import { Authorizer } from '@arcturus/core'
import { typeOrmAuthorization } from '@arcturus/typeorm'
import {
  And,
  Between,
  type DataSource,
  type DeleteQueryBuilder,
  EntitySchema,
  Equal,
  type FindOperator,
  In,
  IsNull,
  Like,
  MoreThanOrEqual,
  Not,
  Or,
  Raw,
  type Repository,
  TypeORMError,
} from 'typeorm'
import { type Database, openDatabases } from '../../typeorm/databases.js'
import { quiet, withoutTime } from '../evaluators.js'
import { dialectsOf } from '../orm/orms.js'
import type { Planted } from '../orm/planted.js'
import { plant } from '../orm/typeorm.js'
import { Random } from '../random.js'
import { type Asked, type Doc as CallerDoc, type CallerWorld, stateOf } from './caller.js'
import { actorOf, docs, randomPolicy, users } from './callerCase.js'
import { type Conditions, type Question, randomQuestion, stepped } from './typeormQuestion.js'

class User {
  declare id: number
}
class Tag {
  declare id: number
}
class Label {
  declare id: number
}
class Doc {
  declare id: number
  declare slug: string
  declare title: string
  declare count: number
  declare ownerId: number
  declare parentId: number | null
  declare deletedAt: Date | null
}

interface WholeDoc extends Doc {
  readonly owner: User
  readonly parent: Doc | null
  readonly children: readonly WholeDoc[]
  readonly tags: readonly Tag[]
  readonly labels: readonly Label[]
}

const id = { type: 'int', primary: true } as const

const entities = [
  new EntitySchema<User & { docs: Doc[] }>({
    name: 'User',
    target: User,
    columns: { id },
    relations: { docs: { type: 'one-to-many', target: 'Doc', inverseSide: 'owner' } },
  }),
  new EntitySchema<Tag & { docId: number; doc: Doc }>({
    name: 'Tag',
    target: Tag,
    columns: { id, docId: { type: 'int' } },
    relations: {
      doc: {
        type: 'many-to-one',
        target: 'Doc',
        inverseSide: 'tags',
        joinColumn: { name: 'docId' },
        onDelete: 'CASCADE',
      },
    },
  }),
  new EntitySchema<Label>({ name: 'Label', target: Label, columns: { id } }),
  new EntitySchema<Doc & { owner: User; parent: Doc; children: Doc[]; tags: Tag[]; labels: Label[] }>({
    name: 'Doc',
    target: Doc,
    columns: {
      id,
      slug: { type: 'varchar', length: 40 },
      title: { type: 'varchar', length: 40 },
      count: { type: 'int' },
      ownerId: { type: 'int' },
      parentId: { type: 'int', nullable: true },
      deletedAt: { type: Date, nullable: true, deleteDate: true },
    },
    relations: {
      owner: { type: 'many-to-one', target: 'User', inverseSide: 'docs', joinColumn: { name: 'ownerId' } },
      parent: {
        type: 'many-to-one',
        target: 'Doc',
        inverseSide: 'children',
        joinColumn: { name: 'parentId' },
        nullable: true,
        onDelete: 'SET NULL',
      },
      children: { type: 'one-to-many', target: 'Doc', inverseSide: 'parent' },
      tags: { type: 'one-to-many', target: 'Tag', inverseSide: 'doc' },
      labels: { type: 'many-to-many', target: 'Label', joinTable: { name: 'doc_labels' } },
    },
  }),
]

/** The rows that questions are asked about through TypeORM, in one database. */
export class TypeOrmWorld implements CallerWorld {
  readonly name: string
  readonly #database: Database
  readonly #source: DataSource
  readonly #docs: Repository<Doc>

  private constructor(database: Database, source: DataSource) {
    this.name = `TypeORM on ${database.name}`
    this.#database = database
    this.#source = source
    this.#docs = source.getRepository(Doc)
  }

  /** @param names - Of worlds that are asked, such as `TypeORM on SQLite`. */
  static async openAll(names: RegExp, planted: Planted | undefined): Promise<readonly TypeOrmWorld[]> {
    const databases = await openDatabases('fuzz_caller', dialectsOf('TypeORM', names), ['1'])
    return Promise.all(
      databases.map(async (database) => {
        const source = await database.open(entities)
        // Each policy is an authorization of its own, which an application has one of.
        const pool: unknown = Reflect.get(source.driver, 'pool')
        if (pool instanceof EventEmitter) pool.setMaxListeners(0)
        if (planted?.sql) plant(source, planted.sql)
        return new TypeOrmWorld(database, source)
      }),
    )
  }

  async fill(seed: number): Promise<void> {
    const random = new Random(seed)
    const insert = (entity: string, values: readonly object[]): Promise<unknown> =>
      this.#source
        .createQueryBuilder()
        .insert()
        .into(entity)
        .values([...values])
        .updateEntity(false)
        .execute()
    for (const table of ['doc_labels', 'tag']) await this.#source.query(`DELETE FROM ${this.#quoted(table)}`)
    await this.#source.createQueryBuilder().update(Doc).set({ parentId: null }).execute()
    for (const entity of [Doc, Label, User]) await this.#source.createQueryBuilder().delete().from(entity).execute()
    await insert(
      'User',
      users.map((one) => ({ id: one })),
    )
    await insert(
      'Label',
      docs.map((one) => ({ id: one })),
    )
    await insert(
      'Doc',
      docs.map((one) => ({
        ...{ id: one, slug: `doc ${one}`, title: random.pick(['a', 'b']), count: 0, ownerId: random.pick(users) },
        parentId: one > 1 && random.chance(0.5) ? random.integer(1, one - 1) : null,
        deletedAt: random.chance(0.2) ? new Date('2024-01-31T00:00:00.000Z') : null,
      })),
    )
    await insert(
      'Tag',
      docs.map((one) => ({ id: one, docId: random.pick(docs) })),
    )
    for (const one of random.sample(docs, 8))
      await this.#source.createQueryBuilder().relation(Doc, 'labels').of(one).add(random.sample(docs, 2))
  }

  #quoted(name: string): string {
    return this.#source.driver.escape(name)
  }

  all(): Promise<Doc[]> {
    return this.#docs.find({ withDeleted: true, order: { id: 'ASC' } })
  }

  /** Every document, those deleted softly included, with the rows that it leads to, of which such ones count as missing. */
  async #copies(): Promise<readonly { readonly id: number }[]> {
    const whole = (await this.#docs.find({
      withDeleted: true,
      relations: { tags: true, labels: true, owner: true, parent: true, children: { tags: true } },
    } as object)) as readonly object[] as readonly WholeDoc[]
    const copies = (rows: readonly object[]): object[] => rows.map((row) => ({ ...row }))
    return whole.map((doc) => {
      const parent = doc.parent && !doc.parent.deletedAt ? { ...doc.parent } : null
      const children = doc.children.filter((child) => !child.deletedAt)
      // Rows that the application makes are complete.
      return Object.assign(new Doc(), {
        ...doc,
        ...{ owner: { ...doc.owner }, tags: copies(doc.tags), labels: copies(doc.labels) },
        ...{ parent, parentId: parent && doc.parentId },
        children: children.map((child) => ({ ...child, tags: copies(child.tags) })),
      })
    })
  }

  async ask(random: Random): Promise<Asked> {
    const policy = randomPolicy(random, 20)
    const question = randomQuestion(random)
    const authorizer = new Authorizer({ ...quiet, limits: withoutTime })
    const { me, text } = actorOf(policy, authorizer)
    const authorization = typeOrmAuthorization(authorizer, this.#source, { unscoped: 'allow' })
    authorizer.loadSync(text)
    const allowed = new Set<number>()
    for (const row of await this.#copies()) if (await authorizer.isAllowed(me, 'read', row)) allowed.add(row.id)
    const matching = async (where: Conditions, withDeleted: boolean): Promise<readonly number[]> =>
      (await this.#docs.find({ where: whereOf(where), withDeleted })).map((doc) => doc.id)
    const isLong = JSON.stringify(question).length > 50_000
    const asksExactly = (question.kind === 'write' || question.kind === 'list') && !isLong
    const given = asksExactly ? await matching(question.where, question.kind === 'write') : undefined
    const number = question.kind === 'number' && !isLong ? await this.#number(question, [...allowed]) : undefined
    return {
      about: { policy, question },
      allowed,
      isRefusal,
      docsIn: (answer) => topDocs(answer),
      put: () => this.#put(question, authorization, me),
      wrong: async (answer, before, after) => wrongIn(question, answer, { allowed, given, number, before, after }),
    }
  }

  /** What TypeORM itself answers for the same conditions and the keys of the rows that the actor may see. */
  async #number({ operation, where }: Extract<Question, { kind: 'number' }>, keys: number[]): Promise<unknown> {
    const within = whereOf(where).map((one) => {
      const own = 'id' in one ? [And(one.id as FindOperator<number>)] : []
      return { ...one, id: And(...own, In(keys)) }
    })
    if (operation === 'sum' || operation === 'maximum') return this.#docs[operation]('id', within)
    const isBy = operation === 'countBy' || operation === 'existsBy'
    return isBy ? this.#docs[operation](within) : this.#docs[operation as 'count' | 'exists']({ where: within })
  }

  async #put(question: Question, authorization: ReturnType<typeof typeOrmAuthorization>, me: object): Promise<unknown> {
    const { authorizedFilter, authorizedQuery } = authorization
    // Sound: repositories have these methods, and TypeORM validates their arguments.
    const repository = this.#docs as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
    const filter = (conditions: Conditions, options: object = {}) =>
      authorizedFilter(me, Doc, { ...options, where: whereOf(conditions) } as { where: object[] })
    switch (question.kind) {
      case 'list':
        return this.#docs.find(filter(question.where))
      case 'find': {
        const { operation, where, options } = question
        const found = operation.endsWith('By')
          ? await repository[operation]!(filter(where).where)
          : await repository[operation]!(
              filter(where, operation.startsWith('findOne') ? without(options, 'take') : options),
            )
        return operation === 'findAndCount' ? (found as readonly [unknown])[0] : found
      }
      case 'number': {
        const { operation, where } = question
        if (operation === 'sum' || operation === 'maximum') return repository[operation]!('id', filter(where).where)
        return repository[operation]!(operation.endsWith('By') ? filter(where).where : filter(where))
      }
      case 'related': {
        const where = { docs: filter(question.where).where }
        const found = await this.#source.getRepository(User).find({ where } as object)
        return found.map((user) => ({ userId: user.id }))
      }
      case 'builder': {
        const { steps, at, end } = question
        let query = at === 0 ? authorizedQuery(me, 'read', Doc, { alias: 'd' }) : this.#docs.createQueryBuilder('d')
        for (const [index, step] of steps.entries()) {
          query = stepped(query, step, index, whereOf)
          if (index + 1 === at) query = authorizedQuery(me, 'read', query)
        }
        const found: unknown = await query[end as 'getMany']()
        if (end === 'getManyAndCount') return (found as unknown as readonly [unknown])[0]
        // A raw row has its columns under other names.
        return end === 'getRawMany'
          ? (found as readonly Record<string, unknown>[]).map((row) => ({ id: row['d_id'], slug: '' }))
          : found
      }
      case 'write': {
        const { operation, where, isBuilder } = question
        const criteria = authorizedFilter(me, Doc, { action: 'edit', where: whereOf(where) } as {
          where: object[]
        }).where
        if (isBuilder && operation === 'update')
          return this.#docs.createQueryBuilder().update(Doc).set({ count: 5 }).where(criteria).execute()
        if (isBuilder && (operation === 'delete' || operation === 'softDelete' || operation === 'restore'))
          return (this.#docs.createQueryBuilder()[operation]() as DeleteQueryBuilder<Doc>).where(criteria).execute()
        if (operation === 'update') return repository['update']!(criteria, { count: 5 })
        if (operation === 'increment' || operation === 'decrement') return repository[operation]!(criteria, 'count', 2)
        return repository[operation]!(criteria)
      }
    }
  }

  async close(): Promise<void> {
    await this.#database.close()
  }
}

/**
 * TypeORM's own errors: a row that is not there, more values than a statement takes, and what has no meaning, such as an offset
 * without a limit on MariaDB.
 */
function isRefusal(error: unknown): boolean {
  return error instanceof TypeORMError
}

/** The facts about a question beside its answer. */
interface Known {
  readonly allowed: ReadonlySet<number>
  /** The documents of the caller's own `where`, of a list or a write. */
  readonly given: readonly number[] | undefined
  /** What TypeORM itself answers for a number. It counts a row once for each related row that a condition of the caller joins. */
  readonly number: unknown
  readonly before: readonly CallerDoc[]
  readonly after: readonly CallerDoc[]
}

/** @returns what is wrong beside hidden rows */
function wrongIn(
  question: Question,
  answer: unknown,
  { allowed, given, number, before, after }: Known,
): string | undefined {
  if (question.kind === 'write') {
    const now = new Map(after.map((doc) => [doc.id, stateOf(doc)]))
    const changed = before.filter((doc) => now.get(doc.id) !== stateOf(doc)).map((doc) => doc.id)
    const beyond = given ? changed.filter((one) => !given.includes(one)) : []
    return beyond.length > 0 ? `rows beyond the caller's criteria changed: ${beyond.join()}` : undefined
  }
  if (answer === undefined || (answer === null && question.kind !== 'number')) return undefined
  const seen = before.filter((doc) => allowed.has(doc.id))
  const there = seen.filter((doc) => !doc.deletedAt)
  switch (question.kind) {
    case 'list': {
      const expected = given?.filter((one) => allowed.has(one))
      const found = topDocs(answer).map((doc) => doc.id)
      const isWrong = expected && text(found) !== text(expected)
      return isWrong ? `the list has ${text(found)} in the place of ${text(expected)}` : undefined
    }
    case 'number': {
      const isWrong = number !== undefined && Number(answer) !== Number(number)
      return isWrong ? `${question.operation} is ${String(answer)} in the place of ${String(number)}` : undefined
    }
    case 'related': {
      const owners = new Set(there.map((doc) => doc.ownerId))
      const wrong = (answer as readonly { userId: number }[]).find(({ userId }) => !owners.has(userId))
      return wrong && `user ${wrong.userId} has no document that may be seen`
    }
    case 'builder':
      return ['getCount', 'getExists'].includes(question.end) && Number(answer) > seen.length
        ? `${String(answer)} rows are counted, of which ${seen.length} may be seen`
        : undefined
    case 'find':
      return undefined
  }
}

function text(ids: readonly number[]): string {
  return [...new Set(ids)].sort((a, b) => a - b).join()
}

/** The rows of an answer: those that they lead to are not filtered. */
function topDocs(answer: unknown): readonly CallerDoc[] {
  return (Array.isArray(answer) ? answer : [answer]).filter(
    (one) => typeof one === 'object' && one !== null && 'slug' in one,
  )
}

/** Makes the `where` of a case. */
function whereOf(conditions: Conditions): object[] {
  return conditions.map((one) =>
    Object.fromEntries(Object.entries(one).map(([name, test]) => [name, asOperator(test)])),
  )
}

type Tests = Readonly<Record<string, never>>

function asOperator(test: object): unknown {
  const [[kind, value]] = Object.entries(test as Tests) as [[string, never]]
  // Sound: an operator or a value of a column, as the kinds of tests have it.
  const operators = (tests: readonly object[]) => tests.map((one) => asOperator(one) as FindOperator<unknown>)
  switch (kind) {
    case 'is':
      return value
    case 'equal':
      return Equal(value)
    case 'in':
      return In(value)
    case 'not':
      return Not(asOperator(value))
    case 'null':
      return IsNull()
    case 'like':
      return Like(value)
    case 'from':
      return MoreThanOrEqual(value)
    case 'between':
      return Between(value[0], value[1])
    case 'or':
      return Or(...operators((value as readonly object[]).map((one) => ('is' in one ? { equal: one['is'] } : one))))
    case 'and':
      return And(...operators(value))
    case 'raw':
      return Raw((column) => `${column} ${value as string}`)
    case 'related':
      return Object.fromEntries(
        Object.entries(value as Readonly<Record<string, object>>).map(([name, one]) => [name, asOperator(one)]),
      )
    default:
      throw new Error(`no test is called ${kind}`)
  }
}

function without(options: object, name: string): object {
  return Object.fromEntries(Object.entries(options).filter(([key]) => key !== name))
}
