import { Cell, deref } from '../state/cell.js'
import type { Machine } from '../state/machine.js'
import { DictTerm, ListTerm, OwnTerm, type Term } from '../state/term.js'

/** Lists that rules made, with more bound variables than this, count as open. */
const maxVariables = 64

/**
 * Returns whether a term contains no open variable. Values of the application contain none. Terms
 * without any variable are remembered, so that a recursion along a list reads each element once.
 */
export function isGround(m: Machine, root: Term): boolean {
  if (!(root instanceof OwnTerm)) return true
  const open: Term[] = [root]
  const seen: object[] = []
  let variables = 0
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next instanceof Cell && ++variables > maxVariables) return false
    const term = deref(next)
    if (term instanceof Cell) return false
    if (!(term instanceof ListTerm || term instanceof DictTerm) || m.closed.has(term)) continue
    seen.push(term)
    if (term instanceof DictTerm) for (const child of term.entries.values()) open.push(child)
    else {
      if (term.rest !== undefined) open.push(term.rest)
      if (m.closed.has(term.items)) continue
      for (let at = term.from; at < term.items.length; at++) open.push(term.items[at])
      // later parts of the same list share its elements
      seen.push(term.items)
    }
  }
  if (variables === 0) for (const part of seen) m.closed.add(part)
  return true
}
