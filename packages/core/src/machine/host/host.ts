import type { Account } from '../../text/account.js'
import type { OrderOperator } from '../../values/order.js'
import type { RowEquality } from '../../values/rows.js'

/** What a host says of a field that a pattern names and a value does not have. */
export const noField: unique symbol = Symbol('no field')

/** What a host may give where it can have to wait: the value, or a promise of it. */
export type Awaitable<T> = T | PromiseLike<T>

/**
 * The application, as the machine sees it. Every answer may be a promise where the type says so; the machine awaits it in
 * an asynchronous query and throws `async-value` in a synchronous one. An error that a method throws ends the query as it
 * is, but for a `HostError`, which becomes a `QueryError` with the place and the Polar stack.
 */
export interface Host {
  /** Whether `not` and `forall` go on after a proof has settled them: for the effects of the others, and their errors. */
  readonly meetsAllProofs: boolean
  /** Whether a name is a registered constant or class (asked once, when a rule or query is compiled). */
  isConstant(name: string): boolean
  /** The value of a constant, read anew each time. */
  constant(name: string): unknown
  /**
   * The name of the class that decides all class tests of a value, when its constructor (or its tag) alone decides them;
   * undefined when each test has to be asked of `isa`.
   */
  classOf(value: unknown): string | undefined
  /** Whether `classOf` depends on nothing but the constructor of a value when that is this class. */
  decidesClass(cls: unknown): boolean
  /** Whether `isa` has to be asked about values that have no class here, such as texts: it has a check of its own. */
  hasCheck(name: string): boolean
  /** Whether instances of `name` are instances of `ancestor`; undefined when one of the names is not registered. */
  isSubclass(name: string, ancestor: string): boolean | undefined
  /** Whether a value is an instance. @throws HostError `unregistered-class`. */
  isa(value: unknown, name: string): Awaitable<boolean>
  /** Whether `left` is the nearer class of the two to the value's own, so that its rule comes first. */
  isNearer(value: unknown, left: string, right: string): boolean
  /** Whether two values are equal that the language does not decide (an object of the application is among them). */
  equal(left: unknown, right: unknown): Awaitable<boolean>
  /** How two rows of this class are compared, so that `equal` need not be asked of them; undefined where it has to be. */
  rowEquality(cls: unknown): RowEquality | undefined
  /** `==` where an object of the application is among the two; undefined when they can't be compared. */
  compareEqual(left: unknown, right: unknown): Awaitable<boolean> | undefined
  /** `<` and its likes where an object of the application is among the two; undefined when they have no order. */
  order(operator: OrderOperator, left: unknown, right: unknown): Awaitable<boolean> | undefined
  /** Whether reading a field of instances of this class is nothing but reading the property. */
  readsPlainly(cls: unknown, field: string): boolean
  /** Whether plain objects in a field of instances of this class can be rows because of the field. */
  leadsToRows(cls: unknown, field: string): boolean
  /** Reads a field. @throws HostError `missing-attribute`. */
  read(value: unknown, field: string): unknown
  /** The value of a field that was a promise, once that has settled. @throws HostError where there is none. */
  arrived(value: unknown, of: unknown, field: string): unknown
  /** Reads a field for a pattern, of any value that is no dictionary; `noField` where the pattern does not match for it. */
  readForPattern(value: unknown, field: string): unknown | typeof noField
  /** Calls a method; the account pays for those of texts, lists and patterns. @throws HostError `not-a-function`, `unsafe-pattern`. */
  call(value: unknown, method: string, args: readonly unknown[], account: Account): unknown
  /** `new Class(args)`. @throws HostError `unregistered-class`. */
  construct(name: string, args: readonly unknown[]): unknown
  /** The elements of what is no list, dictionary or text of Polar; undefined when it can't be iterated. */
  iterate(value: unknown): Iterator<unknown> | AsyncIterator<unknown> | undefined
  /** What tells a value apart from all others when a call meets itself again: an equal value gives an equal answer. */
  identify(value: object): unknown
  /** A value of the application in messages and in `print`. */
  show(value: unknown): string
  /** `print(…)`, its arguments formatted. */
  print(text: string): void
  /** `debug(…)`. */
  debug(text: string): Awaitable<void>
}
