import type { Check, PolicyContext } from './check.js'
import { followPaths } from './followPaths.js'
import type { Known } from './knowledge.js'

/** These say no to nil, and are no error. */
const textOperators: ReadonlySet<string> = new Set(['startsWith', 'endsWith', 'includes'])

/** Nothing is read on from a field that can be nil, unless the rule has made sure before that it is not. */
export const nilStep: Check<PolicyContext> = (context) => {
  /** Whether the schema says so; of attributes only where it knows them all, as it does when it comes from a database. */
  const canBeNil = ({ from }: Known): boolean =>
    from?.field.nullable === true &&
    (from.field.kind === 'relation' || context.schema.models.get(from.model)?.closed === true)
  return {
    rule: (rule) => {
      if (!context.written.has(rule)) return
      followPaths(rule, context.schema, {
        step: ({ member, span }, object, knowledge) => {
          if (!canBeNil(object) || knowledge.isPresent(object)) return
          const name = member.kind === 'call' ? member.name : member.kind === 'string' ? member.value : undefined
          if (object.from?.field.kind === 'scalar' && member.kind === 'call' && textOperators.has(member.name)) return
          // Once is enough: where this step came first, the same path is not mentioned again.
          knowledge.present(object)
          const { path } = object
          const message = `${path} can be nil, and it is an error to read ${name === undefined ? 'a field' : `"${name}"`} from nil.`
          context.warning('nil-step', message, span, { hint: `check it first: ${path} != nil and …`, data: { path } })
        },
      })
    },
  }
}
