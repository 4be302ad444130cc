import type { Call } from '../../language/ast.js'
import type { PolicyContext } from './check.js'
import type { PathCheck } from './followPaths.js'
import { Heads, type Shape, shapeOf } from './heads.js'
import { suggestion } from './suggestion.js'

/** The rules of blocks, and the word for the text that is their second argument. */
const BLOCK_RULES: Readonly<Record<string, string>> = {
  has_role: 'role',
  has_permission: 'permission',
  has_relation: 'relation',
}

/**
 * Some rule must be able to match a call, by the texts and classes of its arguments: otherwise the call always fails.
 */
export const unmatchedCall: PathCheck = (context) => {
  const heads = new Heads(context)
  return {
    goal: (goal, knowledge) => {
      if (goal.kind !== 'call' || goal.keywords.length > 0 || heads.areOpen(goal.name, goal.args.length)) return
      const args = goal.args.map((one) => shapeOf(one, knowledge))
      if (heads.match(goal.name, args)) return
      if (reportSwapped(goal, args, heads, context)) return
      if (reportText(goal, args, heads, context)) return
      const { name, span } = goal
      const given = args.map(wordsOf).join(', ')
      const message = `This call of ${name} always fails: no rule accepts (${given}).`
      context.warning('unmatched-call', message, span, {
        hint: `change the arguments, or add a rule ${name}(…) for them`,
        data: { name },
      })
    },
  }
}

/** Reports a call that a rule would match if two of its arguments were exchanged. */
function reportSwapped(
  { name, args, span }: Call,
  shapes: readonly Shape[],
  heads: Heads,
  { error, warning, isForOso }: PolicyContext,
): boolean {
  if (!(name in BLOCK_RULES) && name !== 'allow') return false
  for (let one = 0; one < args.length; one++) {
    for (let other = one + 1; other < args.length; other++) {
      const exchanged = shapes.with(one, shapes[other]!).with(other, shapes[one]!)
      if (!heads.match(name, exchanged)) continue
      const report = isForOso ? warning : error
      report('swapped-arguments', `Two arguments of ${name} are in each other's place.`, span, {
        hint: `write ${name}(${orderOf(name)})`,
        data: { name },
      })
      return true
    }
  }
  return false
}

/** Reports a role, a permission or a relation that another class has, or none. */
function reportText({ name, args }: Call, shapes: readonly Shape[], heads: Heads, { warning }: PolicyContext): boolean {
  const word = BLOCK_RULES[name] ?? (name === 'allow' ? 'action' : undefined)
  const [, text] = args
  const texts = word === undefined || text?.kind !== 'string' ? [] : heads.textsAt(1, name, shapes)
  if (texts.length === 0 || text?.kind !== 'string') return false
  const owner = shapes[2]
  const message = `No rule gives the ${word} "${text.value}" of ${owner?.startsWith(':') ? owner.slice(1) : 'this resource'}.`
  const hint = suggestion(text.value, texts) ?? `use one of: ${texts.slice(0, 10).join(', ')}`
  warning('unmatched-call', message, text.span, { hint, data: { name, text: text.value } })
  return true
}

function orderOf(name: string): string {
  if (name === 'allow') return 'actor, action, resource'
  if (name === 'has_relation') return 'related, "relation", resource'
  return `actor, "${BLOCK_RULES[name]}", resource`
}

function wordsOf(shape: Shape): string {
  if (shape === '') return '…'
  return shape.startsWith('"') ? `${shape}"` : shape.slice(1)
}
