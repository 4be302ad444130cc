import type { Dot, Expression } from '../../language/ast.js'
import { scalarFamilies } from '../../schema/families.js'
import type { ScalarField } from '../../schema/model.js'
import type { Schema } from '../../schema/schema.js'
import type { PathCheck } from './followPaths.js'
import type { Known } from './knowledge.js'
import { suggestion } from './suggestion.js'

/**
 * A constant, a class and a built-in value must have the fields and methods that a policy reads.
 * They are looked up without running getters. A value behind a getter or a method is not checked.
 */
export const unknownMember: PathCheck = ({ schema, warning }) => {
  const report = (owner: string, name: string, { member }: Dot, candidates: Iterable<string>): void => {
    const isCall = member.kind === 'call'
    const message = `${owner} has no ${isCall ? 'method' : 'field'} "${name}".`
    const hint = suggestion(name, candidates)
    warning('unknown-member', message, member.span, { ...(hint && { hint }), data: { name, owner } })
  }
  /** Reports a field that is called like a method. */
  const reportField = ({ member }: Dot, name: string, model: string | undefined): boolean => {
    const field = model === undefined ? undefined : schema.field(model, name)
    const hasMethod = (): boolean =>
      schema.descendants(model!).some((one) => has(Object(schema.models.get(one)?.class?.prototype) as object, name))
    const isAnything = field?.kind === 'scalar' && (field.type === 'unknown' || field.type === 'json')
    if (!field || isAnything || hasMethod()) return false
    const message = `${name} of ${model} is a field, and no method.`
    warning('unknown-member', message, member.span, { hint: `read it: ${name}`, data: { name, owner: model } })
    return true
  }
  return {
    step: (node, knowledge) => {
      const { member, object } = node
      if (member.kind === 'variable') return
      const name = member.kind === 'call' ? member.name : member.value
      const constant = constantAt(object, schema)
      if (constant) {
        // A relation is read from the store when the row lacks it.
        const model = schema.modelOf(constant.value)
        if (model && schema.field(model.name, name)?.kind === 'relation') return
        if (!has(constant.value, name)) report(constant.text, name, node, membersOf(constant.value))
        return
      }
      const known = knowledge.of(object)
      if (member.kind !== 'call' && known.from?.field.kind !== 'scalar') return
      const owner = prototypesOf(known, schema)
      if (member.kind !== 'call' && owner?.prototypes.some((prototype) => isMethod(prototype, name))) {
        const message = `${name} of ${owner.text} is a method.`
        warning('unknown-member', message, member.span, {
          hint: `call it: ${name}(…)`,
          data: { name, owner: owner.text },
        })
        return
      }
      if (member.kind === 'call' && reportField(node, name, known.model)) return
      if (!owner || owner.prototypes.some((prototype) => has(prototype, name))) return
      const candidates = owner.prototypes.flatMap((prototype) => [...membersOf(prototype)])
      // An instance of the application's class can have more methods than the class tells.
      if (owner.isComplete || suggestion(name, candidates)) report(owner.text, name, node, candidates)
    },
  }
}

interface Constant {
  readonly text: string
  readonly value: object
}

/** Returns the value of a constant, or of a field of one that is no getter. */
function constantAt(node: Expression, schema: Schema): Constant | undefined {
  if (node.kind === 'variable') {
    if (schema.models.has(node.name) && schema.models.get(node.name)?.class === undefined) return undefined
    return schema.constants.has(node.name) ? constantOf(node.name, schema.constants.get(node.name)) : undefined
  }
  if (node.kind !== 'dot' || node.member.kind !== 'string') return undefined
  const object = constantAt(node.object, schema)
  if (!object) return undefined
  const name = node.member.value
  return constantOf(`${object.text}.${name}`, dataField(object.value, name))
}

function constantOf(text: string, value: unknown): Constant | undefined {
  if (value === null || value === undefined) return undefined
  return { text, value: Object(value) as object }
}

/** Returns the value of a field without running a getter; undefined if it is one, or missing. */
function dataField(object: object, name: string): unknown {
  try {
    for (let at: object | null = object; at; at = Object.getPrototypeOf(at) as object | null) {
      const descriptor = Object.getOwnPropertyDescriptor(at, name)
      if (descriptor) return descriptor.value
    }
  } catch {
    // A proxy that does not tell.
  }
  return undefined
}

function has(object: object, name: string): boolean {
  try {
    return name in object
  } catch {
    return true
  }
}

/** Returns whether a value's field is a method, without running getters. */
const isMethod = (object: object, name: string): boolean => typeof dataField(object, name) === 'function'

function* membersOf(object: object): Generator<string> {
  for (let at: object | null = object; at && at !== Object.prototype && at !== Function.prototype; ) {
    yield* Object.getOwnPropertyNames(at).filter((name) => name !== 'constructor')
    at = Object.getPrototypeOf(at) as object | null
  }
}

interface Owner {
  readonly text: string
  readonly prototypes: readonly object[]
  /** Whether every instance has just the methods of the prototypes. */
  readonly isComplete: boolean
}

/** Returns the prototypes of the values that a value can be; undefined if they are unknown. */
function prototypesOf(known: Known, schema: Schema): Owner | undefined {
  const { model, from } = known
  if (from?.field.kind === 'scalar') {
    const [prototype, text] = [scalarPrototype(from.field), known.path]
    return prototype && text !== undefined ? { text, prototypes: [prototype], isComplete: true } : undefined
  }
  if (model === undefined || (from?.field.kind === 'relation' && from.field.many)) return undefined
  const classes = schema.descendants(model).map((name) => schema.models.get(name)?.class)
  const prototypes = classes.flatMap((cls) => (cls ? [cls.prototype as object] : []))
  const isKnown = prototypes.length === classes.length && prototypes.every((one) => Object(one) === one)
  return isKnown ? { text: model, prototypes, isComplete: false } : undefined
}

function scalarPrototype({ type, list }: ScalarField): object | undefined {
  if (list) return Array.prototype
  // What represents other types of numbers depends on the ORM.
  if (scalarFamilies[type] === 'number') return type === 'integer' || type === 'float' ? Number.prototype : undefined
  return scalarFamilies[type] === 'text' ? String.prototype : type === 'date' ? Date.prototype : undefined
}
