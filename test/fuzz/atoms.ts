import { type Draft, isLike, isList, isRow, isScalar, type Path, type Scope, type Type } from './draft.js'
import { compareArithmetic, compareCount } from './numbers.js'
import { all, type Goal, goal } from './policyTree.js'
import { askUntyped } from './untyped.js'
import { descendantsOf, fieldsOf, modelNamed, type ScalarKind, targetOf } from './world.js'

type Maker = (draft: Draft, scope: Scope) => Goal | undefined

/** Goals that bind nothing and hold no other goal, each as often as its weight says. */
const atoms: Readonly<Record<string, readonly [number, Maker]>> = {
  scalar: [10, compareScalar],
  reference: [1, compareReference],
  boolean: [3, testBoolean],
  nil: [2, testNil],
  rows: [5, compareRows],
  literals: [2.5, inLiterals],
  column: [2.5, inColumn],
  member: [2, isMember],
  class: [1.5, testClass],
  pattern: [2, matchPattern],
  text: [1.2, testText],
  arithmetic: [0.25, compareArithmetic],
  count: [0.5, compareCount],
  structures: [0.6, unifyStructures],
  mixed: [0.3, compareMixed],
  missing: [0.18, readMissing],
  unbound: [0.2, useUnbound],
  untyped: [2.5, askUntyped],
}

export function atom(draft: Draft, scope: Scope): Goal {
  const weights = Object.fromEntries(Object.entries(atoms).map(([name, [weight]]) => [name, weight]))
  if (!draft.world.habits?.untyped) weights['untyped'] = 0
  for (let attempt = 0; attempt < 10; attempt++) {
    const made = atoms[draft.random.weighted(weights)]![1](draft, scope)
    if (made) return made
  }
  return goal('1 = 1')
}

/** A goal about paths, behind goals that say that their steps are no nil; sometimes without. */
export function guarded(draft: Draft, paths: readonly Path[], made: Goal): Goal {
  const guards = new Set<string>()
  for (const { steps } of paths) {
    const mode = draft.random.weighted({ compare: 6, class: 1, nothing: 2 })
    for (const { text, model } of steps) {
      if (mode === 'nothing') draft.uses('step through nil')
      else guards.add(mode === 'compare' ? `${text} != nil` : `${text} matches ${model}`)
    }
  }
  return all(...[...guards].map(goal), made)
}

/** Two operands in either order. */
export function oriented(draft: Draft, left: string, operator: string, right: string): string {
  const mirrored = { '=': '=', '==': '==', '!=': '!=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' }
  if (!draft.random.chance(0.3)) return `${left} ${operator} ${right}`
  draft.uses('mirrored comparison')
  return `${right} ${mirrored[operator as keyof typeof mirrored]} ${left}`
}

/** Something to compare a scalar with: a literal, another field, a constant; the paths that it reads. */
export function operandFor(
  draft: Draft,
  scope: Scope,
  type: ScalarKind,
  field: Path['field'],
): { text: string; paths: readonly Path[] } | undefined {
  switch (draft.random.weighted({ literal: 7, path: 2.5, constant: 1 })) {
    case 'literal': {
      const text = draft.literal(type, field)
      return text === undefined ? operandFor(draft, scope, type, field) : { text, paths: [] }
    }
    case 'path': {
      const other = draft.path(scope, (one) => isScalar(one) && isLike(one.type, type))
      if (other?.field) draft.uses('fields compared')
      return other && { text: other.text, paths: [other] }
    }
    case 'constant': {
      const text = constantFor(draft, type)
      if (text) draft.uses('constant')
      return text ? { text, paths: [] } : undefined
    }
  }
}

function constantFor(draft: Draft, type: ScalarKind): string | undefined {
  if (type === 'string') return 'word'
  if (type === 'date') return 'day'
  return isLike(type, 'integer') ? draft.random.weighted({ limit: 3, huge: 1, ratio: 1 }) : undefined
}

