import { describe, expect, it } from 'vitest'
import { QueryError } from '../errors.js'
import type { Call } from '../language/ast.js'
import { Source } from '../language/source.js'
import type {
  Condition,
  Definite,
  DefiniteReach,
  Definition,
  Operand,
  Path,
  Ref,
  Subject,
  Variable,
} from './condition.js'
import { printCondition } from './print.js'
import { unknownType } from './type.js'
import { conditionsIn, mapOperands, mapParts, operandsIn, partsIn, spanOf } from './visit.js'

const span = { source: new Source('old = old'), start: 0, end: 9 }
const row: Subject = { kind: 'resource', name: 'row', model: undefined, type: unknownType }
const each: Variable = { kind: 'variable', name: 'each', model: undefined, type: unknownType }
const path = (name: string): Path => ({ kind: 'path', root: row, steps: [{ name, model: undefined, span }] })
const old = path('old')

const test: Condition = { kind: 'test', of: old, span }
const other: Condition = { kind: 'reads', of: old, span }
const definiteTest: Definite = { kind: 'isa', of: old, model: 'Note', exact: false, span }
const definition: Definition = { name: 'rule', parameters: [], arguments: [], condition: other, recursive: true }
const ref: Ref = { kind: 'ref', definition, args: [old, old], span }
const expression: Call = { kind: 'call', name: 'goal', args: [], keywords: [], span }

/** One condition of each kind, with the number of its operands and parts. */
const conditions: { readonly [Kind in Condition['kind']]: readonly [Condition & { kind: Kind }, number, number] } = {
  true: [{ kind: 'true' }, 0, 0],
  false: [{ kind: 'false' }, 0, 0],
  failure: [{ kind: 'failure', error: new QueryError('missing-attribute', 'failed') }, 0, 0],
  and: [{ kind: 'and', of: [test, other] }, 0, 2],
  or: [{ kind: 'or', of: [test, other] }, 0, 2],
  not: [{ kind: 'not', of: test }, 0, 1],
  test: [{ kind: 'test', of: old, span }, 1, 0],
  reads: [{ kind: 'reads', of: old, span }, 1, 0],
  isa: [{ kind: 'isa', of: old, model: 'Note', exact: false, span }, 1, 0],
  compare: [{ kind: 'compare', operator: '=', left: old, right: old, span }, 2, 0],
  in: [{ kind: 'in', item: old, list: old, span }, 2, 0],
  text: [{ kind: 'text', operator: 'includes', of: old, part: old, span }, 2, 0],
  some: [{ kind: 'some', each, from: old, where: test, span }, 1, 1],
  ref: [ref, 2, 0],
  opaque: [
    {
      kind: 'opaque',
      goal: { expression, bindings: [{ name: 'a', operand: old }] },
      reason: { code: 'cut', message: '' },
      span,
    },
    1,
    0,
  ],
}
const reach: DefiniteReach = {
  kind: 'reach',
  start: old,
  each,
  where: definiteTest,
  steps: [{ next: each, through: [], from: { ...old, root: each }, where: definiteTest }],
  span,
}
const operands: { readonly [Kind in Operand['kind']]: readonly [Operand & { kind: Kind }, number] } = {
  value: [{ kind: 'value', value: 1 }, 0],
  constant: [{ kind: 'constant', name: 'limit', span }, 0],
  path: [old, 0],
  count: [{ kind: 'count', of: old }, 1],
  field: [{ kind: 'field', of: old, step: { name: 'size', model: undefined, span } }, 1],
  list: [{ kind: 'list', elements: [old, old] }, 2],
  call: [{ kind: 'call', of: old, method: 'concat', args: [old, old], span }, 3],
  arithmetic: [{ kind: 'arithmetic', operator: '+', left: old, right: old, span }, 2],
}

