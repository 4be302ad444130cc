import {
  complement,
  type Definite,
  type Formula,
  mapOperands,
  mapParts,
  type Operand,
  operandsIn,
  partsIn,
  type Root,
  type Schema,
  variablesIn,
} from '@arcturus/core/internal/prisma'
import type { Path } from '../schema/path.js'

/** Returns the rows that a formula refers to, except those that it ranges over itself. */
export function rootsOf(formula: Formula): Set<Root> {
  const roots = new Set<Root>()
  collect(formula, roots)
  return roots
}

function collect(of: Formula | Operand, roots: Set<Root>): void {
  if (of.kind === 'path') roots.add(of.root)
  for (const one of operandsIn(of)) collect(one, roots)
  // Sound: an operand has no conditions in it.
  const condition = of as Formula
  const own = variablesIn(condition)
  for (const part of partsIn(condition))
    for (const root of rootsOf(part)) if (!own.some((one) => one === root)) roots.add(root)
}

export function and(of: readonly Formula[]): Formula {
  return of.length === 1 ? of[0]! : { kind: 'and', of }
}

export function or(of: readonly Formula[]): Formula {
  return of.length === 1 ? of[0]! : { kind: 'or', of }
}

/** Returns the formula with another row in place of one that it refers to. */
export function moved(formula: Formula, from: Root, to: Path): Formula {
  return mapPaths(formula, (path) =>
    path.root === from ? { kind: 'path', root: to.root, steps: [...to.steps, ...path.steps] } : path,
  )
}

/** Returns the formula with other paths. */
export function mapPaths(formula: Formula, replace: (path: Path) => Path): Formula {
  const map = (operand: Operand): Operand => (operand.kind === 'path' ? replace(operand) : mapOperands(operand, map))
  return mapParts(mapOperands(formula, map), (one) => mapPaths(one, replace))
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
    case 'reach':
      return formula
    case 'not':
      return complement(schema, definiteOf(formula.of, schema))
    default:
      // Sound: only the places of `not` make a formula another than a definite condition.
      return mapParts(formula, (one) => definiteOf(one, schema)) as Definite
  }
}
