/**
 * Why an actor was refused: `nobody` is signed in; the resource is `missing`, or `hidden` from the actor; or the actor may
 * see it, but the action is `forbidden`. For logs: `missing` and `hidden` are one and the same to the visitor.
 */
export type DenialReason = 'nobody' | 'missing' | 'hidden' | 'forbidden'
