import type { ArcturusError } from '../errors.js'
import type { ArithmeticOperator, Expression, Rule } from '../language/ast.js'
import type { Span } from '../language/source.js'
import type { ScalarType } from '../schema/model.js'

/**
 * The residual of a policy for an actor class, an action and a resource class.
 *
 * A condition is true, false or an error: a missing attribute, a step through nil, a condition that
 * is not a boolean. `and` and `or` evaluate from left to right and stop when the query machine
 * does.
 */
export type Condition =
  | { readonly kind: 'true' }
  | { readonly kind: 'false' }
  | And
  | Or
  | Not
  | Truthy
  | Reads
  | Compare
  | In
  | Some
  | IsA
  | Text
  | Ref
  | Opaque
  | Failure

export interface And {
  readonly kind: 'and'
  readonly of: readonly Condition[]
  /** Only in conditions for explanations. */
  readonly origin?: Origin
}
/**
 * The origin of a conjunction: the application of a rule, or the rest of the caller's goals after
 * it. Such a conjunction keeps its place in others, whatever the number of its parts.
 */
export type Origin = Rule | 'rest'
export interface Or {
  readonly kind: 'or'
  readonly of: readonly Condition[]
}
export interface Not {
  readonly kind: 'not'
  readonly of: Condition
}
/** An operand used as a condition: true or false like its value; an error for any other value. */
export interface Truthy {
  readonly kind: 'test'
  readonly of: Operand
  readonly span: Span
}
/**
 * True if the operand can be read; otherwise the error of reading it. Represents reads of the
 * policy whose value is unused: they still happen.
 */
export interface Reads {
  readonly kind: 'reads'
  readonly of: Operand
  readonly span: Span
}
export type CompareOperator = '=' | '!=' | '==' | '<' | '<=' | '>' | '>='
/**
 * A comparison of two operands.
 *
 * `=` is the unification of two values and never a type error. `==`, `!=` and the orderings are
 * Polar's comparisons: an error if the types can't be compared. In a `Definite`, `!=` is the plain
 * negation of `=`, and `==` does not occur.
 */
export interface Compare {
  readonly kind: 'compare'
  readonly operator: CompareOperator
  readonly left: Operand
  readonly right: Operand
  readonly span: Span
}
/**
 * True if the item equals (`=`) an element of a list: a list value, or a field that holds a list of
 * scalars. A text is the list of its characters. In a `Definite`, a JSON field is a list, a text,
 * or empty.
 */
export interface In {
  readonly kind: 'in'
  readonly item: Operand
  readonly list: Operand
  readonly span: Span
}
/** True if `where` is true for some row (or element) of `from`. */
export interface Some {
  readonly kind: 'some'
  readonly each: Variable
  readonly from: Operand
  readonly where: Condition
  readonly span: Span
}
/**
 * True if the operand's value is an instance of the model: of that class alone if `exact`,
 * otherwise of a subclass too.
 */
export interface IsA {
  readonly kind: 'isa'
  readonly of: Operand
  readonly model: string
  readonly exact: boolean
  readonly span: Span
}
export interface Text {
  readonly kind: 'text'
  readonly operator: 'startsWith' | 'endsWith' | 'includes'
  readonly of: Operand
  readonly part: Operand
  readonly span: Span
}
/** A reference to a shared definition, with the operands for its parameters. */
export interface Ref {
  readonly kind: 'ref'
  readonly definition: Definition
  readonly args: readonly Operand[]
  readonly span: Span
}
/** A goal that only the query machine can evaluate, with the bindings of its variables. */
export interface Opaque {
  readonly kind: 'opaque'
  readonly goal: Goal
  readonly reason: OpaqueReason
  readonly span: Span
}
/** An error for every row. Occurs only if an actor is bound. */
export interface Failure {
  readonly kind: 'failure'
  readonly error: ArcturusError
}

/**
 * The query that the machine runs for an opaque condition: an expression of the policy, and the
 * bindings of its variables.
 */
