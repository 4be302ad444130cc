import type { ArcturusError } from '../errors.js'
import type { ArithmeticOperator, Expression } from '../language/ast.js'
import type { Span } from '../language/source.js'
import type { ScalarType } from '../schema/model.js'

/**
 * A condition: what is left of a policy once the actor's class, the action and the resource's class are known. It is
 * true, false or an error (a missing attribute, a step through nil, a condition that is no boolean …); `and` and `or`
 * are read from left to right and stop as the query machine does.
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
}
export interface Or {
  readonly kind: 'or'
  readonly of: readonly Condition[]
}
export interface Not {
  readonly kind: 'not'
  readonly of: Condition
}
/** An operand in the place of a condition: true or false as its value is; an error when it is neither. */
export interface Truthy {
  readonly kind: 'test'
  readonly of: Operand
  readonly span: Span
}
/** True when the operand can be read; else the error that reading it is. What the policy reads without using is still read. */
export interface Reads {
  readonly kind: 'reads'
  readonly of: Operand
  readonly span: Span
}
export type CompareOperator = '=' | '!=' | '==' | '<' | '<=' | '>' | '>='
/**
 * `=` is the unification of two values: never an error of types. `==`, `!=` and the orderings are Polar's comparisons, an
 * error where the types can't be compared. In a `Definite`, `!=` is the plain negation of `=`, and `==` does not occur.
 */
export interface Compare {
  readonly kind: 'compare'
  readonly operator: CompareOperator
  readonly left: Operand
  readonly right: Operand
  readonly span: Span
}
/**
 * The item is equal (`=`) to an element of a list: a list value, or a field that holds a list of scalars. A text is the list of
 * its characters. In a `Definite` a field of JSON is a list, or a text, or has no elements.
 */
export interface In {
  readonly kind: 'in'
  readonly item: Operand
  readonly list: Operand
  readonly span: Span
}
/** There is a row (or an element) in `from` for which `where` is true. */
export interface Some {
  readonly kind: 'some'
  readonly each: Variable
  readonly from: Operand
  readonly where: Condition
  readonly span: Span
}
/** The operand's value is an instance of the model: of just that class when `exact`, else of a subclass too. */
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
/** A shared definition of the condition's graph, with the operands for its parameters. */
export interface Ref {
  readonly kind: 'ref'
  readonly definition: Definition
  readonly args: readonly Operand[]
  readonly span: Span
}
/** Only the query machine can answer this: the goal, and what its variables stand for. */
export interface Opaque {
  readonly kind: 'opaque'
  readonly goal: Goal
  readonly reason: OpaqueReason
  readonly span: Span
}
/** What is known to fail whatever the row; appears only when an actor is bound. */
export interface Failure {
  readonly kind: 'failure'
  readonly error: ArcturusError
}

/** What the machine is asked in the place of an opaque condition: an expression of the policy, and what its variables stand for. */
export interface Goal {
  readonly expression: Expression
  readonly bindings: readonly { readonly name: string; readonly operand: Operand }[]
}
export interface OpaqueReason {
  /** Stable, such as `cut`, `recursion`, `unbound value`. */
  readonly code: string
  /** One sentence that says what stands in the way, and what to write instead where there is something. */
  readonly message: string
}

/** A condition with parameters, derived once and referred to wherever its call appears; it can refer to itself. */
export interface Definition {
  readonly name: string
  readonly parameters: readonly ParameterRoot[]
  /** The arguments of the call that it stands for: literals of the policy, and the parameters. */
  readonly arguments: readonly Operand[]
  readonly condition: Condition
  /** Whether it refers to itself, also by way of others. */
  readonly recursive: boolean
}

interface RootBase {
  readonly name: string
  /** The class of the value, where it is known. */
  readonly model: string | undefined
  /** All that is known of the value. */
  readonly type: OperandType
}
/** Actor and resource; and the action, where it is one that the policy does not name. */
export interface Subject extends RootBase {
  readonly kind: 'actor' | 'resource' | 'action'
}
/** What a quantifier ranges over. */
export interface Variable extends RootBase {
  readonly kind: 'variable'
}
/** An argument of a definition. */
export interface ParameterRoot extends RootBase {
  readonly kind: 'parameter'
}
/**
 * A row of the database that is known by its key alone, such as the actor's; appears only when an actor is bound, by option. What
 * is read from it is read in the database: a leaf that reads from it, as each to-one step, is true only where it has the row.
 */
