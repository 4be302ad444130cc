import type { Condition, Operand, Path, Root, Variable } from './condition.js'
import { and, marked, not, or } from './construct.js'
import { withinSize } from './operandSize.js'

/** Returns the operand that replaces a root; undefined keeps the root. */
export type Replacement = (root: Root) => Operand | undefined

/**
 * Returns a condition with roots replaced by operands. Its own variables are renewed, so that it
 * can be nested in another copy of itself.
 * @throws QueryError if an operand grows too large.
 */
export function substitute(condition: Condition, replace: Replacement): Condition {
  const operand = (one: Operand): Operand => substituteOperand(one, replace)
  switch (condition.kind) {
    case 'true':
    case 'false':
    case 'failure':
      return condition
    case 'and': {
      const conjunction = and(...condition.of.map((one) => substitute(one, replace)))
      return condition.origin ? marked(conjunction, condition.origin) : conjunction
    }
    case 'or':
      return or(...condition.of.map((one) => substitute(one, replace)))
    case 'not':
      return not(substitute(condition.of, replace))
    case 'test':
    case 'reads':
    case 'isa':
      return { ...condition, of: operand(condition.of) }
    case 'compare':
      return { ...condition, left: operand(condition.left), right: operand(condition.right) }
    case 'in':
      return { ...condition, item: operand(condition.item), list: operand(condition.list) }
    case 'some': {
      const each: Variable = { ...condition.each }
      const row: Path = { kind: 'path', root: each, steps: [] }
      const inner: Replacement = (root) => (root === condition.each ? row : replace(root))
      return { ...condition, each, from: operand(condition.from), where: substitute(condition.where, inner) }
    }
    case 'text':
      return { ...condition, of: operand(condition.of), part: operand(condition.part) }
    case 'ref':
      return { ...condition, args: condition.args.map(operand) }
    case 'opaque': {
      const bindings = condition.goal.bindings.map(({ name, operand: one }) => ({ name, operand: operand(one) }))
      return { ...condition, goal: { expression: condition.goal.expression, bindings } }
    }
  }
}

/**
 * Returns an operand with roots replaced. A path that replaces the root of a path is joined with
 * it.
 * @throws QueryError if it grows too large.
 */
export function substituteOperand(operand: Operand, replace: Replacement): Operand {
  return withinSize(replaced(operand, replace))
}

function replaced(operand: Operand, replace: Replacement): Operand {
  const inner = (one: Operand): Operand => replaced(one, replace)
  switch (operand.kind) {
    case 'value':
    case 'constant':
      return operand
    case 'path': {
      const root = replace(operand.root)
      if (!root) return operand
      if (root.kind === 'path') {
        if (operand.steps.length === 0) return operand.as ? { ...root, as: operand.as } : root
        return { ...operand, root: root.root, steps: [...root.steps, ...operand.steps] }
      }
      return operand.steps.reduce<Operand>((of, step) => ({ kind: 'field', of, step }), root)
    }
    case 'field': {
      const of = inner(operand.of)
      return of.kind === 'path'
        ? { kind: 'path', root: of.root, steps: [...of.steps, operand.step] }
        : { ...operand, of }
    }
    case 'count':
      // Sound: the replacement of a root that holds rows holds rows, too.
      return { ...operand, of: inner(operand.of) as Path }
    case 'call':
      return { ...operand, of: inner(operand.of), args: operand.args.map(inner) }
    case 'list':
      return { kind: 'list', elements: operand.elements.map(inner) }
    case 'arithmetic':
      return { ...operand, left: inner(operand.left), right: inner(operand.right) }
  }
}
