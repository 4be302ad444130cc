import type { Compare, Definite, DefiniteSome, In, IsA, Operand, Root, Text } from '@arcturus/core'

/** A definite condition in which anything can be negated. */
export type Formula =
  | { readonly kind: 'true' }
  | { readonly kind: 'false' }
  | { readonly kind: 'and'; readonly of: readonly Formula[] }
  | { readonly kind: 'or'; readonly of: readonly Formula[] }
  | { readonly kind: 'not'; readonly of: Formula }
  | SomeFormula
  | Compare
  | In
  | IsA
  | Text

export interface SomeFormula extends Omit<DefiniteSome, 'where'> {
  readonly where: Formula
}

/** The rows that a formula speaks of, without those that it ranges over itself. */
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
