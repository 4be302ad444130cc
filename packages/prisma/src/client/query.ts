import { watchedOperation } from '@arcturus/writes/internal/prisma'
import { type Arguments, isArguments } from '../literal.js'
import { isReadOperation } from '../operations.js'
import { property } from '../schema/fromClient.js'
import { plainCopy } from './plainCopy.js'
import { read } from './read.js'
import { reading, type Session } from './session.js'
import { write } from './write.js'

/**
 * A query of an authorized client. It is sent once it is awaited, or when its batch runs.
 */
export class Query implements PromiseLike<unknown> {
  #result: Promise<unknown> | undefined
  /** Not a property: it leads to the client without authorization. */
  readonly #session: Session

  constructor(
    session: Session,
    readonly model: string,
    readonly operation: string,
    private readonly args: unknown,
    /** The relations that fluent calls followed, each with its arguments. */
    private readonly path: readonly (readonly [relation: string, args: unknown])[] = [],
  ) {
    this.#session = session
  }

  /** Returns whether the query is one of a session and was not sent. */
  canBeSent(session: Session): boolean {
    return this.#result === undefined && this.#session === session
  }

  get [Symbol.toStringTag](): string {
    return 'AuthorizedQuery'
  }

  // biome-ignore lint/suspicious/noThenProperty: a query is sent when it is awaited, as Prisma's are
  then<One = unknown, Other = never>(
    resolved?: ((value: unknown) => One | PromiseLike<One>) | null,
    rejected?: ((reason: unknown) => Other | PromiseLike<Other>) | null,
  ): Promise<One | Other> {
    return this.send(this.#session).then(resolved, rejected)
  }

  catch<Other = never>(rejected?: ((reason: unknown) => Other | PromiseLike<Other>) | null): Promise<unknown> {
    return this.send(this.#session).catch(rejected)
  }

  finally(settled?: (() => void) | null): Promise<unknown> {
    return this.send(this.#session).finally(settled)
  }

  /** Returns the query for a relation of the row. */
  follow(Class: typeof Query, relation: string, args: unknown): Query {
    return new Class(this.#session, this.model, this.operation, this.args, [...this.path, [relation, args]])
  }

  /** Sends the query once. @param session - The session of its transaction. */
  send(session: Session): Promise<unknown> {
    this.#result ??= watchedOperation(session.parts.authorizer, Query.prototype.then, this.#run(session))
    return this.#result
  }

  async #run(session: Session): Promise<unknown> {
    const args = plainCopy(this.args === undefined ? {} : this.args, false)
    if (!isArguments(args)) plainCopy(() => {}, false)
    const sent = this.path.length === 0 ? (args as Arguments) : followed(args as Arguments, this.path)
    const { model, operation } = this
    const result = isReadOperation(operation)
      ? await reading(session, () => read(session, model, operation, sent))
      : await write(session, model, operation, sent)
    return this.path.reduce((row, [relation]) => property(row, relation) ?? null, result)
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
