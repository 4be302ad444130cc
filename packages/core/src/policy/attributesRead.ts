import { descendants } from '../language/visit.js'
import type { Schema } from '../schema/schema.js'
import type { Policy } from './policy.js'

/**
 * Returns the names of all attributes that a policy reads of rows, and of those that the engine reads for it: keys, and the
 * columns of its relations.
 */
export function attributesRead({ rules, blocks, inlineQueries }: Policy, schema: Schema): ReadonlySet<string> {
  const names = new Set<string>()
  for (const node of [...rules.values(), inlineQueries].flat().flatMap((one) => descendants(one))) {
    if (node.kind === 'dot') names.add(node.member.kind === 'string' ? node.member.value : node.member.name)
    if (node.kind === 'class pattern' || node.kind === 'dictionary pattern')
      for (const { key } of node.fields ?? []) names.add(key)
  }
  for (const { relations } of blocks.values()) for (const name of relations.keys()) names.add(name)
  const columns = [...schema.models.values()].flatMap((model) => [
    ...(schema.key(model.name) ?? []),
    ...[...model.fields.values()].flatMap((one) =>
      one.kind === 'relation' && names.has(one.name) ? [...one.from, ...one.to] : [],
    ),
  ])
  return new Set([...names, ...columns])
}
