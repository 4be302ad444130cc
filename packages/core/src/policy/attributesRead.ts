import { visit } from '../language/visit.js'
import type { Schema } from '../schema/schema.js'
import type { Policy } from './policy.js'

/**
 * Returns the names of all attributes that a policy reads of rows, and of those that the engine reads for it: keys, and the
 * columns of its relations.
 */
export function attributesRead({ rules, blocks, inlineQueries }: Policy, schema: Schema): ReadonlySet<string> {
  const names = new Set<string>()
  const addFields = (node: { readonly fields: readonly { readonly key: string }[] | undefined }): void => {
    for (const { key } of node.fields ?? []) names.add(key)
  }
  for (const node of [...rules.values(), inlineQueries].flat())
    visit(node, {
      dot: ({ member }) => names.add(member.kind === 'string' ? member.value : member.name),
      'class pattern': addFields,
      'dictionary pattern': addFields,
    })
  for (const { relations } of blocks.values()) for (const name of relations.keys()) names.add(name)
  const columns = [...schema.models.values()].flatMap((model) => [
    ...(schema.key(model.name) ?? []),
    ...[...model.fields.values()].flatMap((one) =>
      one.kind === 'relation' && names.has(one.name) ? [...one.from, ...one.to] : [],
    ),
  ])
  return new Set([...names, ...columns])
}
