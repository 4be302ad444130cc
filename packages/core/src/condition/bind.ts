import { ArcturusError, QueryError, RelationNotLoadedError } from '../errors.js'
import type { Span } from '../language/source.js'
import type { RelationField } from '../schema/model.js'
import { isPartial } from '../schema/partial.js'
import { referencedRow, type UnloadedRelation, unloadedRelation } from '../schema/reference.js'
import type { Schema } from '../schema/schema.js'
import type { Compare, Condition, In, Opaque, Operand, Ref, Root, Some, Step } from './condition.js'
import { and, FALSE, not, or, TRUE } from './construct.js'
import type { Meaning } from './meaning.js'
import { substituteOperand } from './substitute.js'

/** A filter with more nodes than this is refused; nobody's database would take it. */
const maxSize = 100_000

/**
 * A condition with the actor in it: what is known is computed, quantifiers over the actor's own collections are unrolled. Only
 * the resource is left. What fails whatever the row is a `failure`.
 */
export function bind(condition: Condition, actor: unknown, action: unknown, meaning: Meaning): Condition {
  return new Binder(meaning, undefined).bind(condition, subjects(actor, action))
}

/** What is read from an object and is not there at once: a relation that is not loaded, or a promise. */
export interface Wanted {
  readonly object: object
  readonly name: string
  /** The relation, undefined for a promise. */
  readonly relation: RelationField | undefined
  readonly model: string | undefined
}

/** What the subjects of a condition stand for once the actor and the action are known. */
export function subjects(actor: unknown, action: unknown): Environment {
  const values: Partial<Record<Root['kind'], Operand>> = {
    actor: { kind: 'value', value: actor },
    action: { kind: 'value', value: action },
  }
  return (root) => values[root.kind]
}

/** What arrived already, and where to say what is missing. */
export interface Missing {
  arrived(object: object, name: string): { readonly value: unknown } | undefined
  want(wanted: Wanted): void
}

export type Environment = (root: Root) => Operand | undefined

/** Stops the evaluation of a condition that fails. */
class Failed extends Error {
  readonly error: ArcturusError
  constructor(error: ArcturusError) {
    super(error.message)
    this.error = error
  }
}

/** Puts an actor into a condition. */
export class Binder {
  readonly #meaning: Meaning
  readonly #schema: Schema
  readonly #missing: Missing | undefined
  #size = 0

  constructor(meaning: Meaning, missing: Missing | undefined) {
    this.#meaning = meaning
    this.#missing = missing
    this.#schema = meaning.schema
  }

  /** @param isLast - Whether nothing is asked once the condition is true, so that its further solutions do not matter. */
  bind(condition: Condition, environment: Environment, isLast: boolean = true): Condition {
    if (++this.#size > maxSize)
      throw new QueryError('filter-too-large', `The filter has more than ${maxSize} parts.`, {
        hint: 'put large memberships into a relation of the database',
      })
    try {
      return this.#bind(condition, environment, isLast)
    } catch (error) {
      if (error instanceof Failed) return { kind: 'failure', error: error.error }
      throw error
    }
  }

  #bind(condition: Condition, environment: Environment, isLast: boolean): Condition {
    switch (condition.kind) {
      case 'true':
      case 'false':
      case 'failure':
        return condition
      case 'and': {
        const of: Condition[] = []
        for (const [index, one] of condition.of.entries()) {
          const part = this.bind(one, environment, isLast && index === condition.of.length - 1)
          of.push(part)
          if (part.kind === 'false' || part.kind === 'failure') break
        }
        return and(...of)
      }
      case 'or': {
        const of: Condition[] = []
        for (const one of condition.of) {
          const part = this.bind(one, environment, isLast)
          of.push(part)
          if ((part.kind === 'true' && isLast) || part.kind === 'failure') break
        }
        return or(...of)
      }
      case 'not':
        return not(this.bind(condition.of, environment))
      case 'test': {
        const of = this.#operand(condition.of, environment)
        if (of.kind !== 'value') return { ...condition, of }
        if (typeof of.value === 'boolean') return of.value ? TRUE : FALSE
        return fail('type-error', "A value that is neither true nor false can't be a condition.", condition.span)
      }
      case 'reads': {
        const of = this.#operand(condition.of, environment)
        return of.kind === 'value' ? TRUE : { ...condition, of }
      }
      case 'compare':
        return this.#compare(condition, environment)
      case 'in':
        return this.#in(condition, environment)
      case 'some':
        return this.#some(condition, environment, isLast)
      case 'isa': {
        const of = this.#operand(condition.of, environment)
        if (of.kind !== 'value') return { ...condition, of }
        const { model, exact, span } = condition
        return this.#decided(() => this.#meaning.isInstance(of.value, model, exact), span)
      }
      case 'text': {
        const of = this.#operand(condition.of, environment)
        const part = this.#operand(condition.part, environment)
        if (of.kind !== 'value' || part.kind !== 'value') return { ...condition, of, part }
        if (of.value === null || part.value === null) return FALSE
        if (typeof of.value !== 'string' || typeof part.value !== 'string')
          return fail('type-error', 'A text operator needs texts.', condition.span)
        return of.value[condition.operator](part.value) ? TRUE : FALSE
      }
      case 'ref':
        return this.#ref(condition, environment, isLast)
      case 'opaque': {
        const bindings = condition.goal.bindings.map(({ name, operand }) => ({
          name,
          operand: this.#operand(operand, environment),
        }))
        const opaque: Opaque = { ...condition, goal: { expression: condition.goal.expression, bindings } }
        const values = new Map<string, unknown>()
        for (const { name, operand } of bindings) {
          if (operand.kind !== 'value') return opaque
          values.set(name, operand.value)
        }
        return this.#ask(opaque, values, isLast)
      }
    }
  }