describe.each(
  Object.values(conditions).map(([condition, ...counts]) => [condition.kind, condition, ...counts] as const),
)('a condition of kind %s', (_kind, condition, operandCount, partCount) => {
  it('has all its operands and parts', () => {
    expect(operandsIn(condition)).toHaveLength(operandCount)
    expect(partsIn(condition)).toHaveLength(partCount)
  })

  it('is rebuilt from its own operands and parts', () => {
    expect(mapOperands(condition, (one) => one)).toEqual(condition)
    expect(mapParts(condition, (one) => one)).toEqual(condition)
  })

  it('is rebuilt with each operand and each part replaced', () => {
    const named = Array.from({ length: 3 }, (_, at) => path(`new${at}`))
    let at = 0
    const replaced = mapOperands(condition, () => named[at++]!)
    expect(operandsIn(replaced)).toEqual(named.slice(0, operandCount))
    expect(partsIn(replaced)).toEqual(partsIn(condition))
    at = 0
    const moved = mapParts(condition, () => ({ kind: 'test', of: named[at++]!, span }))
    expect(partsIn(moved).flatMap(operandsIn)).toEqual(named.slice(0, partCount))
    expect(operandsIn(moved)).toEqual(operandsIn(condition))
  })
})

describe.each(Object.values(operands).map(([operand, count]) => [operand.kind, operand, count] as const))(
  'an operand of kind %s',
  (_kind, operand, count) => {
    it('is rebuilt with each of its operands replaced', () => {
      expect(mapOperands(operand, (one) => one)).toEqual(operand)
      const named = Array.from({ length: 3 }, (_, at) => path(`new${at}`))
      let at = 0
      expect(operandsIn(mapOperands(operand, () => named[at++]!))).toEqual(named.slice(0, count))
    })
  },
)

describe('a reach', () => {
  it('has its start as operand, and its end and the conditions of its steps as parts', () => {
    expect(operandsIn(reach)).toEqual([old])
    expect(partsIn(reach)).toEqual([definiteTest, definiteTest])
  })

  it('is rebuilt with its parts replaced', () => {
    let at = 0
    const moved = mapParts(reach, (one) => ({ ...one, model: `Model${at++}` }) as typeof one)
    expect(printCondition(moved as Definite)).toBe(
      'reach each from row.old by each in each.old where row.old is Model1 where row.old is Model0',
    )
  })
})

describe('mapParts', () => {
  it('keeps the origin of a conjunction', () => {
    const condition: Condition = { kind: 'and', of: [test, other], origin: 'rest' }
    expect(mapParts(condition, (one) => one)).toEqual(condition)
  })

  it('simplifies the condition around the parts', () => {
    const { and, or, not } = conditions
    expect(mapParts(and[0], (one) => (one === test ? { kind: 'true' } : one))).toBe(other)
    expect(mapParts(or[0], (one) => (one === test ? { kind: 'false' } : one))).toBe(other)
    expect(mapParts(not[0], () => ({ kind: 'true' }))).toEqual({ kind: 'false' })
  })
})

describe('conditionsIn', () => {
  it('yields everything in order, and the body of a definition once', () => {
    const condition: Condition = { kind: 'and', of: [{ kind: 'not', of: test }, ref, ref] }
    expect([...conditionsIn(condition)]).toEqual([condition, condition.of[0], test, ref, other, ref])
  })

  it('ends for a definition that refers to itself', () => {
    const own = { ...definition, condition: { kind: 'true' } as Condition }
    const toItself: Ref = { ...ref, definition: own }
    own.condition = { kind: 'or', of: [test, toItself] }
    expect([...conditionsIn(toItself)]).toEqual([toItself, own.condition, test, toItself])
  })
})

describe('spanOf', () => {
  it('returns the first place in the policy', () => {
    const second = { ...span, start: 4 }
    expect(spanOf({ kind: 'and', of: [{ kind: 'true' }, { ...definiteTest, span: second }, definiteTest] })).toBe(
      second,
    )
    expect(spanOf({ kind: 'true' })).toBeUndefined()
  })
})
