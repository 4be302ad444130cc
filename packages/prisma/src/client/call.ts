import { passKey } from '../query/extension.js'
import { delegateOf, type PrismaClientLike, property } from '../schema/fromClient.js'
import type { PrismaModel } from '../schema/schema.js'

/**
 * Calls an operation of a client. If the client is guarded, its extension passes the arguments on unchanged.
 * @param isUnguarded - Whether the extension records the models of the rows. Default: the caller does.
 */
export function call(
  client: PrismaClientLike,
  model: PrismaModel,
  operation: string,
  args: object,
  isUnguarded = false,
): PromiseLike<unknown> {
  const delegate = delegateOf(client, model) as object
  // Sound: delegates of every Prisma client have these operations.
  const method = property(delegate, operation) as (args: object) => PromiseLike<unknown>
  return Reflect.apply(method, delegate, [passing(client, args, isUnguarded)])
}

/** Returns arguments that the extension of a client passes on unchanged. */
function passing(client: object, args: unknown, isUnguarded: boolean): object {
  const pass = property(client, passKey)
  const given = typeof args === 'object' && args !== null ? args : {}
  return typeof pass === 'function' ? { ...given, ...(Reflect.apply(pass, client, [isUnguarded]) as object) } : given
}

/** Returns a client whose queries its extension passes on unchanged. @param names - The names of its delegates. */
export function unguardedClient(client: PrismaClientLike, names: ReadonlySet<string>): PrismaClientLike {
  if (typeof property(client, passKey) !== 'function') return client
  return new Proxy(client, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name)
      if (typeof name !== 'string') return value
      if (names.has(name)) return unguardedDelegate(client, value as object)
      if (name !== '$transaction') return typeof value === 'function' ? value.bind(of) : value
      return (work: unknown, ...options: unknown[]) => {
        const run = (tx: PrismaClientLike) => (work as (tx: object) => unknown)(unguardedClient(tx, names))
        return Reflect.apply(value as () => unknown, of, [
          typeof work === 'function' ? run : work,
          ...options,
        ]) as unknown
      }
    },
  })
}

function unguardedDelegate(client: object, delegate: object): object {
  return new Proxy(delegate, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name)
      if (typeof value !== 'function') return value
      return (args: unknown, ...rest: unknown[]) =>
        Reflect.apply(value, of, [passing(client, args, true), ...rest]) as unknown
    },
  })
}
