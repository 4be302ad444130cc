import type { Span } from '@arcturus/core'
import type { Definite, Operand, Path } from '@arcturus/core/filters'
import fc from 'fast-check'
import type { KnownRow, OperandType, Root, Variable } from '../../packages/core/src/condition/condition.js'
import { Source } from '../../packages/core/src/language/source.js'
import type { PrismaField, PrismaModel, PrismaRelation, PrismaSchema } from '../../packages/prisma/src/schema/schema.js'
import { texts, values } from './rows.js'

export const span: Span = { source: new Source('allow(_, _, _);'), start: 0, end: 5 }
const unknown: OperandType = { model: undefined, exact: false, scalar: undefined, list: false, nullable: true }

export function resourceOf(model: string): Root {
  return { kind: 'resource', name: 'resource', model, type: unknown }
}

export function variableOf(name: string, model: string | undefined): Variable {
  return { kind: 'variable', name, model, type: unknown }
}

/** A row of which only the key is known, whether there is one or not. */
export function knownRow(model: string, key: Readonly<Record<string, unknown>>): KnownRow {
  const fields = Object.entries(key).map(([field, value]) => ({ field, value }))
  return { ...variableOf(model, model), kind: 'row', model, key: fields }
}

export const value = (one: unknown): Operand => ({ kind: 'value', value: one })

/** Makes random conditions on the rows of a model: what the printer can be given, well beyond what policies come to. */
export class Conditions {
  readonly #models: ReadonlyMap<string, PrismaModel>
  #variables = 0

  constructor(schema: PrismaSchema) {
    this.#models = new Map(schema.models.map((model) => [model.name, model]))
  }

  of(root: Root, outer: readonly Root[] = [], depth = 3): fc.Arbitrary<Definite> {
    const leaf = fc.oneof(
      { weight: 6, arbitrary: this.#compare(root, outer) },
      { weight: 2, arbitrary: this.#isNull(root) },
      { weight: 2, arbitrary: this.#in(root) },
      { weight: 2, arbitrary: this.#text(root) },
      { weight: 1, arbitrary: this.#isA(root) },
      { weight: 1, arbitrary: this.#count(root) },
    )
    if (depth === 0) return leaf
    const inner = (): fc.Arbitrary<Definite> => fc.constant(null).chain(() => this.of(root, outer, depth - 1))
    return fc.oneof(
      { weight: 3, arbitrary: leaf },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant('and' as const),
          of: fc.array(inner(), { minLength: 2, maxLength: 3 }),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant('or' as const),
          of: fc.array(inner(), { minLength: 2, maxLength: 3 }),
        }),
      },
      { weight: 4, arbitrary: this.#some(root, outer, depth) },
      {
        weight: 2,
        arbitrary: fc
          .oneof(this.#some(root, outer, depth), leaf)
          .map((of): Definite => (canNegate(of) ? { kind: 'not', of } : of)),
      },
      { weight: 1, arbitrary: fc.constantFrom<Definite>({ kind: 'true' }, { kind: 'false' }) },
    )
  }

  #compare(root: Root, outer: readonly Root[]): fc.Arbitrary<Definite> {
    return fc
      .tuple(this.#path(root, isScalar), fc.constantFrom(...operators), fc.nat(9), fc.boolean())
      .chain(([left, op, kind, turned]) => {
        const { type } = left.field
        const alike = (field: PrismaField): boolean => isScalar(field) && field.type === type
        const row = kind < 8 ? root : (outer[kind % 2] ?? root)
        const twins = kind % 2 === 0 ? this.#twins(row, left.field) : []
        const right: fc.Arbitrary<Operand> =
          kind < 6 || this.#paths(row, alike).length === 0
            ? fc.constantFrom(...(op === '=' || op === '!=' ? equals(type) : orders(type))).map(value)
            : twins.length > 0
              ? fc.constantFrom(...twins)
              : this.#path(row, alike).map((path) => path.operand)
        return right.map(
          (other): Definite => ({
            kind: 'compare',
            operator: op,
            left: turned ? other : left.operand,
            right: turned ? left.operand : other,
            span,
          }),
        )
      })
  }

  /** Paths to a column with the name of another, or that a reference makes equal to it. */
  #twins(root: Root, { name, type }: Found['field']): readonly Operand[] {
    const names = [...this.#models.values()]
      .flatMap(({ fields }) => fields)
      .flatMap((field) => (field.kind === 'relation' ? field.from.map((from, at) => [from, field.to[at]!]) : []))
      .filter((pair) => pair.includes(name))
      .flat()
    const isTwin = (field: PrismaField): boolean =>
      isScalar(field) && field.type === type && (field.name === name || names.includes(field.name))
    return this.#paths(root, isTwin).flatMap((found) => found.map(({ operand }) => operand))
  }

  #count(root: Root): fc.Arbitrary<Definite> {
    const list = this.#path(root, (field) => field.kind === 'relation' && field.list)
    const count = list.map(({ operand }): Operand => ({ kind: 'count', of: operand as Path }))
    const number = fc.constantFrom(-1, 0, 0.5, 1, 1.5, 2, 2n).map(value)
    const column = this.#path(root, (field) => isScalar(field) && field.type === 'Int').map(({ operand }) => operand)
    return fc
      .tuple(
        count,
        fc.constantFrom(...operators),
        fc.oneof({ weight: 3, arbitrary: number }, { weight: 1, arbitrary: column }, { weight: 1, arbitrary: count }),
      )
      .map(([left, operator, right]): Definite => ({ kind: 'compare', operator, left, right, span }))
  }

  #isNull(root: Root): fc.Arbitrary<Definite> {
    return fc
      .tuple(
        this.#path(root, (field) => !field.list),
        fc.constantFrom('=' as const, '!=' as const),
      )
      .map(([path, operator]) => ({ kind: 'compare', operator, left: path.operand, right: value(null), span }))
  }

  #in(root: Root): fc.Arbitrary<Definite> {
    return this.#path(root, isScalar).chain((path) =>
      fc
        .array(fc.constantFrom(null, ...equals(path.field.type)), { maxLength: 4 })
        .map((list): Definite => ({ kind: 'in', item: path.operand, list: value(list), span })),
    )
  }

  #text(root: Root): fc.Arbitrary<Definite> {
    return fc
      .tuple(
        this.#path(root, isText),
        fc.constantFrom('startsWith' as const, 'endsWith' as const, 'includes' as const),
        fc.oneof(
          { weight: 3, arbitrary: fc.constantFrom(null, '%', '_', '\\', 'O', 'Á', '0%', ...texts).map(value) },
          { weight: 1, arbitrary: this.#path(root, isText).map(({ operand }) => operand) },
        ),
        fc.nat(3),
      )
      .map(([path, operator, part, turned]) => {
        const [of, other] = turned === 0 ? [part, path.operand] : [path.operand, part]
        return { kind: 'text', operator, of, part: other, span }
      })
  }

  #isA(root: Root): fc.Arbitrary<Definite> {
    const itself = { operand: { kind: 'path', root, steps: [] } as Operand, model: root.model! }
    return this.#paths(root, (field) => field.kind === 'relation' && !field.list)
      .reduce(
        (before: fc.Arbitrary<typeof itself>, paths) =>
          fc.oneof(
            before,
            fc
              .constantFrom(...paths)
              .map(({ operand, field }) => ({ operand, model: (field as unknown as PrismaRelation).model })),
          ),
        fc.constant(itself),
      )
      .map(({ operand, model }) => ({ kind: 'isa', of: operand, model, exact: false, span }))
  }

