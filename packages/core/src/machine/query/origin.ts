import type { Expression, Node, Rule, Variable } from '../../language/ast.js'
import { contains, type Span } from '../../language/source.js'
import { descendants } from '../../language/visit.js'
import type { Frame } from '../state/frame.js'
import type { Machine } from '../state/machine.js'

/** Maximum number of variables and calls through which a value is followed. */
const furthest = 32

/**
 * Returns the facts about an error. For an error about the value of an expression, `valueSpan` is
 * the place in the policy or the query that contains the value. It is undefined if there is no such
 * place.
 */
export function originOf(
  m: Machine,
  data: Readonly<Record<string, unknown>> | undefined,
): Readonly<Record<string, unknown>> | undefined {
  if (data === undefined || !('expression' in data)) return data
  const { expression, ...rest } = data
  // Sound: the goals that throw such faults add the expression.
  const node = expression as Expression | undefined
  return { ...rest, valueSpan: node && follow(m, node, m.frame, data['value'], furthest) }
}

function follow(m: Machine, node: Expression, frame: Frame, value: unknown, left: number): Span | undefined {
  if (left === 0) return undefined
  switch (node.kind) {
    case 'number':
    case 'string':
    case 'boolean':
    case 'list':
    case 'dictionary':
    case 'arithmetic':
      return node.span
    case 'variable':
      return followVariable(m, node, frame, value, left - 1)
    case 'dot': {
      if (node.member.kind !== 'string') return undefined
      const key = node.member.value
      const object = definitionOf(m, node.object, frame)
      const entry = object?.kind === 'dictionary' ? object.entries.find((one) => one.key === key) : undefined
      return entry && follow(m, entry.value, frame, value, left - 1)
    }
    default:
      return undefined
  }
}

function followVariable(m: Machine, node: Variable, frame: Frame, value: unknown, left: number): Span | undefined {
  if (node.name === 'nil' || m.host.isConstant(node.name)) return undefined
  const goals = goalsAround(m, frame, node)
  for (const goal of goals) {
    const other = equated(goal, node.name)
    if (other !== undefined) return follow(m, other, frame, value, left)
    if (goal.kind === 'in' && isNamed(goal.item, node.name) && goal.collection.kind === 'list') {
      return goal.collection.elements.find((element) => isLiteral(element, value))?.span
    }
    if (goal.kind === 'call') {
      const at = goal.args.findIndex((arg) => isNamed(arg, node.name))
      const span = at === -1 ? undefined : writtenInRule(m, goal.name, goal.args.length, at, value)
      if (span !== undefined) return span
    }
  }
  const rule = ruleOf(frame, node.span)
  const at = rule?.parameters.findIndex((parameter) => isNamed(parameter.term, node.name)) ?? -1
  const arg = at === -1 ? undefined : frame.site?.node?.args[at]
  return arg && follow(m, arg, frame.parent, value, left)
}

/**
 * Returns the definition of an expression, through a variable that is equated with it in the same
 * place.
 */
function definitionOf(m: Machine, node: Expression, frame: Frame): Expression | undefined {
  if (node.kind !== 'variable') return node
  for (const goal of goalsAround(m, frame, node)) {
    const other = equated(goal, node.name)
    if (other !== undefined) return other
  }
  return undefined
}

function equated(goal: Node, name: string): Expression | undefined {
  if (goal.kind !== 'unify' && goal.kind !== 'assign') return undefined
  if (isNamed(goal.left, name)) return goal.right
  return isNamed(goal.right, name) ? goal.left : undefined
}

/** Returns all goals of the rule or the query that contains an expression. */
function goalsAround(m: Machine, frame: Frame, node: Expression): readonly Node[] {
  const root = frame.site === undefined ? m.goal : ruleOf(frame, node.span)?.body
  return root === undefined ? [] : descendants(root)
}

/**
 * Returns the rule of a frame's predicate whose text contains a span: the rule that is being
 * proven.
 */
function ruleOf(frame: Frame, span: Span): Rule | undefined {
  return frame.site?.predicate.rules.find(({ node }) => contains(node.span, span))?.node
}

/** Returns the place of a value that a rule contains instead of a parameter. */
function writtenInRule(m: Machine, name: string, arity: number, at: number, value: unknown): Span | undefined {
  const rules = m.program?.predicates.get(name, arity).rules ?? []
  return rules.map((rule) => rule.node.parameters[at]!.term).find((term) => isLiteral(term, value))?.span
}

function isNamed(node: Expression, name: string): boolean {
  return node.kind === 'variable' && node.name === name
}

function isLiteral(node: Expression, value: unknown): boolean {
  return (node.kind === 'number' || node.kind === 'string' || node.kind === 'boolean') && node.value === value
}
