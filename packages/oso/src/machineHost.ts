import { inspect } from 'node:util'
import {
  type Account,
  type Awaitable,
  callMethod,
  compareNumbers,
  Dict,
  entryOf,
  Fault,
  goalTrace,
  isMaker,
  isThenable,
  iteratorOf,
  type Host as MachineInterface,
  type Method,
  type OrderOperator,
  provideGoalTrace,
  type RegExpEngine,
  type Span,
  unreachable,
} from '@arcturus/core/internal/oso'
import { defaultEqualityFn } from './equality.js'
import { InvalidAttributeError, InvalidCallError } from './errors.js'
import { type Host, isConstructor } from './host.js'
import { locationOf } from './location.js'
import { relatedRows } from './related.js'
import { Relation } from './relation.js'
import type { Class, EqualityFn, UserType } from './types.js'

provideGoalTrace(goalTrace)

/** The application's side of the query machine, with oso's semantics. */
export class MachineHost implements MachineInterface {
  readonly runsLikeOso: boolean = true
  readonly tracesGoals: boolean = true
  readonly refusesUndefined = false
  /** Whether objects are equal by content and class. */
  readonly hasDefaultEquality: boolean
  readonly #equal: EqualityFn
  /**
   * Shared by all queries. Whether a field is read as a property depends on the class alone. Weak,
   * since a class can exist for one object only.
   */
  readonly #plain = new WeakMap<object, Map<string, boolean>>()

  constructor(
    private readonly host: Host,
    equal: EqualityFn,
    readonly regExp: RegExpEngine | undefined,
  ) {
    this.#equal = equal
    this.hasDefaultEquality = equal === defaultEqualityFn
  }

  isConstant(name: string): boolean {
    return this.host.schema.constants.has(name)
  }

  constant(name: string): unknown {
    return this.host.schema.constants.get(name)
  }

  /** Instances and classes are recognized by their class, even if it has an `isaCheck`. */
  classOf(value: unknown): string | undefined {
    if (typeof value === 'function') return this.#typeOf(value)?.name
    return typeof value === 'object' && value !== null && !isOwn(value)
      ? this.#typeOf(value.constructor)?.name
      : undefined
  }

  decidesClass(cls: unknown): boolean {
    return this.#typeOf(cls) !== undefined
  }

  hasCheck(name: string): boolean {
    return this.host.schema.models.get(name)?.isaCheck !== undefined
  }

  isSubclass(name: string, ancestor: string): boolean | undefined {
    const { schema } = this.host
    return schema.models.has(name) && schema.models.has(ancestor) ? schema.isSubclass(name, ancestor) : undefined
  }

  isa(value: unknown, name: string): Awaitable<boolean> {
    const type = this.#registered(name)
    return whenSettled([value], (settled) => Boolean(type.isaCheck(settled)))
  }

  isNearer(value: unknown, left: string, right: string): boolean {
    const chain = ancestorsOf(value === null || value === undefined ? undefined : value.constructor)
    // An unregistered class is reported when a value is tested for it.
    const leftAt = chain.indexOf(this.host.types.get(left)?.cls)
    const rightAt = chain.indexOf(this.host.types.get(right)?.cls)
    return leftAt !== -1 && (rightAt === -1 || leftAt < rightAt)
  }

  rowEquality(): undefined {
    return undefined
  }

