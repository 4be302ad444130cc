import { printPolicy } from './policyTree.js'
import type { Case } from './randomCase.js'
import type { Value } from './world.js'

/** Whether a policy speaks of numbers that JavaScript's own do not tell apart. */
export function mentionsExactNumbers({ policy, world }: Case): boolean {
  const text = printPolicy(policy)
  const fields = world.models.flatMap((model) =>
    model.fields.filter((field) => field.kind === 'scalar' && (field.type === 'bigint' || field.type === 'decimal')),
  )
  const constants = Object.keys(world.constants).filter((name) => isExact(world.constants[name]!))
  return [...fields.map(({ name }) => name), ...constants].some((name) => new RegExp(`\\b${name}\\b`).test(text))
}

function isExact(value: Value): boolean {
  return typeof value === 'object' && value !== null && ('bigint' in value || 'decimal' in value)
}
