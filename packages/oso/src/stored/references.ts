import {
  all,
  any,
  type Compare,
  complement,
  type Definite,
  type DefiniteReach,
  FALSE,
  isNil,
  mapParts,
  type Operand,
  operandsIn,
  type Path,
  pathsIn,
  refused,
  type Schema,
  type Span,
  stepField,
} from '@arcturus/core/internal/oso'
import type { Relation } from '../relation.js'
import type { StoredClasses } from './classes.js'

/** A to-one relation that a path goes through. */
interface Reference {
  readonly path: Path
  readonly own: Path
  readonly rows: Path | undefined
  readonly span: Span
}

/**
 * Excludes the rows for which a check is an error because a reference leads to no row, or to
 * several. Conditions take such a reference for nil.
 */
export class References {
  constructor(
    private readonly schema: Schema,
    private readonly stored: StoredClasses,
    private readonly relation: (model: string, name: string) => Relation | undefined,
  ) {}

  /**
   * Returns the rows for which a condition is true and no error; below a negation those for which
   * it is true or an error.
   */
  decided(condition: Definite, isNegated = false): Definite {
    switch (condition.kind) {
      case 'true':
      case 'false':
        return condition
      case 'and':
        return all(condition.of.map((one) => this.decided(one, isNegated)))
      case 'or':
        return any(condition.of.map((one) => this.decided(one, isNegated)))
      case 'not':
        return this.#not(condition.of, isNegated)
      case 'compare':
        return this.#compare(condition, isNegated)
      default:
        return this.#leaf(this.#within(condition, isNegated), operandsIn(condition), isNegated)
    }
  }

  /** Returns a leaf whose own conditions are decided. */
  #within<Leaf extends Exclude<Definite, { kind: 'and' | 'or' | 'not' }>>(leaf: Leaf, isNegated: boolean): Leaf {
    if (leaf.kind === 'reach') this.#assertFollowable(leaf, isNegated)
    // Sound: a leaf keeps its kind, and definite conditions stay definite.
    return mapParts(leaf, (one) => this.decided(one as Definite, isNegated)) as Leaf
  }

  #not(negated: Extract<Definite, { kind: 'not' }>['of'], isNegated: boolean): Definite {
    const of = this.#within(negated, !isNegated)
    return this.#lookedUp({ kind: 'not', of }, operandsIn(negated), isNegated)
  }

  /** Compares a reference with nil by its own column: a row that is gone is an error, not nil. */
  #compare(condition: Compare, isNegated: boolean): Definite {
    const { operator, left, right } = condition
    const operands = [left, right]
    const path = isNil(right) ? left : isNil(left) ? right : undefined
    const last = path && this.#references([path]).find((one) => one.path === path)
    if (!last) return this.#leaf(condition, operands, isNegated)
    const isOwn = (operator === '=') === !isNegated
    const tested: Definite = isOwn ? { ...condition, left: last.own, right: { kind: 'value', value: null } } : condition
    const several = this.#references(operands).map((one) => this.#hasSeveral(one))
    return isNegated ? any([...several, tested]) : all([...several.map((one) => complement(this.schema, one)), tested])
  }

  /** A leaf that is true only if each step of its paths leads to a row. */
  #leaf(leaf: Definite, operands: readonly Operand[], isNegated: boolean): Definite {
    if (isNegated) return this.#lookedUp(leaf, operands, true)
    return all([...this.#references(operands).map((one) => complement(this.schema, this.#hasSeveral(one))), leaf])
  }

  /** A leaf that can be true if a step of its paths leads to no row. */
  #lookedUp(leaf: Definite, operands: readonly Operand[], isNegated: boolean): Definite {
    const errors = this.#references(operands).map((one) => any([this.#isLost(one), this.#hasSeveral(one)]))
    return isNegated ? any([...errors, leaf]) : all([...errors.map((one) => complement(this.schema, one)), leaf])
  }

  #isLost({ path, own, span }: Reference): Definite {
    const nil: Operand = { kind: 'value', value: null }
    return all([
      { kind: 'compare', operator: '!=', left: own, right: nil, span },
      { kind: 'compare', operator: '=', left: path, right: nil, span },
    ])
  }

  #hasSeveral({ rows, span }: Reference): Definite {
    if (!rows) return FALSE
    return {
      kind: 'compare',
      operator: '>',
      left: { kind: 'count', of: rows },
      right: { kind: 'value', value: 1 },
      span,
    }
  }

  /** Returns the to-one relations on the paths of operands that the database does not ensure. */
  #references(operands: readonly Operand[]): readonly Reference[] {
    return operands.flatMap(pathsIn).flatMap((path) =>
      path.steps.flatMap((step, at): readonly Reference[] => {
        const field = stepField(this.schema, step)
        if (field?.kind !== 'relation' || field.many || field.kept || step.model === undefined) return []
        const before = path.steps.slice(0, at)
        const relation = this.relation(step.model, step.name)
        if (!relation) return []
        const isUnique = this.stored.isUnique?.(step.model, step.name) ?? true
        return [
          {
            path: at === path.steps.length - 1 ? path : { ...path, steps: path.steps.slice(0, at + 1), as: undefined },
            own: { ...path, steps: [...before, { ...step, name: relation.myField }], as: undefined },
            rows: isUnique
              ? undefined
              : { ...path, steps: [...before, { ...step, name: `*${step.name}` }], as: undefined },
            span: step.span,
          },
        ]
      }),
    )
  }

  /** @throws UnsupportedFilterError if a negated recursion can meet a reference that leads nowhere. */
  #assertFollowable({ steps, span }: DefiniteReach, isNegated: boolean): void {
    const paths = steps.flatMap((step) => [step.from, ...step.through.map((hop) => hop.from)])
    const references = this.#references(paths)
    if (references.length === 0 || !(isNegated || references.some(({ rows }) => rows))) return
    throw refused(
      'recursion',
      'A recursion along references that need not lead to one row has no exact filter.',
      span,
      'declare the foreign key in the database and in the ORM',
    )
  }
}
