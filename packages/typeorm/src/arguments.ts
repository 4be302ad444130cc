import type { ActionOn, Context, PolicyTypes, RegisteredPolicy } from '@arcturus/core'
import type { FindManyOptions, FindOptionsWhere, ObjectLiteral } from 'typeorm'

/** The context of a question. */
export interface ContextOption {
  /** The values of names that `authorizer.registerContext` declared. Default: none. */
  readonly context?: Context | undefined
}

/** Arguments of `find`, with the action that the actor must be allowed to do. */
export interface FilterArguments<Entity extends ObjectLiteral, P extends PolicyTypes = RegisteredPolicy>
  extends FindManyOptions<Entity>,
    ContextOption {
  /** Default: the authorizer's `readAction`. */
  readonly action?: ActionOn<Entity, P>
}

/** The arguments without the action and the context, and with a guarded `where`. */
export type Authorized<Entity extends ObjectLiteral, Args> = Omit<Args, 'where' | 'action' | 'context'> & {
  where: Args extends { readonly where: readonly unknown[] } ? FindOptionsWhere<Entity>[] : FindOptionsWhere<Entity>
}

/** The type of missing arguments: only the filter's own. */
export type NoArguments = Record<never, never>