  equal(left: unknown, right: unknown): boolean {
    return Boolean(this.#equal(left, right))
  }

  compareEqual(left: unknown, right: unknown): boolean {
    return this.equal(left, right)
  }

  /** JavaScript's own order, except for nil, which has none. Sound: JavaScript orders any two values. */
  order(operator: OrderOperator, left: unknown, right: unknown): Awaitable<boolean> {
    return whenSettled(
      [left, right],
      (a, b) => a !== null && b !== null && compareNumbers(operator, a as number, b as number),
    )
  }

  leadsToRows(): boolean {
    return false
  }

  readsPlainly(cls: unknown, field: string): boolean {
    if (typeof cls !== 'function') return this.#isPlain(cls, field)
    const fields = entryOf(this.#plain, cls, () => new Map<string, boolean>())
    return entryOf(fields, field, () => this.#isPlain(cls, field))
  }

  #isPlain(cls: unknown, field: string): boolean {
    return !(this.#typeOf(cls)?.fields.get(field) instanceof Relation) && !hasAccessor(cls, field)
  }

  read(value: unknown, field: string): unknown {
    if (value === null || value === undefined)
      throw missing('missing-attribute', new InvalidAttributeError(value, field))
    const relation = this.#relationOf(value, field)
    if (relation) return relatedRows(this.host, value, relation)
    // `in` throws for a value that is not an object, with an error that says so.
    if (!(field in (value as object))) throw missing('missing-attribute', new InvalidAttributeError(value, field))
    return propertyOf(value, field)
  }

  arrived(value: unknown): unknown {
    return value
  }

  /** A pattern reads a missing field as undefined. */
  readForPattern(value: unknown, field: string): unknown {
    if (value === null || value === undefined) return undefined
    const relation = this.#relationOf(value, field)
    if (relation) return relatedRows(this.host, value, relation)
    try {
      return field in (value as object) ? propertyOf(value, field) : undefined
    } catch (error) {
      if (error instanceof TypeError) return undefined
      throw error
    }
  }

  call(value: unknown, method: string, args: readonly unknown[], account: Account): unknown {
    if (value === null || value === undefined) throw missing('not-a-function', new InvalidCallError(value, method))
    const relation = this.#relationOf(value, method)
    if (relation) return relatedRows(this.host, value, relation)
    const target = propertyOf(value, method)
    if (typeof target !== 'function') throw missing('not-a-function', new InvalidCallError(value, method))
    if ([target, value, ...args.flat()].some(isMaker)) throw unreachable(method)
    return whenSettled(args, (...settled) =>
      asApplicationError(() => callMethod(target as Method, value, method, settled, account, this.regExp)),
    )
  }

  construct(name: string, args: readonly unknown[]): unknown {
    const { cls } = this.#registered(name)
    return whenSettled(args, (...settled) => new cls(...settled))
  }

  iterate(value: unknown): Iterator<unknown> | AsyncIterator<unknown> | undefined {
    return iteratorOf(value)
  }

  identify(value: object): unknown {
    return value
  }

  show(value: unknown): string {
    const cls = value === null || value === undefined ? undefined : isConstructor(value) ? value : value.constructor
    return `${inspect(value)} TYPE \`${this.#typeOf(cls)?.name ?? 'UNKNOWN'}\``
  }

  print(text: string): void {
    console.log(text)
  }

  debug(text: string, span: Span): void {
    console.log(`debug(${text})${locationOf(span)}`)
  }

  #typeOf(cls: unknown): UserType | undefined {
    return typeof cls === 'function' ? this.host.types.get(cls as unknown as Class) : undefined
  }

  #registered(name: string): UserType {
    const type = this.host.types.get(name)
    if (type) return type
    throw new Fault('unregistered-class', `Unregistered class: ${name}.`, { data: { name } })
  }

  /** Returns the relation of a field, if it is one. Relations take precedence over attributes. */
  #relationOf(value: NonNullable<unknown>, field: string): Relation | undefined {
    const relation = this.#typeOf(value.constructor)?.fields.get(field)
    return relation instanceof Relation ? relation : undefined
  }
}

/** Whether a value belongs to the language itself. `isa` handles its class tests. */
function isOwn(value: object): boolean {
  return Array.isArray(value) || value instanceof Dict
}

function propertyOf(value: unknown, name: string): unknown {
  return (value as Readonly<Record<string, unknown>>)[name]
}

function missing(code: 'missing-attribute' | 'not-a-function', error: Error): Fault {
  return new Fault(code, error.message, { cause: error })
}

/**
 * oso treats a TypeError of a method as a mistake of the policy. The machine does so unless a
 * promise came first.
 */
function asApplicationError<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof TypeError) throw new Fault('application-error', error.message, { cause: error })
    throw error
  }
}

function hasAccessor(cls: unknown, field: string): boolean {
  let at: unknown = typeof cls === 'function' ? cls.prototype : undefined
  for (; typeof at === 'object' && at !== null; at = Object.getPrototypeOf(at)) {
    const descriptor = Object.getOwnPropertyDescriptor(at, field)
    if (descriptor) return descriptor.get !== undefined
  }
  return false
}

/** Returns a class and those that it extends. */
function ancestorsOf(cls: unknown): readonly unknown[] {
  const chain: unknown[] = []
  for (let at = cls; isConstructor(at); at = Object.getPrototypeOf(at)) chain.push(at)
  return chain
}

/** Calls a function with values once none of them is a promise; at once if none is. */
function whenSettled<T>(values: readonly unknown[], run: (...settled: unknown[]) => T): T | Promise<T> {
  return values.some(isThenable) ? Promise.all(values).then((settled) => run(...settled)) : run(...values)
}
