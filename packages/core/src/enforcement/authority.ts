import type { Policy } from '../policy/policy.js'
import type { DecisionListener } from './decision.js'

/** What enforcement asks of an authorizer; every `Authorizer` is one. */
export interface Authority {
  readonly policy: Policy | undefined
  observe(listener: DecisionListener): () => void
  as<Row extends object>(modelName: string, row: Row): Row
  can(actor: unknown, action: string, resource: unknown): boolean
  isAllowed(actor: unknown, action: string, resource: unknown): Promise<boolean>
  authorize(actor: unknown, action: string, resource: unknown): Promise<void>
  authorizeRequest(actor: unknown, request: unknown): Promise<void>
  authorizedActions(actor: unknown, resource: unknown): Promise<Set<string>>
  authorizeField(actor: unknown, action: string, resource: unknown, field: string): Promise<void>
  authorizedFields(actor: unknown, action: string, resource: unknown): Promise<Set<string>>
}
