import type { Span } from '@arcturus/core'
import type { Compare, Formula, In, IsA, Operand, Root, SomeFormula, Text } from '@arcturus/core/internal/prisma'
import type { Order, TextOperator } from '@arcturus/sql/internal/prisma'
import type { Dialects } from '../database/dialect.js'
import { refuse } from '../refusal.js'
import { describe, type Path, samePath, sameRow } from '../schema/path.js'
import type { PrismaColumn, PrismaModel, PrismaRelation } from '../schema/schema.js'
import type { PathEnd, Tables } from '../schema/tables.js'
import { Column } from './column.js'
import { isClosed } from './formula.js'
import { columnSides, columnsSides, listSides, missingSides, type Sides, sameColumnSides } from './leaves.js'
import { listValues } from './lists.js'
import { all, any, type Printed, whereOf } from './printed.js'
import { substringsOf } from './texts.js'

type Call = Extract<Operand, { readonly kind: 'call' }>
type Value = Extract<Operand, { readonly kind: 'value' }>

/**
 * Returns Prisma's reference to a column, which replaces a value: `prisma.document.fields.title`.
 */
export type FieldReference = (model: string, field: string) => unknown

/** Returns whether a condition holds that does not depend on the row. */
export type Truth = (closed: Formula) => boolean

/** Parts of a formula with their printed forms, as far as they have to hold. */
export type KnownParts = ReadonlyMap<Formula, Printed>

/**
 * Prints one formula as a `where`. Each part is printed for its true or its false side, down to the
 * columns. Prisma's `NOT` treats nulls and missing relations differently from negation in a policy.
 */
export class Printing {
  /**
   * @param truth - Undefined if conditions that do not depend on the row are refused.
   * @param known - Parts of the formula whose printed form is known.
   */
  constructor(
    private readonly tables: Tables,
    private readonly dialects: Dialects,
    private readonly reference: FieldReference | undefined,
    private readonly truth: Truth | undefined,
    private readonly known?: KnownParts | undefined,
  ) {}

  /** @throws UnsupportedFilterError if no exact `where` exists */
  print(formula: Formula): Printed {
    return this.#print(formula, undefined, true)
  }

  /** @param each - The row of a `where` at this place; undefined for the resource. */
  #print(formula: Formula, each: Root | undefined, holds: boolean): Printed {
    // Only a leaf is false if the known row is missing.
    if (this.truth && isLeaf(formula) && isClosed(formula)) return this.truth(formula) === holds
    const known = holds && !each ? this.known?.get(formula) : undefined
    if (known !== undefined) return known
    switch (formula.kind) {
      case 'true':
        return holds
      case 'false':
        return !holds
      case 'and':
      case 'or': {
        const join = (formula.kind === 'and') === holds ? all : any
        return join(formula.of.map((one) => this.#print(one, each, holds)))
      }
      case 'not':
        return this.#print(formula.of, each, !holds)
      case 'some':
        return this.#some(formula, each, holds)
      case 'reach':
        return refuse('recursion', 'A Prisma `where` cannot follow a relation recursively.', formula.span)
      case 'compare':
        return this.#compare(formula, each, holds)
      case 'in':
        return this.#in(formula, each, holds)
      case 'isa':
        return this.#isA(formula, each, holds)
      case 'text':
        return this.#text(formula, each, holds)
    }
  }

  #some({ each: row, from, where, span }: SomeFormula, each: Root | undefined, holds: boolean): Printed {
    const { field, hops } = this.#place(from, each, span)
    if (!field?.list) return this.#refuseOperand(from, span)
    if (field.kind !== 'relation') {
      return this.#leaf(hops, listSides(field, listValues(row, where, this.#column(field), span)), holds)
    }
    const inner = this.#print(where, row, true)
    if (inner === false) return !holds
    const rows = whereOf(inner, this.tables.model(field.model)!)
    return this.#leaf(hops, { yes: { [field.name]: { some: rows } }, no: { [field.name]: { none: rows } } }, holds)
  }