export interface Goal {
  readonly expression: Expression
  readonly bindings: readonly { readonly name: string; readonly operand: Operand }[]
}
export interface OpaqueReason {
  /** A stable code, such as `cut`, `recursion`, `unbound value`. */
  readonly code: string
  /** A sentence: the obstacle, and an alternative to write if there is any. */
  readonly message: string
}

/**
 * A condition with parameters. It is derived once and referred to by every equal call; it can refer
 * to itself.
 */
export interface Definition {
  readonly name: string
  readonly parameters: readonly ParameterRoot[]
  /** The arguments of the call that it represents: literals of the policy, and the parameters. */
  readonly arguments: readonly Operand[]
  readonly condition: Condition
  /** Whether it refers to itself, directly or through other definitions. */
  readonly recursive: boolean
  /** Whether it stays a definition where it is called: it leads to many others, whose callers share it. Default false. */
  readonly apart?: boolean
}

interface RootBase {
  readonly name: string
  /** The class of the value; undefined if unknown. */
  readonly model: string | undefined
  /** The static type of the value. */
  readonly type: OperandType
}
/**
 * The actor, the resource, an action that the policy does not name, or the row before a change: the
 * `before` of `allow_update(actor, before, after)`, whose `after` is the resource.
 */
export interface Subject extends RootBase {
  readonly kind: 'actor' | 'resource' | 'action' | 'before'
}
/** The row or element that a quantifier binds. */
export interface Variable extends RootBase {
  readonly kind: 'variable'
}
/** A parameter of a definition. */
export interface ParameterRoot extends RootBase {
  readonly kind: 'parameter'
}
/**
 * A row of the database that is identified by its key alone, such as the actor's. Occurs only if an
 * actor is bound, by option.
 *
 * The database reads its fields. A leaf that reads from it is true only if the row exists, as with
 * each to-one step.
 */
export interface KnownRow extends RootBase {
  readonly kind: 'row'
  readonly model: string
  /** Fields of the model and their non-nil values, which identify exactly this row. */
  readonly key: readonly { readonly field: string; readonly value: unknown }[]
}
export type Root = Subject | Variable | ParameterRoot | KnownRow

/** A step of a path: the field name, and the class that it is read from if known. */
export interface Step {
  readonly name: string
  readonly model: string | undefined
  /** Whether the step reads the `length` of a list. */
  readonly ofList?: true
  readonly span: Span
}

/** A root and the fields read from it in order. Without steps, it is the root itself. */
export interface Path {
  readonly kind: 'path'
  readonly root: Root
  readonly steps: readonly Step[]
  /** The type after an earlier class test succeeded; undefined: the type of the schema. */
  readonly as?: OperandType | undefined
}

/** A registered class or constant, which is read at each check and at each bind. */
export interface Constant {
  readonly kind: 'constant'
  readonly name: string
  readonly span: Span
  /** As for a call. */
  readonly assumed?: AssumedType
}

/** A call of a method of the host's value. */
export interface Call {
  readonly kind: 'call'
  readonly of: Operand
  readonly method: string
  readonly args: readonly Operand[]
  readonly span: Span
  /** The assumed type of every result. An evaluator has to check it. Set only in conditions for predicates. */
  readonly assumed?: AssumedType
}

/** A type that the values of the host are assumed to have. */
export type AssumedType = 'date' | 'number' | 'string' | 'boolean'

export type Operand =
  /**
   * A literal. `float`: the number is written as a float, such as 2.0, so arithmetic on it uses
   * doubles.
   */
  | { readonly kind: 'value'; readonly value: unknown; readonly float?: true }
  | Constant
  | Path
  /** A field of an operand other than a path. */
  | { readonly kind: 'field'; readonly of: Operand; readonly step: Step }
  | Call
  | { readonly kind: 'list'; readonly elements: readonly Operand[] }
  | {
      readonly kind: 'arithmetic'
      readonly operator: ArithmeticOperator
      readonly left: Operand
      readonly right: Operand
      readonly span: Span
    }
  /**
   * The length of a list: the number of rows of a relation, or of elements of a list column. Occurs
   * only in a `Definite`.
   */
  | { readonly kind: 'count'; readonly of: Path }

