import { atom, classNear, fieldsPattern, guarded, operandFor } from './atoms.js'
import { callInputs, callOutput } from './calls.js'
import { fieldsOfClasses, listsApart, rulesOfClasses } from './classes.js'
import { type Draft, isList, isRow, isRows, isScalar, type Path, type Scope, type Type, withVariable } from './draft.js'
import { all, any, type Goal, goal } from './policyTree.js'
import { callRecursive } from './recursion.js'
import type { ScalarKind } from './world.js'

/** A goal, and the scope behind it with what it bound. */
export interface Made {
  readonly goal: Goal
  readonly scope: Scope
}

type Maker = (draft: Draft, scope: Scope, depth: number) => Made | undefined

const makers: Readonly<Record<string, readonly [number, Maker]>> = {
  atom: [13, (draft, scope) => ({ goal: atom(draft, scope), scope })],
  relation: [3, eachOfRelation],
  element: [1.2, eachOfList],
  not: [2.5, negation],
  forall: [1.5, forAll],
  or: [2.5, disjunction],
  bindingOr: [1, bindingDisjunction],
  testedInArms: [0.4, classInSomeArms],
  fieldsOfClasses: [0.7, fieldsOfClasses],
  rulesOfClasses: [0.7, rulesOfClasses],
  listsApart: [0.3, listsApart],
  bind: [1.2, binding],
  inputs: [1.6, (draft, scope, depth) => alone(scope, callInputs(draft, scope, depth))],
  output: [1.3, callOutput],
  recursive: [0.35, (draft, scope) => alone(scope, callRecursive(draft, scope))],
  cut: [0.13, cut],
  later: [0.2, valueLater],
}

/** Goals in a row, the later ones over what the earlier ones bound. */
export function body(draft: Draft, scope: Scope, depth: number, count: number): Goal {
  return chain(draft, scope, depth, count).goal
}

export function chain(draft: Draft, scope: Scope, depth: number, count: number): Made {
  const goals: Goal[] = []
  let at = scope
  for (let index = 0; index < count; index++) {
    const made = one(draft, at, depth)
    goals.push(made.goal)
    at = made.scope
  }
  return { goal: all(...goals), scope: at }
}

function one(draft: Draft, scope: Scope, depth: number): Made {
  if (depth <= 0) return { goal: atom(draft, scope), scope }
  const weights = Object.fromEntries(Object.entries(makers).map(([name, [weight]]) => [name, weight]))
  for (let attempt = 0; attempt < 10; attempt++) {
    const made = makers[draft.random.weighted(weights)]![1](draft, scope, depth - 1)
    if (made) return made
  }
  return { goal: atom(draft, scope), scope }
}

function alone(scope: Scope, made: Goal | undefined): Made | undefined {
  return made && { goal: made, scope }
}

const fewGoals = { '1': 3, '2': 1 } as const

function few(draft: Draft): number {
  return Number(draft.random.weighted(fewGoals))
}

/** Puts the bindings of a goal in front of its guards' goal. */
function bound(draft: Draft, paths: readonly Path[], text: string, scope: Scope): Made {
  return { goal: guarded(draft, paths, goal(text)), scope }
}

/** `v in resource.issues`, then what is asked of `v`: of its class, its fields, or against other elements. */
function eachOfRelation(draft: Draft, scope: Scope, depth: number): Made | undefined {
  const { random } = draft
  const list = draft.path(scope, isRows)
  if (!list || !isRows(list.type)) return undefined
  const name = draft.variable()
  const { model } = list.type
  draft.uses('in a relation')
  const steps = list.text.split('.').length
  if (steps > 2 || scope.variables.some((one) => one.name === list.text.split('.')[0] && /^v/.test(one.name)))
    draft.uses('relations nested')
  const each = bound(
    draft,
    [list],
    `${name} in ${list.text}`,
    withVariable(scope, name, { kind: 'row', model, nullable: false }),
  )
  const element: Type = { kind: 'row', model, nullable: false }
  switch (random.weighted({ goals: 6, class: 1.2, pattern: 1.2, pair: 2, free: 0.5 })) {
    case 'goals':
      return after(each, chain(draft, each.scope, depth, few(draft)))
    case 'class':
      draft.uses('element of a class')
      return after(each, { goal: goal(`${name} matches ${classNear(draft, element)}`), scope: each.scope })
    case 'pattern':
      draft.uses('element of a pattern')
      return after(each, {
        goal: goal(`${name} matches ${model}${fieldsPattern(draft, scope, model)}`),
        scope: each.scope,
      })
    case 'pair': {
      // A second, independent element; sometimes of the very same relation, and compared with the first.
      const other = random.chance(0.6) ? list : draft.path(scope, isRows)
      if (!other || !isRows(other.type)) return each
      const second = draft.variable()
      draft.uses('independent elements')
      const pair = bound(
        draft,
        [other],
        `${second} in ${other.text}`,
        withVariable(each.scope, second, { kind: 'row', model: other.type.model, nullable: false }),
      )
      const first = chain(draft, each.scope, 0, 1)
      const last = chain(draft, pair.scope, depth - 1, 1)
      const against =
        other.type.model === model && random.chance(0.4)
          ? [goal(`${name} ${random.pick(['=', '!=', '='])} ${second}`)]
          : []
      if (against.length > 0) draft.uses('element against element')
      return { goal: all(each.goal, first.goal, pair.goal, last.goal, ...against), scope: last.scope }
    }
    case 'free':
      return each
  }
}

