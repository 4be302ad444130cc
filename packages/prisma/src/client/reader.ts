import { unsupportedOperation } from '../errors.js'
import { type ReadOperation, readArguments } from '../operations.js'
import { delegateName, type PrismaClientLike } from '../schema/fromClient.js'
import type { PrismaModel } from '../schema/schema.js'
import { call } from './call.js'
import { refusing } from './delegates.js'

/** The models of a Prisma client with the operations that read rows. */
export type Rows<Client> = {
  readonly [Key in keyof Client as Client[Key] extends { findUnique: unknown } ? Key : never]: Pick<
    Client[Key],
    Extract<keyof Client[Key], ReadOperation>
  >
}

/** The names of the models of a Prisma client: any name, if its type has no models. */
export type ModelsOf<Client> = [keyof Rows<Client>] extends [never]
  ? string
  : (keyof Rows<Client> & string) | Capitalize<keyof Rows<Client> & string>

/** Returns the operations of a guarded client that read rows, without filters. */
export function readerOf(client: PrismaClientLike, models: readonly PrismaModel[]): object {
  const delegates = models.map((model) => {
    const own = Object.keys(readArguments).map((operation) => {
      return [operation, (args: object = {}) => call(client, model, operation, args, true)] as const
    })
    return [delegateName(model), withOnly(own, `rows.${delegateName(model)}`)] as const
  })
  return withOnly(delegates, 'rows')
}

function withOnly(own: readonly (readonly [string, unknown])[], name: string): object {
  const others = refusing((other) =>
    unsupportedOperation(`\`${name}\` has no \`${other}\`: it only reads.`, {
      hint: 'write with authorizedClient(user)',
      data: { operation: other },
    }),
  )
  return Object.freeze(Object.assign(Object.create(others) as object, Object.fromEntries(own)))
}
