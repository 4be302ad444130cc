import type { Field } from '../../schema/model.js'
import type { PathCheck } from './followPaths.js'

/** These operators fail for nil, without an error. */
const textOperators: ReadonlySet<string> = new Set(['startsWith', 'endsWith', 'includes'])

/** A field that can be nil must be checked before its own fields are read. */
export const nilStep: PathCheck = (context) => {
  const { schema } = context
  /**
   * Whether the schema declares it nullable. For attributes, that counts only if the schema knows
   * them all, as it does when it comes from a database.
   */
  const canBeNil = (field: Field, model: string): boolean =>
    field.nullable && (field.kind === 'relation' || schema.typeNamed(model)?.closed === true)
  const all = schema.types()
  if (!all.some(({ name, fields }) => [...fields.values()].some((field) => canBeNil(field, name)))) return undefined
  return {
    step: (node, knowledge) => {
      const { member, span } = node
      const object = knowledge.of(node.object)
      const { from } = object
      if (!from || !canBeNil(from.field, from.model) || knowledge.isPresent(object)) return
      if (from.field.kind === 'scalar' && member.kind === 'call' && textOperators.has(member.name)) return
      // Reported once: later uses of the same path are not mentioned again.
      knowledge.present(object)
      const read = member.kind === 'variable' ? 'a field' : `"${member.kind === 'call' ? member.name : member.value}"`
      const { path } = object
      const message = `${path} can be nil: reading ${read} of nil is an error.`
      context.warning('nil-step', message, span, { hint: `check it first: ${path} != nil and …`, data: { path } })
    },
  }
}
