import { NotFoundError } from '@arcturus/core'
import { type Arguments, isArguments } from '../literal.js'
import { afterNothing, findCursor } from '../query/cursor.js'
import { filtered } from '../query/guard.js'
import { tagRows } from '../rows/rows.js'
import { delegateOf, type PrismaClientLike, property } from '../schema/fromClient.js'
import { type FindKeys, prune } from './levels.js'
import { isReadOperation, listArguments, operations, type ReadOperation } from './operations.js'
import { plainCopy } from './plainCopy.js'
import { Questions } from './questions.js'
import { Reading } from './reading.js'
import type { Session } from './session.js'
import { write } from './write.js'

/**
 * A query of an authorized client. It is sent once it is awaited, or when its batch runs.
 */
export class Query implements PromiseLike<unknown> {
  readonly session: Session
  readonly model: string
  readonly operation: string
  readonly #args: unknown
  /** The relations that fluent calls followed, each with its arguments. */
  readonly #path: readonly (readonly [relation: string, args: unknown])[]
  #result: Promise<unknown> | undefined

  constructor(
    session: Session,
    model: string,
    operation: string,
    args: unknown,
    path: readonly (readonly [relation: string, args: unknown])[] = [],
  ) {
    this.session = session
    this.model = model
    this.operation = operation
    this.#args = args
    this.#path = path
  }

  /** Whether the query was sent. */
  get isSent(): boolean {
    return this.#result !== undefined
  }

  get [Symbol.toStringTag](): string {
    return 'AuthorizedQuery'
  }

  // biome-ignore lint/suspicious/noThenProperty: a query is sent when it is awaited, as Prisma's are
  then<One = unknown, Other = never>(
    resolved?: ((value: unknown) => One | PromiseLike<One>) | null,
    rejected?: ((reason: unknown) => Other | PromiseLike<Other>) | null,
  ): Promise<One | Other> {
    return this.send(this.session).then(resolved, rejected)
  }

  catch<Other = never>(rejected?: ((reason: unknown) => Other | PromiseLike<Other>) | null): Promise<unknown> {
    return this.send(this.session).catch(rejected)
  }

  finally(settled?: (() => void) | null): Promise<unknown> {
    return this.send(this.session).finally(settled)
  }

  /** Returns the query for a relation of the row. */
  follow(Class: typeof Query, relation: string, args: unknown): Query {
    return new Class(this.session, this.model, this.operation, this.#args, [...this.#path, [relation, args]])
  }

  /** Sends the query once. @param session - The session of its transaction. */
  send(session: Session): Promise<unknown> {
    this.#result ??= this.#run(session)
    return this.#result
  }

  async #run(session: Session): Promise<unknown> {
    const args = plainCopy(this.#args ?? {}, false)
    if (!isArguments(args)) plainCopy(() => {}, false)
    const sent = this.#path.length === 0 ? (args as Arguments) : followed(args as Arguments, this.#path)
    const result = isReadOperation(this.operation)
      ? await read(session, this.model, this.operation, sent)
      : await write(session, this.model, this.operation, sent)
    return this.#path.reduce((row, [relation]) => property(row, relation) ?? null, result)
  }
}

/** Returns arguments that select the relation at the end of fluent calls. */
function followed(args: Arguments, path: readonly (readonly [string, unknown])[]): Arguments {
  const { select: _, include: __, omit: ___, ...rest } = args
  const [[relation, given], ...others] = path as [readonly [string, unknown], ...(readonly [string, unknown])[]]
  const own = given === undefined ? {} : (plainCopy(given, false) as Arguments)
  const inner = others.length === 0 ? own : followed(own, others)
  return { ...rest, select: { [relation]: Object.keys(inner).length === 0 ? true : inner } }
}

/** Runs a query that reads rows. */
export async function read(
  session: Session,
  model: string,
  operation: ReadOperation,
  args: Arguments,
  filters: readonly Arguments[] = [],
): Promise<unknown> {
  const { parts, actor, client } = session
  const { tables } = parts
  const questions = new Questions(parts, actor, client)
  const reading = readingFor(session, questions)
  const { kind, isOne, args: names } = operations[operation]
  if (kind !== 'find') await reading.assertAggregates(args, model)
  let sent = await reading.rows(args, model, names.length > 0 ? names : listArguments)
  if (filters.length > 0)
    sent = { ...sent, where: reading.combined(sent['where'] as Arguments | undefined, filters, model)! }
  const guarded = kind === 'find' ? await reading.selection(sent, model) : undefined
  sent = guarded?.args ?? sent
  const cursor = isOne ? undefined : findCursor(sent, model, 'findMany', tables)
  if (cursor) {
    const visible = await questions.rows(session.actions(model).read, model, 'root')
    const where = { AND: [cursor['where'], ...(visible === true ? [] : [visible])] }
    const found = await call(client, model, 'findFirst', { where })
    if (found === null) sent = afterNothing(sent, model, tables)
  }
  const result = await filtered(Promise.resolve(call(client, model, operation, sent)).catch(hiddenAsMissing), false)
  if (!guarded) return result
  await prune(result, guarded.level, finder(client))
  tagRows(tables, model, operation, sent, undefined, result)
  return result
}

export function readingFor(session: Session, questions: Questions): Reading {
  return new Reading(questions, {
    action: (model) => session.actions(model).read,
    refusesRequired: session.refusesRequired,
  })
}

export function finder(client: PrismaClientLike): FindKeys {
  // Sound: `findMany` returns rows.
  return (model, args) => call(client, model.name, 'findMany', args) as PromiseLike<readonly Arguments[]>
}

/** Calls an operation of a client. */
export function call(client: PrismaClientLike, model: string, operation: string, args: object): PromiseLike<unknown> {
  const delegate = delegateOf(client, model)
  // Sound: delegates of every Prisma client have these operations.
  return Reflect.apply(property(delegate, operation) as (args: object) => PromiseLike<unknown>, delegate, [args])
}

/** Reports that a row is hidden or missing by the same error. */
function hiddenAsMissing(error: unknown): never {
  throw property(error, 'code') === 'P2025' ? new NotFoundError() : error
}
