import type {
  Compare,
  Condition,
  Definite,
  In,
  IsA,
  Operand,
  OperandType,
  Path,
  Reads,
  Text,
  Truthy,
} from '../../condition/condition.js'
import { decideByType } from '../../condition/derive/classTest.js'
import { canBeEqual, family, isNil, operandType, stepField } from '../../condition/type.js'
import { operandsIn, partsIn } from '../../condition/visit.js'
import type { UnsupportedFilterError } from '../../errors.js'
import type { Span } from '../../language/source.js'
import { hasCustomInstanceCheck } from '../../schema/classes.js'
import { comparability } from '../../schema/comparability.js'
import type { Schema } from '../../schema/schema.js'
import { unifiable } from '../../values/equality.js'
import { compareEqual, compareOrder } from '../../values/order.js'
import { complement, opposite } from '../algebra/complement.js'
import { all, any, FALSE, TRUE } from '../algebra/logic.js'
import { isAbsent, isPresent, isReadable } from '../algebra/presence.js'
import { refused } from '../algebra/refused.js'
import { compareCount } from './count.js'
import { definiteOperand, definitePath, isNever, isText, uncomputed } from './operand.js'
import { rowAmong, rowsEqual } from './rows.js'
import { textMethod, textsOf } from './texts.js'

type Leaf = Compare | In | IsA | Reads | Truthy | Text

/** Options of `definite` that concern leaves. */
export interface LeafChoices {
  readonly wholeRows?: boolean
  readonly keepReferences?: boolean
}

/** Computes the rows for which a leaf, a condition without others in it, is true or false. */
export class Leaves {
  readonly #wholeRows: boolean
  readonly #keepReferences: boolean
  readonly #following = new WeakMap<Condition, boolean>()

  constructor(
    private readonly schema: Schema,
    { wholeRows = false, keepReferences = false }: LeafChoices,
  ) {
    this.#wholeRows = wholeRows
    this.#keepReferences = keepReferences
  }

  whenTrue(leaf: Leaf): Definite {
    switch (leaf.kind) {
      case 'test':
        return this.#test(leaf, true)
      case 'compare':
        return leaf.operator === '!=' ? this.#kept(leaf, this.#compare(leaf, true)) : this.#compare(leaf, true)
      case 'in':
        return this.#in(leaf)
      case 'isa':
        return this.#isA(leaf)
      case 'text':
        return { ...leaf, of: definitePath(this.schema, leaf.of, leaf.span) }
      case 'reads':
        return this.#kept(leaf, this.readable(leaf.of, leaf.span))
    }
  }

  whenFalse(leaf: Exclude<Leaf, Reads>): Definite {
    return this.#kept(leaf, this.#whenFalse(leaf))
  }

  /**
   * Returns a condition in which the references to rows of a leaf remain, by a tautology. They are
   * lost if no row can be equal to the other operand.
   */
  #kept(leaf: Leaf, condition: Definite): Definite {
    if (!this.#keepReferences) return condition
    const read = operandsIn(leaf).flatMap((operand) => (operand.kind === 'list' ? operand.elements : operand))
    const references = read.filter((operand) => this.#isReference(operand))
    const isNilOrRow = (left: Operand): Definite => {
      const tests = (['=', '!='] as const).map(
        (operator): Definite => ({
          kind: 'compare',
          operator,
          left,
          right: { kind: 'value', value: null },
          span: leaf.span,
        }),
      )
      return { kind: 'or', of: tests }
    }
    return all([...references.map(isNilOrRow), condition])
  }

  /** Returns whether a condition compares a row of a reference that can lead to no row. */
  followsReference(condition: Condition): boolean {
    if (!this.#keepReferences) return false
    const known = this.#following.get(condition)
    if (known !== undefined) return known
    // A recursive condition calls itself.
    this.#following.set(condition, false)
    const parts = condition.kind === 'ref' ? [condition.definition.condition] : partsIn(condition)
    const follows =
      operandsIn(condition).some((operand) => this.#isReference(operand)) ||
      parts.some((part) => this.followsReference(part))
    this.#following.set(condition, follows)
    return follows
  }

  #isReference(operand: Operand): boolean {
    const last = operand.kind === 'path' ? operand.steps.at(-1) : undefined
    const field = last && stepField(this.schema, last)
    return field?.kind === 'relation' && !field.many && !field.kept
  }

  #whenFalse(leaf: Exclude<Leaf, Reads>): Definite {
    if (leaf.kind === 'test') return this.#test(leaf, false)
    if (leaf.kind === 'compare') return this.#compare(leaf, false)
    const { span } = leaf
    const readable =
      leaf.kind === 'in'
        ? [this.readable(leaf.item, span), this.iterable(leaf.list, span, true)]
        : [this.readable(leaf.of, span)]
    return all([...readable, complement(this.schema, this.whenTrue(leaf))])
  }

  #isA(leaf: IsA): Definite {
    const schema = this.schema
    if (isNever(schema, leaf.of)) return FALSE
    const model = schema.models.get(leaf.model)
    if (model && hasCustomInstanceCheck(model) && family(operandType(schema, leaf.of)) !== 'row')
      throw refused(
        'class-check',
        `${leaf.model} has an \`isaCheck\` function, which a database cannot call.`,
        leaf.span,
        'compare a field instead',
      )
    const path = definitePath(schema, leaf.of, leaf.span)
    // A column holds what the schema declares.
    const decided = leaf.exact ? leaf : decideByType(schema, operandType(schema, path), leaf.model, leaf)
    if (decided.kind === 'isa') return { ...leaf, of: path }
    return decided.kind === 'true' ? isPresent(schema, path, leaf.span) : FALSE
  }

