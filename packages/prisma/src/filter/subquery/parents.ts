import {
  type Formula,
  type Operand,
  operandsIn,
  partsIn,
  type Root,
  type Subject,
} from '@arcturus/core/internal/prisma'
import type { Path } from '../../schema/path.js'
import type { PrismaRelation } from '../../schema/schema.js'
import type { Tables } from '../../schema/tables.js'
import { mapPaths, rootsOf } from '../formula.js'

/** A part of a formula that depends only on the row that a to-one relation of the resource leads to. */
export interface ParentPart {
  readonly relation: PrismaRelation
  /** The same condition with that row as the resource. */
  readonly condition: Formula
}

/**
 * Finds the parts of a formula for which Prisma joins the parent of each row that it looks at:
 * conditions on lists of the parent. Alternatives about one parent are one part.
 *
 * A condition on one list that all rows must fulfil is no such part, except on SQLite: other
 * databases start from the rows of the list.
 * @returns an equal formula, and those of its parts
 */
export function parentParts(
  formula: Formula,
  tables: Tables,
): readonly [formula: Formula, parts: ReadonlyMap<Formula, ParentPart>] {
  const parts = new Map<Formula, ParentPart>()
  const walk = (one: Formula, isDemanded: boolean): Formula => {
    const relation = isDemanded && one.kind !== 'or' ? undefined : parentOf(one, tables)
    if (relation) {
      const [root] = rootsOf(one)
      if (hasList(one)) parts.set(one, { relation, condition: ofParent(one, root!, relation) })
      return one
    }
    if (one.kind !== 'and' && one.kind !== 'or') return one
    if (isDemanded && one.kind === 'and') return { ...one, of: one.of.map((arm) => walk(arm, true)) }
    const groups = new Map<unknown, Formula[]>()
    for (const arm of one.of) {
      const key = parentOf(arm, tables) ?? arm
      groups.set(key, [...(groups.get(key) ?? []), arm])
    }
    if (groups.size === one.of.length) return { ...one, of: one.of.map((arm) => walk(arm, false)) }
    const of = [...groups.values()].map((arms) => walk(arms.length === 1 ? arms[0]! : { ...one, of: arms }, false))
    return { ...one, of }
  }
  return [walk(formula, tables.schema.provider !== 'sqlite'), parts]
}

/**
 * Returns the relation to the one row that a formula is about; undefined if it is about other rows,
 * or can hold without that row.
 */
function parentOf(formula: Formula, tables: Tables): PrismaRelation | undefined {
  const [root, ...others] = rootsOf(formula)
  if (!root || others.length > 0 || root.kind === 'row') return undefined
  const names = new Set(pathsOf(formula).flatMap((path) => (path.root === root ? [path.steps[0]?.name] : [])))
  const [name] = names
  const relation = names.size === 1 && name !== undefined ? tables.field(root.model, name) : undefined
  if (relation?.kind !== 'relation' || relation.list || relation.from.length !== 1 || !tables.names(relation))
    return undefined
  const { key } = tables.model(relation.model)!
  const column = tables.field(relation.model, relation.to[0]!)
  const isFound = column && column.kind !== 'relation' && key.length === 1 && key[0] === column.name
  return isFound && keyTypes.has(column.type) && needs(formula, root) ? relation : undefined
}

/** Types of keys that are the same value in every form. */
const keyTypes: ReadonlySet<string> = new Set(['Int', 'BigInt', 'String'])

/** Whether a formula holds only if the row exists to which the first step from a root leads. */
function needs(formula: Formula, root: Root): boolean {
  switch (formula.kind) {
    case 'and':
      return formula.of.some((one) => needs(one, root))
    case 'or':
      return formula.of.every((one) => needs(one, root))
    case 'not':
      return false
    default:
      return operandsIn(formula).some((one) => readsThrough(one, root))
  }
}

/** Whether an operand reads a column of that row. The row itself can be compared with nil. */
function readsThrough(operand: Operand, root: Root): boolean {
  if (operand.kind === 'path') return operand.root === root && operand.steps.length > 1
  return operandsIn(operand).some((one) => readsThrough(one, root))
}

function pathsOf(of: Formula): readonly Path[] {
  const paths: Path[] = []
  mapPaths(of, (path) => {
    paths.push(path)
    return path
  })
  return paths
}

function ofParent(formula: Formula, root: Root, { name, model }: PrismaRelation): Formula {
  const parent: Subject = { kind: 'resource', name, model, type: { ...root.type, model } }
  return mapPaths(formula, (path) =>
    path.root === root ? { kind: 'path', root: parent, steps: path.steps.slice(1) } : path,
  )
}

function hasList(formula: Formula): boolean {
  return formula.kind === 'some' || partsIn(formula).some(hasList)
}
