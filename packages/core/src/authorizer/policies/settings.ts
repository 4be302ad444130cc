import type { Late } from '../../late.js'
import type { Limits } from '../../machine/index.js'
import type { Schema } from '../../schema/schema.js'
import type { ActionSettings } from '../actions/policyActions.js'
import type { Predicates } from '../plans/checkPlans.js'
import type { Hosts } from '../relations/hosts.js'
import type { WarningLog } from './warnings.js'

/** The parts of an authorizer that its policies use. */
export interface PolicySettings extends ActionSettings {
  readonly schema: Schema
  readonly hosts: Hosts
  readonly limits: Limits
  readonly warnings: WarningLog
  readonly queriedRules: ReadonlySet<string>
  /** Undefined if the machine evaluates all checks. */
  readonly predicates: Late<Predicates> | undefined
}
