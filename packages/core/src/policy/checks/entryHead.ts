import type { Parameter, Rule } from '../../language/ast.js'
import { spanText } from '../../language/source.js'
import type { PolicyContext, RuleCheck } from './check.js'
import { haveCommonInstances } from './commonInstances.js'
import { requiredClass, requiredText } from './required.js'

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
    if (!reportOrder(rule, word, context) && !reportClass(rule, context)) reportActor(rule, context)
  },
})

/** Reports a row in the place of the text, or a permission or role in the place of the actor. */
function reportOrder({ name, parameters, head }: Rule, word: string, context: PolicyContext): boolean {
  const [actor, text] = parameters
  const rowClass = requiredClass(text)
  // Without a text elsewhere, another rule may call it with a row, and the drop-in may be asked with one.
  const isRow =
    rowClass !== undefined &&
    requiredText(parameters[2]) !== undefined &&
    !haveCommonInstances(context.schema, rowClass, 'String')
  if (!isRow && !hasDeclaredText(actor!, context)) return false
  const what = isRow ? `the ${word}, a text. Here it is a row of ${rowClass}` : undefined
  const message = what
    ? `The second parameter of ${name} is ${what}: the rule never applies.`
    : `The first parameter of ${name} is the actor. Here it is the text "${(actor!.term as { value: string }).value}".`
  const hint = `write ${name}(actor, "${word}", resource${name === 'allow_field' ? ', field' : ''})`
  const report = context.isForOso ? context.warning : context.error
  report('swapped-arguments', message, head, { hint, data: { name } })
  return true
}

/** Reports a class in the place of an actor of it. */
function reportClass({ name, parameters }: Rule, { schema, warning }: PolicyContext): boolean {
  const [{ term, pattern } = parameters[0]!] = parameters
  if (term.kind !== 'variable' || pattern || !schema.models.has(term.name)) return false
  const message = `${term.name} is the class itself, and no actor of it: the rule never applies.`
  warning('unreachable-rule', message, term.span, { hint: `write _: ${term.name}`, data: { name } })
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

/** Returns whether a parameter is a text that a block declares: a permission or a role. */
function hasDeclaredText({ term }: Parameter, { blocks }: PolicyContext): boolean {
  if (term.kind !== 'string') return false
  return [...blocks.values()].some(({ declared }) => (declared.get(term.value)?.kind ?? 'relation') !== 'relation')
}

/**
 * The action of an `allow` rule, and the field of an `allow_field` rule, must be one text: a list in its place matches none
 * of its elements.
 */
export const listAsAction: RuleCheck = (context) => ({
  rule: ({ name, parameters }) => {
    if (name !== 'allow' && name !== 'allow_field') return
    for (const [at, what] of ['action', 'field'].entries()) {
      const term = parameters[1 + 2 * at]?.term
      if (term?.kind !== 'list') continue
      const message = `${at === 0 ? 'An action' : 'A field'} must be a string, not a list: this rule allows nothing.`
      const hint = `write ${what}, and in the condition: ${what} in ${spanText(term.span)}`
      context.warning('unreachable-rule', message, term.span, { hint })
    }
  },
})