  /** Returns the condition that an operand can be read, whatever its value. */
  readable(operand: Operand, span: Span): Definite {
    if (operand.kind === 'list') return all(operand.elements.map((one) => this.readable(one, span)))
    const read = this.#operand(operand, span)
    if (!read) return FALSE
    return any(
      textsOf(this.schema, read, span).map((one) => all([one.when, isReadable(this.schema, one.operand, span)])),
    )
  }

  /**
   * Returns the condition that `in` can iterate over an operand.
   * @param isAny - whether its elements can have another type than the declared one. The elements of
   * a list of lists, which a list column of a database can hold, are lists.
   */
  iterable(list: Operand, span: Span, isAny = false): Definite {
    if (list.kind !== 'path' || isNever(this.schema, list)) return this.readable(list, span)
    const path = definitePath(this.schema, list, span)
    const type = operandType(this.schema, path)
    const isColumn = type.scalar !== undefined
    if (type.list ? isAny || !isColumn : type.scalar !== 'json') return isPresent(this.schema, path, span)
    return any(
      (type.list ? ['List'] : ['List', 'String']).map(
        (model): Definite => ({ kind: 'isa', of: path, model, exact: false, span }),
      ),
    )
  }

  /** Returns the condition that an operand contains a character. */
  #character(item: Operand, of: Path, span: Span): Definite {
    if (item.kind !== 'value') throw noList(span)
    if (typeof item.value !== 'string' || [...item.value].length !== 1) return FALSE
    return { kind: 'text', operator: 'includes', of, part: item, span }
  }

  /** Returns the operand in the form of printers; undefined if it is an error for every row. */
  #operand(operand: Operand, span: Span): Operand | undefined {
    return definiteOperand(this.schema, operand, span)
  }

  #test({ of, span }: Truthy, expected: boolean): Definite {
    if (isNever(this.schema, of)) return FALSE
    if (of.kind === 'call') return textMethod(this.schema, of, span, expected)
    const path = definitePath(this.schema, of, span)
    const type = operandType(this.schema, path)
    const isOther = type.scalar !== undefined && type.scalar !== 'boolean' && type.scalar !== 'json'
    if (type.list || type.model !== undefined || isOther) return FALSE
    return { kind: 'compare', operator: '=', left: path, right: { kind: 'value', value: expected }, span }
  }

  #types(condition: Compare): readonly [OperandType, OperandType] {
    return [operandType(this.schema, condition.left), operandType(this.schema, condition.right)]
  }

  /** Returns whether the comparison is a type error for every row. */
  #incomparable(condition: Compare): boolean {
    if (isNil(condition.left) || isNil(condition.right)) return false
    const [left, right] = this.#types(condition)
    const isExact = (operand: Operand, { scalar }: OperandType): boolean =>
      operand.kind !== 'value' && (scalar === 'decimal' || scalar === 'bigint')
    // Drivers return such columns as numbers, objects or texts: the type is unknown here.
    if (isExact(condition.left, left) || isExact(condition.right, right)) return false
    return comparability(condition.operator, family(left), family(right)) === 'never'
  }

  /**
   * Returns the condition that a comparison of incomparable types is true, or false: only nil can
   * replace a value.
   */
  #mixed({ operator, left, right, span }: Compare, expected: boolean): Definite {
    const [isLeftNil, isRightNil] = [isAbsent(this.schema, left, span), isAbsent(this.schema, right, span)]
    if (operator !== '==' && operator !== '!=') {
      if (expected) return FALSE
      const [canRead, canReadRight] = [isReadable(this.schema, left, span), isReadable(this.schema, right, span)]
      return any([all([isLeftNil, canReadRight]), all([canRead, isRightNil])])
    }
    if (expected === (operator === '==')) return all([isLeftNil, isRightNil])
    return any([
      all([isLeftNil, isPresent(this.schema, right, span)]),
      all([isPresent(this.schema, left, span), isRightNil]),
    ])
  }

  /**
   * Returns the comparison with operands in the form of printers; undefined if one is an error for
   * every row.
   */
  #known(condition: Compare): Compare | undefined {
    const left = this.#operand(condition.left, condition.span)
    const right = this.#operand(condition.right, condition.span)
    return left && right && { ...condition, left, right }
  }

  #compare(raw: Compare, expected: boolean): Definite {
    const { span } = raw
    const condition = this.#known(raw)
    if (!condition) return FALSE
    const arms = textsOf(this.schema, condition.left, span).flatMap((left) =>
      textsOf(this.schema, condition.right, span).map((right): Definite => {
        const operands = [left.operand, right.operand]
        // A leaf is true only if its paths can be read; in a database, nil has no elements.
        const isDoubtful = (one: Operand): boolean =>
          one.kind === 'arithmetic' ||
          one.kind === 'call' ||
          (one.kind === 'count' && operandType(this.schema, one.of).nullable)
        const doubtful = expected ? operands.filter(isDoubtful) : operands
        return all([
          left.when,
          right.when,
          ...doubtful.map((one) => isReadable(this.schema, one, span)),
          this.#compareKnown({ ...condition, left: left.operand, right: right.operand }, expected),
        ])
      }),
    )
    return any(arms)
  }

  /** Compares operands that can be read. */
  #compareKnown(condition: Compare, expected: boolean): Definite {
    const { operator, left, right, span } = condition
    if (left.kind === 'value' && right.kind === 'value')
      return compareValues(operator, left.value, right.value) === expected ? TRUE : FALSE
    if (this.#incomparable(condition)) return this.#mixed(condition, expected)
    const asNumber = this.#booleanAsNumber(condition, expected)
    if (asNumber) return asNumber
    const counted = compareCount(this.schema, condition)
    const isEquality = operator === '=' || operator === '==' || operator === '!='
    const answer = counted ?? (isEquality ? this.#equal(condition) : this.#ordered(condition))
    const isNegated = !counted && operator === '!='
    if (expected !== isNegated) return answer
    const isSame = answer.kind === 'compare' && answer.left === left && answer.right === right
    // A false comparison implies that its operands were read.
    const readable = expected ? [left, right].map((one) => isReadable(this.schema, one, span)) : []
    return all([...readable, isSame ? opposite(this.schema, answer) : complement(this.schema, answer)])
  }

  /** Compares a boolean with a number as 0 or 1, except with `=`. */
  #booleanAsNumber(condition: Compare, expected: boolean): Definite | undefined {
    const { operator, left, right, span } = condition
    const [a, b] = this.#types(condition).map(family)
    if (operator === '=' || !((a === 'boolean' && b === 'number') || (a === 'number' && b === 'boolean')))
      return undefined
    const boolean = a === 'boolean' ? left : right
    const arms = [true, false].map((value): Definite => {
      const is: Definite = { kind: 'compare', operator: '=', left: boolean, right: { kind: 'value', value }, span }
      const number: Operand = { kind: 'value', value: Number(value) }
      const sides = a === 'boolean' ? { left: number, right } : { left, right: number }
      return all([
        boolean.kind === 'value' ? (boolean.value === value ? TRUE : FALSE) : is,
        this.#compareKnown({ ...condition, ...sides }, expected),
      ])
    })
    const nil: Operand = { kind: 'value', value: null }
    const sides = a === 'boolean' ? { left: nil, right } : { left, right: nil }
    return any([
      ...arms,
      all([isAbsent(this.schema, boolean, span), this.#compareKnown({ ...condition, ...sides }, expected)]),
    ])
  }

  #ordered(condition: Compare): Definite {
    if (isNil(condition.left) || isNil(condition.right)) return FALSE
    this.#refuseMixture(condition)
    return condition
  }

  #equal(condition: Compare): Definite {
    const { left, right, span } = condition
    const [a, b] = this.#types(condition)
    if (isNil(left) || isNil(right)) {
      const path = isNil(left) ? right : left
      if (path.kind !== 'path') return FALSE
      if (!operandType(this.schema, path).nullable) return FALSE
      return { kind: 'compare', operator: '=', left: path, right: { kind: 'value', value: null }, span }
    }
    if (condition.operator !== '=') this.#refuseMixture(condition)
    if (!canBeEqual(this.schema, a, b)) return FALSE
    // Values of other types, such as rows of unrelated models, whose keys can be the same.
    if (!canBeEqual(this.schema, { ...a, nullable: false }, { ...b, nullable: false }))
      return all([isAbsent(this.schema, left, span), isAbsent(this.schema, right, span)])
    if (!this.#wholeRows && (family(a) === 'row' || family(b) === 'row')) {
      const nobody = all([isAbsent(this.schema, left, span), isAbsent(this.schema, right, span)])
      return any([nobody, rowsEqual(this.schema, left, right, span)])
    }
    if (family(a) === 'list' || family(b) === 'list') {
      throw refused('list', 'A filter cannot compare whole lists.', span)
    }
    return { kind: 'compare', operator: '=', left, right, span }
  }

  /**
   * Rejects mixtures with booleans: Polar counts them as 0 and 1 beside numbers, and databases
   * differ.
   */
  #refuseMixture(condition: Compare): void {
    const [left, right] = this.#types(condition)
    const a = family(left)
    const b = family(right)
    const isOrdering = condition.operator !== '==' && condition.operator !== '!='
    const hasOrder = a !== 'row' && a !== 'bytes'
    if ((a === b && (hasOrder || !isOrdering)) || a === undefined || b === undefined) return
    // A database can hold what drivers read as a number in place of a date, such as PostgreSQL's infinity: comparing
    // that with a text is an error.
    const canBeNumber = (a === 'date' && b === 'text') || (a === 'text' && b === 'date')
    if (!isOrdering && !canBeNumber && comparability(condition.operator, a, b) === 'certain') return
    throw refused('mixed-types', `A filter cannot compare ${a} with ${b} by \`${condition.operator}\`.`, condition.span)
  }

  #in(condition: In): Definite {
    const { item, list, span } = condition
    const one = this.#operand(item, span)
    if (!one || isNever(this.schema, list)) return FALSE
    const container = operandType(this.schema, list)
    if (list.kind === 'path') {
      const path = definitePath(this.schema, list, span)
      if (isText(this.schema, path)) return this.#character(one, path, span)
      if (container.scalar === 'json' && !container.list) return { kind: 'in', item: one, list: path, span }
      if (!container.list) throw noList(span)
      if (!canBeEqual(this.schema, operandType(this.schema, one), { ...container, list: false })) return FALSE
      if (one.kind === 'arithmetic' || one.kind === 'call') throw uncomputed(one, span)
      return { kind: 'in', item: one, list: path, span }
    }
    const type = operandType(this.schema, one)
    const known = list.kind === 'value' ? this.#amongRows(one, type, elementsIn(list.value, span), span) : undefined
    if (known) return known
    const elements = elementsOf(list, span).map((element) => this.#operand(element, span))
    // An element that is an error is one for every item.
    if (!elements.every((element) => element !== undefined)) return FALSE
    const possible = elements.filter((element) => canBeEqual(this.schema, type, operandType(this.schema, element)))
    if (possible.length === 0) return FALSE
    if (one.kind === 'path' && family(type) === 'row' && !this.#wholeRows) {
      const rows = possible.map((element) => (element.kind === 'value' ? element.value : undefined))
      const among = possible.length > 1 ? rowAmong(this.schema, one, rows, span) : undefined
      if (among) return among
    }
    const isRow = (element: Operand): boolean => family(operandType(this.schema, element)) === 'row'
    if (one.kind !== 'path' || possible.some((element) => element.kind !== 'value' || isRow(element)) || isRow(one)) {
      return any(
        possible.map((element) =>
          this.#compare({ kind: 'compare', operator: '=', left: one, right: element, span }, true),
        ),
      )
    }
    const values = new Set(possible.map((element) => (element as Extract<Operand, { kind: 'value' }>).value))
    return { kind: 'in', item: one, list: { kind: 'value', value: [...values] }, span }
  }

  /** Compares with many rows without converting each to an operand: there may be thousands. */
  #amongRows(item: Operand, type: OperandType, rows: readonly unknown[], span: Span): Definite | undefined {
    if (item.kind !== 'path' || family(type) !== 'row' || this.#wholeRows || rows.length < 2) return undefined
    return rowAmong(this.schema, item, rows, span)
  }
}

function elementsOf(list: Operand, span: Span): readonly Operand[] {
  if (list.kind === 'list') return list.elements
  if (list.kind !== 'value') throw noList(span)
  return elementsIn(list.value, span).map((value): Operand => ({ kind: 'value', value }))
}

function elementsIn(list: unknown, span: Span): readonly unknown[] {
  if (!Array.isArray(list)) throw noList(span)
  return list
}

/** Compares values other than rows. Returns undefined for an error. */
function compareValues(operator: Compare['operator'], left: unknown, right: unknown): boolean | undefined {
  if (operator !== '=' && operator !== '==' && operator !== '!=') return compareOrder(operator, left, right)
  const equal = operator === '=' ? unifiable(left, right) : compareEqual(left, right)
  return typeof equal === 'boolean' ? equal === (operator !== '!=') : undefined
}

function noList(span: Span): UnsupportedFilterError {
  return refused('list', '`in` needs a field that holds a list.', span)
}
