import type { Definite, Operand, Path } from '@arcturus/core/filters'
import fc from 'fast-check'
import type { CompareOperator, Root } from '../../packages/core/src/condition/condition.js'
import { span } from '../orm/conditions.js'

type Arithmetic = Extract<Operand, { kind: 'arithmetic' }>

/** Comparisons of what is computed: numbers of documents, lengths of relations, and texts that are put together. */
export class Computed {
  readonly #root: Root

  constructor(root: Root) {
    this.#root = root
  }

  of(): fc.Arbitrary<Definite> {
    const number = fc.oneof({ weight: 3, arbitrary: this.#arithmetic(2) }, { weight: 1, arbitrary: this.#count() })
    const numbers = fc
      .tuple(number, operators, fc.oneof(fc.constantFrom(...constants), number, fc.constantFrom(...this.#columns())))
      .map(([left, operator, right]) => this.#compared(left, operator, right))
    const concat = this.#concat()
    const texts = fc
      .tuple(concat, fc.constantFrom('=', '!=', '<', '>='), fc.oneof(textValues, concat))
      .map(([left, operator, right]) => this.#compared(left, operator as '=', right))
    const parts = fc
      .tuple(
        concat,
        fc.constantFrom('startsWith' as const, 'endsWith' as const, 'includes' as const),
        fc.oneof(textValues, concat),
        fc.boolean(),
      )
      .map(([one, operator, other, isTurned]): Definite => {
        const [of, part] = isTurned ? [other, one] : [one, other]
        return all([...present(of), ...present(part), { kind: 'text', operator, of, part, span }])
      })
    return fc.oneof({ weight: 4, arbitrary: numbers }, { weight: 1, arbitrary: texts }, { weight: 1, arbitrary: parts })
  }

  /** As a filter gives it: nothing that it is computed of is nil, and nothing is divided without a remainder by zero. */
  #compared(left: Operand, operator: CompareOperator, right: Operand): Definite {
    return all([...present(left), ...present(right), { kind: 'compare', operator, left, right, span }])
  }

  #arithmetic(depth: number): fc.Arbitrary<Operand> {
    const leaf = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...this.#columns()) },
      { weight: 2, arbitrary: fc.constantFrom(...constants) },
      { weight: 1, arbitrary: this.#count() },
    )
    const operand = (): fc.Arbitrary<Operand> =>
      depth === 1
        ? leaf
        : fc.oneof({ weight: 2, arbitrary: leaf }, { weight: 1, arbitrary: this.#arithmetic(depth - 1) })
    return fc
      .tuple(operand(), fc.constantFrom('+', '-', '*', '/', '/', 'rem', 'mod'), operand())
      .map(([left, operator, right]): Operand => ({ kind: 'arithmetic', operator: operator as '+', left, right, span }))
  }

  #columns(): Path[] {
    return [this.#path('views'), this.#path('likes'), this.#path('score'), this.#path('owner', 'id')]
  }

  #count(): fc.Arbitrary<Operand> {
    return fc
      .constantFrom(
        this.#path('tags'),
        this.#path('related'),
        this.#path('owner', 'reports'),
        this.#path('folder', 'documents'),
      )
      .map((of): Operand => ({ kind: 'count', of }))
  }

  #concat(): fc.Arbitrary<Operand> {
    const text = fc.oneof(
      fc.constantFrom(this.#path('title'), this.#path('body'), this.#path('owner', 'name'), this.#path('visibility')),
      textValues,
    )
    const column = fc.constantFrom(this.#path('title'), this.#path('subtitle'), this.#path('owner', 'email'))
    return fc.tuple(column, text, fc.boolean()).map(([one, other, isTurned]): Operand => {
      const [of, part] = isTurned ? [other, one] : [one, other]
      return { kind: 'call', method: 'concat', of, args: [part], span }
    })
  }

  #path(...names: readonly string[]): Path {
    const models: Readonly<Record<string, string>> = { owner: 'User', folder: 'Folder' }
    const steps = names.map((name, at) => ({ name, model: at === 0 ? 'Document' : models[names[at - 1]!]!, span }))
    return { kind: 'path', root: this.#root, steps }
  }
}

const operators = fc.constantFrom<CompareOperator>('=', '!=', '!=', '<', '<=', '>', '>=')
const constants: readonly Operand[] = [0, 1, 2, -1, 3, 0.5, -1.5, 0.1]
  .map((value) => ({ kind: 'value', value }))
  .concat([2, 0, -0, 1].map((value) => ({ kind: 'value', value, float: true }) as never)) as readonly Operand[]
const textValues: fc.Arbitrary<Operand> = fc
  .constantFrom('', 'a', 'A', 'a ', 'á', 'one', '%', '_', '\\', 'aOne', '😀')
  .map((value) => ({ kind: 'value', value }))

function all(of: readonly Definite[]): Definite {
  return { kind: 'and', of }
}

/** That what an operand is computed of is there, and that it has a result. */
function present(operand: Operand): readonly Definite[] {
  switch (operand.kind) {
    case 'path':
      return [{ kind: 'compare', operator: '!=', left: operand, right: { kind: 'value', value: null }, span }]
    case 'call':
      return [operand.of, ...operand.args].flatMap(present)
    case 'arithmetic':
      return [...present(operand.left), ...present(operand.right), ...divided(operand)]
    default:
      return []
  }
}

function divided({ operator, right }: Arithmetic): readonly Definite[] {
  if (operator !== 'rem' && operator !== 'mod') return []
  return [{ kind: 'compare', operator: '!=', left: right, right: { kind: 'value', value: 0 }, span }]
}