  #some(root: Root, outer: readonly Root[], depth: number): fc.Arbitrary<Definite> {
    const of = fc.nat(5).map((at) => (at === 5 ? (outer[0] ?? root) : root))
    const isList = (field: PrismaField): boolean => field.kind === 'relation' && field.list
    return of
      .chain((row) => this.#path(row, isList))
      .chain(({ operand, field }) => {
        const each = variableOf(`each${this.#variables++}`, (field as PrismaRelation).model)
        return this.of(each, [root, ...outer], depth - 1).map(
          (where): Definite => ({ kind: 'some', each, from: operand, where, span }),
        )
      })
  }

  /** A path through at most two to-one relations to a field. */
  #path(root: Root, wanted: (field: PrismaField) => boolean): fc.Arbitrary<Found> {
    // The fewer the steps the likelier, or nearly all paths would be the longest ones.
    const byHops = this.#paths(root, wanted)
    return fc.oneof(...byHops.map((found, index) => ({ weight: 4 - index, arbitrary: fc.constantFrom(...found) })))
  }

  #paths(root: Root, wanted: (field: PrismaField) => boolean): readonly (readonly Found[])[] {
    const start: Found[] = []
    const walk = (steps: readonly { name: string; model: string }[], model: PrismaModel): void => {
      for (const field of model.fields) {
        const here = [...steps, { name: field.name, model: model.name }]
        const operand: Operand = { kind: 'path', root, steps: here.map((step) => ({ ...step, span })) }
        if (wanted(field)) start.push({ operand, field, hops: steps.length } as Found)
        if (field.kind === 'relation' && !field.list && steps.length < 2) walk(here, this.#models.get(field.model)!)
      }
    }
    walk([], this.#models.get(root.model!)!)
    return [0, 1, 2].map((hops) => start.filter((found) => found.hops === hops)).filter((found) => found.length > 0)
  }
}

interface Found {
  readonly operand: Operand
  readonly field: PrismaField & { readonly type: string }
  readonly hops: number
}

function isScalar(field: PrismaField): field is Extract<PrismaField, { type: string }> {
  return field.kind !== 'relation' && !field.list && field.type !== 'Json' && field.type !== 'Bytes'
}

function isText(field: PrismaField): boolean {
  return isScalar(field) && field.type === 'String'
}

const operators = ['=', '=', '!=', '!=', '<', '<=', '>', '>='] as const

function canNegate(of: Definite): of is Extract<Definite, { kind: 'some' | 'compare' | 'in' | 'isa' | 'text' }> {
  return of.kind === 'some' || of.kind === 'compare' || of.kind === 'in' || of.kind === 'isa' || of.kind === 'text'
}

/** What a column of a type is compared with: its own values, and what no value of it equals. */
function equals(type: string): readonly unknown[] {
  const own: readonly unknown[] = values[type as keyof typeof values]
  const strange =
    type === 'String' ? ['\0', '\uD800', 'a\0', 1] : ['a', 1.5, 1n, 2 ** 40, Number.NaN, true, new Date(0)]
  return [...own, ...own, ...strange]
}

/** What a column of a type can be ordered with. */
function orders(type: string): readonly unknown[] {
  const own: readonly unknown[] = values[type as keyof typeof values]
  const numbers = [1.5, -0.5, 2 ** 40, -(2 ** 40), 10n ** 20n, 1e-7]
  const more = type === 'Visibility' ? ['j', 'Z'] : type in { Int: 0, BigInt: 0, Float: 0, Decimal: 0 } ? numbers : []
  return [null, ...own, ...own, ...more]
}
