import type { Expression, Pattern } from '../../language/ast.js'
import { occurrences } from '../../language/mentions.js'
import type { Span } from '../../language/source.js'
import { has } from '../../own.js'
import type { Policy } from '../../policy/policy.js'
import { hasCustomInstanceCheck } from '../../schema/classes.js'
import type { Schema } from '../../schema/schema.js'
import type { Condition, Operand } from '../condition.js'
import { FALSE } from '../construct.js'
import { canEqual, family, isNil, operandType, rowType } from '../type.js'
import { classTest, holdsFields } from './classTest.js'
import { type Evaluator, ground, readsOf, readsOfOperand } from './evaluate.js'
import { onward, type Unified } from './onward.js'
import { BeyondConditions, type Scope, type Substitution, type Symbolic, type Unknown, type Waiting } from './terms.js'

/** Unifies terms and matches them against patterns while a condition is derived. */
export class Unifier {
  constructor(
    private readonly policy: Policy,
    private readonly schema: Schema,
    private readonly evaluator: Evaluator,
  ) {}

  unifyExpressions(left: Expression, right: Expression, scope: Scope, bound: Substitution, span: Span): Unified {
    const a = this.evaluator.term(left, scope, bound)
    if (!has(a, 'term')) return { bound, conditions: a }
    const b = this.evaluator.term(right, scope, a.bound)
    if (!has(b, 'term')) return { bound, conditions: [...this.reads(a.term, a.bound, span), ...b] }
    // The elements of a list are read before it is compared, even if their number decides.
    const reads = [...this.#readsIn(left, a.term, b.bound, span), ...this.#readsIn(right, b.term, b.bound, span)]
    const unified = this.unify(a.term, b.term, b.bound, span)
    if (reads.length === 0) return unified
    return unified
      ? { bound: unified.bound, conditions: [...reads, ...unified.conditions] }
      : { bound, conditions: [...reads, FALSE] }
  }

  /** Returns the reads of the values that a list or dictionary computes. Those of its variables have been read. */
  #readsIn(node: Expression, term: Symbolic, bound: Substitution, span: Span): readonly Condition[] {
    if (node.kind === 'list' && term.kind === 'list')
      return node.elements.flatMap((one, at) => this.#partReads(one, term.elements[at]!, bound, span))
    if (node.kind === 'dictionary' && term.kind === 'dictionary')
      return node.entries.flatMap(({ key, value }) => this.#partReads(value, term.entries.get(key)!, bound, span))
    return []
  }

  #partReads(node: Expression, term: Symbolic, bound: Substitution, span: Span): readonly Condition[] {
    if (node.kind === 'variable' && !this.schema.constants.has(node.name)) return []
    const known = bound.resolve(term)
    return known.kind === 'operand'
      ? readsOfOperand(this.schema, known.operand, span)
      : this.#readsIn(node, known, bound, span)
  }

  unify(left: Symbolic, right: Symbolic, bound: Substitution, span: Span): Unified {
    const a = bound.resolve(left)
    const b = bound.resolve(right)
    if (a.kind === 'unknown' && b.kind === 'unknown')
      return { bound: a.unknown === b.unknown ? bound : bound.unify(a.unknown, b.unknown), conditions: [] }
    if (a.kind === 'unknown') return this.#bind(a.unknown, b, bound, span)
    if (b.kind === 'unknown') return this.#bind(b.unknown, a, bound, span)
    if (a.kind === 'list' && b.kind === 'list') return this.#unifyLists(a, b, bound, span)
    if (a.kind === 'dictionary' && b.kind === 'dictionary') {
      if (a.entries.size !== b.entries.size) return undefined
      const pairs: [Symbolic, Symbolic][] = []
      for (const [key, one] of a.entries) {
        const other = b.entries.get(key)
        if (!other) return undefined
        pairs.push([one, other])
      }
      return this.#unifyAll(pairs, bound, span)
    }
    if (a.kind === 'operand' && b.kind === 'operand') return this.#equal(a.operand, b.operand, bound, span)
    if (a.kind === 'operand' || b.kind === 'operand') {
      const operand = a.kind === 'operand' ? a.operand : (b as Extract<Symbolic, { kind: 'operand' }>).operand
      const structure = a.kind === 'operand' ? b : a
      const type = operandType(this.schema, operand)
      if (family(type) !== undefined && family(type) !== 'list')
        return { bound, conditions: [...readsOfOperand(this.schema, operand, span), FALSE] }
      return this.#equal(operand, ground(structure, bound, undefined), bound, span)
    }
    return undefined
  }

  #unifyLists(
    a: Extract<Symbolic, { kind: 'list' }>,
    b: Extract<Symbolic, { kind: 'list' }>,
    bound: Substitution,
    span: Span,
  ): Unified {
    const shared = Math.min(a.elements.length, b.elements.length)
    if (a.elements.length > shared && !b.rest) return undefined
    if (b.elements.length > shared && !a.rest) return undefined
    const pairs = a.elements.slice(0, shared).map((one, index): [Symbolic, Symbolic] => [one, b.elements[index]!])
    const tail = (list: typeof a): Symbolic => ({
      kind: 'list',
      elements: list.elements.slice(shared),
      rest: list.rest,
    })
    if (a.rest && a.elements.length === shared) pairs.push([a.rest, tail(b)])
    else if (b.rest) pairs.push([b.rest, tail(a)])
    return this.#unifyAll(pairs, bound, span)
  }

