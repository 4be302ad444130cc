import type { Authorizer, Context, PolicyTypes, RegisteredPolicy, Typed } from '@arcturus/core/internal/web'

/** The members of an authorizer that enforcement uses. */
export type Authority<P extends PolicyTypes = RegisteredPolicy> = Pick<
  Authorizer<P>,
  | 'policy'
  | 'policyVersion'
  | 'schema'
  | 'readAction'
  | 'onDecision'
  | 'rememberIn'
  | 'needAction'
  | 'as'
  | 'can'
  | 'authorizedRows'
  | 'isAllowed'
  | 'authorize'
  | 'denialReason'
  | 'authorizeRequest'
  | 'authorizedActions'
  | 'authorizeField'
  | 'authorizedFields'
  | 'pickAuthorized'
  | 'assertWritable'
  | 'authorizeChange'
  | 'authorizeCreate'
  | 'extent'
  | 'eventualFilter'
> &
  Typed<P> & { with(context: Context<P>): Authority<P> }
