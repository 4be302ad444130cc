import { atom, guarded } from './atoms.js'
import { type Draft, isRow, isRows, type Scope, type Variable } from './draft.js'
import { all, type Goal, goal } from './policyTree.js'
import { fieldsOf, type ManySpec, type OneSpec } from './world.js'

/** How one gets from a row to the next; by way of a row between them where the relation leads to another model. */
interface Way {
  readonly first: Relation
  readonly second: Relation | undefined
}
type Relation = OneSpec | ManySpec

/**
 * A rule that follows a relation of a model to itself as far as it goes: to one row or to many, about the row alone or about
 * somebody else as well, with a condition on the steps, by way of a second rule.
 */
export function callRecursive(draft: Draft, scope: Scope): Goal | undefined {
  const { random } = draft
  const start = draft.path(scope, (type) => isRow(type) && waysOf(draft, type.model).length > 0)
  if (!start || !isRow(start.type)) return undefined
  const { model } = start.type
  const ways = waysOf(draft, model)
  // Most recursion follows a parent.
  const direct = ways.filter((way) => !way.second)
  const way = (): Way => random.pick(direct.length > 0 && random.chance(0.85) ? direct : ways)
  const about = random.chance(0.5) ? scope.variables.find(({ name }) => name === 'actor') : undefined
  draft.uses('recursion')
  const row = draft.variable()
  const who = about && draft.variable()
  const variables: readonly Variable[] = [
    { name: row, type: { kind: 'row', model, nullable: false } },
    ...(about && who ? [{ name: who, type: about.type }] : []),
  ]
  const asked: Scope = { variables, focus: row }
  const names = [draft.helperName(), ...(random.chance(0.45) ? [draft.helperName()] : [])]
  if (names.length > 1) draft.uses('mutual recursion')
  const head = (name: string): string => `${name}(${row}: ${model}${who ? `, ${who}` : ''})`
  const call = (name: string, of: string): string => `${name}(${of}${who ? `, ${who}` : ''})`
  for (const [at, name] of names.entries()) {
    if (at === 0 || random.chance(0.4)) draft.rules.push({ head: head(name), body: base(draft, asked, row, who) })
    const next = names[(at + 1) % names.length]!
    draft.rules.push({ head: head(name), body: step(draft, asked, row, way(), (of) => call(next, of)) })
    if (random.chance(0.15))
      draft.rules.push({ head: head(name), body: step(draft, asked, row, way(), (of) => call(name, of)) })
  }
  const name = names[0]!
  return guarded(draft, [start], goal(`${name}(${start.text}${about ? `, ${about.name}` : ''})`))
}

/** What ends the way: mostly that the row belongs to somebody, where somebody is asked about. */
function base(draft: Draft, scope: Scope, row: string, who: string | undefined): Goal {
  const link =
    who && draft.random.chance(0.7)
      ? draft.path(scope, (type) => (isRow(type) || isRows(type)) && type.model === 'User', row)
      : undefined
  if (!link || !who || link.text === who) return atom(draft, scope)
  return guarded(draft, [link], goal(isRows(link.type) ? `${who} in ${link.text}` : `${link.text} = ${who}`))
}

function step(draft: Draft, scope: Scope, row: string, way: Way, call: (of: string) => string): Goal {
  const { random } = draft
  const extra = random.chance(0.3) ? [atom(draft, scope)] : []
  if (extra.length > 0) draft.uses('condition on a step')
  const direct = `${row}.${way.first.name}`
  if (way.first.kind === 'one' && !way.second && random.chance(0.6))
    return all(goal(`${direct} != nil`), ...extra, goal(call(direct)))
  const enter = (from: string, field: Relation): { name: string; goal: Goal } => {
    const name = draft.variable()
    const path = `${from}.${field.name}`
    return field.kind === 'many'
      ? { name, goal: goal(`${name} in ${path}`) }
      : { name, goal: all(goal(`${name} = ${path}`), goal(`${name} != nil`)) }
  }
  const first = enter(row, way.first)
  const last = way.second && enter(first.name, way.second)
  if (way.first.kind === 'many' || way.second?.kind === 'many') draft.uses('recursion along many')
  return all(first.goal, ...(last ? [last.goal] : []), ...extra, goal(call((last ?? first).name)))
}

/** The ways that lead from rows of a model to rows of it. */
function waysOf(draft: Draft, model: string): readonly Way[] {
  const relations = (of: string): readonly Relation[] =>
    fieldsOf(draft.world, of).filter((field) => field.kind === 'one' || field.kind === 'many')
  return relations(model).flatMap((first): readonly Way[] =>
    first.model === model
      ? [{ first, second: undefined }]
      : relations(first.model).flatMap((second) => (second.model === model ? [{ first, second }] : [])),
  )
}
