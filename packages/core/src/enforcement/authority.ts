import type { Authorizer } from '../authorizer/authorizer.js'
import type { Context } from '../register.js'

/** The members of an authorizer that enforcement uses. */
export type Authority = Pick<
  Authorizer,
  | 'policy'
  | 'policyVersion'
  | 'schema'
  | 'readAction'
  | 'onDecision'
  | 'rememberIn'
  | 'needAction'
  | 'as'
  | 'can'
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
> & { with(context: Context): Authority }
