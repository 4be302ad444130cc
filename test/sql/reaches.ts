import type { Definite, Path } from '@arcturus/core/filters'
import fc from 'fast-check'
import type { DefiniteReach, ReachStep, Root, Variable } from '../../packages/core/src/condition/condition.js'
import { type Conditions, span, variableOf } from '../orm/conditions.js'

/** A way from a row to others: relations of one model after the other. */
type Way = readonly (readonly [relation: string, model: string])[]

/** Recursions over the schema `documents`: to-one, to-many, through other rows, by a table that links; data with cycles among them. */
const ways: Readonly<Record<string, readonly Way[]>> = {
  Folder: [
    [['parent', 'Folder']],
    [['children', 'Folder']],
    [
      ['documents', 'Document'],
      ['folder', 'Folder'],
    ],
  ],
  User: [
    [['manager', 'User']],
    [['reports', 'User']],
    [
      ['memberships', 'Membership'],
      ['organization', 'Organization'],
      ['members', 'Membership'],
      ['user', 'User'],
    ],
    [
      ['owned', 'Document'],
      ['reviewer', 'User'],
    ],
  ],
  Organization: [
    [
      ['members', 'Membership'],
      ['user', 'User'],
      ['memberships', 'Membership'],
      ['organization', 'Organization'],
    ],
  ],
  Document: [
    [['related', 'Document']],
    [['relatedBy', 'Document']],
    [
      ['folder', 'Folder'],
      ['documents', 'Document'],
    ],
  ],
}

/** From a document to where a recursion starts. */
const starts: readonly (readonly [path: readonly string[], model: string])[] = [
  [[], 'Document'],
  [['folder'], 'Folder'],
  [['owner'], 'User'],
  [['reviewer'], 'User'],
  [['owner', 'manager'], 'User'],
  [['organization'], 'Organization'],
]
const models: Readonly<Record<string, string>> = {
  folder: 'Document',
  owner: 'Document',
  reviewer: 'Document',
  organization: 'Document',
  manager: 'User',
}

export class Reaches {
  readonly #conditions: Conditions
  #variables = 0

  constructor(conditions: Conditions) {
    this.#conditions = conditions
  }

  /** Conditions with recursions, alone and among others. */
  of(root: Root): fc.Arbitrary<Definite> {
    const reach = fc.constantFrom(...starts).chain(([path, model]) =>
      this.#reach(
        pathOf(
          root,
          path.map((name) => [name, models[name]!]),
        ),
        model,
        1,
      ),
    )
    const other = this.#conditions.of(root, [], 1)
    return fc.oneof(
      reach,
      reach.map((of): Definite => ({ kind: 'not', of })),
      fc
        .tuple(fc.constantFrom('and' as const, 'or' as const), reach, other)
        .map(([kind, ...of]): Definite => ({ kind, of })),
    )
  }

  #reach(start: Path, model: string, depth: number): fc.Arbitrary<DefiniteReach> {
    const each = this.#variable(model)
    const steps = fc.uniqueArray(fc.constantFrom(...ways[model]!), { minLength: 1, maxLength: 2 })
    return fc
      .tuple(
        this.#where(each, model, depth),
        steps.chain((found) => fc.tuple(...found.map((way) => this.#step(each, way)))),
      )
      .map(([where, some]): DefiniteReach => ({ kind: 'reach', start, each, where, steps: some, span }))
  }

  #where(each: Variable, model: string, depth: number): fc.Arbitrary<Definite> {
    const plain = this.#conditions.of(each, [], 1)
    if (depth === 0) return plain
    const inner = this.#reach(pathOf(each, []), model, depth - 1)
    return fc.oneof(
      { weight: 4, arbitrary: plain },
      { weight: 1, arbitrary: inner },
      { weight: 1, arbitrary: inner.map((of): Definite => ({ kind: 'not', of })) },
    )
  }

  #step(each: Variable, way: Way): fc.Arbitrary<ReachStep> {
    const rows: Variable[] = []
    const hops = way.map(([relation, model], at) => {
      const before = rows.at(-1) ?? each
      const row = this.#variable(model)
      rows.push(row)
      return { each: row, from: pathOf(before, [[relation, at === 0 ? each.model! : way[at - 1]![1]]]) }
    })
    const last = hops.at(-1)!
    const asked = fc.constantFrom(each, ...rows).chain((row) => this.#conditions.of(row, [each, ...rows], 0))
    return fc
      .oneof({ weight: 1, arbitrary: fc.constant<Definite>({ kind: 'true' }) }, { weight: 1, arbitrary: asked })
      .map((where) => ({ next: last.each, through: hops.slice(0, -1), from: last.from, where }))
  }

  #variable(model: string): Variable {
    return variableOf(`row${this.#variables++}`, model)
  }
}

function pathOf(root: Root, steps: readonly (readonly [name: string, model: string])[]): Path {
  return { kind: 'path', root, steps: steps.map(([name, model]) => ({ name, model, span })) }
}