function compareScalar(draft: Draft, scope: Scope): Goal | undefined {
  const path = draft.path(scope, isScalar)
  if (!path || !isScalar(path.type)) return undefined
  const { type } = path.type
  const operator =
    type === 'boolean'
      ? draft.random.weighted({ '=': 5, '==': 1, '!=': 2 })
      : draft.random.weighted({ '=': 5, '==': 1.5, '!=': 2, '<': 1.2, '<=': 1.2, '>': 1.2, '>=': 1.2 })
  const other = operandFor(draft, scope, type, path.field)
  if (!other) return undefined
  if (type === 'date' || type === 'bigint' || type === 'decimal' || type === 'enum' || type === 'uuid') draft.uses(type)
  draft.uses(operator.length === 1 && operator !== '=' ? 'ordering' : operator)
  return guarded(draft, [path, ...other.paths], goal(oriented(draft, path.text, operator, other.text)))
}

/** Two columns that are equal if a reference leads to a row: one of the reference, and one of the row's key. */
function compareReference(draft: Draft, scope: Scope): Goal | undefined {
  const { random, world } = draft
  const path = draft.path(scope, (type) => isRow(type) && (type.nullable || random.chance(0.3)))
  if (!path?.field) return undefined
  const { model, name } = path.field
  const field = fieldsOf(world, model).find((one) => one.name === name)
  if (field?.kind !== 'one' || !field.from) return undefined
  const at = random.integer(0, field.from.length - 1)
  const key = `${path.text}.${targetOf(world, field)[at]}`
  const own = `${path.text.slice(0, -name.length)}${field.from[at]}`
  const step = { text: path.text, model: field.model }
  const operator = random.weighted({ '=': 1, '==': 0.5, '!=': 1, '<': 1, '<=': 2, '>=': 2 })
  draft.uses('a reference compared with its key')
  const compared = random.chance(0.1) ? [key, key] : [own, key]
  return guarded(
    draft,
    [{ ...path, steps: [...path.steps, step] }],
    goal(oriented(draft, compared[0]!, operator, compared[1]!)),
  )
}

function testBoolean(draft: Draft, scope: Scope): Goal | undefined {
  const path = draft.path(
    scope,
    (type) => isScalar(type) && type.type === 'boolean' && (!type.nullable || draft.random.chance(0.3)),
  )
  if (!path) return undefined
  draft.uses('boolean field')
  return guarded(draft, [path], goal(path.text))
}

function testNil(draft: Draft, scope: Scope): Goal | undefined {
  const path = draft.path(
    scope,
    (type) => (isScalar(type) || isRow(type)) && (type.nullable || draft.random.chance(0.05)),
  )
  if (!path) return undefined
  draft.uses('nil')
  return guarded(
    draft,
    [path],
    goal(oriented(draft, path.text, draft.random.weighted({ '=': 3, '!=': 3, '==': 1 }), 'nil')),
  )
}

function compareRows(draft: Draft, scope: Scope): Goal | undefined {
  const path = draft.path(scope, isRow)
  if (!path || !isRow(path.type)) return undefined
  const { model } = path.type
  const root = rootModel(draft, model)
  // Rows of unrelated models can have the same key.
  const isOfAny = draft.random.chance(0.15)
  const other = draft.path(scope, (type) => isRow(type) && (isOfAny || rootModel(draft, type.model) === root))
  if (!other || other.text === path.text) return undefined
  const operator = draft.random.weighted({ '=': 8, '==': 1, '!=': 1 })
  draft.uses('rows compared', ...(isOfAny ? ['rows of any models compared'] : []))
  return guarded(draft, [path, other], goal(`${path.text} ${operator} ${other.text}`))
}

function rootModel(draft: Draft, model: string): string {
  const { parent } = modelNamed(draft.world, model)
  return parent === undefined ? model : rootModel(draft, parent)
}

