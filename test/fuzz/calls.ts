import { atom, classNear, fieldsPattern, guarded, operandFor } from './atoms.js'
import { body, type Made } from './bodies.js'
import {
  type Draft,
  type Helper,
  isRow,
  isScalar,
  type Path,
  type Scope,
  type Type,
  type Variable,
  withVariable,
} from './draft.js'
import { all, type Goal, goal } from './policyTree.js'

/** A call of a rule with values; the rules are written along with it, or were before. */
export function callInputs(draft: Draft, scope: Scope, depth: number): Goal | undefined {
  const { random } = draft
  draft.uses('call')
  const known = draft.helpers.filter(({ output }) => !output)
  if (known.length > 0 && random.chance(0.3)) return call(draft, scope, random.pick(known))
  const first = draft.path(scope, isRow)
  const second = random.chance(0.6) ? draft.path(scope, (type) => isRow(type) || isScalar(type)) : undefined
  if (!first) return undefined
  const paths = second ? [first, second] : [first]
  const helper: Helper = {
    name: draft.helperName(),
    inputs: paths.map((path) => present(path.type)),
    output: undefined,
  }
  const count = random.integer(1, 3)
  for (let index = 0; index < count; index++) {
    const parameters = helper.inputs.map((type) => parameter(draft, type))
    const inner: Scope = { variables: parameters.flatMap((one) => one.variable ?? []) }
    const asked = inner.variables.length === 0 ? undefined : body(draft, inner, depth - 1, random.integer(1, 2))
    draft.rules.push({ head: `${helper.name}(${parameters.map((one) => one.text).join(', ')})`, body: asked })
  }
  draft.helpers.push(helper)
  return guarded(draft, paths, goal(`${helper.name}(${paths.map((path) => path.text).join(', ')})`))
}

function call(draft: Draft, scope: Scope, helper: Helper): Goal | undefined {
  const paths: Path[] = []
  for (const wanted of helper.inputs) {
    const path = draft.path(scope, (type) =>
      wanted.kind === 'row'
        ? isRow(type) && type.model === wanted.model
        : isScalar(type) && wanted.kind === 'scalar' && type.type === wanted.type,
    )
    if (!path) return undefined
    paths.push(path)
  }
  return guarded(draft, paths, goal(`${helper.name}(${paths.map((path) => path.text).join(', ')})`))
}

/** Inside a rule whose head tests the class, a row is no nil. */
function present(type: Type): Type {
  return type.kind === 'row' ? { ...type, nullable: false } : type
}

interface Parameter {
  readonly text: string
  readonly variable: Variable | undefined
}

/** A parameter for values of a type: by class, by fields, a literal, or anything. */
export function parameter(draft: Draft, type: Type): Parameter {
  const { random } = draft
  const name = draft.variable()
  if (type.kind !== 'row') {
    if (type.kind === 'scalar' && random.chance(0.3)) {
      const literal = draft.literal(type.type)
      if (literal !== undefined) return { text: literal, variable: undefined }
    }
    return { text: name, variable: { name, type } }
  }
  switch (random.weighted({ class: 6, any: 2, fields: 1.5, dictionary: 0.5, near: 0.8 })) {
    case 'class':
      return { text: `${name}: ${type.model}`, variable: { name, type } }
    case 'any':
      return { text: name, variable: { name, type: { ...type, nullable: random.chance(0.5) } } }
    case 'fields':
      draft.uses('fields in a head')
      return {
        text: `${name}: ${type.model}${fieldsPattern(draft, { variables: [] }, type.model)}`,
        variable: { name, type },
      }
    case 'dictionary':
      draft.uses('dictionary pattern')
      return { text: `${name}: ${fieldsPattern(draft, { variables: [] }, type.model)}`, variable: { name, type } }
    case 'near': {
      const model = classNear(draft, type)
      const isModel = draft.world.models.some((one) => one.name === model)
      return { text: `${name}: ${model}`, variable: { name, type: isModel ? { ...type, model } : type } }
    }
  }
}

/** A call that gives a variable its value, once for each of its rules, and goals about it. */
export function callOutput(draft: Draft, scope: Scope, depth: number): Made | undefined {
  const { random } = draft
  const input = draft.path(scope, isRow)
  if (!input) return undefined
  const inside = draft.variable()
  const outside = draft.variable()
  const asked: Scope = { variables: [{ name: inside, type: present(input.type) }], focus: inside }
  const sample = draft.path(
    asked,
    (type) => (isRow(type) && random.chance(0.7)) || (isScalar(type) && random.chance(0.3)),
  )
  if (!sample?.field) return undefined
  const wanted = sample.type
  const name = draft.helperName()
  const count = random.integer(1, 3)
  for (let index = 0; index < count; index++) {
    const given = outputRule(draft, asked, inside, wanted, sample)
    if (!given) continue
    const head = `${inside}: ${input.type.kind === 'row' ? input.type.model : ''}`
    draft.rules.push({ head: `${name}(${head}, ${given.parameter})`, body: given.body })
  }
  if (!draft.rules.some((rule) => rule.head.startsWith(`${name}(`))) return undefined
  draft.uses('call with an output')
  const inner = withVariable(scope, outside, wanted)
  const called = guarded(draft, [input], goal(`${name}(${input.text}, ${outside})`))
  const guard = wanted.kind === 'row' && wanted.nullable && random.chance(0.7) ? [goal(`${outside} != nil`)] : []
  const usable = guard.length > 0 ? withVariable(scope, outside, present(wanted)) : inner
  const goals = random.chance(0.3) ? random.integer(2, 4) : 1
  return { goal: all(called, ...guard, body(draft, usable, depth - 1, goals)), scope: usable }
}

function outputRule(
  draft: Draft,
  asked: Scope,
  inside: string,
  wanted: Type,
  sample: Path,
): { parameter: string; body: Goal | undefined } | undefined {
  const { random } = draft
  const out = draft.variable()
  const extra = random.chance(0.3) ? [atom(draft, asked)] : []
  if (wanted.kind === 'scalar') {
    if (random.chance(0.3)) {
      const literal = draft.literal(wanted.type, sample.field)
      if (literal !== undefined)
        return {
          parameter: literal,
          body: extra[0] ?? (random.chance(0.5) ? undefined : goal(`${inside} = ${inside}`)),
        }
    }
    const given = operandFor(draft, asked, wanted.type, sample.field)
    return given && { parameter: out, body: all(...extra, guarded(draft, given.paths, goal(`${out} = ${given.text}`))) }
  }
  if (wanted.kind !== 'row') return undefined
  const { model } = wanted
  const typed = random.chance(0.4) ? `${out}: ${model}` : out
  const list = random.chance(0.5)
    ? draft.path(asked, (type) => type.kind === 'rows' && type.model === model)
    : undefined
  if (list) return { parameter: typed, body: all(guarded(draft, [list], goal(`${out} in ${list.text}`)), ...extra) }
  const path = draft.path(asked, (type) => isRow(type) && type.model === model) ?? sample
  return { parameter: typed, body: all(...extra, guarded(draft, [path], goal(`${out} = ${path.text}`))) }
}