/**
 * The input of a printer: a condition that is true or false, never an error, for every row.
 *
 * `not` applies only to `some`, `reach`, `in`, `isa`, `text` and comparisons. A leaf is true only
 * if every to-one step of its paths has a row. `=` and `!=` treat nil as a value (`nil = nil`,
 * `nil != 1`). Orderings and text operators are false if a side is nil.
 *
 * Operands are values, paths, counts, the `concat` of texts, and arithmetic of numbers. When
 * arithmetic is evaluated, none of its operands is nil and a result exists. Whole numbers yield
 * exact whole numbers, except for `/`. A `float`, a quotient or an operand that is not whole makes
 * it arithmetic of doubles, as in JavaScript. There `x / 0` is an infinity or NaN; NaN equals no
 * number, not even itself, so `x != x` detects it. A printer rejects arithmetic that its database
 * computes differently.
 */
export type Definite =
  | { readonly kind: 'true' }
  | { readonly kind: 'false' }
  | { readonly kind: 'and'; readonly of: readonly Definite[] }
  | { readonly kind: 'or'; readonly of: readonly Definite[] }
  | { readonly kind: 'not'; readonly of: DefiniteSome | DefiniteReach | Compare | In | IsA | Text }
  | DefiniteSome
  | DefiniteReach
  | Compare
  | In
  | IsA
  | Text

/** A definite condition in which any part can be negated: a form that printers can build on the way. */
export type Formula =
  | Exclude<Definite, { readonly kind: 'and' | 'or' | 'not' | 'some' }>
  | { readonly kind: 'and' | 'or'; readonly of: readonly Formula[] }
  | { readonly kind: 'not'; readonly of: Formula }
  | SomeFormula

export interface SomeFormula extends Omit<DefiniteSome, 'where'> {
  readonly where: Formula
}

export interface DefiniteSome {
  readonly kind: 'some'
  readonly each: Variable
  readonly from: Operand
  readonly where: Definite
  readonly span: Span
}

/**
 * True if zero or more steps along relations lead from `start` to a row for which `where` is true:
 * a least fixpoint. False if `start` is nil.
 *
 * It is closed: `where` and the steps refer only to `each`, the rows that a step passes, and
 * values. Therefore the rows from which an end can be reached do not depend on the start. The data
 * may contain cycles.
 */
export interface DefiniteReach {
  readonly kind: 'reach'
  /** A row: a root, or to-one steps from a root. */
  readonly start: Path
  /** A reached row, of the same model as the start. */
  readonly each: Variable
  /** The condition on `each` that ends the search. */
  readonly where: Definite
  readonly steps: readonly ReachStep[]
  readonly span: Span
}

/** A kind of step from a reached row to the next. */
export interface ReachStep {
  /** The row at the end of the step. */
  readonly next: Variable
  /** Rows between `each` and `next` in order, such as those of a join table. Usually empty. */
  readonly through: readonly Hop[]
  /**
   * A relation of `each`, or of the last row in `through`: to-many, or to-one with one or more
   * steps.
   */
  readonly from: Path
  /** A condition on `each`, the rows of `through`, and `next`. */
  readonly where: Definite
}

/** An intermediate row: some row of `from`, a relation of `each` or of the previous row. */
export interface Hop {
  readonly each: Variable
  readonly from: Path
}

/** The static type of an operand's value. */
export interface OperandType {
  /** The class of a row; undefined for scalars and if unknown. */
  readonly model: string | undefined
  /** Whether the class is exactly `model`, not a subclass. */
  readonly exact: boolean
  /** The type of a scalar, or of a list's elements; undefined for rows and if unknown. */
  readonly scalar: ScalarType | undefined
  /** Whether the value is a list: of rows of `model`, or of scalars. */
  readonly list: boolean
  /** Whether the value can be nil. */
  readonly nullable: boolean
  /** Whether the value is an infinite number. */
  readonly infinite?: boolean
}
