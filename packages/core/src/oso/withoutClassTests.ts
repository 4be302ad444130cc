import type { Definite, Operand, Root } from '../condition/condition.js'
import type { HostTypes, UserType } from './types.js'

/**
 * Returns a condition without the tests of the resource's class, if it is the same for all its
 * classes. Rows of a model are queried together with those of its subclasses. Otherwise returns the
 * condition unchanged.
 */
export function withoutClassTests(model: string, types: HostTypes, condition: Definite): Definite {
  const arms = (condition.kind === 'or' ? condition.of : [condition]).map(withoutTest)
  const [first] = arms
  if (!first || !arms.every((arm) => arm !== undefined)) return condition
  const tested = new Set(arms.map(({ model }) => model))
  if (!subclassesOf(model, types).every((name) => tested.has(name))) return condition
  return arms.every(({ rest }) => same(first.rest, rest, new Map())) ? first.rest : condition
}

/**
 * Splits a condition that begins with an exact test of the resource's class into that class and the
 * rest.
 */
function withoutTest(condition: Definite): { readonly model: string; readonly rest: Definite } | undefined {
  const [test, ...rest] = condition.kind === 'and' ? condition.of : [condition]
  if (test?.kind !== 'isa' || !test.exact || test.of.kind !== 'path') return undefined
  if (test.of.root.kind !== 'resource' || test.of.steps.length > 0) return undefined
  return {
    model: test.model,
    rest: rest.length === 0 ? { kind: 'true' } : rest.length === 1 ? rest[0]! : { kind: 'and', of: rest },
  }
}

/**
 * Returns the names of the registered classes whose instances are instances of the model, itself
 * included.
 */
function subclassesOf(model: string, types: HostTypes): readonly string[] {
  const own: UserType | undefined = types.get(model)
  const names = [...types].filter(([key, { cls }]) => typeof key === 'string' && own && extendsClass(cls, own.cls))
  return names.map(([, { name }]) => name)
}

function extendsClass(cls: unknown, base: unknown): boolean {
  for (let at = cls; typeof at === 'function'; at = Object.getPrototypeOf(at)) if (at === base) return true
  return false
}

/** Whether two conditions are the same. `rows` pairs the rows of their quantifiers. */
function same(a: Definite, b: Definite, rows: ReadonlyMap<Root, Root>): boolean {
  switch (a.kind) {
    case 'true':
    case 'false':
      return a.kind === b.kind
    case 'and':
    case 'or':
      return b.kind === a.kind && a.of.length === b.of.length && a.of.every((one, at) => same(one, b.of[at]!, rows))
    case 'not':
      return b.kind === 'not' && same(a.of, b.of, rows)
    case 'some':
      return (
        b.kind === 'some' &&
        sameOperand(a.from, b.from, rows) &&
        same(a.where, b.where, new Map([...rows, [a.each as Root, b.each as Root]]))
      )
    case 'reach':
      // Each class has its own equal recursion. A comparison would cost more than it saves.
      return false
    case 'compare':
      return (
        b.kind === 'compare' &&
        a.operator === b.operator &&
        sameOperand(a.left, b.left, rows) &&
        sameOperand(a.right, b.right, rows)
      )
    case 'in':
      return b.kind === 'in' && sameOperand(a.item, b.item, rows) && sameOperand(a.list, b.list, rows)
    case 'isa':
      return b.kind === 'isa' && a.model === b.model && a.exact === b.exact && sameOperand(a.of, b.of, rows)
    case 'text':
      return (
        b.kind === 'text' &&
        a.operator === b.operator &&
        sameOperand(a.of, b.of, rows) &&
        sameOperand(a.part, b.part, rows)
      )
    default:
      return a satisfies never
  }
}

function sameOperand(a: Operand, b: Operand, rows: ReadonlyMap<Root, Root>): boolean {
  if (a.kind === 'value' && b.kind === 'value') return sameValue(a.value, b.value)
  if (a.kind !== 'path' || b.kind !== 'path') return false
  const root = a.root.kind === 'resource' ? b.root.kind === 'resource' : rows.get(a.root) === b.root
  return root && a.steps.length === b.steps.length && a.steps.every(({ name }, at) => name === b.steps[at]!.name)
}

function sameValue(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, at) => sameValue(one, b[at]))
  return a === b
}
