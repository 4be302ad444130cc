/**
 * The reason of a denial. `nobody`: the actor is anonymous. `missing`: the resource does not
 * exist. `hidden`: the actor may not read it. `forbidden`: the actor may read it, but not perform
 * the action. For logs: clients can't distinguish `missing` from `hidden`.
 */
export type DenialReason = 'nobody' | 'missing' | 'hidden' | 'forbidden'
