import type { Span } from './source.js'

/** The properties of every node. Nodes are immutable. */
interface Base {
  readonly span: Span
}

/**
 * An integer or a float literal. An integer is a `bigint` if a JavaScript number can't hold it
 * exactly.
 */
export interface NumberLiteral extends Base {
  readonly kind: 'number'
  readonly value: number | bigint
  readonly float: boolean
}
export interface StringLiteral extends Base {
  readonly kind: 'string'
  readonly value: string
}
export interface BooleanLiteral extends Base {
  readonly kind: 'boolean'
  readonly value: boolean
}
/**
 * A name used as a value: a variable, `_`, or a registered class or constant (only a schema can
 * distinguish them).
 */
export interface Variable extends Base {
  readonly kind: 'variable'
  readonly name: string
}
/** `[a, b, *rest]` */
export interface List extends Base {
  readonly kind: 'list'
  readonly elements: readonly Expression[]
  readonly rest: Variable | undefined
}
/** `key: value` of a dictionary, of keyword arguments or of a pattern. */
export interface Entry<V> extends Base {
  readonly key: string
  readonly value: V
}
/** `{key: value}` */
export interface Dictionary extends Base {
  readonly kind: 'dictionary'
  readonly entries: readonly Entry<Expression>[]
}
/** `name(args, key: value)`: a call of a rule; after `.` or `new`, a call of a method or class. */
export interface Call extends Base {
  readonly kind: 'call'
  readonly name: string
  readonly args: readonly Expression[]
  readonly keywords: readonly Entry<Expression>[]
}
/** `new Class(args)` */
export interface New extends Base {
  readonly kind: 'new'
  readonly call: Call
}
/** `object.field`, `object.(key)` with a variable or a string, or `object.method(args)`. */
export interface Dot extends Base {
  readonly kind: 'dot'
  readonly object: Expression
  readonly member: StringLiteral | Variable | Call
}
/** `=` */
export interface Unify extends Base {
  readonly kind: 'unify'
  readonly left: Expression
  readonly right: Expression
}
/** `:=` */
export interface Assign extends Base {
  readonly kind: 'assign'
  readonly left: Variable
  readonly right: Expression
}
export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>='
export interface Compare extends Base {
  readonly kind: 'compare'
  readonly operator: ComparisonOperator
  readonly left: Expression
  readonly right: Expression
}
export type ArithmeticOperator = '+' | '-' | '*' | '/' | 'mod' | 'rem'
export interface Arithmetic extends Base {
  readonly kind: 'arithmetic'
  readonly operator: ArithmeticOperator
  readonly left: Expression
  readonly right: Expression
}
/** `item in collection` */
export interface In extends Base {
  readonly kind: 'in'
  readonly item: Expression
  readonly collection: Expression
}
/** `value matches pattern` */
export interface Matches extends Base {
  readonly kind: 'matches'
  readonly value: Expression
  readonly pattern: Pattern
}
export interface Not extends Base {
  readonly kind: 'not'
  readonly operand: Expression
}
/**
 * `a and b and c`, or with `or`: two or more operands, in order. Nested right operands are flattened, unless they
 * are in parentheses.
 */
export interface Junction extends Base {
  readonly kind: 'and' | 'or'
  readonly operands: readonly Expression[]
}
export interface Forall extends Base {
  readonly kind: 'forall'
  readonly condition: Expression
  readonly action: Expression
}
export interface Cut extends Base {
  readonly kind: 'cut'
}
export interface Printer extends Base {
  readonly kind: 'debug' | 'print'
  readonly args: readonly Expression[]
}

export type Expression =
  | NumberLiteral
  | StringLiteral
  | BooleanLiteral
  | Variable
  | List
  | Dictionary
  | Call
  | New
  | Dot
  | Unify
  | Assign
  | Compare
  | Arithmetic
  | In
  | Matches
  | Not
  | Junction
  | Forall
  | Cut
  | Printer

/** `Class` or `Class{field: pattern}`; `fields` is undefined without braces. */
export interface ClassPattern extends Base {
  readonly kind: 'class pattern'
  readonly tag: string
  readonly fields: readonly Entry<Pattern>[] | undefined
}
/** `{field: pattern}` used as a pattern. */
export interface DictionaryPattern extends Base {
  readonly kind: 'dictionary pattern'
  readonly fields: readonly Entry<Pattern>[]
}
/** `[pattern, *rest]` used as a pattern. */
export interface ListPattern extends Base {
  readonly kind: 'list pattern'
  readonly elements: readonly Pattern[]
  readonly rest: Variable | undefined
}
/**
 * The pattern after `:` in a parameter, or after `matches`. Inside a compound pattern, a variable
 * is an expression.
 */
export type Pattern = ClassPattern | DictionaryPattern | ListPattern | Expression

/** A parameter of a rule: `name: pattern` (then `term` is a variable), or any value. */
export interface Parameter extends Base {
  readonly kind: 'parameter'
  readonly term: Expression
  readonly pattern: Pattern | undefined
}
/** `name(parameters) if body;` */
export interface Rule extends Base {
  readonly kind: 'rule'
  readonly name: string
  readonly parameters: readonly Parameter[]
  /** Undefined for a fact. */
  readonly body: Expression | undefined
  /** The span of the head `name(…)`. */
  readonly head: Span
}
/** `type name(parameters);` */
export interface RuleType extends Base {
  readonly kind: 'rule type'
  readonly name: string
  readonly parameters: readonly Parameter[]
}
/** `?= expression;` */
export interface InlineQuery extends Base {
  readonly kind: 'inline query'
  readonly query: Expression
}
export interface Name extends Base {
  readonly kind: 'name'
  readonly name: string
}
/** `name = ["a", "b"];` or `name = {key: Class};` inside a block. */
export interface Declaration extends Base {
  readonly kind: 'declaration'
  readonly name: Name
  readonly value:
    | { readonly kind: 'names'; readonly names: readonly StringLiteral[]; readonly span: Span }
    | { readonly kind: 'relations'; readonly relations: readonly Entry<Name>[]; readonly span: Span }
}
/** `"head" if "implier";` or `"head" if "implier" on "relation";` inside a block. */
export interface ShorthandRule extends Base {
  readonly kind: 'shorthand rule'
  readonly head: StringLiteral
  readonly implier: StringLiteral
  /** `keyword` is the word at the place of `on`, which can be another word. */
  readonly on: { readonly keyword: Name; readonly relation: StringLiteral } | undefined
}
/**
 * `actor Class { … }` or `resource Class { … }`; `keyword` is the word before the class, undefined
 * if there is none.
 */
export interface ResourceBlock extends Base {
  readonly kind: 'resource block'
  readonly keyword: Name | undefined
  readonly name: Name
  readonly productions: readonly (Declaration | ShorthandRule)[]
}

export type Statement = Rule | RuleType | InlineQuery | ResourceBlock

/** A whole file, in source order. */
export interface File extends Base {
  readonly kind: 'file'
  readonly statements: readonly Statement[]
}

export type Node = Expression | Pattern | Parameter | Statement | Name | Declaration | ShorthandRule | File