  #compare({ left, right, operator, span }: Compare, each: Root | undefined, holds: boolean): Printed {
    if (operator === '==' || left.kind === right.kind) {
      if (left.kind === 'path' && operator !== '==')
        return this.#compareColumns(left, right, operator, each, holds, span)
      return this.#refuseOperand(right, span)
    }
    if (left.kind === 'value') {
      return this.#compare({ kind: 'compare', left: right, right: left, operator: turned[operator], span }, each, holds)
    }
    if (right.kind !== 'value') return this.#refuseOperand(right, span)
    if (left.kind === 'call') return this.#compareJoined(left, right, operator, each, holds, span)
    const { hops, field } = this.#place(left, each, span)
    const sides = this.#compareField(left, field, operator === '!=' ? '=' : operator, right.value, span)
    return this.#leaf(hops, operator === '!=' ? swapped(sides) : sides, holds)
  }

  #compareField(path: Operand, field: PathEnd['field'], operator: '=' | Order, value: unknown, span: Span): Sides {
    if (value === undefined || !field || field.list) return this.#refuseOperand(path, span)
    if (value === null && operator !== '=') return never
    if (field.kind === 'relation') return value === null ? this.#missing(field) : this.#refuseOperand(path, span)
    const column = this.#column(field)
    if (value === null) {
      column.assertKnowsNil(span)
      return columnSides(field, [], true)
    }
    return columnSides(field, [operator === '=' ? column.equals(value, span) : column.compares(operator, value, span)])
  }

  /**
   * Prints the equality of a concatenation and a text: one column with constant parts around it.
   * The column must equal the text without those parts.
   */
  #compareJoined(
    left: Call,
    right: Value,
    operator: '=' | '!=' | Order,
    each: Root | undefined,
    holds: boolean,
    span: Span,
  ): Printed {
    const parts = [left.of, ...left.args]
    const texts = parts.map((one) => (one.kind === 'value' && typeof one.value === 'string' ? one.value : undefined))
    const at = texts.indexOf(undefined)
    const isOne = at !== -1 && at === texts.lastIndexOf(undefined) && (operator === '=' || operator === '!=')
    if (left.method !== 'concat' || !isOne || typeof right.value !== 'string') return this.#refuseOperand(left, span)
    const { hops, field } = this.#place(parts[at]!, each, span)
    if (!field || field.kind === 'relation' || field.list) return this.#refuseOperand(parts[at]!, span)
    const [before, behind] = [texts.slice(0, at).join(''), texts.slice(at + 1).join('')]
    const { value } = right
    const fits = value.length >= before.length + behind.length && value.startsWith(before) && value.endsWith(behind)
    const own = value.slice(before.length, value.length - behind.length)
    const sides = columnSides(field, [fits ? this.#column(field).equals(own, span) : 'never'])
    return this.#leaf(hops, operator === '!=' ? swapped(sides) : sides, holds)
  }

  #compareColumns(
    left: Path,
    right: Operand,
    operator: '=' | '!=' | Order,
    each: Root | undefined,
    holds: boolean,
    span: Span,
  ): Printed {
    const a = this.tables.canonical(left)
    const b = this.tables.canonical(this.#path(right, span))
    if (!sameRow(a.path, b.path)) return refuseRows(left, this.#path(right, span), span)
    const present = [...a.present, ...b.present].map((path): Printed => {
      const { hops, field } = this.#place(path, each, span)
      return field?.kind === 'relation'
        ? this.#leaf(hops, swapped(this.#missing(field)), holds)
        : this.#refuseOperand(path, span)
    })
    const { hops, model, field } = this.#place(a.path, each, span)
    const other = this.#place(b.path, each, span).field
    if (!field || !other || field.kind === 'relation' || other.kind === 'relation' || field.list || other.list) {
      return this.#refuseOperand(left, span)
    }
    const plain = operator === '!=' ? '=' : operator
    const sides = samePath(a.path, b.path)
      ? this.#sameColumn(field, plain, span)
      : this.#twoColumns(model, field, other, plain, span)
    const printed = this.#leaf(hops, operator === '!=' ? swapped(sides) : sides, holds)
    return holds ? all([...present, printed]) : any([...present, printed])
  }

  #sameColumn(column: PrismaColumn, operator: '=' | Order, span: Span): Sides {
    const compared = this.#column(column)
    // Both sides are one date, so a date finer than milliseconds is read alike on both.
    if (column.type !== 'DateTime') compared.assertComparable(operator !== '=', span)
    return sameColumnSides(column, operator, compared.isNumber)
  }

  #twoColumns(model: PrismaModel, a: PrismaColumn, b: PrismaColumn, operator: '=' | Order, span: Span): Sides {
    if (a.type !== b.type || a.native?.name !== b.native?.name) {
      return refuse(
        'field-reference',
        `Prisma compares only columns of one type; "${a.name}" and "${b.name}" have different types.`,
        span,
      )
    }
    const [compared, other] = [this.#column(a), this.#column(b)]
    for (const one of [compared, other]) one.assertComparable(operator !== '=', span)
    compared.assertCollation(other, span)
    const reference = this.reference?.(model.name, b.name)
    if (reference !== undefined) return columnsSides(a, b, operator, reference, compared.isNumber)
    const hint = 'query the guarded client of prismaAuthorization(authorizer, client)'
    return refuse('field-reference', `Comparing "${a.name}" with "${b.name}" needs the Prisma client.`, span, hint)
  }

  #in({ item, list, span }: In, each: Root | undefined, holds: boolean): Printed {
    if (list.kind === 'path') return this.#inColumn(item, list, each, holds, span)
    if (list.kind !== 'value' || !Array.isArray(list.value)) return this.#refuseOperand(list, span)
    const { hops, field } = this.#place(item, each, span)
    if (!field || field.kind === 'relation' || field.list) return this.#refuseOperand(item, span)
    const column = this.#column(field)
    column.assertKnowsNil(span)
    const values = list.value as readonly unknown[]
    if (values.includes(undefined)) return this.#refuseOperand(list, span)
    const present = values.includes(null) ? values.filter((value) => value !== null) : values
    return this.#leaf(hops, columnSides(field, column.among(present, span), present !== values), holds)
  }

  /** `item in row.tags`: one value in a list column. */
  #inColumn(item: Operand, list: Path, each: Root | undefined, holds: boolean, span: Span): Printed {
    const { hops, field } = this.#place(list, each, span)
    if (!field || field.kind === 'relation' || !field.list || item.kind !== 'value')
      return this.#refuseOperand(item, span)
    return this.#leaf(hops, listSides(field, this.#column(field).elements([item.value], span)), holds)
  }

  #isA({ of, model, span }: IsA, each: Root | undefined, holds: boolean): Printed {
    const { hops, field, model: own } = this.#place(of, each, span)
    // Prisma reads no row with a list of lists.
    if (field?.list && field.kind !== 'relation' && model === 'List') return this.#leaf(hops, swapped(never), holds)
    if (field?.list) return this.#refuseOperand(of, span)
    if (field && field.kind !== 'relation') {
      return this.#leaf(hops, columnSides(field, [this.#column(field).isInstance(model, span)]), holds)
    }
    if ((field?.model ?? own.name) !== model) return !holds
    return this.#leaf(hops, field ? swapped(this.#missing(field)) : swapped(never), holds)
  }

  #text({ of, part, operator, span }: Text, each: Root | undefined, holds: boolean): Printed {
    if (of.kind === 'value') return this.#textOf(of, part, operator, each, holds, span)
    const { hops, field } = this.#place(of, each, span)
    if (!field || field.kind === 'relation' || field.list) return this.#refuseOperand(of, span)
    if (part.kind !== 'value') return this.#refuseOperand(part, span)
    const sides =
      part.value === null ? never : columnSides(field, [this.#column(field).texts(operator, part.value, span)])
    return this.#leaf(hops, sides, holds)
  }

  /** Prints that a text contains the column's text: the column is one of the text's parts. */
  #textOf(
    { value }: Value,
    part: Operand,
    operator: TextOperator,
    each: Root | undefined,
    holds: boolean,
    span: Span,
  ): Printed {
    const { hops, field } = this.#place(part, each, span)
    const parts = typeof value === 'string' ? substringsOf(value, operator) : undefined
    if (!parts || !field || field.kind === 'relation' || field.list) return this.#refuseOperand(part, span)
    const column = this.#column(field)
    return this.#leaf(hops, columnSides(field, column.among(parts, span)), holds)
  }

  /**
   * Prints a condition on the row at the end of to-one relations. A leaf holds only if each
   * relation has a row, so its negation also holds for a missing row.
   */
  #leaf(hops: readonly PrismaRelation[], sides: Sides, holds: boolean): Printed {
    return hops.reduceRight<Printed>(
      (inner, hop) => {
        const missing = this.#missing(hop)
        const found = typeof inner === 'object' ? { [hop.name]: { is: inner } } : inner && missing.no
        return holds ? found : inner === true ? true : any([missing.yes, found])
      },
      holds ? sides.yes : sides.no,
    )
  }

  /** Prints that a to-one relation has no row. */
  #missing(relation: PrismaRelation): Sides {
    const every = whereOf(true, this.tables.model(relation.model)!)
    return missingSides(relation, this.tables.nullableColumns(relation), this.tables.isKept(relation), every)
  }

  #column(column: PrismaColumn): Column {
    return new Column(column, this.tables.valuesOf(column), this.dialects(column))
  }

  #place(operand: Operand, each: Root | undefined, span: Span): PathEnd {
    const path = this.#path(operand, span)
    if (each === undefined ? path.root.kind === 'resource' : path.root === each) return this.tables.place(path)
    return refuse(
      'two-rows',
      `"${describe(path)}" belongs to an outer row, which a Prisma filter cannot read here.`,
      span,
    )
  }

  #path(operand: Operand, span: Span): Path {
    return operand.kind === 'path' ? operand : this.#refuseOperand(operand, span)
  }

  #refuseOperand(operand: Operand, span: Span): never {
    const what = operand.kind === 'path' ? `"${describe(operand)}"` : `a ${operand.kind}`
    return refuse('operand', `A Prisma filter cannot use ${what} here.`, span)
  }
}

function isLeaf({ kind }: Formula): boolean {
  return kind !== 'and' && kind !== 'or' && kind !== 'not'
}

const turned = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '=': '=', '!=': '!=', '==': '==' } as const

const never: Sides = { yes: false, no: true }

function swapped(sides: Sides): Sides {
  return {
    get yes() {
      return sides.no
    },
    get no() {
      return sides.yes
    },
  }
}

function refuseRows(left: Path, right: Path, span: Span): never {
  return refuse(
    'two-rows',
    `"${describe(left)}" and "${describe(right)}" are columns of two rows, which a Prisma filter cannot compare.`,
    span,
  )
}
