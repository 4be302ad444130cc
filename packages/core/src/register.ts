/**
 * Open for your application: names who asks, and what they can ask for, so that a misspelt action or model is an error of the
 * compiler and `req.authorization.actor` has its type. What is not named stays `unknown`, or any text.
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

/** The registered type of actors; `unknown` if none is. */
export type Actor = Register extends { actor: infer A } ? A : unknown

/** The actions of each model. */
type Actions = Register extends { actions: infer A } ? A : Readonly<Record<string, string>>

/** The name of a model. */
export type ModelName = keyof Actions & string

/** An action on a model, or on any of them. */
export type Action<Model extends ModelName = ModelName> = Actions[Model] & string
