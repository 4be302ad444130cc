import { atom, classNear, fieldsPattern, guarded } from './atoms.js'
import { chain, type Made } from './bodies.js'
import { type Draft, isRow, isScalar, type Path, type Scope, type Type, withVariable } from './draft.js'
import { all, any, type Goal, goal } from './policyTree.js'
import { descendantsOf, modelNamed } from './world.js'

/** A row with a name, whose class some arms test before they read the fields of that class. */
export function fieldsOfClasses(draft: Draft, scope: Scope, depth: number): Made | undefined {
  const row = familyRow(draft, scope)
  if (!row) return undefined
  const { random } = draft
  const name = draft.variable()
  const count = random.integer(1, 3)
  const arms = new Array(count).fill(undefined).map((): Goal => {
    const narrowed = scopeOf(scope, name, near(draft, row))
    return all(test(draft, scope, name, narrowed), chain(draft, narrowed, depth, 1).goal)
  })
  draft.uses('fields of a class')
  const other = random.chance(0.2) ? [atom(draft, scope)] : []
  const named = guarded(draft, [row], goal(`${name} = ${row.text}`))
  const isNegated = count === 1 && random.chance(0.3)
  const asked: Goal = isNegated ? { kind: 'not', of: arms[0]! } : any(...arms, ...other)
  return {
    goal: all(named, ...random.shuffled([asked, ...(random.chance(0.3) ? [again(draft, name, row)] : [])])),
    scope,
  }
}

/** Rules with one name for several classes of one or two rows, which test them in their heads; some give a value too. */
export function rulesOfClasses(draft: Draft, scope: Scope, depth: number): Made | undefined {
  const row = familyRow(draft, scope)
  if (!row) return undefined
  const { random } = draft
  const second = random.chance(0.4) ? draft.path(scope, isRow) : undefined
  const value = random.chance(0.4) ? draft.path(scope, isScalar) : undefined
  const rows = second ? [row, second] : [row]
  const name = draft.helperName()
  for (let count = random.integer(1, 4); count > 0; count--) {
    const names = rows.map(() => draft.variable())
    // The same name twice: both arguments must be equal.
    if (random.chance(0.08)) names.fill(names[0]!)
    const models = rows.map((one) => near(draft, one))
    const inner: Scope = {
      variables: names.map((name, at) => ({ name, type: { kind: 'row', model: models[at]!, nullable: false } })),
    }
    const parameters = names.map((name, at) =>
      random.chance(0.15)
        ? name
        : `${name}: ${models[at]}${random.chance(0.2) ? fieldsPattern(draft, { variables: [] }, models[at]!) : ''}`,
    )
    const goals = random.chance(0.3) ? [] : [chain(draft, inner, depth - 1, 1).goal]
    if (random.chance(0.12)) {
      draft.uses('cut in a called rule')
      goals.push(goal('cut'))
    }
    const given = value && giving(draft, inner, value)
    if (given) parameters.push(given.parameter)
    const body = [...goals, ...(given?.goal ? [given.goal] : [])]
    draft.rules.push({ head: `${name}(${parameters.join(', ')})`, body: body.length > 0 ? all(...body) : undefined })
  }
  draft.uses('rules of classes')
  const out = draft.variable()
  const args = [...rows.map(({ text }) => text), ...(value ? [out] : [])]
  // A variable as an argument, whose class is tested elsewhere too.
  const variable = draft.variable()
  const isNamed = random.chance(0.4)
  const named = isNamed ? [guarded(draft, [row], goal(`${variable} = ${row.text}`))] : []
  if (isNamed) args[0] = variable
  const called = goal(`${name}(${args.join(', ')})`)
  const tests = isNamed && random.chance(0.5) ? [again(draft, variable, row)] : []
  const uses = value ? [guarded(draft, [value], goal(`${value.text} = ${out}`))] : []
  const around = random.chance(0.2)
    ? any(all(called, ...uses), all(...tests, atom(draft, scope)))
    : all(...random.shuffled([called, ...tests]), ...uses)
  return { goal: all(...named, guarded(draft, rows, around)), scope }
}