export interface KnownRow extends RootBase {
  readonly kind: 'row'
  readonly model: string
  /** Fields of the model, and their values, which are no nil: no other row has them. */
  readonly key: readonly { readonly field: string; readonly value: unknown }[]
}
export type Root = Subject | Variable | ParameterRoot | KnownRow

/** One step of a path: the name, and the class it is read from where that is known. */
export interface Step {
  readonly name: string
  readonly model: string | undefined
  /** Whether it is read from a list: `length`, then. */
  readonly ofList?: true
  readonly span: Span
}

/** A root and fields read from it, one after the other; no steps: the root itself. */
export interface Path {
  readonly kind: 'path'
  readonly root: Root
  readonly steps: readonly Step[]
  /** What a class test that was passed before has told of the value; undefined: what the schema tells. */
  readonly as?: OperandType | undefined
}

export type Operand =
  /** `float`: a number that was written as one, such as 2.0; what is calculated with it is calculated in doubles. */
  | { readonly kind: 'value'; readonly value: unknown; readonly float?: true }
  /** A registered class or constant, and steps from it; read at each check and at each bind. */
  | { readonly kind: 'constant'; readonly name: string; readonly span: Span }
  | Path
  /** A field of an operand that is no path. */
  | { readonly kind: 'field'; readonly of: Operand; readonly step: Step }
  /** A method of the host's value. */
  | {
      readonly kind: 'call'
      readonly of: Operand
      readonly method: string
      readonly args: readonly Operand[]
      readonly span: Span
    }
  | { readonly kind: 'list'; readonly elements: readonly Operand[] }
  | {
      readonly kind: 'arithmetic'
      readonly operator: ArithmeticOperator
      readonly left: Operand
      readonly right: Operand
      readonly span: Span
    }
  /** How many elements a list has: the rows of a relation, or those of a column that holds a list. In a `Definite` alone. */
  | { readonly kind: 'count'; readonly of: Path }

/**
 * What a printer is given: a condition that is only true or false for every row. Negation stands before `some`, `reach`, `in`,
 * `isa` and `text` alone. A leaf is true only when every to-one step of its paths has a row; what a comparison means for nil:
 * `=` and `!=` take nil for a value (`nil = nil`, `nil != 1`), orderings and text are false with nil on a side.
 *
 * Operands are values, paths, counts, the `concat` of texts, and arithmetic of numbers: where it is asked, none of its operands
 * is nil, and it has a result. Whole numbers give whole numbers, exactly, but by `/`; where a `float` or a quotient takes part,
 * and where a side is not whole, it is computed in doubles as JavaScript does (`x / 0` is an infinity, or NaN, which is no
 * number's equal, not its own either: `x != x` tells it). A printer whose database computes otherwise refuses.
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

export interface DefiniteSome {
  readonly kind: 'some'
  readonly each: Variable
  readonly from: Operand
  readonly where: Definite
  readonly span: Span
}

/**
 * From `start`, zero or more steps along relations, to a row for which `where` is true: a least fixpoint. False where `start` is
 * nil. Closed: `where` and the steps speak of `each`, what a step passes, and values alone, so the rows from which the way
 * leads to an end are the same ones whatever the start. The data may have cycles.
 */
export interface DefiniteReach {
  readonly kind: 'reach'
  /** A row: a root, or to-one steps from it. */
  readonly start: Path
  /** A row that has been reached; of the start's model. */
  readonly each: Variable
  /** What ends the way, of `each`. */
  readonly where: Definite
  readonly steps: readonly ReachStep[]
  readonly span: Span
}

/** One kind of step from a row that has been reached to the next. */
export interface ReachStep {
  /** The row that the step leads to. */
  readonly next: Variable
  /** Rows between `each` and `next`, one after the other (those of a table that joins, say); usually there are none. */
  readonly through: readonly Hop[]
  /** A relation, to-one (of one step or more) or to-many: of `each`, or of the last row that is passed. */
  readonly from: Path
  /** Of `each`, the rows that are passed, and `next`. */
  readonly where: Definite
}

/** A row on the way: some row of `from`, which is a relation of `each` or of the row before. */
export interface Hop {
  readonly each: Variable
  readonly from: Path
}

/** What is known of an operand's value before it is read. */
export interface OperandType {
  /** The class of a row, undefined for scalars and where it is not known. */
  readonly model: string | undefined
  /** Whether the class is just `model`, no subclass. */
  readonly exact: boolean
  /** The type of a scalar, or of a list's elements; undefined for rows and where it is not known. */
  readonly scalar: ScalarType | undefined
  /** Whether the value is a list: of rows of `model`, or of scalars. */
  readonly list: boolean
  /** Whether the value can be nil. */
  readonly nullable: boolean
}
