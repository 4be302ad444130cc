import { Cell, deref } from '../state/cell.js'
import type { Constraint, Excluded } from '../state/suspension.js'
import { type AnyList, DictTerm, ListTerm, type Term } from '../state/term.js'

/** Returns the terms of a constraint. */
export function termsOf(constraint: Constraint): Term[] {
  switch (constraint.kind) {
    case 'operation':
      return [...constraint.args]
    case 'lookup':
      return [constraint.object, constraint.result]
    case 'matches':
      return [constraint.value]
    case 'not':
      return constraint.alternatives
        .flat()
        .flatMap((demand) => (demand.kind === 'binding' ? [demand.cell, demand.value] : termsOf(demand.constraint)))
  }
}

/** Returns the open variables in terms. */
export function cellsOf(terms: readonly Term[]): Cell[] {
  const cells: Cell[] = []
  const seen = new Set<Term>()
  const open = [...terms]
  while (open.length > 0) {
    const term = deref(open.pop())
    if (seen.has(term)) continue
    if (term instanceof Cell) cells.push(term)
    else if (term instanceof ListTerm) {
      seen.add(term)
      for (let at = term.from; at < term.items.length; at++) open.push(term.items[at])
      open.push(term.rest)
    } else if (term instanceof DictTerm) {
      seen.add(term)
      for (const child of term.entries.values()) open.push(child)
    }
  }
  return cells
}

/** Returns the constraints that mention one of the variables, or one that such a constraint mentions. */
export function connected(cells: Iterable<Cell>, constraints: readonly Constraint[]): ReadonlySet<Constraint> {
  const known = new Set(cells)
  const found = new Set<Constraint>()
  for (let size = -1; size < found.size; ) {
    size = found.size
    for (const constraint of constraints) {
      if (found.has(constraint)) continue
      const mentioned = cellsOf(termsOf(constraint))
      if (!mentioned.some((cell) => known.has(cell))) continue
      found.add(constraint)
      for (const cell of mentioned) known.add(cell)
    }
  }
  return found
}

/** Returns a constraint with the present values of its variables, which backtracking takes away. */
export function settled(constraint: Constraint): Constraint {
  switch (constraint.kind) {
    case 'operation':
      return { ...constraint, args: constraint.args.map(settledTerm) }
    case 'lookup':
      return { ...constraint, object: settledTerm(constraint.object), result: settledTerm(constraint.result) }
    case 'matches':
      return { ...constraint, value: settledTerm(constraint.value), slots: constraint.slots.map(settledTerm) }
    case 'not':
      return {
        ...constraint,
        alternatives: constraint.alternatives.map((demands) =>
          demands.map((demand): Excluded => {
            if (demand.kind === 'constraint') return { kind: 'constraint', constraint: settled(demand.constraint) }
            return { ...demand, value: settledTerm(demand.value) }
          }),
        ),
      }
  }
}

/** Returns the present value of a term, also of the variables in lists and dictionaries. */
export function settledTerm(term: Term): Term {
  const copies = new Map<Term, Term>()
  const jobs: (() => void)[] = []
  const copy = (part: Term): Term => {
    const value = deref(part)
    const known = copies.get(value)
    if (known !== undefined) return known
    if (value instanceof ListTerm) {
      const { items, rest } = flattened(value)
      jobs.push(() => {
        for (const [at, item] of items.entries()) items[at] = copy(item)
      })
      return remember(value, new ListTerm(items, 0, rest))
    }
    if (value instanceof DictTerm) {
      const entries = new Map(value.entries)
      jobs.push(() => {
        for (const [key, entry] of entries) entries.set(key, copy(entry))
      })
      return remember(value, new DictTerm(entries))
    }
    return value
  }
  const remember = (value: Term, made: Term): Term => {
    copies.set(value, made)
    return made
  }
  const result = copy(term)
  for (let job = jobs.pop(); job; job = jobs.pop()) job()
  return result
}

/** Returns the elements of a list as far as they are known, and its open end. */
export function flattened(list: AnyList): { readonly items: Term[]; readonly rest: Term | undefined } {
  const items: Term[] = []
  const seen = new Set<Term>()
  let part: Term = list
  while (part instanceof ListTerm && !seen.has(part)) {
    seen.add(part)
    for (let at = part.from; at < part.items.length; at++) items.push(part.items[at])
    part = deref(part.rest)
  }
  if (!Array.isArray(part)) return { items, rest: part }
  for (const item of part) items.push(item)
  return { items, rest: undefined }
}