/** The value that a rule gives its last parameter: a literal, or that of a field. Undefined for none. */
function giving(
  draft: Draft,
  inner: Scope,
  { type, field }: Path,
): { readonly parameter: string; readonly goal: Goal | undefined } {
  const out = draft.variable()
  if (type.kind !== 'scalar') return { parameter: out, goal: undefined }
  const literal = draft.random.chance(0.3) ? draft.literal(type.type, field) : undefined
  if (literal !== undefined) return { parameter: literal, goal: undefined }
  const path = draft.path(inner, (one) => isScalar(one) && one.type === type.type)
  // A rule can leave it open.
  if (!path || draft.random.chance(0.1)) return { parameter: out, goal: goal(`${out} = ${out}`) }
  return { parameter: out, goal: guarded(draft, [path], goal(`${out} = ${path.text}`)) }
}

/** A path to a row of a model with subclasses, where there is one near. */
function familyRow(draft: Draft, scope: Scope): Path | undefined {
  const isFamily = (type: Type): boolean =>
    type.kind === 'row' && descendantsOf(draft.world, rootOf(draft, type.model)).length > 1
  return draft.path(scope, isFamily) ?? draft.path(scope, isRow)
}

function rootOf(draft: Draft, model: string): string {
  const { parent } = modelNamed(draft.world, model)
  return parent === undefined ? model : rootOf(draft, parent)
}

/** A class of the world that a row can be of. */
function near(draft: Draft, { type }: Path): string {
  const model = classNear(draft, type)
  const isModel = draft.world.models.some((one) => one.name === model)
  return isModel ? model : (type as Extract<Type, { kind: 'row' }>).model
}

function scopeOf(scope: Scope, name: string, model: string): Scope {
  return withVariable(scope, name, { kind: 'row', model, nullable: false })
}

/** The test of a class, sometimes with one of its fields that gives another variable its value. */
function test(draft: Draft, scope: Scope, name: string, narrowed: Scope): Goal {
  const { type } = narrowed.variables.find((one) => one.name === name)!
  const { model } = type as Extract<Type, { kind: 'row' }>
  const pattern = draft.random.chance(0.2) ? fieldsPattern(draft, scope, model) : ''
  return goal(`${name} matches ${model}${pattern}`)
}

function again(draft: Draft, name: string, { type }: Path): Goal {
  const tested = goal(`${name} matches ${classNear(draft, type)}`)
  return draft.random.chance(0.2) ? { kind: 'not', of: tested } : tested
}

/** Lists that are taken apart, or searched for one with the same beginning. */
export function listsApart(draft: Draft, scope: Scope): Made | undefined {
  const { random } = draft
  const paths = [0, 1].flatMap(() => draft.path(scope, (type) => isScalar(type) || isRow(type)) ?? [])
  const [first, second] = paths
  if (!first || !second) return undefined
  const [one, rest, other] = [draft.variable(), draft.variable(), draft.variable()]
  draft.uses('lists taken apart')
  const texts = paths.map(({ text }) => text)
  const inner = withVariable(scope, one, first.type)
  const apart: readonly Goal[] = random.chance(0.5)
    ? random.pick([
        [goal(`[${one}, *${rest}] = [${texts.join(', ')}]`), goal(`${second.text} in ${rest}`)],
        [goal(`[${one}, ${other}] = [${texts.join(', ')}]`), goal(`${other} = ${second.text}`)],
        [goal(`${rest} = [${texts.join(', ')}]`), goal(`${one} in ${rest}`)],
        [goal(`${rest} = {a: ${texts[0]}, b: ${texts[1]}}`), goal(`${one} = ${rest}.a`)],
      ])
    : [goal(`[${one}, 1] in [[${texts[0]}, 1], [${texts[1]}, 2]]`)]
  const use = isRow(first.type)
    ? goal(`${one} matches ${classNear(draft, first.type)}`)
    : goal(`${one} = ${draft.literal(first.type.kind === 'scalar' ? first.type.type : 'string', first.field) ?? 'nil'}`)
  return { goal: guarded(draft, paths, all(...apart, use)), scope: inner }
}
