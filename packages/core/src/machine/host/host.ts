import type { Span } from '../../language/source.js'
import type { Account } from '../../text/account.js'
import type { Link } from '../../values/links.js'
import type { OrderOperator } from '../../values/order.js'
import type { RowEquality } from '../../values/rows.js'

/** Result of `readForPattern` if a pattern names a field that the value does not have. */
export const noField: unique symbol = Symbol('no field')

/** The value, or a promise of it if the host may have to wait. */
export type Awaitable<T> = T | PromiseLike<T>

/**
 * The application from the machine's point of view. A result may be a promise if its type allows
 * one. The machine awaits it in an asynchronous query and throws `async-value` in a synchronous
 * one. An error of a method ends the query unchanged, except a `Fault`: that becomes a
 * `QueryError` with the place and the Polar stack.
 */
export interface Host {
  /**
   * Whether goals run as in `oso`, which their effects show: `not` and `forall` go on after a proof
   * has decided them, and lists are unified before their elements are computed. A goal that waits at
   * the end of a negation for a variable of its own counts as proven; otherwise it is an error.
   */
  readonly runsLikeOso: boolean
  /** Whether the traces of errors are those of `oso`, with goals, files and arguments. Default: false. */
  readonly tracesGoals?: boolean
  /**
   * Returns whether a name is a registered constant or class. It is called once, when a rule or
   * query is compiled.
   */
  isConstant(name: string): boolean
  /** Returns the value of a constant, read anew each time. */
  constant(name: string): unknown
  /**
   * Returns the name of the class that decides all class tests of a value, if its constructor or
   * its tag alone decides them. Returns undefined if each test needs `isa`.
   */
  classOf(value: unknown): string | undefined
  /**
   * Returns whether `classOf` depends only on the constructor of a value, if that constructor is
   * `cls`.
   */
  decidesClass(cls: unknown): boolean
  /**
   * Returns whether `isa` also decides values that have no class here, such as strings: the class
   * then has a check of its own.
   */
  hasCheck(name: string): boolean
  /**
   * Returns whether instances of `name` are instances of `ancestor`; undefined if either name is
   * not registered.
   */
  isSubclass(name: string, ancestor: string): boolean | undefined
  /**
   * Returns whether a value is an instance of a class.
   * @throws Fault `unregistered-class`.
   */
  isa(value: unknown, name: string): Awaitable<boolean>
  /**
   * Returns whether `left` is closer than `right` to the value's own class, so that its rule comes
   * first.
   */
  isNearer(value: unknown, left: string, right: string): boolean
  /**
   * Returns whether two values are equal if the language does not decide it: at least one is an
   * object of the application, and neither is a promise.
   */
  equal(left: unknown, right: unknown): Awaitable<boolean>
  /**
   * Returns how two rows of this class are compared without `equal`; undefined if they need
   * `equal`.
   */
  rowEquality(cls: unknown): RowEquality | undefined
  /**
   * Compares with `==` if an object of the application is on either side; undefined if the two
   * can't be compared.
   */
  compareEqual(left: unknown, right: unknown): Awaitable<boolean> | undefined
  /**
   * Compares with `<`, `<=`, `>` or `>=` if an object of the application is on either side;
   * undefined if the two have no order.
   */
  order(operator: OrderOperator, left: unknown, right: unknown): Awaitable<boolean> | undefined
  /** Returns whether reading a field of instances of this class only reads the property. */
  readsPlainly(cls: unknown, field: string): boolean
  /**
   * Returns whether plain objects in a field of instances of this class can be rows because of the
   * field. Returns the relation if columns say which row the field holds.
   */
  leadsToRows(cls: unknown, field: string): boolean | Link
  /**
   * Reads a field.
   * @throws Fault `missing-attribute`.
   */
  read(value: unknown, field: string): unknown
  /**
   * Returns the value of a field whose promise has settled.
   * @throws Fault if there is no value.
   */
  arrived(value: unknown, of: unknown, field: string): unknown
  /**
   * Reads a field for a pattern, of any value except a dictionary; returns `noField` if the pattern
   * does not match because of it.
   */
  readForPattern(value: unknown, field: string): unknown | typeof noField
  /**
   * Calls a method. The account is charged for methods of strings, lists and patterns.
   * @throws Fault `not-a-function`, `unsafe-pattern`.
   */
  call(value: unknown, method: string, args: readonly unknown[], account: Account): unknown
  /**
   * Returns `new Class(args)`.
   * @throws Fault `unregistered-class`.
   */
  construct(name: string, args: readonly unknown[]): unknown
  /** Whether an undefined element of a collection is an error, also a promised one, as an undefined field is. */
  readonly refusesUndefined: boolean
  /**
   * Returns an iterator over a value that is not a list, dictionary or string of Polar; undefined
   * if the value can't be iterated.
   */
  iterate(value: unknown): Iterator<unknown> | AsyncIterator<unknown> | undefined
  /**
   * Returns the identity of a value for detecting repeated calls: equal values have equal
   * identities.
   */
  identify(value: object): unknown
  /** Returns the text of a value of the application for messages and `print`. */
  show(value: unknown): string
  /** Prints the formatted arguments of `print(…)`. */
  print(text: string): void
  /** Runs `debug(…)`, with its formatted arguments and its place. */
  debug(text: string, span: Span): Awaitable<void>
}