function inLiterals(draft: Draft, scope: Scope): Goal | undefined {
  const { random } = draft
  const path = draft.path(scope, (type) => isScalar(type) || (isRow(type) && random.chance(0.2)))
  if (!path) return undefined
  draft.uses('in a literal list')
  if (isRow(path.type)) {
    const { model } = path.type
    const others = [0, 1].flatMap(() => draft.path(scope, (type) => isRow(type) && type.model === model) ?? [])
    if (others.length === 0) return undefined
    return guarded(draft, [path, ...others], goal(`${path.text} in [${others.map((one) => one.text).join(', ')}]`))
  }
  if (!isScalar(path.type)) return undefined
  const { type } = path.type
  if (type === 'string' && random.chance(0.1)) {
    draft.uses('constant')
    return guarded(draft, [path], goal(`${path.text} in words`))
  }
  const elements = new Array(random.integer(0, 4)).fill(undefined).flatMap(() => draft.literal(type, path.field) ?? [])
  if (random.chance(0.15)) elements.push('nil')
  return guarded(draft, [path], goal(`${path.text} in [${elements.join(', ')}]`))
}

function inColumn(draft: Draft, scope: Scope): Goal | undefined {
  const list = draft.path(scope, isList)
  if (!list || !isList(list.type)) return undefined
  const item = operandFor(draft, scope, list.type.type, list.field)
  if (!item) return undefined
  draft.uses('in a list column')
  return guarded(draft, [list, ...item.paths], goal(`${item.text} in ${list.text}`))
}

function isMember(draft: Draft, scope: Scope): Goal | undefined {
  const list = draft.path(scope, (type) => type.kind === 'rows')
  if (list?.type.kind !== 'rows') return undefined
  const root = rootModel(draft, list.type.model)
  const item = draft.path(scope, (type) => isRow(type) && rootModel(draft, type.model) === root)
  if (!item) return undefined
  draft.uses('row in a relation')
  return guarded(draft, [list, item], goal(`${item.text} in ${list.text}`))
}

function testClass(draft: Draft, scope: Scope): Goal | undefined {
  const { random } = draft
  const path = draft.path(scope, (type) => isRow(type) || (isScalar(type) && random.chance(0.1)))
  if (!path) return undefined
  draft.uses('class test')
  if (isScalar(path.type))
    return guarded(
      draft,
      [path],
      goal(`${path.text} matches ${random.pick(['String', 'Integer', 'Float', 'Boolean', 'List', 'Repo'])}`),
    )
  return guarded(draft, [path], goal(`${path.text} matches ${classNear(draft, path.type)}`))
}

/** A class that rows of this type can be of; rarely another. */
export function classNear(draft: Draft, type: Type): string {
  const { random } = draft
  if (type.kind !== 'row' || random.chance(0.1)) return random.pick(draft.world.models).name
  if (draft.hasBlocks && random.chance(0.2)) {
    draft.uses('union')
    return random.pick(['Actor', 'Resource'])
  }
  return random.pick(descendantsOf(draft.world, rootModel(draft, type.model)))
}

function matchPattern(draft: Draft, scope: Scope): Goal | undefined {
  const path = draft.path(scope, isRow)
  if (!path || !isRow(path.type)) return undefined
  const known = draft.random.chance(0.6)
  const tag = known ? classNear(draft, path.type) : ''
  draft.uses(known ? 'class pattern' : 'dictionary pattern')
  const model = known && tag !== 'Actor' && tag !== 'Resource' ? tag : path.type.model
  return guarded(draft, [path], goal(`${path.text} matches ${tag}${fieldsPattern(draft, scope, model)}`))
}

/** `{name: "a", owner: actor}`: fields of a model with values that some row has, or variables. */
export function fieldsPattern(draft: Draft, scope: Scope, model: string): string {
  const { random } = draft
  const entries: string[] = []
  for (const field of random.sample(
    fieldsOf(draft.world, model),
    random.weighted({ '1': 3, '2': 1 }) === '1' ? 1 : 2,
  )) {
    if (field.kind === 'scalar' && !field.list) {
      const known = scope.variables.find(({ type }) => isScalar(type) && type.type === field.type)
      const text = known && random.chance(0.3) ? known.name : draft.literal(field.type, { model, name: field.name })
      if (text !== undefined) entries.push(`${field.name}: ${text}`)
    } else if (field.kind === 'one') {
      const known = scope.variables.filter(({ type }) => isRow(type) && type.model === field.model)
      if (known.length > 0 && random.chance(0.6)) entries.push(`${field.name}: ${random.pick(known).name}`)
      else if (field.nullable && random.chance(0.3)) entries.push(`${field.name}: nil`)
      else
        entries.push(
          `${field.name}: ${field.model}${random.chance(0.5) ? fieldsPattern(draft, scope, field.model) : '{}'}`,
        )
    }
  }
  return `{${entries.join(', ')}}`
}