function after(first: Made, second: Made): Made {
  return { goal: all(first.goal, second.goal), scope: second.scope }
}

/** `v in resource.topics`, then what is asked of `v`. */
function eachOfList(draft: Draft, scope: Scope): Made | undefined {
  const list = draft.path(scope, isList)
  if (!list || !isList(list.type)) return undefined
  const name = draft.variable()
  draft.uses('element of a list column')
  const inner = withVariable(scope, name, { kind: 'scalar', type: list.type.type, nullable: false })
  const each = bound(draft, [list], `${name} in ${list.text}`, inner)
  const other = operandFor(draft, scope, list.type.type, list.field)
  const second = draft.random.chance(0.3)
    ? draft.path(scope, (type) => isList(type) && isList(list.type) && type.type === list.type.type)
    : undefined
  if (second) return { goal: all(each.goal, guarded(draft, [second], goal(`${name} in ${second.text}`))), scope: inner }
  if (!other) return each
  return {
    goal: all(
      each.goal,
      guarded(
        draft,
        other.paths,
        goal(`${name} ${draft.random.pick(['=', '=', '!=', '==', '<', '>='])} ${other.text}`),
      ),
    ),
    scope: inner,
  }
}

function negation(draft: Draft, scope: Scope, depth: number): Made | undefined {
  const inner = body(draft, scope, depth, few(draft))
  draft.uses('not')
  if (mentions(inner, /\bv\d+ in /)) draft.uses('not over a relation')
  if (mentions(inner, /\brule_\d+\(/)) draft.uses('not over a call')
  if (draft.random.chance(0.12)) {
    draft.uses('double not')
    return { goal: { kind: 'not', of: { kind: 'not', of: inner } }, scope }
  }
  return { goal: { kind: 'not', of: inner }, scope }
}

/** Whether a goal somewhere in another reads so. */
function mentions(made: Goal, pattern: RegExp): boolean {
  switch (made.kind) {
    case 'goal':
      return pattern.test(made.text)
    case 'and':
    case 'or':
      return made.of.some((one) => mentions(one, pattern))
    case 'not':
      return mentions(made.of, pattern)
    case 'forall':
      return mentions(made.each, pattern) || mentions(made.action, pattern)
  }
}

function forAll(draft: Draft, scope: Scope, depth: number): Made | undefined {
  const { random } = draft
  const list = draft.path(scope, (type) => isRows(type) || (isList(type) && random.chance(0.3)))
  if (!list || !(isRows(list.type) || isList(list.type))) return undefined
  const name = draft.variable()
  const type: Type = isRows(list.type)
    ? { kind: 'row', model: list.type.model, nullable: false }
    : { kind: 'scalar', type: list.type.type, nullable: false }
  const inner = withVariable(scope, name, type)
  draft.uses('forall')
  const condition = random.chance(0.25) ? [atom(draft, inner)] : []
  const each = guarded(draft, [list], all(goal(`${name} in ${list.text}`), ...condition))
  return { goal: { kind: 'forall', each, action: body(draft, inner, depth, few(draft)) }, scope }
}

function disjunction(draft: Draft, scope: Scope, depth: number): Made {
  draft.uses('or')
  const arms = new Array(draft.random.integer(2, 3)).fill(undefined).map(() => body(draft, scope, depth, few(draft)))
  return { goal: any(...arms), scope }
}

/** A variable that each arm gives another value. */
function bindingDisjunction(draft: Draft, scope: Scope, depth: number): Made | undefined {
  const { random } = draft
  const path = draft.path(scope, (type) => isScalar(type) || isRow(type))
  if (!path) return undefined
  const wanted = path.type
  const name = draft.variable()
  const arms = new Array(random.integer(2, 3)).fill(undefined).flatMap((): Goal[] => {
    if (wanted.kind === 'row') {
      const list = random.chance(0.4)
        ? draft.path(scope, (type) => isRows(type) && type.model === wanted.model)
        : undefined
      if (list) return [guarded(draft, [list], goal(`${name} in ${list.text}`))]
      const other = draft.path(scope, (type) => isRow(type) && type.model === wanted.model)
      return other ? [guarded(draft, [other], goal(`${name} = ${other.text}`))] : []
    }
    const other = wanted.kind === 'scalar' ? operandFor(draft, scope, wanted.type, path.field) : undefined
    const extra = random.chance(0.3) ? [atom(draft, scope)] : []
    return other ? [guarded(draft, other.paths, all(...extra, goal(`${name} = ${other.text}`)))] : []
  })
  if (arms.length < 2) return undefined
  draft.uses('or that binds')
  const inner = withVariable(scope, name, wanted.kind === 'row' ? { ...wanted, nullable: true } : wanted)
  const use =
    random.chance(0.5) || wanted.kind !== 'row'
      ? guarded(draft, [path], goal(`${path.text} = ${name}`))
      : all(
          goal(`${name} != nil`),
          body(
            draft,
            { ...inner, variables: [...scope.variables, { name, type: { ...wanted, nullable: false } }] },
            depth,
            1,
          ),
        )
  return { goal: all(any(...arms), use), scope: inner }
}

/** A class that some arms test, and that is tested again behind them. */
function classInSomeArms(draft: Draft, scope: Scope): Made | undefined {
  const { random } = draft
  const row = draft.path(scope, isRow)
  const value = draft.path(scope, isScalar)
  if (!row || !value) return undefined
  const { type } = value
  const [name, found] = [draft.variable(), draft.variable()]
  const model = classNear(draft, row.type)
  const test = (): Goal => goal(`${name} matches ${random.chance(0.8) ? model : classNear(draft, row.type)}`)
  const arms = new Array(random.integer(2, 3)).fill(undefined).flatMap((): Goal[] => {
    const own = draft.path(scope, (one) => JSON.stringify(one) === JSON.stringify(type))
    if (!own) return []
    return [guarded(draft, [own], all(...(random.chance(0.5) ? [test()] : []), goal(`${found} = ${own.text}`)))]
  })
  if (arms.length < 2) return undefined
  draft.uses('class tested in some arms')
  const use = guarded(draft, [value], goal(`${value.text} = ${found}`))
  const named = guarded(draft, [row], goal(`${name} = ${row.text}`))
  return { goal: all(named, any(...arms), ...random.shuffled([test(), use])), scope }
}

/** A name for a value, then goals about it. */
function binding(draft: Draft, scope: Scope, depth: number): Made | undefined {
  const path = draft.path(scope, (type) => isScalar(type) || isRow(type))
  if (!path) return undefined
  const name = draft.variable()
  const operator = draft.random.weighted({ '=': 4, ':=': 1 })
  draft.uses(operator === ':=' ? 'assignment' : 'name for a value')
  const inner = withVariable(scope, name, path.type)
  const text =
    operator === '=' && draft.random.chance(0.3) ? `${path.text} = ${name}` : `${name} ${operator} ${path.text}`
  const first = guarded(draft, [path], goal(text))
  const rest = chain(draft, inner, depth, 1)
  return { goal: all(first, rest.goal), scope: rest.scope }
}

function cut(draft: Draft, scope: Scope): Made {
  draft.uses('cut')
  return { goal: all(atom(draft, scope), goal('cut')), scope }
}

/** Goals that ask of a variable before another one gives it its value. */
function valueLater(draft: Draft, scope: Scope, depth: number): Made | undefined {
  const { random } = draft
  const path = draft.path(scope, (type) => isRows(type) || isScalar(type) || isRow(type))
  if (!path || isList(path.type)) return undefined
  const name = draft.variable()
  const { type } = path
  const element: Type = isRows(type) ? { kind: 'row', model: type.model, nullable: false } : type
  const inner = withVariable(scope, name, element)
  const asked = isScalar(element)
    ? comparison(draft, scope, name, element.type)
    : body(draft, { variables: inner.variables.slice(-1), focus: name }, depth, 1)
  if (!asked) return undefined
  draft.uses('value later')
  const binds = guarded(draft, [path], goal(`${name} ${isRows(type) ? 'in' : '='} ${path.text}`))
  return { goal: all(asked, ...(random.chance(0.3) ? [atom(draft, scope)] : []), binds), scope: inner }
}

function comparison(draft: Draft, scope: Scope, name: string, type: ScalarKind): Goal | undefined {
  const other = operandFor(draft, scope, type, undefined)
  const operator = draft.random.pick(['=', '!=', '==', '<', '>='])
  return other && guarded(draft, other.paths, goal(`${name} ${operator} ${other.text}`))
}
