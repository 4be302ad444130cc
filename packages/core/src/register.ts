/**
 * The application's types, added by declaration merging. `arcturus types` writes `policy`: a misspelt or foreign action,
 * model or field and an actor of another model are then compile errors. The others are written by hand: `actor` and `client`
 * are the types of `req.authorization.actor` and `req.authorization.client`, `rows` those of classes without declared
 * fields, `context` that of questions, and `actions` the actions of each model where no types are generated. Without a declaration the actor is
 * `unknown`, and actions and models are `string`.
 *
 * @example
 * declare module '@arcturus/core' {
 *   interface Register {
 *     actor: User
 *     actions: { Document: 'read' | 'edit'; Folder: 'read' | 'share' }
 *   }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: applications add to it
export interface Register {}

/** The names that a policy and its schema have for one model; `string` where they are open, `never` where there are none. */
export interface ModelTypes {
  /** The actions of checks and filters. */
  readonly actions: string
  /** The actions of rules about fields (`allow_field`), if they are others. */
  readonly fieldActions?: string
  readonly roles: string
  readonly relations: string
  /** The fields that are no columns: relations, and what only rules name. */
  readonly fields: string
  /** The columns, by which the types of rows are told apart; `never` if they are unknown. */
  readonly columns: string
}

/** The types of a policy, as `arcturus types` writes them. */
export interface PolicyTypes {
  /** The models whose rows can be actors. */
  readonly actors: string
  readonly models: Readonly<Record<string, ModelTypes>>
  /** The names of the context of questions. */
  readonly context?: object
}

/** The types of the registered policy. */
export type RegisteredPolicy = Register extends { policy: infer P extends PolicyTypes }
  ? P
  : Register extends { actions: infer A }
    ? {
        readonly actors: string
        readonly models: { readonly [Name in keyof A & string]: OnlyActions<A[Name] & string> }
      }
    : PolicyTypes

interface OnlyActions<Actions extends string> {
  readonly actions: Actions
  readonly fieldActions: Actions
  readonly roles: string
  readonly relations: string
  readonly fields: string
  readonly columns: never
}

/** The registered type of actors, or `unknown` if none is registered. */
export type Actor = Register extends { actor: infer A } ? A : unknown

/** The registered type of the clients of actors, such as `AuthorizedClient<typeof prisma>`, or `unknown`. */
export type ActorClient = Register extends { client: infer C } ? C : unknown

/**
 * The values of a context, by name: those of the registered type, or any. Undefined and omitted ones are missing.
 */
export type Context<P extends PolicyTypes = RegisteredPolicy> = Register extends { context: infer C }
  ? Given<C>
  : P extends { readonly context: infer C }
    ? Given<C>
    : Readonly<Record<string, unknown>>

/** The context that a request passes: the names that the registered type requires are required. */
export type RequestContext = Register extends { context: infer C } ? Readonly<C> : Context

type Given<C> = { readonly [Name in keyof C]?: C[Name] | undefined }

/** The name of a model. */
export type ModelName<P extends PolicyTypes = RegisteredPolicy> = keyof P['models'] & string

/** The name of a model whose rows can be actors. */
export type ActorName<P extends PolicyTypes = RegisteredPolicy> = P['actors'] & ModelName<P>

/** The types of a model; by default of all models. */
type TypesOf<Model extends string, P extends PolicyTypes> = [Model & ModelName<P>] extends [never]
  ? P['models'][ModelName<P>]
  : P['models'][Model & ModelName<P>]

/** An action on a model; by default on any model. */
export type Action<Model extends string = never, P extends PolicyTypes = RegisteredPolicy> = TypesOf<
  Model,
  P
>['actions']

/** A role on a model, such as the type of a column that holds roles; by default on any model. */
export type Role<Model extends string = never, P extends PolicyTypes = RegisteredPolicy> = TypesOf<Model, P>['roles']
