import {
  type ActionNames,
  isViolation,
  type Refused,
  type RowRules,
  Turns,
  turnsOf,
  WriteRecord,
} from '@arcturus/writes/internal/typeorm'
import type { EntityManager, QueryRunner } from 'typeorm'
import type { PrintedFilter } from '../filter/printedFilter.js'
import type { ReadableTables } from './readableTables.js'
import type { Shared } from './shared.js'

/** The parts of an authorization. */
export interface Parts extends Shared {
  /** Make the manager and the rules of a session. */
  readonly manager: (session: Session) => EntityManager
  readonly rules: (session: Running) => RowRules<PrintedFilter>
}

/** The actor of a manager, and where its statements are sent. */
export interface Session {
  readonly parts: Parts
  readonly actor: unknown
  readonly actions: (model: string) => ActionNames
  readonly trustsCascades: boolean
  /** The query runner of the transaction; undefined outside of one. */
  readonly runner: QueryRunner | undefined
  readonly tables: ReadableTables
  /** SQL of this manager's own queries, which callers may put into other queries. */
  readonly texts: Set<string>
  /** The turns within the write of the session; undefined if it is within none. */
  readonly turns: Turns | undefined
  readonly log: (message: string) => void
  /** Whether TypeORM sends the statements of a write that was checked: its builders are plain meanwhile. */
  readonly window: { isOpen: boolean }
  /** The decisions of the write; undefined outside of one. */
  readonly record?: WriteRecord<PrintedFilter> | undefined
}

/** A session within a transaction. */
export type Running = Session & { readonly runner: QueryRunner }

const open = new WeakSet<QueryRunner>()

/** Returns whether a query runner sends the statements of a write that was checked. */
export function isSending(runner: unknown): boolean {
  return typeof runner === 'object' && runner !== null && open.has(runner as QueryRunner)
}

/** Lets TypeORM send the statements of a write whose rows were tested before, and will be after. */
export async function sending<Result>({ window, runner }: Running, run: () => Promise<Result>): Promise<Result> {
  const wasOpen = window.isOpen
  window.isOpen = true
  open.add(runner)
  try {
    return await run()
  } finally {
    window.isOpen = wasOpen
    if (!wasOpen) open.delete(runner)
  }
}

/** Returns the query runner of a session that still has a connection. */
export function runnerOf({ runner }: Session): QueryRunner | undefined {
  return runner?.isReleased ? undefined : runner
}

type Isolation = Parameters<QueryRunner['startTransaction']>[0]

/** Runs a query after the writes of its transaction. @param runner - Default: that of the session. */
export function reading<Result>(
  session: Session,
  runner: QueryRunner | undefined,
  run: () => Promise<Result>,
): Promise<Result> {
  const turns = turnsFor(session, runner ?? runnerFor(session))
  return turns ? turns.read(run) : run()
}

/** Returns the query runner of a session, or a new one. SQLite has the same one for all. */
function runnerFor({ runner, parts }: Session): QueryRunner {
  return runner ?? parts.dataSource.createQueryRunner()
}

/** Returns the turns of a query runner; undefined if it is that of one operation alone. */
function turnsFor({ parts, ...session }: Session, runner: QueryRunner): Turns | undefined {
  if (runner === session.runner) return session.turns ?? turnsOf(runner)
  return parts.printing.dialect === 'sqlite' ? turnsOf(runner) : undefined
}

/**
 * Runs a function in a transaction of its own; within a transaction, alone and in a savepoint, so that a refusal
 * undoes its statements alone. Subscribers get the authorized manager meanwhile.
 */
export function transaction<Result>(
  session: Session,
  run: (session: Running, manager: EntityManager) => Promise<Result>,
  isolation?: Isolation,
): Promise<Result> {
  const runner = runnerFor(session)
  const begun = async (turns: Turns): Promise<Result> => {
    const own = { ...session, runner, turns, window: { isOpen: false } }
    const earlier = runner.manager
    const manager = session.parts.manager(own)
    try {
      await runner.startTransaction(isolation)
      try {
        Object.assign(runner, { manager })
        const result = await run(own, manager)
        await turns.ended
        await runner.commitTransaction()
        return result
      } catch (error) {
        // The first error is the reason, also if the connection is gone.
        await runner.rollbackTransaction().catch(() => {})
        throw error
      }
    } finally {
      Object.assign(runner, { manager: earlier })
      session.tables.forgetLoaded()
      if (!session.runner) await runner.release()
    }
  }
  const shared = turnsFor(session, runner)
  return shared ? shared.write(begun) : begun(new Turns())
}

/** Runs a write in a transaction. @throws the same denial for every error that would tell of a hidden row */
export async function writing<Result>(
  session: Session,
  run: (session: Running, manager: EntityManager) => Promise<Result>,
): Promise<Result> {
  const record = new WriteRecord<PrintedFilter>(session.parts.authorizer, session.actor)
  const begun: typeof writing = (given, work) =>
    transaction({ ...given, record, tables: given.tables.ofWrites }, async (own, manager) => {
      const { beforeWrite, dataSource } = own.parts
      // A write within another one has begun with that.
      if (!given.record) await beforeWrite?.(dataSource.createEntityManager(own.runner), own.actor)
      return await work(own, manager)
    })
  const lookUp: Refused<PrintedFilter>['lookUp'] = (find) => begun(session, (own) => find(own.parts.rules(own)))
  return await record.run(() => begun(session, run), { isHidden, lookUp })
}

/** Returns whether an error tells that another row has a value, or that a row is missing or referred to. */
function isHidden(error: unknown): boolean {
  const driver: unknown = error instanceof Error ? Reflect.get(error, 'driverError') : undefined
  if (typeof driver !== 'object' || driver === null) return false
  const [code, errno, message] = ['code', 'errno', 'message'].map((name): unknown => Reflect.get(driver, name))
  return isViolation(code, message) || isViolation(errno, message)
}
