import type { Definite, KnownRow } from '../../condition/condition.js'
import { operandsIn, partsIn } from '../../condition/visit.js'
import { all } from './logic.js'

/**
 * Returns the condition, false if a row is gone and the condition negates one of its relations. The
 * absence of a row grants nothing.
 */
export function demandKnownRows(condition: Definite): Definite {
  const rows = new Map<KnownRow, Definite>()
  collect(condition, false, rows)
  return rows.size === 0 ? condition : all([...rows.values(), condition])
}

function collect(condition: Definite, isNegated: boolean, rows: Map<KnownRow, Definite>): void {
  if (isNegated && 'span' in condition) {
    const { span } = condition
    for (const operand of operandsIn(condition)) {
      if (operand.kind !== 'path' || operand.root.kind !== 'row') continue
      const { root } = operand
      rows.set(root, { kind: 'isa', of: { kind: 'path', root, steps: [] }, model: root.model, exact: false, span })
    }
  }
  for (const one of partsIn(condition)) collect(one, isNegated || condition.kind === 'not', rows)
}
