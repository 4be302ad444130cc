import { expect, test } from 'vitest'
import type { Definite, DefiniteSome, Path, Variable } from '../../condition/condition.js'
import { unknownType } from '../../condition/type.js'
import { Source } from '../../language/source.js'
import { createSchema } from '../../values/builtIns.js'
import { replaceRoots } from './roots.js'

const span = { source: new Source(''), start: 0, end: 0 }
const variable = (name: string): Variable => ({ kind: 'variable', name, model: undefined, type: unknownType })
const path = (root: Variable, ...names: string[]): Path => {
  return { kind: 'path', root, steps: names.map((name) => ({ name, model: undefined, span, ofList: false })) as never }
}
const some = (each: Variable, from: Path, where: Definite): DefiniteSome => ({ kind: 'some', each, from, where, span })

/** Variables that nothing around them brings in. */
function free(condition: Definite, known: ReadonlySet<unknown>): readonly string[] {
  if (condition.kind === 'isa') {
    const { root } = condition.of as Path
    return known.has(root) ? [] : [root.name]
  }
  if (condition.kind === 'and') return condition.of.flatMap((one) => free(one, known))
  if (condition.kind !== 'some') return []
  const { root } = condition.from as Path
  const within = free(condition.where, new Set([...known, condition.each]))
  return known.has(root) ? within : [root.name, ...within]
}

test('a copy of a condition within another one keeps its own variables', () => {
  const [row, one, other] = [variable('row'), variable('one'), variable('other')]
  const isA = (root: Variable): Definite => ({ kind: 'isa', of: path(root), model: 'Row', exact: false, span })
  const inner = some(one, path(one, 'rows'), isA(one))
  const condition = some(one, path(row, 'rows'), { kind: 'and', of: [isA(one), inner] })
  const by = (from: Variable, to: Variable) =>
    replaceRoots(createSchema(), condition, (root) => (root === from ? path(to) : undefined))

  expect(free(by(one, other), new Set([row]))).toEqual([])
  expect(free(by(row, one), new Set([one]))).toEqual([])
  const put = by(row, one) as DefiniteSome
  // what stands for the row is another one than the condition's own
  expect((put.from as Path).root).toBe(one)
  expect(put.each).not.toBe(one)
})