  /** The machine's answer; and an error behind it, where further solutions matter. */
  #ask(opaque: Opaque, values: ReadonlyMap<string, unknown>, isLast: boolean): Condition {
    let first: Condition = FALSE
    try {
      const { expression } = opaque.goal
      first = decided(this.#meaning.ask(expression, values), opaque.span)
      if (first.kind === 'true' && !isLast) this.#meaning.ask(expression, values, true)
      return first
    } catch (error) {
      if (!(error instanceof ArcturusError)) throw error
      // An error only where all that follows holds too: the machine has to see the whole.
      if (error.code === 'unhandled-constraint') return opaque
      return or(first, { kind: 'failure', error })
    }
  }

  #decided(ask: () => boolean | undefined, span: Span): Condition {
    return decided(this.#answer(ask, span), span)
  }

  /** What values mean; an error is one of the policy, at the place that asks. */
  #answer(ask: () => boolean | undefined, span: Span): boolean | undefined {
    try {
      return ask()
    } catch (error) {
      throw error instanceof QueryError ? new Failed(placed(error, span)) : error
    }
  }

  #compare(condition: Compare, environment: Environment): Condition {
    const left = this.#operand(condition.left, environment)
    const right = this.#operand(condition.right, environment)
    if (left.kind !== 'value' || right.kind !== 'value') return { ...condition, left, right }
    const { operator, span } = condition
    if (operator === '=') return this.#decided(() => this.#meaning.equal(left.value, right.value), span)
    const result = this.#answer(() => this.#meaning.compare(operator, left.value, right.value), span)
    if (result === undefined) return fail('type-error', `These two can't be compared with \`${operator}\`.`, span)
    return result ? TRUE : FALSE
  }

  #in(condition: In, environment: Environment): Condition {
    const item = this.#operand(condition.item, environment)
    const list = this.#operand(condition.list, environment)
    if (list.kind === 'value' && !Array.isArray(list.value))
      return fail('type-error', '`in` needs a list.', condition.span)
    if (item.kind !== 'value' || list.kind !== 'value') return { ...condition, item, list }
    for (const one of list.value as readonly unknown[]) {
      if (one === undefined) return undefinedElement(condition.span)
      const equal = this.#answer(() => this.#meaning.equal(item.value, one), condition.span)
      if (equal === undefined) return waiting(condition.span)
      if (equal) return TRUE
    }
    return FALSE
  }

  #some(condition: Some, environment: Environment, isLast: boolean): Condition {
    const from = this.#operand(condition.from, environment)
    const { each } = condition
    if (from.kind !== 'value') return { ...condition, from, where: this.bind(condition.where, environment, isLast) }
    if (!Array.isArray(from.value)) return fail('type-error', '`in` needs a list.', condition.span)
    const arms: Condition[] = []
    for (const value of from.value as readonly unknown[]) {
      const inner: Environment = (root) => (root === each ? { kind: 'value', value } : environment(root))
      const arm = value === undefined ? undefinedElement(condition.span) : this.bind(condition.where, inner, isLast)
      arms.push(arm)
      if ((arm.kind === 'true' && isLast) || arm.kind === 'failure') break
    }
    return or(...arms)
  }

  /** Definitions are expanded; a recursive one only when the actor's side decides it, by the machine. */
  #ref(condition: Ref, environment: Environment, isLast: boolean): Condition {
    const { definition } = condition
    const args = new Map(
      definition.parameters.map((parameter, index) => [
        parameter as Root,
        this.#operand(condition.args[index]!, environment),
      ]),
    )
    const inner: Environment = (root) => args.get(root) ?? (root.kind === 'action' ? environment(root) : undefined)
    if (!definition.recursive) return this.bind(definition.condition, inner, isLast)
    const { span } = condition
    const bindings = definition.arguments.map((argument, index) => ({
      name: `argument_${index}`,
      operand: substituteOperand(argument, inner),
    }))
    const expression = {
      kind: 'call',
      name: definition.name,
      args: bindings.map(({ name }) => ({ kind: 'variable', name, span }) as const),
      keywords: [],
      span,
    } as const
    return this.bind(
      {
        kind: 'opaque',
        goal: { expression, bindings },
        reason: { code: 'recursion', message: `${definition.name} calls itself` },
        span,
      },
      () => undefined,
    )
  }

  #operand(operand: Operand, environment: Environment): Operand {
    switch (operand.kind) {
      case 'value':
        return operand
      case 'constant': {
        const value = this.#schema.constants.get(operand.name)
        return { kind: 'value', value: settled(value, `The constant ${operand.name}`, operand.span) }
      }
      case 'path': {
        const root = environment(operand.root)
        if (!root) return operand
        return this.#steps(root, operand.steps)
      }
      case 'field':
        return this.#steps(this.#operand(operand.of, environment), [operand.step])
      case 'list': {
        const elements = operand.elements.map((one) => this.#operand(one, environment))
        if (elements.every((one) => one.kind === 'value'))
          return { kind: 'value', value: elements.map((one) => one.value) }
        return { kind: 'list', elements }
      }
      case 'call': {
        const of = this.#operand(operand.of, environment)
        const args = operand.args.map((one) => this.#operand(one, environment))
        if (of.kind !== 'value' || !args.every((one) => one.kind === 'value')) return { ...operand, of, args }
        return {
          kind: 'value',
          value: this.#call(
            of.value,
            operand.method,
            args.map((one) => one.value),
            operand.span,
          ),
        }
      }
      case 'arithmetic': {
        const left = this.#operand(operand.left, environment)
        const right = this.#operand(operand.right, environment)
        if (left.kind !== 'value' || right.kind !== 'value') return { ...operand, left, right }
        const { span } = operand
        const bindings = new Map([
          ['left', left.value],
          ['right', right.value],
        ])
        return { kind: 'value', value: this.#arithmetic(operand, bindings, span) }
      }
    }
  }

  #arithmetic(
    operand: Extract<Operand, { kind: 'arithmetic' }>,
    bindings: ReadonlyMap<string, unknown>,
    span: Span,
  ): unknown {
    const a = bindings.get('left')
    const b = bindings.get('right')
    if (typeof a !== 'number' || typeof b !== 'number') return fail('type-error', 'Arithmetic needs numbers.', span)
    const { operator } = operand
    const result =
      operator === '+'
        ? a + b
        : operator === '-'
          ? a - b
          : operator === '*'
            ? a * b
            : operator === '/'
              ? a / b
              : operator === 'rem'
                ? a % b
                : ((a % b) + b) % b
    if (Number.isNaN(result) || (Number.isInteger(result) && !Number.isSafeInteger(result)))
      return fail('arithmetic-error', 'The result is no number that can be held exactly.', span)
    return result
  }

  #call(receiver: unknown, method: string, args: readonly unknown[], span: Span): unknown {
    const target: unknown =
      receiver === null || receiver === undefined ? undefined : (receiver as Record<string, unknown>)[method]
    if (typeof target !== 'function' || method === 'constructor')
      return fail('missing-attribute', `"${method}" is no method here.`, span)
    return settled(Reflect.apply(target, receiver, args), `What "${method}" returns`, span)
  }

  #steps(operand: Operand, steps: readonly Step[]): Operand {
    let at = operand
    for (const [index, step] of steps.entries()) {
      if (at.kind !== 'value') {
        const rest = steps.slice(index)
        if (at.kind === 'path') return { kind: 'path', root: at.root, steps: [...at.steps, ...rest] }
        return rest.reduce<Operand>((of, one) => ({ kind: 'field', of, step: one }), at)
      }
      at = { kind: 'value', value: this.#read(at.value, step) }
    }
    return at
  }

  #read(object: unknown, step: Step): unknown {
    if (object === null || object === undefined)
      return fail('missing-attribute', `"${step.name}" of nil can't be read.`, step.span)
    if (typeof object !== 'object' && typeof object !== 'function')
      return fail('missing-attribute', `"${step.name}" of a ${typeof object} can't be read.`, step.span)
    const arrived = typeof object === 'object' ? this.#missing?.arrived(object, step.name) : undefined
    const own = isPartial(object, step.name) ? undefined : (object as Record<string, unknown>)[step.name]
    const value: unknown = arrived ? arrived.value : own
    if (value !== undefined) {
      if (this.#missing && typeof object === 'object' && isPromise(value))
        this.#missing.want({ object, name: step.name, relation: undefined, model: undefined })
      return settled(value, `"${step.name}"`, step.span)
    }
    const model = this.#schema.modelOf(object)
    const field = model && this.#schema.field(model.name, step.name)
    if (field?.kind === 'relation') return this.#unloaded(object, model!.name, field, step, arrived !== undefined)
    const unloaded = unloadedRelation(object)
    if (unloaded) throw notLoaded(unloaded, step.span)
    return fail('missing-attribute', `"${step.name}" is undefined.`, step.span)
  }

  /** A to-one relation that is not loaded is known by its foreign key. */
  #unloaded(object: object, model: string, field: RelationField, step: Step, wasAsked: boolean): unknown {
    const row = referencedRow(object, model, field)
    if (row !== null && !wasAsked) this.#missing?.want({ object, name: step.name, relation: field, model })
    if (row !== undefined) return row
    throw notLoaded({ model, relation: step.name }, step.span)
  }
}

