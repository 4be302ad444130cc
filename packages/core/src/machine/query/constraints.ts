import { Dict } from '../../values/dict.js'
import { Cell, deref } from '../state/cell.js'
import type { Machine } from '../state/machine.js'
import type { FieldMatcher, Matcher } from '../state/matcher.js'
import { type Constraint, type Excluded, Suspended } from '../state/suspension.js'
import { DictTerm, ListTerm, type Term } from '../state/term.js'
import { Variable } from '../state/variable.js'
import { evaluate } from '../terms/evaluate.js'
import { exportTerm } from '../terms/export.js'
import { Expression, Pattern } from '../terms/expression.js'

/**
 * Returns the constraints on a variable without a value: all that concern it, in the order of their
 * appearance. They name the variable itself `_this`.
 */
export function constraintsOn(m: Machine, cell: Cell): Expression {
  return new Expression('And', new Writer(m, cell).conjuncts())
}

class Writer {
  readonly #machine: Machine
  readonly #subject: Cell
  /** Variables that are a field of another one, and the expression of that field. */
  readonly #fields = new Map<Cell, Expression>()

  constructor(machine: Machine, subject: Cell) {
    this.#machine = machine
    this.#subject = subject
  }

  conjuncts(): Expression[] {
    return this.#connected().flatMap((constraint) => this.#write(constraint))
  }

  /** Returns the constraints that mention the variable, or one that such a constraint mentions. */
  #connected(): Constraint[] {
    const all: Constraint[] = []
    for (const entry of this.#machine.trail) {
      if (!(entry instanceof Suspended) || !entry.suspension.active) continue
      const { constraint } = entry.suspension
      if (!all.includes(constraint)) all.push(constraint)
    }
    const known = new Set<Cell>([this.#subject])
    const connected = new Set<Constraint>()
    for (let size = -1; size < connected.size; ) {
      size = connected.size
      for (const constraint of all) {
        const cells = cellsOf(termsOf(constraint))
        if (!cells.some((cell) => known.has(cell))) continue
        connected.add(constraint)
        for (const cell of cells) known.add(cell)
      }
    }
    return all.filter((constraint) => connected.has(constraint))
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
    if (!(value instanceof Cell)) return [new Expression('Unify', [this.#term(value), dot])]
    const known = this.#fields.get(value)
    if (known !== undefined) return [new Expression('Unify', [dot, known])]
    this.#fields.set(value, dot)
    return []
  }

  #matches(value: unknown, pattern: Matcher, slots: Term[]): Expression[] {
    switch (pattern.kind) {
      case 'value': {
        this.#machine.asking()
        return [new Expression('Unify', [value, this.#term(evaluate(this.#machine, slots, pattern.operand))])]
      }
      case 'list':
        return [new Expression('Isa', [value, 'List'])]
      case 'fields':
        return this.#matchFields(value, pattern.fields, slots)
      case 'class': {
        const isa = new Expression('Isa', [value, new Pattern(pattern.tag, new Dict())])
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
    if (!(value instanceof Cell)) return exportTerm(this.#machine, value)
    if (value === this.#subject) return new Variable('_this')
    return this.#fields.get(value) ?? this.#machine.variableFor(value)
  }
}

const opposites: Readonly<Record<string, string>> = {
  Unify: 'Neq',
  Eq: 'Neq',
  Neq: 'Unify',
  Lt: 'Geq',
  Geq: 'Lt',
  Gt: 'Leq',
  Leq: 'Gt',
}

function negate(expression: Expression): Expression {
  const operator = opposites[expression.operator]
  return operator === undefined ? new Expression('Not', [expression]) : new Expression(operator, expression.args)
}

function termsOf(constraint: Constraint): Term[] {
  switch (constraint.kind) {
    case 'operation':
      return [...constraint.args]
    case 'lookup':
      return [constraint.object, constraint.result]
    case 'matches':
      return [constraint.value]
    case 'not':
      return constraint.alternatives
        .flat()
        .flatMap((demand) => (demand.kind === 'binding' ? [demand.cell, demand.value] : termsOf(demand.constraint)))
  }
}

/** Returns the open variables in terms. */
function cellsOf(terms: readonly Term[]): Cell[] {
  const cells: Cell[] = []
  const seen = new Set<Term>()
  const open = [...terms]
  while (open.length > 0) {
    const term = deref(open.pop())
    if (seen.has(term)) continue
    if (term instanceof Cell) cells.push(term)
    else if (term instanceof ListTerm) {
      seen.add(term)
      for (let at = term.from; at < term.items.length; at++) open.push(term.items[at])
      open.push(term.rest)
    } else if (term instanceof DictTerm) {
      seen.add(term)
      open.push(...term.entries.values())
    }
  }
  return cells
}
