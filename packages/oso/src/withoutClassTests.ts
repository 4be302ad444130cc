import {
  alternativesOf,
  type Definite,
  goalsOf,
  labelOf,
  type Operand,
  operandsIn,
  partsIn,
  type Root,
  variablesIn,
} from '@arcturus/core/internal/oso'
import type { HostTypes, UserType } from './types.js'

/**
 * Returns a condition without the tests of the resource's class, if it is the same for all its
 * classes. Rows of a model are queried together with those of its subclasses. Otherwise returns the
 * condition unchanged.
 */
export function withoutClassTests(model: string, types: HostTypes, condition: Definite): Definite {
  const arms = alternativesOf(condition).map(withoutTest)
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
  const [test, ...rest] = goalsOf(condition)
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
  // Each class has its own equal recursion. A comparison would cost more than it saves.
  if (labelOf(a) !== labelOf(b) || a.kind === 'reach') return false
  const others = variablesIn(b)
  const within = new Map<Root, Root>([...rows, ...variablesIn(a).map((one, at) => [one, others[at]!] as const)])
  return (
    areSame(operandsIn(a), operandsIn(b), (one, other) => sameOperand(one, other, rows)) &&
    areSame(partsIn(a), partsIn(b), (one, other) => same(one, other, within))
  )
}

function areSame<Child>(a: readonly Child[], b: readonly Child[], isSame: (a: Child, b: Child) => boolean): boolean {
  return a.length === b.length && a.every((one, at) => isSame(one, b[at]!))
}

function sameOperand(a: Operand, b: Operand, rows: ReadonlyMap<Root, Root>): boolean {
  if (a.kind === 'value' && b.kind === 'value') return sameValue(a.value, b.value)
  if (a.kind !== 'path' || b.kind !== 'path') return false
  const root = a.root.kind === 'resource' ? b.root.kind === 'resource' : rows.get(a.root) === b.root
  return root && a.steps.length === b.steps.length && a.steps.every(({ name }, at) => name === b.steps[at]!.name)
}

function sameValue(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return areSame(a, b, sameValue)
  return a === b
}
