import type { Authorizer } from '../authorizer/authorizer.js'

/** What enforcement asks of an authorizer. */
export type Authority = Pick<
  Authorizer,
  | 'policy'
  | 'schema'
  | 'readAction'
  | 'observe'
  | 'rememberIn'
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
  | 'extent'
  | 'eventualFilter'
>