  #unifyAll(pairs: readonly (readonly [Symbolic, Symbolic])[], from: Substitution, span: Span): Unified {
    let bound = from
    const conditions: Condition[] = []
    for (const [a, b] of pairs) {
      const unified = this.unify(a, b, bound, span)
      if (!unified) return undefined
      bound = unified.bound
      conditions.push(...unified.conditions)
    }
    return { bound, conditions }
  }

  #equal(left: Operand, right: Operand, bound: Substitution, span: Span): Unified {
    if (left.kind === 'value' && right.kind === 'value')
      return left.value === right.value ? { bound, conditions: [] } : undefined
    // An action operand differs from every literal, because it is an action that the policy does
    // not name.
    if ((isAction(left) && right.kind === 'value') || (isAction(right) && left.kind === 'value')) return undefined
    if (canEqual(this.schema, left, right)) {
      return { bound, conditions: [{ kind: 'compare', operator: '=', left, right, span }] }
    }
    return {
      bound,
      conditions: [...readsOfOperand(this.schema, left, span), ...readsOfOperand(this.schema, right, span), FALSE],
    }
  }

  /** As `readsOf`. */
  reads(term: Symbolic, bound: Substitution, span: Span): readonly Condition[] {
    return readsOf(this.schema, term, bound, span)
  }

  #bind(unknown: Unknown, term: Symbolic, bound: Substitution, span: Span): Unified {
    return {
      bound: bound.bind(unknown, term),
      conditions: term.kind === 'operand' ? [...readsOfOperand(this.schema, term.operand, span)] : [],
    }
  }

  /** Postpones the match of a pattern until its term is bound. */
  #matchLater(unknown: Unknown, pattern: Pattern, scope: Scope, from: Substitution, isHead: boolean): Unified {
    const term: Symbolic = { kind: 'unknown', unknown }
    let bound = from
    // The bindings of the pattern's variables depend on the value.
    for (const name of occurrences(pattern).keys()) {
      const variable = bound.resolve(this.evaluator.variable(name, scope))
      if (variable.kind === 'unknown' && !this.schema.constants.has(name)) bound = bound.link(variable.unknown)
    }
    const resume: Waiting['resume'] = (after, next) => onward(this.match(term, pattern, scope, after, isHead), next)
    return { bound: bound.wait({ on: [unknown], at: pattern, resume }), conditions: [] }
  }

  /**
   * Returns whether a class is compatible with the classes that waiting goals require of an
   * unknown. One of each two must be a subclass of the other.
   */
  #isCompatible(unknown: Unknown, tag: string, bound: Substitution): boolean {
    const { models } = this.schema
    return bound.waiting.every(({ on, at }) => {
      if (at.kind !== 'class pattern' || !on.includes(unknown) || !models.has(at.tag) || !models.has(tag)) return true
      return this.schema.isSubclass(at.tag, tag) || this.schema.isSubclass(tag, at.tag)
    })
  }

  /** @param isHead - Whether the pattern is that of a parameter. */
  match(term: Symbolic, pattern: Pattern, scope: Scope, bound: Substitution, isHead: boolean = false): Unified {
    const subject = bound.resolve(term)
    switch (pattern.kind) {
      case 'class pattern': {
        if (subject.kind === 'unknown')
          return this.#isCompatible(subject.unknown, pattern.tag, bound)
            ? this.#matchLater(subject.unknown, pattern, scope, bound, isHead)
            : undefined
        const test = classTest(this.policy, this.schema, subject, pattern, isHead)
        if (test.kind === 'false') return undefined
        const known = test.kind === 'true' ? subject : this.#narrow(subject, pattern.tag)
        const holder = known === subject ? undefined : bound.holder(term)
        const narrowed = holder ? bound.bind(holder, known) : bound
        const fields = this.#fields(known, pattern.fields ?? [], scope, narrowed, pattern)
        return (
          fields && {
            bound: fields.bound,
            conditions: test.kind === 'true' ? fields.conditions : [test, ...fields.conditions],
          }
        )
      }
      case 'dictionary pattern': {
        // An empty dictionary pattern matches every value that can be read, nil too.
        if (pattern.fields.length === 0) return { bound, conditions: this.reads(subject, bound, pattern.span) }
        if (subject.kind === 'unknown') return this.#matchLater(subject.unknown, pattern, scope, bound, isHead)
        if (subject.kind === 'operand') {
          if (isNil(subject.operand)) return undefined
          const type = operandType(this.schema, subject.operand)
          // A missing field is a mismatch here and an error elsewhere. Only the class of a row
          // determines its fields.
          const isOfAny = type.model === undefined || type.list
          const fields = isOfAny
            ? this.#fieldsOfAny(subject, pattern.fields, scope, bound, pattern)
            : this.#fields(subject, pattern.fields, scope, bound, pattern)
          if (!type.nullable) return fields
          const nil: Operand = { kind: 'value', value: null }
          const exists: Condition = {
            kind: 'compare',
            operator: '!=',
            left: subject.operand,
            right: nil,
            span: pattern.span,
          }
          return fields && { bound: fields.bound, conditions: [exists, ...fields.conditions] }
        }
        return this.#fields(subject, pattern.fields, scope, bound, pattern)
      }
      case 'list pattern': {
        if (subject.kind !== 'list')
          throw new BeyondConditions('list-pattern', 'a list pattern for a value that is not a list', pattern)
        return this.#matchList(subject, pattern, scope, bound)
      }
      default: {
        const expected = this.evaluator.term(pattern, scope, bound)
        if (!has(expected, 'term')) return { bound, conditions: expected }
        return this.unify(subject, expected.term, expected.bound, pattern.span)
      }
    }
  }

  /**
   * Returns a term with the type that a class test established, so that later goals need not repeat
   * the test. What passes a class's own instance check can be no row, or nil; and the schema knows more of a list or a date.
   */
  #narrow<T extends Symbolic>(subject: T, tag: string): T | Extract<Symbolic, { kind: 'operand' }> {
    const model = this.schema.models.get(tag)
    if (subject.kind !== 'operand' || subject.operand.kind !== 'path' || !model || hasCustomInstanceCheck(model))
      return subject
    const type = operandType(this.schema, subject.operand)
    const isNarrower = type.model !== undefined && this.schema.isSubclass(type.model, tag)
    const as = isNarrower ? { ...type, nullable: false } : rowType(this.schema, tag, false)
    if (as.model === undefined && as.scalar === undefined) return subject
    return { kind: 'operand', operand: { ...subject.operand, as } }
  }

  /**
   * Matches fields of a value of unknown type. Nil matches only if the pattern constrains no field.
   * @throws BeyondConditions if the pattern constrains no field.
   */
  #fieldsOfAny(
    subject: Symbolic,
    fields: readonly { key: string; value: Pattern; span: Span }[],
    scope: Scope,
    bound: Substitution,
    pattern: Pattern,
  ): Unified {
    if (!this.#asks(fields, bound, scope))
      throw new BeyondConditions('open-pattern', 'a pattern that every value matches', pattern)
    return this.#fields(subject, fields, scope, bound, pattern)
  }

  /**
   * Returns whether a pattern constrains a field, by a literal, a constant, a nested pattern or a
   * bound variable.
   */
  #asks(fields: readonly { key: string; value: Pattern }[], bound: Substitution, scope: Scope): boolean {
    return fields.some(
      ({ value }) =>
        value.kind !== 'variable' ||
        this.schema.constants.has(value.name) ||
        bound.resolve(this.evaluator.variable(value.name, scope)).kind !== 'unknown',
    )
  }

  #fields(
    subject: Symbolic,
    fields: readonly { key: string; value: Pattern; span: Span }[],
    scope: Scope,
    from: Substitution,
    pattern: Pattern,
  ): Unified {
    let bound = from
    const conditions: Condition[] = []
    if (subject.kind === 'operand' && fields.length > 0) {
      const holds = holdsFields(this.schema, subject.operand, pattern.span)
      if (holds.kind !== 'true') conditions.push(holds)
    }
    for (const field of fields) {
      let term: Symbolic | undefined
      if (subject.kind === 'dictionary') term = subject.entries.get(field.key)
      else if (subject.kind === 'operand')
        term = { kind: 'operand', operand: this.evaluator.read(subject.operand, field.key, field.span, pattern) }
      else throw new BeyondConditions('list-pattern', 'a field of a list', pattern)
      const matched = term && this.match(term, field.value, scope, bound)
      if (!matched) return undefined
      bound = matched.bound
      conditions.push(...matched.conditions)
    }
    return { bound, conditions }
  }

  #matchList(
    subject: Extract<Symbolic, { kind: 'list' }>,
    pattern: Extract<Pattern, { kind: 'list pattern' }>,
    scope: Scope,
    from: Substitution,
  ): Unified {
    if (subject.rest) throw new BeyondConditions('open-list', 'the rest of the list is unknown', pattern)
    const fixed = pattern.elements.length
    if (subject.elements.length < fixed || (!pattern.rest && subject.elements.length > fixed)) return undefined
    let bound = from
    const conditions: Condition[] = []
    for (const [index, one] of pattern.elements.entries()) {
      const matched = this.match(subject.elements[index]!, one, scope, bound)
      if (!matched) return undefined
      bound = matched.bound
      conditions.push(...matched.conditions)
    }
    if (!pattern.rest) return { bound, conditions }
    const rest: Symbolic = { kind: 'list', elements: subject.elements.slice(fixed), rest: undefined }
    const unified = this.unify(this.evaluator.variable(pattern.rest.name, scope), rest, bound, pattern.span)
    return unified && { bound: unified.bound, conditions: [...conditions, ...unified.conditions] }
  }
}

/** Returns whether an operand is the action that the policy does not name. */
export function isAction(operand: Operand): boolean {
  return operand.kind === 'path' && operand.root.kind === 'action' && operand.steps.length === 0
}
