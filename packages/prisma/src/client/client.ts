import { invalidArgument } from '@arcturus/core/internal/prisma'
import { unsupportedOperation } from '../errors.js'
import type { PrismaClientLike } from '../schema/fromClient.js'
import { unguardedClient } from './call.js'
import { type Delegate, type Delegates, refusing } from './delegates.js'
import { Query } from './query.js'
import { refusedOperation } from './refused.js'
import { type Session, transaction } from './session.js'
import type { TransactionOptions } from './types.js'

type Run = (client: object) => Promise<unknown>

/**
 * Returns a function that makes the client of a session. The class is made once for each schema, so
 * that a client costs one object, and each delegate another.
 */
export function clientMaker(delegates: Delegates): (session: Session) => object {
  const names = new Set(delegates.names)
  class Client {
    readonly #session: Session
    readonly #made = new Map<string, Delegate>()

    constructor(session: Session) {
      this.#session = session
    }

    $transaction(work: Run | readonly unknown[], options?: TransactionOptions): Promise<unknown> {
      const session = this.#session
      if (typeof work === 'function') return transaction(session, (own) => work(new Client(own)), options)
      return batch(session, work, options)
    }

    unguarded(reason: string): PrismaClientLike {
      if (typeof reason !== 'string' || reason.trim() === '') {
        throw invalidArgument('unguarded needs a reason.', {
          hint: "say why no policy decides: client.unguarded('nightly report')",
        })
      }
      this.#session.log(`A Prisma client is used without authorization: ${reason}`)
      return unguardedClient(this.#session.client, names)
    }

    static delegate(client: Client, name: string): Delegate {
      const known = client.#made.get(name)
      if (known) return known
      const made = delegates.make(name, client.#session)
      client.#made.set(name, made)
      return made
    }
  }
  for (const name of names) {
    Object.defineProperty(Client.prototype, name, {
      get(this: Client) {
        return Client.delegate(this, name)
      },
      enumerable: true,
    })
  }
  Object.setPrototypeOf(Client.prototype, refusing(refusedOperation))
  return (session) => new Client(session)
}

/** Runs queries one after another in a transaction. @throws UnsupportedOperationError before anything is sent */
async function batch(session: Session, queries: readonly unknown[], options?: TransactionOptions): Promise<unknown> {
  const all = Array.from(queries)
  for (const one of all) {
    if (one instanceof Query && one.canBeSent(session)) continue
    throw unsupportedOperation('A batch must consist of queries of this client that were not awaited before.', {
      hint: 'pass the queries themselves: client.$transaction([client.post.findMany(), …])',
    })
  }
  // Sound: each was tested.
  return await transaction(session, async (own) => await inOrder(all as Query[], own), options)
}

async function inOrder(queries: readonly Query[], session: Session): Promise<unknown[]> {
  const results: unknown[] = []
  for (const query of queries) results.push(await query.send(session))
  return results
}
