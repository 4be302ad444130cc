import type {
  AssumedType,
  CompareOperator,
  Definition,
  OperandType,
  Path,
  Root,
  Step,
  Text,
} from '../../condition/condition.js'
import type { ArithmeticOperator, Expression } from '../../language/ast.js'
import type { Span } from '../../language/source.js'
import type { Link } from '../../values/links.js'

/**
 * The graph of a predicate: a condition whose operands, comparisons, loops and definitions are
 * resolved against the schema. It is written as JavaScript (`write/`).
 */
export type Node = Joint | Test

/** A node made of others. */
export type Joint =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Node[]; readonly isDecided: boolean }
  | { readonly kind: 'not'; readonly of: Node; readonly isDecided: boolean }

/**
 * A test: true, false or undecided. If `isDecided`, the schema excludes errors, and a rewrite may
 * have moved the test: it bails out where it would be undecided. `span` is its place in the policy.
 */
export type Test = { readonly isDecided: boolean; readonly span: Span | undefined } & (
  | { readonly kind: 'true' }
  | { readonly kind: 'false' }
  | { readonly kind: 'failure' }
  | { readonly kind: 'truth'; readonly value: Value }
  | { readonly kind: 'reads'; readonly value: Value }
  | { readonly kind: 'text'; readonly operator: Text['operator']; readonly of: Value; readonly part: Value }
  | Literal
  | None
  | Order
  | Same
  | Contains
  | InstanceOf
  | Ask
  | Loop
  | Call
)

export type TestOf<Kind extends Test['kind']> = Extract<Test, { readonly kind: Kind }>

/** `=` of a value and one of several texts, or another literal. */
export interface Literal {
  readonly kind: 'literal'
  readonly side: Side
  readonly literals: readonly [unknown, ...unknown[]]
}
/** `== nil` or `!= nil`. */
export interface None {
  readonly kind: 'none'
  readonly value: Value
  readonly isNegated: boolean
}
/** A comparison by Polar's operators. */
export interface Order {
  readonly kind: 'order'
  readonly operator: Exclude<CompareOperator, '='>
  readonly left: Side
  readonly right: Side
}
/** `=` of two values. */
export interface Same {
  readonly kind: 'same'
  readonly left: Side
  readonly right: Side
}
/** Whether a list has an element that is equal to an item. */
export interface Contains {
  readonly kind: 'in'
  readonly item: Side
  readonly list: Side
}
export interface InstanceOf {
  readonly kind: 'isa'
  readonly value: Value
  readonly model: string
  readonly exact: boolean
  /** The class of the model, if it has one. */
  readonly cls: unknown
  /** Whether nil is surely no instance. */
  readonly excludesNil: boolean
  /** The declared model of the value. */
  readonly declared: string | undefined
}
/** A goal for the machine. */
export interface Ask {
  readonly kind: 'ask'
  readonly expression: Expression
  readonly bindings: readonly { readonly name: string; readonly value: Value }[]
}
/** A search for an element for which a condition is true. */
export interface Loop {
  readonly kind: 'loop'
  readonly each: Root
  readonly from: Value
  readonly where: Node
  /** The number of loops around the condition on the element, itself included. */
  readonly depth: number
  /** Whether that condition is an error if the element is nil, so that it need not be evaluated. */
  readonly skipsNil: boolean
  /** The class of the elements by the schema; undefined for elements without one. */
  readonly holds: string | undefined
}
/** A call of a definition. */
export interface Call {
  readonly kind: 'call'
  readonly callee: Callee
  readonly args: readonly Argument[]
}
export interface Argument {
  readonly value: Value
  /** Whether it is an argument of the caller itself. */
  readonly isPassedOn: boolean
  /** Whether it surely has a value. */
  readonly isThere: boolean
}

/** A definition that is called. */
export interface Callee {
  readonly definition: Definition
  /** Returns its graph, or one round of it if its recursive call is a tail call. */
  graph(): Node | Round
}

/** One round of a definition whose recursive call is a tail call. */
export interface Round {
  readonly kind: 'round'
  /** If true, the result is true. */
  readonly found: Node
  /** If false or undecided, this round ends the search; otherwise there is another round. */
  readonly guard: Node
  /** The arguments of the next round. */
  readonly args: readonly Argument[]
}

/** An operand of a comparison, and what the schema knows of it. */
export interface Side {
  readonly value: Value
  readonly type: OperandType
  /** See `declaredType`. */
  readonly declared: string | undefined
}

/** An operand. */
export type Value =
  | { readonly kind: 'literal'; readonly value: unknown }
  /** A constant of the host, or the result of its method without arguments, of an assumed type. */
  | {
      readonly kind: 'constant'
      readonly name: string
      readonly method: string | undefined
      readonly assumed: AssumedType | undefined
    }
  | ReadPath
  /** A field of a value other than a path. */
  | { readonly kind: 'field'; readonly of: Value; readonly step: ReadStep }
  | Operation

/** Values, all of which are read before they become one. */
export type Operation =
  | { readonly kind: 'list'; readonly of: readonly Value[] }
  | {
      readonly kind: 'invoke'
      readonly method: string
      /** The receiver and the arguments. */
      readonly of: readonly [Value, ...Value[]]
      /** Whether the receiver is declared as a text. */
      readonly isOfText: boolean
    }
  | { readonly kind: 'arithmetic'; readonly operator: ArithmeticOperator; readonly of: readonly [Value, Value] }

export interface ReadPath extends Path {
  readonly steps: readonly ReadStep[]
}
export interface ReadStep extends Step {
  /** The relations whose columns say which row the step reads. */
  readonly links: readonly Link[]
  /** The class that the schema declares for a row it reads. Only the machine reads a row of another class. */
  readonly holds: string | undefined
  /** Whether the object that it is read from can be nil for data that the schema allows. */
  readonly isOfNullable: boolean
}