function notLoaded({ model, relation }: UnloadedRelation, span: Span): Failed {
  return new Failed(
    new RelationNotLoadedError(
      'relation-not-loaded',
      `The relation "${relation}" of this ${model} is not loaded, and a decision needs it.`,
      {
        span,
        hint: `load it with the row (with Prisma: include: { ${relation}: true })`,
        data: { model, relation },
      },
    ),
  )
}

function settled(value: unknown, what: string, span: Span): unknown {
  if (value === undefined) return fail('missing-attribute', `${what} is undefined.`, span)
  return isPromise(value) ? waiting(span) : value
}

function isPromise(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

function decided(result: boolean | undefined, span: Span): Condition {
  return result === undefined ? waiting(span) : result ? TRUE : FALSE
}

/** An error as it was thrown where nobody knew the place. */
function placed(error: QueryError, span: Span): QueryError {
  if (error.span) return error
  const { code, summary, hint, data, cause } = error
  const details = { span, hint, data, cause }
  return error instanceof RelationNotLoadedError
    ? new RelationNotLoadedError(code, summary, details)
    : new QueryError(code, summary, details)
}

function undefinedElement(span: Span): Condition {
  return { kind: 'failure', error: new QueryError('missing-attribute', 'An element of a list is undefined.', { span }) }
}

function waiting(span: Span): never {
  return fail('async-value', 'A value is a promise, and a filter is built synchronously.', span)
}

function fail(code: ConstructorParameters<typeof QueryError>[0], message: string, span: Span): never {
  throw new Failed(new QueryError(code, message, { span }))
}
