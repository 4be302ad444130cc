import type { Rule } from '../../language/ast.js'
import type { PolicyContext, RuleCheck } from './check.js'
import { haveCommonInstances } from './commonInstances.js'
import { requiredClass } from './required.js'

/** The rules whose second parameter is an action, a role or a field's action. */
const WORDS: Readonly<Record<string, string>> = {
  allow: 'action',
  allow_field: 'action',
  has_permission: 'permission',
  has_role: 'role',
}

/**
 * The parameters of `allow` and of the rules of blocks must have their order: an actor, a text, a resource. With
 * `actor` blocks, the actor must be of one of their classes.
 */
export const entryHead: RuleCheck = (context) => ({
  rule: (rule) => {
    const word = WORDS[rule.name]
    if (word === undefined || context.expanded.has(rule) || rule.parameters.length < 3) return
    if (!reportOrder(rule, word, context)) reportActor(rule, context)
  },
})

/** Reports a row in the place of the text, or a permission or role in the place of the actor. */
function reportOrder({ name, parameters, head }: Rule, word: string, context: PolicyContext): boolean {
  const [actor, text] = parameters
  const rowClass = requiredClass(text)
  const isRow = rowClass !== undefined && !haveCommonInstances(context.schema, rowClass, 'String')
  if (!isRow && !(actor!.term.kind === 'string' && isDeclared(actor!.term.value, context))) return false
  const what = isRow ? `the ${word}, a text. Here it is a row of ${rowClass}` : undefined
  const message = what
    ? `The second parameter of ${name} is ${what}: the rule never applies.`
    : `The first parameter of ${name} is the actor. Here it is the text "${(actor!.term as { value: string }).value}".`
  const hint = `write ${name}(actor, "${word}", resource${name === 'allow_field' ? ', field' : ''})`
  const report = context.isForOso ? context.warning : context.error
  report('swapped-arguments', message, head, { hint, data: { name } })
  return true
}

/** Reports an actor whose class has a `resource` block, beside `actor` blocks of other classes. */
function reportActor(
  { name, parameters }: Rule,
  { schema, blocks, unions, warning, error, isForOso }: PolicyContext,
): void {
  const [actor, , resource] = parameters
  const own = requiredClass(actor)
  if (own === undefined || unions.Actor.size === 0 || blocks.get(own)?.keyword !== 'resource') return
  const isActor = (tag: string): boolean => [...unions.Actor].some((one) => haveCommonInstances(schema, tag, one))
  if (isActor(own)) return
  const other = requiredClass(resource)
  if (other !== undefined && blocks.get(other)?.keyword === 'actor') {
    const message = `The actor and the resource of ${name} are in each other's place.`
    const hint = `write ${name}(…: ${other}, …, …: ${own})`
    const report = isForOso ? warning : error
    report('swapped-arguments', message, actor!.span, { hint, data: { name } })
    return
  }
  // A group can have roles, which a rule of the policy passes on to its members.
  if (name === 'has_role') return
  const hint = `actors are of ${[...unions.Actor].join(', ')}; if ${own} is one, write: actor ${own} { … }`
  warning('not-an-actor', `${own} is a resource, and no actor: the rule never applies.`, actor!.span, {
    hint,
    data: { name: own },
  })
}

function isDeclared(text: string, { blocks }: PolicyContext): boolean {
  for (const { declared } of blocks.values())
    if (declared.has(text) && declared.get(text)!.kind !== 'relation') return true
  return false
}
