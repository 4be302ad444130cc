import type { RuleTree } from './policyTree.js'
import { literalText, scalarOf } from './pools.js'
import type { Random } from './random.js'
import { descendantsOf, type FieldSpec, fieldsOf, keyOf, type ScalarKind, type World } from './world.js'

/** What an expression of a random policy gives. */
export type Type =
  | { readonly kind: 'row'; readonly model: string; readonly nullable: boolean }
  | { readonly kind: 'scalar'; readonly type: ScalarKind; readonly nullable: boolean }
  | { readonly kind: 'list'; readonly type: ScalarKind }
  | { readonly kind: 'rows'; readonly model: string }
  | { readonly kind: 'part'; readonly fields: readonly FieldSpec[] }

export interface Variable {
  readonly name: string
  readonly type: Type
}

/** The variables that have a value at some place of a body; `focus` is what the next goals are mostly about. */
export interface Scope {
  readonly variables: readonly Variable[]
  readonly focus?: string
}

export interface Path {
  readonly text: string
  readonly type: Type
  /** The parts of it that can be nil and are read from. */
  readonly steps: readonly { readonly text: string; readonly model: string }[]
  /** The field that it ends with. */
  readonly field: { readonly model: string; readonly name: string } | undefined
}

export interface Helper {
  readonly name: string
  readonly inputs: readonly Type[]
  readonly output: Type | undefined
}

/** A policy in the making. */
export class Draft {
  readonly random: Random
  readonly world: World
  /** Names of what the policy makes use of. */
  readonly constructs: Set<string> = new Set()
  readonly rules: RuleTree[] = []
  readonly helpers: Helper[] = []
  /** Whether blocks declare actors and resources. */
  hasBlocks = false
  #names = 0

  constructor(random: Random, world: World) {
    this.random = random
    this.world = world
  }

  uses(...constructs: readonly string[]): void {
    for (const one of constructs) this.constructs.add(one)
  }

  variable(): string {
    return `v${++this.#names}`
  }

  helperName(): string {
    return `rule_${++this.#names}`
  }

  /** A random path to something that is wanted; undefined where none was met. */
  path(scope: Scope, wanted: (type: Type) => boolean, root?: string): Path | undefined {
    for (let attempt = 0; attempt < 40; attempt++) {
      const found = this.#walk(scope, wanted, root)
      if (found) return found
    }
    return undefined
  }

  #walk(scope: Scope, wanted: (type: Type) => boolean, root: string | undefined): Path | undefined {
    const { random } = this
    const focused = root ?? (random.chance(0.65) ? scope.focus : undefined)
    const start = scope.variables.find((one) => one.name === focused) ?? random.pick(scope.variables)
    let path: Path = { text: start.name, type: start.type, steps: [], field: undefined }
    if (wanted(path.type) && random.chance(0.5)) return path
    for (let length = 0; length < 3; length++) {
      const { type } = path
      if (type.kind !== 'row' && type.kind !== 'part') return undefined
      const own = type.kind === 'part' ? type.fields : fieldsOf(this.world, type.model)
      const fields = own.map((field) => ({ field, type: typeOfField(field) }))
      const isNullable = type.kind === 'row' && type.nullable
      const steps = isNullable ? [...path.steps, { text: path.text, model: type.model }] : path.steps
      const good = fields.filter((one) => wanted(one.type))
      const further = fields.filter((one) => one.type.kind === 'row' || one.type.kind === 'part')
      const special = further.filter((one) => one.type.kind === 'part' || isSpecial(this.world, type, one.field))
      const ends =
        good.length > 0 && (further.length === 0 || length === 2 || random.chance(special.length > 0 ? 0.6 : 0.75))
      // Few models have such fields, so those that have them are made to show it.
      const choices = ends ? good : special.length > 0 && random.chance(0.5) ? special : further
      if (choices.length === 0) return undefined
      const next = random.pick(choices)
      if (next.type.kind === 'row' && type.kind === 'row' && next.type.model === type.model) this.uses('self-relation')
      if (type.kind === 'part') this.uses('column of a part')
      path = {
        text: `${path.text}.${next.field.name}`,
        type: next.type,
        steps,
        field: type.kind === 'part' ? undefined : { model: type.model, name: next.field.name },
      }
      if (ends) {
        if (start.name === 'actor') this.uses("actor's side")
        return path
      }
    }
    return undefined
  }

  /** A value in a policy: mostly one that a row has there. Undefined for what Polar has no word for. */
  literal(type: ScalarKind, field?: Path['field']): string | undefined {
    const { random } = this
    if (field && random.chance(0.85)) {
      const family = descendantsOf(this.world, field.model)
      const values = this.world.rows.flatMap((row) => {
        const value = family.includes(row.model) ? row.values[field.name] : undefined
        if (value === undefined) return []
        if (typeof value !== 'object' || value === null) return [value]
        if ('list' in value) return value.list
        return 'rows' in value || 'row' in value || 'part' in value || 'missing' in value ? [] : [value]
      })
      if (values.length > 0) return literalText(random.pick(values))
    }
    return literalText(scalarOf(random, type))
  }
}

/** Whether a field is a reference of several columns, or one by columns of the own key. */
function isSpecial(world: World, type: Type, field: FieldSpec): boolean {
  if (field.kind !== 'one' || !field.from || type.kind !== 'row') return false
  return field.from.length > 1 || field.from.every((column) => keyOf(world, type.model).includes(column))
}

export function typeOfField(field: ReturnType<typeof fieldsOf>[number]): Type {
  switch (field.kind) {
    case 'scalar':
      return field.list
        ? { kind: 'list', type: field.type }
        : { kind: 'scalar', type: field.type, nullable: field.nullable }
    case 'one':
      return { kind: 'row', model: field.model, nullable: field.nullable }
    case 'many':
      return { kind: 'rows', model: field.model }
    case 'part':
      return { kind: 'part', fields: field.fields }
  }
}

export function isScalar(type: Type): type is Extract<Type, { kind: 'scalar' }> {
  return type.kind === 'scalar'
}
export function isRow(type: Type): type is Extract<Type, { kind: 'row' }> {
  return type.kind === 'row'
}
export function isRows(type: Type): type is Extract<Type, { kind: 'rows' }> {
  return type.kind === 'rows'
}
export function isList(type: Type): type is Extract<Type, { kind: 'list' }> {
  return type.kind === 'list'
}
/** Whether values of two kinds are ever equal. */
export function isLike(a: ScalarKind, b: ScalarKind): boolean {
  const numbers: readonly ScalarKind[] = ['integer', 'float', 'bigint', 'decimal']
  return a === b || (numbers.includes(a) && numbers.includes(b))
}

/** The scope with a variable more, which the next goals are about. */
export function withVariable(scope: Scope, name: string, type: Type): Scope {
  return { variables: [...scope.variables, { name, type }], focus: name }
}
