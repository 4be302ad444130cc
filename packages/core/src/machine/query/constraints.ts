import { Dict } from '../../values/dict.js'
import { Cell, deref } from '../state/cell.js'
import type { Machine } from '../state/machine.js'
import type { FieldMatcher, Matcher } from '../state/matcher.js'
import type { PolarOperator } from '../state/polarOperator.js'
import { type Constraint, type Excluded, Suspended } from '../state/suspension.js'
import type { Term } from '../state/term.js'
import { Variable } from '../state/variable.js'
import { cellsOf, connected, termsOf } from '../terms/constraint.js'
import { evaluate } from '../terms/evaluate.js'
import { exportTerm } from '../terms/export.js'
import { Expression, Pattern } from '../terms/expression.js'

/** The constraints that a solution leaves on variables without a value. */
export class Constraints {
  readonly #all: readonly Constraint[]
  readonly #cells: ReadonlySet<Cell>
  readonly #told = new Set<Constraint>()

  constructor(
    private readonly machine: Machine,
    private readonly names: Names,
  ) {
    const all = new Set<Constraint>()
    for (const entry of machine.trail)
      if (entry instanceof Suspended && entry.suspension.active) all.add(entry.suspension.constraint)
    this.#all = [...all]
    this.#cells = new Set(cellsOf(this.#all.flatMap(termsOf)))
  }

  /** Returns whether a constraint mentions a variable. */
  concern(cell: Cell): boolean {
    return this.#cells.has(cell)
  }

  /**
   * Returns all constraints that concern a variable, in the order of their appearance. They name
   * the variable itself `_this`.
   */
  on(cell: Cell, name: string): Expression {
    const found = connected([cell], this.#all)
    for (const one of found) this.#told.add(one)
    const constraints = this.#all.filter((one) => found.has(one))
    return new Expression('And', new Writer(this.machine, this.names, cell, name).conjuncts(constraints))
  }

  /** Whether a constraint concerns none of the variables that were asked about. */
  get isPartial(): boolean {
    return this.#told.size < this.#all.length
  }
}

/** The names of the query's variables that have no value; linked variables are one cell. */
export type Names = ReadonlyMap<Cell, readonly string[]>

class Writer {
  /** Variables that are a field of another one, and the expression of that field. */
  readonly #fields = new Map<Cell, Expression>()

  constructor(
    private readonly machine: Machine,
    private readonly names: Names,
    private readonly subject: Cell,
    private readonly subjectName: string,
  ) {}

  conjuncts(constraints: readonly Constraint[]): Expression[] {
    const others = (this.names.get(this.subject) ?? []).filter((name) => name !== this.subjectName)
    const links = others.map(
      (name) => new Expression('Unify', [new Variable('_this'), this.machine.outside.variableFor(this.subject, name)]),
    )
    return [...links, ...constraints.flatMap((constraint) => this.#write(constraint))]
  }

  #write(constraint: Constraint): Expression[] {
    switch (constraint.kind) {
      case 'operation':
        return [
          new Expression(
            constraint.operator,
            constraint.args.map((arg) => this.#term(arg)),
          ),
        ]
      case 'lookup':
        return this.#lookup(constraint.object, constraint.key, constraint.result)
      case 'matches':
        return this.#matches(this.#term(constraint.value), constraint.pattern, constraint.slots)
      case 'not':
        return constraint.alternatives.map((demands) => this.#excluded(demands))
    }
  }

  #lookup(object: Term, key: string, result: Term): Expression[] {
    const dot = new Expression('Dot', [this.#term(object), key])
    const value = deref(result)
    const isShown = value === this.subject || (value instanceof Cell && this.names.has(value))
    if (!(value instanceof Cell) || isShown) return [new Expression('Unify', [this.#term(value), dot])]
    const known = this.#fields.get(value)
    if (known !== undefined) return [new Expression('Unify', [dot, known])]
    this.#fields.set(value, dot)
    return []
  }

  #matches(value: unknown, pattern: Matcher, slots: Term[]): Expression[] {
    switch (pattern.kind) {
      case 'value': {
        this.machine.asking()
        return [new Expression('Unify', [value, this.#term(evaluate(this.machine, slots, pattern.operand))])]
      }
      case 'list':
        return [new Expression('Isa', [value, 'List'])]
      case 'fields':
        return this.#matchFields(value, pattern.fields, slots)
      case 'class': {
        const isa = new Expression('Isa', [value, new Pattern({ tag: pattern.tag, fields: new Dict() })])
        return [isa, ...this.#matchFields(value, pattern.fields, slots)]
      }
    }
  }

  #matchFields(value: unknown, fields: readonly FieldMatcher[], slots: Term[]): Expression[] {
    return fields.flatMap((field) => this.#matches(new Expression('Dot', [value, field.key]), field.pattern, slots))
  }

  /** Returns the negation of the demands of one proof. */
  #excluded(demands: readonly Excluded[]): Expression {
    const parts = demands.flatMap((demand) =>
      demand.kind === 'binding'
        ? [new Expression('Unify', [this.#term(demand.cell), this.#term(demand.value)])]
        : this.#write(demand.constraint),
    )
    const negated = parts.map(negate)
    return negated.length === 1 ? negated[0]! : new Expression('Or', negated)
  }

  #term(term: Term): unknown {
    const value = deref(term)
    if (!(value instanceof Cell)) return exportTerm(this.machine, value)
    if (value === this.subject) return new Variable('_this')
    return this.#fields.get(value) ?? this.machine.outside.variableFor(value, this.names.get(value)?.[0])
  }
}

const opposites: { readonly [Operator in PolarOperator]?: PolarOperator } = {
  Unify: 'Neq',
  Eq: 'Neq',
  Neq: 'Unify',
  Lt: 'Geq',
  Geq: 'Lt',
  Gt: 'Leq',
  Leq: 'Gt',
}

function negate({ operator, args }: Expression): Expression {
  const opposite = opposites[operator]
  if (opposite !== undefined) return new Expression(opposite, args)
  // Sound: the operands of these are expressions.
  if (operator === 'Or' || operator === 'And')
    return new Expression(operator === 'Or' ? 'And' : 'Or', (args as Expression[]).map(negate))
  return new Expression('Not', [new Expression(operator, args)])
}
