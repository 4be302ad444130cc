import type { Span } from '../../language/source.js'
import type { Schema } from '../../schema/schema.js'
import { entryOf } from '../../values/entryOf.js'
import type { Condition, Operand, ParameterRoot, Path, Root } from '../condition.js'
import { type Replacement, substitute, substituteOperand } from '../substitute.js'
import { operandType } from '../type.js'
import { partsIn } from '../visit.js'
import { type Definitions, isLiteral, keyOf, parameterOf } from './definitions.js'
import { unknownsAmong } from './evaluate.js'
import type { Next, Substitution, Symbolic, Unknown, Waiting } from './terms.js'

/**
 * Derives the continuation of a disjunction once per tuple of argument types and refers to it from
 * each branch. Thus conditions grow with the sum of the branches, not with their product. A branch
 * that has tested the class of another variable shares it only with branches that have, too.
 * @param terms - The terms of the branches that the continuation can use.
 * @param from - The substitution before the branches.
 * @param next - The continuation.
 * @param count - Called for each condition and operand that is copied.
 * @returns The shared continuation.
 */
export function shareContinuation(
  schema: Schema,
  definitions: Definitions,
  terms: readonly Symbolic[],
  from: Substitution,
  span: Span,
  next: Next,
  count: () => void,
): Next {
  const kinds = terms.map((term) => from.resolve(term).kind)
  const open = unknownsAmong(terms, from)
  const isWoken = ({ on }: Waiting): boolean => on.some((one) => open.includes(one))
  // Bindings may wake only class tests: they hold or fail, and bind nothing.
  const isPlain = ({ at }: Waiting): boolean => at.kind === 'class pattern' && !at.fields?.length
  if (
    kinds.includes('list') ||
    kinds.includes('dictionary') ||
    from.waiting.some((goal) => isWoken(goal) && !isPlain(goal))
  )
    return next
  const waiting = from.waiting.filter((goal) => !isWoken(goal))
  const known = new Map<string, ((operands: readonly Operand[]) => Condition) | undefined>()
  const numbers = new Map<Unknown, number>()
  const numberOf = (unknown: Unknown): number => entryOf(numbers, unknown, () => numbers.size)
  const typeIn = (end: Substitution, unknown: Unknown): string => {
    const term = end.resolve({ kind: 'unknown', unknown })
    return term.kind === 'operand' ? keyOf(term.operand, operandType(schema, term.operand)) : term.kind
  }
  return (end) => {
    const operands = open.flatMap((unknown) => {
      const term = end.resolve({ kind: 'unknown', unknown })
      const operand = term.kind === 'operand' ? term.operand : undefined
      return operand?.kind === 'path' || operand?.kind === 'value' ? operand : []
    })
    if (operands.length < open.length || !end.waitsLike({ waiting }) || end.since(from).unified.length > 0)
      return next(end)
    const types = operands.map((one) => operandType(schema, one))
    const key = [
      ...open.map((one, at) => [keyOf(operands[at]!, types[at]!), end.isAwaited(one)]),
      ...narrowedIn(end, from).map((one) => [numberOf(one), typeIn(end, one)]),
    ].join(';')
    if (known.has(key)) return known.get(key)?.(operands) ?? next(end)
    const given = operands.map((one, at) => (isLiteral(one) ? one : pathOf(parameterOf(open[at]!.name, types[at]!))))
    const condition = next(open.reduce((to, one, at) => to.bind(one, { kind: 'operand', operand: given[at]! }), end))
    // A continuation that leads to an unfinished recursive definition is not shared.
    const isOpen = definitions.leadsToOpen(condition)
    const rest: Rest =
      isOpen || partsIn(condition).length === 0
        ? (replace) => substitute(condition, replace, count)
        : definedAs(condition, span, count)
    const after = (values: readonly Operand[]): Condition =>
      rest((root) => values[given.findIndex((one) => one.kind === 'path' && one.root === root)])
    known.set(key, isOpen ? undefined : after)
    return after(operands)
  }
}

/** Returns the variables whose values a branch knows more about than the substitution before the branches. */
function narrowedIn(end: Substitution, from: Substitution): readonly Unknown[] {
  const { bound } = end.since(from)
  return bound.filter((unknown) => from.resolve({ kind: 'unknown', unknown }).kind === 'operand')
}

/** Returns the condition for replacements of its parameters. */
type Rest = (replace: Replacement) => Condition

/**
 * Returns a reference to a definition of the condition, with all its roots as parameters. Only the
 * action is not a parameter, because it is available everywhere.
 */
function definedAs(condition: Condition, span: Span, count: () => void): Rest {
  const parameters = new Map<Root, ParameterRoot>()
  const ofParameter: Replacement = (root) => {
    if (root.kind === 'action') return undefined
    const parameter = parameters.get(root) ?? parameterOf(root.name, root.type)
    parameters.set(root, parameter)
    return pathOf(parameter)
  }
  const body = substitute(condition, ofParameter, count)
  const own = [...parameters.values()]
  const definition = { name: 'rest', parameters: own, arguments: [], condition: body, recursive: false }
  const roots = [...parameters.keys()].map(pathOf)
  return (replace) => {
    const args = roots.map((one) => substituteOperand(one, replace, count))
    return { kind: 'ref', definition, args, span }
  }
}

function pathOf(root: Root): Path {
  return { kind: 'path', root, steps: [] }
}