function testText(draft: Draft, scope: Scope): Goal | undefined {
  const { random } = draft
  const path = draft.path(
    scope,
    (type) => isScalar(type) && type.type === 'string' && (!type.nullable || random.chance(0.3)),
  )
  if (!path) return undefined
  const value = draft.literal('string', path.field) ?? '""'
  const operand = random.chance(0.15) ? operandFor(draft, scope, 'string', path.field) : { text: value, paths: [] }
  if (!operand) return undefined
  draft.uses('text method')
  const guards = [path, ...operand.paths]
    .filter(({ type }) => isScalar(type) && type.nullable && random.chance(0.6))
    .map(({ text }) => goal(`${text} != nil`))
  return guarded(
    draft,
    [path, ...operand.paths],
    all(...guards, goal(`${path.text}.${random.pick(['startsWith', 'endsWith', 'includes'])}(${operand.text})`)),
  )
}

function unifyStructures(draft: Draft, scope: Scope): Goal | undefined {
  const path = draft.path(scope, isScalar)
  if (!path || !isScalar(path.type)) return undefined
  const value = operandFor(draft, scope, path.type.type, path.field)
  const row = draft.path(scope, isRow)
  if (!value || !row || !isRow(row.type)) return undefined
  const { model } = row.type
  const other = draft.path(scope, (type) => isRow(type) && type.model === model) ?? row
  draft.uses('structures unified')
  const [left, right] = draft.random.chance(0.5)
    ? [`[${path.text}, ${row.text}]`, `[${value.text}, ${other.text}]`]
    : [`{a: ${path.text}, b: ${row.text}}`, `{a: ${value.text}, b: ${other.text}}`]
  return guarded(draft, [path, row, other, ...value.paths], goal(`${left} = ${right}`))
}

/** Two kinds that are never equal: false, or an error. */
function compareMixed(draft: Draft, scope: Scope): Goal | undefined {
  const path = draft.path(scope, isScalar)
  if (!path || !isScalar(path.type)) return undefined
  const type = draft.random.pick(
    (['string', 'integer', 'boolean'] as const).filter((one) => path.type.kind === 'scalar' && one !== path.type.type),
  )
  const other = draft.literal(type)
  if (!other) return undefined
  draft.uses('types mixed')
  return guarded(
    draft,
    [path],
    goal(oriented(draft, path.text, draft.random.weighted({ '=': 3, '!=': 2, '==': 1, '<': 1, '>=': 1 }), other)),
  )
}

function readMissing(draft: Draft, scope: Scope): Goal | undefined {
  const path = draft.path(scope, isRow)
  if (!path) return undefined
  draft.uses('missing attribute')
  return guarded(
    draft,
    [path],
    goal(draft.random.pick([`${path.text}.typo = 1`, `${path.text}.typo`, `${path.text}.typo != nil`])),
  )
}

function useUnbound(draft: Draft, scope: Scope): Goal | undefined {
  const path = draft.path(scope, isScalar)
  if (!path) return undefined
  const name = draft.variable()
  const other = draft.variable()
  draft.uses('unbound variable')
  return guarded(
    draft,
    [path],
    goal(
      draft.random.pick([
        `${name} > ${path.text}`,
        `not (${name} = ${path.text})`,
        `${name} = ${other}`,
        `${name} = ${path.text}`,
        `${name} != ${path.text}`,
      ]),
    ),
  )
}
