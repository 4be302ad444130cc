import type { Types } from '@prisma/client/runtime/client'

/**
 * A client of one actor: the models of a Prisma client with their operations and types. The row of a
 * required relation can be null, because it can be hidden.
 */
export type AuthorizedClient<Client> = ModelsOf<Client> & {
  /**
   * Runs a function in a transaction, with a client of the same actor. If the function throws, the
   * transaction is rolled back. A write that is refused is undone alone; the transaction goes on if
   * the function handles the error.
   */
  $transaction<Result>(
    run: (client: Omit<AuthorizedClient<Client>, 'unguarded'>) => Promise<Result>,
    options?: TransactionOptions,
  ): Promise<Result>
  /** Runs queries of this client one after another in a transaction. */
  $transaction<Queries extends readonly unknown[]>(
    queries: readonly [...Queries],
    options?: TransactionOptions,
  ): Promise<{ -readonly [At in keyof Queries]: Awaited<Queries[At]> }>
  /**
   * Returns the client without authorization, for what no policy can decide.
   * @param reason - A text for the log.
   */
  unguarded(reason: string): Client
}

export interface TransactionOptions {
  readonly maxWait?: number
  readonly timeout?: number
  readonly isolationLevel?: 'ReadUncommitted' | 'ReadCommitted' | 'RepeatableRead' | 'Serializable' | 'Snapshot'
}

type ModelsOf<Client> = {
  readonly [Key in keyof Client as TypesOf<Client[Key]> extends never
    ? never
    : Key]: Types.Extensions.DynamicModelExtensionThis<
    TypeMapOf<Client>,
    TypesOf<Client[Key]>['payload']['name'],
    Types.Extensions.DefaultArgs
  >
}

/** The types that a delegate of a Prisma client carries. */
type TypesOf<Delegate> = Delegate extends { readonly [key: symbol]: { types: infer Model extends ModelTypes } }
  ? Model
  : never

interface ModelTypes {
  // biome-ignore lint/suspicious/noExplicitAny: the types of any schema
  payload: { name: string; objects: any; scalars: any; composites: any }
  // biome-ignore lint/suspicious/noExplicitAny: as above
  operations: any
}

interface TypeMapOf<Client> {
  globalOmitOptions: OmitOf<Client>
  model: {
    [Key in keyof Client as TypesOf<Client[Key]> extends never ? never : TypesOf<Client[Key]>['payload']['name']]: Omit<
      TypesOf<Client[Key]>,
      'payload'
    > & { payload: Hiding<TypesOf<Client[Key]>['payload']> }
  }
  // biome-ignore lint/suspicious/noExplicitAny: not used by the types of models
  other: any
  // biome-ignore lint/suspicious/noExplicitAny: as above
  meta: any
}

type OmitOf<Client> = Client extends {
  readonly $extends: Types.Extensions.ExtendsHook<'extends', infer _Callback, infer _Arguments, infer TypeMap>
}
  ? TypeMap extends { globalOmitOptions: infer Options }
    ? Options
    : Record<never, never>
  : Record<never, never>

/** The payload of a model in which each related row can be null. */
type Hiding<Payload> = {
  [Part in keyof Payload]: Part extends 'objects'
    ? { [Relation in keyof Payload[Part]]: HidingRelation<Payload[Part][Relation]> }
    : Payload[Part]
}

type HidingRelation<Related> = Related extends readonly (infer Row)[]
  ? Hiding<Row>[]
  : Related extends null
    ? null
    : Hiding<Related> | null
