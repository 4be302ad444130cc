import { QueryError, UnsupportedFilterError } from '../errors.js'
import type { Span } from '../language/source.js'
import type { Schema } from '../schema/schema.js'
import { comparability } from './comparability.js'
import { complement } from './complement.js'
import type { Compare, Condition, Definite, DefiniteSome, In, Operand, Path, Test } from './condition.js'
import { all, any, FALSE, TRUE } from './definiteLogic.js'
import { canFail } from './fallible.js'
import { isAbsent, isPresent, isReadable } from './presence.js'
import { rowsEqual } from './rows.js'
import { canBeEqual, family, isNil, type OperandType, operandType, stepField } from './type.js'

export interface DefiniteOptions {
  /** Leaves rows compared as a whole, for printers that know what makes rows equal. Default false: by the columns of their key. */
  readonly wholeRows?: boolean
}

/**
 * The rows for which a filter's condition is true, as a condition that is only true or false: what printers write. With T and
 * F for "is true" and "is false": T(a and b) = T(a) and T(b); T(a or b) = T(a) or (F(a) and T(b)); T(not c) = F(c); and
 * F(a and b) = F(a) or (T(a) and F(b)), where a further solution of `a` must not be an error either.
 * @throws UnsupportedFilterError for what is not said in terms of the database: an opaque part, a method of a row, a field
 * that nothing declares.
 */
export function definite(condition: Condition, schema: Schema, options: DefiniteOptions = {}): Definite {
  return new Definer(schema, options.wholeRows ?? false).whenTrue(condition)
}

/** Whether two conditions begin with a test for just one class of one root each, so that where one holds, the other is false. */
function areOfOtherClasses(a: Condition, b: Condition): boolean {
  const [left, right] = [a, b].map((one) => (one.kind === 'and' ? one.of[0] : one))
  if (left?.kind !== 'isa' || right?.kind !== 'isa' || !left.exact || !right.exact) return false
  if (left.of.kind !== 'path' || right.of.kind !== 'path') return false
  if (left.of.steps.length > 0 || right.of.steps.length > 0) return false
  const [one, other] = [left.of.root, right.of.root]
  return (one === other || (one.kind === 'resource' && other.kind === 'resource')) && left.model !== right.model
}

/** Parts that can be an error are written once for each part behind them; a filter with more parts than this is refused. */
const maxSize = 100_000

class Definer {
  readonly #schema: Schema
  readonly #wholeRows: boolean
  #size = 0

  constructor(schema: Schema, wholeRows: boolean) {
    this.#schema = schema
    this.#wholeRows = wholeRows
  }

