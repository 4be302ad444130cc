import type { FindManyOptions, FindOptionsWhere, ObjectLiteral } from 'typeorm'

/** Arguments of a `find`, with the action that the actor must be allowed to do. */
export interface FilterArguments<Entity extends ObjectLiteral> extends FindManyOptions<Entity> {
  /** Default: the authorizer's `readAction`. */
  readonly action?: string
}

/** The arguments without the action, and with a `where` that the filter guards. */
export type Authorized<Entity extends ObjectLiteral, Args> = Omit<Args, 'where' | 'action'> & {
  where: Args extends { readonly where: readonly unknown[] } ? FindOptionsWhere<Entity>[] : FindOptionsWhere<Entity>
}

/** No arguments but those of the filter. */
export type NoArguments = Record<never, never>
