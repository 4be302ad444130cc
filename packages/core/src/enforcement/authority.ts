import type { Authorizer } from '../authorizer/authorizer.js'

/** What enforcement asks of an authorizer. */
export type Authority = Pick<
  Authorizer,
  | 'policy'
  | 'observe'
  | 'as'
  | 'can'
  | 'isAllowed'
  | 'authorize'
  | 'authorizeRequest'
  | 'authorizedActions'
  | 'authorizeField'
  | 'authorizedFields'
>