  whenTrue(condition: Condition): Definite {
    this.#count()
    switch (condition.kind) {
      case 'true':
        return TRUE
      case 'false':
      case 'failure':
        return FALSE
      case 'and':
        return all(condition.of.map((one) => this.whenTrue(one)))
      case 'or':
        return any(
          this.#withEarlier(condition.of, (one, before) => {
            const earlier = before.filter((other) => !areOfOtherClasses(other, one))
            return all([...earlier.map((other) => this.whenFalse(other)), this.whenTrue(one)])
          }),
        )
      case 'not':
        return this.whenFalse(condition.of)
      case 'some': {
        const { where } = condition
        const some = this.#some(condition, this.whenTrue(where))
        if (!canFail(this.#schema, where)) return some
        // Rows of a database have no order: where one is an error, the whole is taken for one.
        return all([
          some,
          complement(
            this.#schema,
            this.#some(condition, complement(this.#schema, any([this.whenTrue(where), this.whenFalse(where)]))),
          ),
        ])
      }
      case 'test':
        return this.#test(condition, true)
      case 'compare':
        return this.#compare(condition)
      case 'in':
        return this.#in(condition)
      case 'isa':
        return { ...condition, of: this.#path(condition.of, condition.span) }
      case 'text':
        return { ...condition, of: this.#path(condition.of, condition.span) }
      case 'reads':
        return isReadable(this.#schema, this.#path(condition.of, condition.span), condition.span)
      case 'opaque':
        throw new UnsupportedFilterError(
          'opaque-condition',
          `This part of the policy can't be a filter: ${condition.reason.message}.`,
          {
            span: condition.span,
            hint: 'rewrite it with relations and fields of the resource, or check the rows one by one with can()',
            data: { reason: condition.reason.code },
          },
        )
      case 'ref':
        throw new UnsupportedFilterError('opaque-condition', 'A filter is made of a bound condition.', {
          span: condition.span,
        })
    }
  }

  whenFalse(condition: Condition): Definite {
    this.#count()
    switch (condition.kind) {
      case 'true':
      case 'failure':
      case 'reads':
        return FALSE
      case 'false':
        return TRUE
      case 'and':
        return any(
          this.#withEarlier(condition.of, (one, before) =>
            all([...before.flatMap((other) => [this.whenTrue(other), this.#isSound(other)]), this.whenFalse(one)]),
          ),
        )
      case 'or':
        return all(condition.of.map((one) => this.whenFalse(one)))
      case 'not':
        return this.whenTrue(condition.of)
      case 'some': {
        const { where } = condition
        const counter = canFail(this.#schema, where)
          ? complement(this.#schema, this.whenFalse(where))
          : this.whenTrue(where)
        return all([
          isReadable(this.#schema, this.#path(condition.from, condition.span), condition.span),
          complement(this.#schema, this.#some(condition, counter)),
        ])
      }
      case 'test':
        return this.#test(condition, false)
      case 'compare':
      case 'in':
      case 'isa':
      case 'text': {
        if (condition.kind === 'compare' && this.#incomparable(condition)) return this.#mixed(condition, false)
        const operands =
          condition.kind === 'compare'
            ? [condition.left, condition.right]
            : condition.kind === 'in'
              ? [condition.item, condition.list]
              : [condition.of]
        const readable = operands.map((one) => isReadable(this.#schema, one, condition.span))
        return all([...readable, complement(this.#schema, this.whenTrue(condition))])
      }
      default:
        return this.whenTrue(condition)
    }
  }

  /** Parts one by one, each with those before it that can be an error. */
  #withEarlier(
    parts: readonly Condition[],
    print: (one: Condition, before: readonly Condition[]) => Definite,
  ): readonly Definite[] {
    const before: Condition[] = []
    return parts.map((one) => {
      const printed = print(one, before)
      if (canFail(this.#schema, one)) before.push(one)
      return printed
    })
  }

  #count(): void {
    if (++this.#size <= maxSize) return
    throw new QueryError('filter-too-large', `The filter has more than ${maxSize} parts.`, {
      hint: 'put large memberships into a relation of the database; test what can be nil or missing before it is used',
    })
  }

  /** That no solution of a condition, the first or a later one, is an error. */
  #isSound(condition: Condition): Definite {
    this.#count()
    if (!canFail(this.#schema, condition)) return TRUE
    switch (condition.kind) {
      case 'or':
        return all(condition.of.map((one) => this.#isSound(one)))
      case 'and':
        return all(
          condition.of.map((one, index) =>
            any([...condition.of.slice(0, index).map((before) => this.whenFalse(before)), this.#isSound(one)]),
          ),
        )
      case 'some':
        return all([
          isReadable(this.#schema, this.#path(condition.from, condition.span), condition.span),
          complement(this.#schema, this.#some(condition, complement(this.#schema, this.#isSound(condition.where)))),
        ])
      default:
        return any([this.whenTrue(condition), this.whenFalse(condition)])
    }
  }

  #some(
    condition: { readonly each: DefiniteSome['each']; readonly from: Operand; readonly span: Span },
    where: Definite,
  ): Definite {
    if (where.kind === 'false') return FALSE
    return {
      kind: 'some',
      each: condition.each,
      from: this.#path(condition.from, condition.span),
      where,
      span: condition.span,
    }
  }

  /** A path to a field that the schema knows; anything else has no place in a database. */
  #path(operand: Operand, span: Span): Path {
    if (operand.kind === 'path') {
      for (const step of operand.steps) {
        if (stepField(this.#schema, step)) continue
        throw new UnsupportedFilterError(
          'unsupported-filter',
          `"${step.name}" is no field that ${step.model ?? 'this'} declares, so no database can filter by it.`,
          {
            span: step.span,
            hint: step.model
              ? `declare it among the fields of ${step.model}`
              : 'declare the class of what it is read from',
            data: { reason: 'unknown-field' },
          },
        )
      }
      return operand
    }
    const what =
      operand.kind === 'call' ? `the method "${operand.method}"` : operand.kind === 'arithmetic' ? 'arithmetic' : 'this'
    throw new UnsupportedFilterError(
      'unsupported-filter',
      `A filter can't compute ${what} for each row of the database.`,
      {
        span: 'span' in operand ? operand.span : span,
        hint: 'compare fields and relations, or check the rows one by one with can()',
        data: { reason: operand.kind },
      },
    )
  }

  #test(condition: Test, expected: boolean): Definite {
    const { of, span } = condition
    if (of.kind === 'call') return this.#method(of, span, expected)
    const path = this.#path(of, span)
    const type = operandType(this.#schema, path)
    if (type.list || type.model !== undefined || (type.scalar !== undefined && type.scalar !== 'boolean')) return FALSE
    return { kind: 'compare', operator: '=', left: path, right: { kind: 'value', value: expected }, span }
  }

  /** Methods of texts and lists that databases have too. */
  #method(call: Extract<Operand, { kind: 'call' }>, span: Span, expected: boolean): Definite {
    const [part] = call.args
    const { method, of } = call
    if (of.kind === 'path' && part && call.args.length === 1) {
      const path = this.#path(of, span)
      const type = operandType(this.#schema, path)
      const argument = part.kind === 'path' ? operandType(this.#schema, part) : undefined
      const isText =
        part.kind === 'value'
          ? typeof part.value === 'string'
          : argument?.scalar === 'string' && !argument.list && !argument.nullable
      if (
        !type.list &&
        type.scalar === 'string' &&
        isText &&
        (method === 'startsWith' || method === 'endsWith' || method === 'includes')
      ) {
        const text: Definite = { kind: 'text', operator: method, of: path, part, span }
        const readable = [isPresent(this.#schema, path, span), isPresent(this.#schema, part, span)]
        return all([...readable, expected ? text : complement(this.#schema, text)])
      }
    }
    this.#path(call, span)
    return FALSE
  }

  #types(condition: Compare): readonly [OperandType, OperandType] {
    return [operandType(this.#schema, condition.left), operandType(this.#schema, condition.right)]
  }

  /** Whether the comparison is an error of types whatever the row. */
  #incomparable(condition: Compare): boolean {
    if (isNil(condition.left) || isNil(condition.right)) return false
    const [left, right] = this.#types(condition)
    return comparability(condition.operator, family(left), family(right)) === 'never'
  }

  /** When a comparison of two types that can't be compared is true, or false: where nil takes the place of a value. */
  #mixed(condition: Compare, expected: boolean): Definite {
    const { operator, span } = condition
    const [left, right] = [this.#side(condition.left, span), this.#side(condition.right, span)]
    const [isLeftNil, isRightNil] = [isAbsent(this.#schema, left, span), isAbsent(this.#schema, right, span)]
    if (operator !== '==' && operator !== '!=') {
      if (expected) return FALSE
      const [canRead, canReadRight] = [isReadable(this.#schema, left, span), isReadable(this.#schema, right, span)]
      return any([all([isLeftNil, canReadRight]), all([canRead, isRightNil])])
    }
    if (expected === (operator === '==')) return all([isLeftNil, isRightNil])
    return any([
      all([isLeftNil, isPresent(this.#schema, right, span)]),
      all([isPresent(this.#schema, left, span), isRightNil]),
    ])
  }

  #compare(condition: Compare): Definite {
    if (this.#incomparable(condition)) return this.#mixed(condition, true)
    const { operator, span } = condition
    const left = this.#side(condition.left, span)
    const right = this.#side(condition.right, span)
    if (operator === '=' || operator === '==') return this.#equal({ ...condition, left, right })
    if (operator === '!=') {
      const readable = [left, right].map((one) => isReadable(this.#schema, one, span))
      return all([...readable, complement(this.#schema, this.#equal({ ...condition, left, right }))])
    }
    if (isNil(left) || isNil(right)) return FALSE
    this.#refuseMixture(condition)
    return { kind: 'compare', operator, left, right, span }
  }

  #side(operand: Operand, span: Span): Operand {
    return operand.kind === 'value' ? operand : this.#path(operand, span)
  }

  #equal(condition: Compare): Definite {
    const { left, right, span } = condition
    const [a, b] = this.#types(condition)
    if (isNil(left) || isNil(right)) {
      const path = isNil(left) ? right : left
      if (path.kind !== 'path') return FALSE
      if (!operandType(this.#schema, path).nullable) return FALSE
      return { kind: 'compare', operator: '=', left: path, right: { kind: 'value', value: null }, span }
    }
    if (condition.operator !== '=') this.#refuseMixture(condition)
    if (!canBeEqual(this.#schema, a, b)) return FALSE
    if (family(a) !== undefined && family(b) !== undefined && family(a) !== family(b)) {
      return all([isAbsent(this.#schema, left, span), isAbsent(this.#schema, right, span)])
    }
    if (!this.#wholeRows && (family(a) === 'row' || family(b) === 'row')) {
      const nobody = all([isAbsent(this.#schema, left, span), isAbsent(this.#schema, right, span)])
      return any([nobody, rowsEqual(this.#schema, left, right, span)])
    }
    if (family(a) === 'list' || family(b) === 'list') {
      throw new UnsupportedFilterError('unsupported-filter', "A filter can't compare whole lists.", {
        span,
        data: { reason: 'list' },
      })
    }
    return { kind: 'compare', operator: '=', left, right, span }
  }

  /** Polar counts booleans as 0 and 1 beside numbers; databases differ there. */
  #refuseMixture(condition: Compare): void {
    const [left, right] = this.#types(condition)
    const a = family(left)
    const b = family(right)
    const isOrdering = condition.operator !== '==' && condition.operator !== '!='
    const hasOrder = a !== 'row' && a !== 'bytes'
    if ((a === b && (hasOrder || !isOrdering)) || a === undefined || b === undefined) return
    throw new UnsupportedFilterError(
      'unsupported-filter',
      `A filter can't compare ${a} with ${b} by \`${condition.operator}\`.`,
      {
        span: condition.span,
        data: { reason: 'mixed-types' },
      },
    )
  }

  #in(condition: In): Definite {
    const { item, list, span } = condition
    const container = operandType(this.#schema, list)
    if (list.kind === 'path') {
      const path = this.#path(list, span)
      if (!container.list)
        throw new UnsupportedFilterError('unsupported-filter', '`in` needs a field that holds a list.', {
          span,
          data: { reason: 'list' },
        })
      const one = this.#side(item, span)
      if (!canBeEqual(this.#schema, operandType(this.#schema, one), { ...container, list: false })) return FALSE
      return { kind: 'in', item: one, list: path, span }
    }
    const path = this.#path(item, span)
    const type = operandType(this.#schema, path)
    const elements = elementsOf(list, span)
    const possible = elements.filter((element) => canBeEqual(this.#schema, type, operandType(this.#schema, element)))
    if (possible.length === 0) return FALSE
    if (family(type) === 'row' || possible.some((one) => one.kind !== 'value')) {
      return any(
        possible.map((element) =>
          this.#equal({ kind: 'compare', operator: '=', left: path, right: this.#side(element, span), span }),
        ),
      )
    }
    const values = possible.map((one) => (one as Extract<Operand, { kind: 'value' }>).value)
    return { kind: 'in', item: path, list: { kind: 'value', value: values }, span }
  }
}

function elementsOf(list: Operand, span: Span): readonly Operand[] {
  if (list.kind === 'list') return list.elements
  if (list.kind === 'value' && Array.isArray(list.value))
    return list.value.map((value): Operand => ({ kind: 'value', value }))
  throw new UnsupportedFilterError('unsupported-filter', '`in` needs a list.', { span, data: { reason: 'list' } })
}
