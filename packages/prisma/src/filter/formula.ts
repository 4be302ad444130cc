import {
  type Compare,
  complement,
  type Definite,
  type DefiniteReach,
  type DefiniteSome,
  type In,
  type IsA,
  type Operand,
  type Root,
  type Schema,
  type Text,
} from '@arcturus/core/filters'
import type { Path } from './path.js'

/** A definite condition in which any part can be negated. */
export type Formula =
  | { readonly kind: 'true' }
  | { readonly kind: 'false' }
  | { readonly kind: 'and'; readonly of: readonly Formula[] }
  | { readonly kind: 'or'; readonly of: readonly Formula[] }
  | { readonly kind: 'not'; readonly of: Formula }
  | SomeFormula
  | DefiniteReach
  | Compare
  | In
  | IsA
  | Text

export interface SomeFormula extends Omit<DefiniteSome, 'where'> {
  readonly where: Formula
}

/** Returns the rows that a formula refers to, except those that it ranges over itself. */
export function rootsOf(formula: Formula | Definite): Set<Root> {
  const roots = new Set<Root>()
  collect(formula, roots)
  return roots
}

function collect(formula: Formula | Definite, roots: Set<Root>): void {
  switch (formula.kind) {
    case 'true':
    case 'false':
      return
    case 'and':
    case 'or':
      for (const one of formula.of) collect(one, roots)
      return
    case 'not':
      collect(formula.of, roots)
      return
    case 'some': {
      for (const root of rootsOf(formula.where)) if (root !== formula.each) roots.add(root)
      collectOperand(formula.from, roots)
      return
    }
    case 'reach':
      // Its other parts refer only to its own rows.
      collectOperand(formula.start, roots)
      return
    case 'compare':
      collectOperand(formula.left, roots)
      collectOperand(formula.right, roots)
      return
    case 'in':
      collectOperand(formula.item, roots)
      collectOperand(formula.list, roots)
      return
    case 'isa':
      collectOperand(formula.of, roots)
      return
    case 'text':
      collectOperand(formula.of, roots)
      collectOperand(formula.part, roots)
      return
  }
}

function collectOperand(operand: Operand, roots: Set<Root>): void {
  switch (operand.kind) {
    case 'path':
      roots.add(operand.root)
      return
    case 'field':
    case 'count':
      collectOperand(operand.of, roots)
      return
    case 'call':
      for (const one of [operand.of, ...operand.args]) collectOperand(one, roots)
      return
    case 'list':
      for (const one of operand.elements) collectOperand(one, roots)
      return
    case 'arithmetic':
      collectOperand(operand.left, roots)
      collectOperand(operand.right, roots)
      return
    case 'value':
    case 'constant':
      return
  }
}

export function and(of: readonly Formula[]): Formula {
  return of.length === 1 ? of[0]! : { kind: 'and', of }
}

export function or(of: readonly Formula[]): Formula {
  return of.length === 1 ? of[0]! : { kind: 'or', of }
}

/** Returns the formula with another row in place of one that it refers to. */
export function moved(formula: Formula, from: Root, to: Path): Formula {
  const path = (one: Path): Path =>
    one.root === from ? { kind: 'path', root: to.root, steps: [...to.steps, ...one.steps] } : one
  const move = (operand: Operand): Operand => movedOperand(operand, path)
  switch (formula.kind) {
    case 'true':
    case 'false':
      return formula
    case 'and':
    case 'or':
      return { kind: formula.kind, of: formula.of.map((one) => moved(one, from, to)) }
    case 'not':
      return { kind: 'not', of: moved(formula.of, from, to) }
    case 'some':
      return { ...formula, from: move(formula.from), where: moved(formula.where, from, to) }
    case 'reach':
      return { ...formula, start: path(formula.start) }
    case 'compare':
      return { ...formula, left: move(formula.left), right: move(formula.right) }
    case 'in':
      return { ...formula, item: move(formula.item), list: move(formula.list) }
    case 'isa':
      return { ...formula, of: move(formula.of) }
    case 'text':
      return { ...formula, of: move(formula.of), part: move(formula.part) }
  }
}

function movedOperand(operand: Operand, path: (one: Path) => Path): Operand {
  const move = (one: Operand): Operand => movedOperand(one, path)
  switch (operand.kind) {
    case 'path':
      return path(operand)
    case 'count':
      return { ...operand, of: path(operand.of) }
    case 'field':
      return { ...operand, of: move(operand.of) }
    case 'call':
      return { ...operand, of: move(operand.of), args: operand.args.map(move) }
    case 'list':
      return { ...operand, elements: operand.elements.map(move) }
    case 'arithmetic':
      return { ...operand, left: move(operand.left), right: move(operand.right) }
    case 'value':
    case 'constant':
      return operand
  }
}

/**
 * Whether a formula refers only to known rows, so that it holds for all rows of the resource or for
 * none.
 */
export function isClosed(formula: Formula): boolean {
  const roots = [...rootsOf(formula)]
  return roots.length > 0 && roots.every((root) => root.kind === 'row')
}

/** Returns the formula as a definite condition, which limits the places of negation. */
export function definiteOf(formula: Formula, schema: Schema): Definite {
  switch (formula.kind) {
    case 'and':
    case 'or':
      return { kind: formula.kind, of: formula.of.map((one) => definiteOf(one, schema)) }
    case 'not':
      return complement(schema, definiteOf(formula.of, schema))
    case 'some':
      return { ...formula, where: definiteOf(formula.where, schema) }
    default:
      return formula
  }
}
