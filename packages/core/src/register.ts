/**
 * The application's types, added by declaration merging: the type of its actors, the actions of
 * each model, the type of the clients of actors, and the context of questions. A misspelt action or model is then a compile
 * error, and `req.authorization.actor` and `req.authorization.client` have their types. Without a declaration the actor is `unknown`, and actions and models are `string`.
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

/** The registered type of actors, or `unknown` if none is registered. */
export type Actor = Register extends { actor: infer A } ? A : unknown

/** The registered type of the clients of actors, such as `AuthorizedClient<typeof prisma>`, or `unknown`. */
export type ActorClient = Register extends { client: infer C } ? C : unknown

/**
 * The values of a context, by name: those of the registered type, or any. Undefined and omitted ones are missing.
 */
export type Context = Register extends { context: infer C }
  ? { readonly [Name in keyof C]?: C[Name] | undefined }
  : Readonly<Record<string, unknown>>

/** The actions of each model. */
type Actions = Register extends { actions: infer A } ? A : Readonly<Record<string, string>>

/** The name of a model. */
export type ModelName = keyof Actions & string

/** An action on a model; by default on any model. */
export type Action<Model extends ModelName = ModelName> = Actions[Model] & string
