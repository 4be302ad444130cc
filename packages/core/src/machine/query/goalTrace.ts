import type { Expression, Node } from '../../language/ast.js'
import { hasNew } from '../../language/mentions.js'
import { contains, type Span, spanText } from '../../language/source.js'
import { children } from '../../language/visit.js'
import type { Frame } from '../state/frame.js'
import type { Machine } from '../state/machine.js'
import { formatTerm } from '../terms/format.js'
import { placeText } from './errors.js'

/** Number of entries shown at each end of a long trace. */
const shown = 50

/**
 * Returns the stack of a frame as `oso` writes it: besides the calls, the goals around the error,
 * files, and the arguments of a call by the application. Entries are numbered from the innermost;
 * the body of a rule counts as one even if it is a single goal, which is not repeated.
 * @param innermost - The place of the error.
 */
export function goalTrace(m: Machine, frame: Frame, innermost: Span | undefined): string {
  const calls: Frame[] = []
  for (let at = frame; at.parent !== at; at = at.parent) if (at.site !== undefined) calls.unshift(at)
  const entries: string[] = []
  let hidden = 0
  const add = (at: Frame, span: Span, goals: (path: readonly Expression[]) => readonly Span[]): void => {
    const path = pathTo(bodyOf(m, at, span), span)
    if (at.site !== undefined && path[0]?.kind !== 'and') hidden++
    const bodies = path.filter(({ kind }) => kind === 'and').map((one) => one.span)
    for (const one of [...bodies, ...goals(path)]) entries.push(textOf(one, at.site?.predicate.name))
  }
  for (const call of calls) {
    const { node, predicate } = call.site!
    if (node) add(call.parent, node.span, () => [node.span])
    else {
      const args = call.slots.slice(0, predicate.arity)
      entries.push(`${predicate.name}(${args.map((arg) => formatTerm(m.host, arg)).join(', ')})`)
    }
  }
  if (innermost !== undefined) add(frame, innermost, (path) => goalsAt(path.at(-1), innermost))
  if (entries.length === 0) return ''
  const last = entries.length + hidden - 1
  const lines = entries.map((text, at) => `  ${String(last - at).padStart(3, '0')}: ${text}`)
  const left = lines.length - 2 * shown
  if (left > 0) lines.splice(shown, left, `  … ${left} more`)
  return `trace (most recent evaluation last):\n${lines.join('\n')}`
}

/** Returns the goals of the rule that is being proven in a frame, or those of the query. */
function bodyOf(m: Machine, { site }: Frame, span: Span): Expression | undefined {
  if (site === undefined) return m.goal
  return site.predicate.rules.find(({ node }) => contains(node.span, span))?.node.body
}

/** Returns the goals around a place, the outermost first, as far as they consist of others. */
function pathTo(body: Expression | undefined, span: Span): readonly Expression[] {
  const path: Expression[] = []
  for (let goal = body; goal !== undefined && contains(goal.span, span); ) {
    path.push(goal)
    if (goal.kind !== 'and' && goal.kind !== 'or' && goal.kind !== 'not' && goal.kind !== 'forall') break
    // Sound: the children of these are goals.
    goal = children(goal).find((one) => contains(one.span, span)) as Expression | undefined
  }
  return path
}

/**
 * Returns the places that are evaluated within a goal up to an error. A lookup is a goal of its own:
 * behind `=`, before anything else. An instance that is made comes before both.
 */
function goalsAt(goal: Expression | undefined, span: Span): readonly Span[] {
  const isLookup = spanText(span) !== '' && goal !== undefined && lookupAt(goal, span)
  if (!isLookup) return [span]
  const made = firstIn(isLookup)
  if (goal.kind === 'unify' && !hasNew(goal)) return [goal.span, span]
  return made ? [made.span, span, span] : [span, span]
}

function lookupAt(node: Node, span: Span): Extract<Node, { kind: 'dot' }> | undefined {
  if (node.kind === 'dot' && isSame(node.span, span)) return node
  for (const child of children(node)) {
    const found = contains(child.span, span) ? lookupAt(child, span) : undefined
    if (found) return found
  }
  return undefined
}

/** Returns the first lookup, or instance that is made, on the way to another lookup. */
function firstIn({ object }: Extract<Node, { kind: 'dot' }>): Node | undefined {
  if (object.kind === 'dot') return firstIn(object) ?? object
  return object.kind === 'new' ? object : undefined
}

function isSame(a: Span, b: Span): boolean {
  return contains(a, b) && contains(b, a)
}

function textOf(span: Span, owner: string | undefined): string {
  const { name } = span.source
  return placeText(span, owner) + (name === undefined ? '' : ` of file ${name}`)
}
