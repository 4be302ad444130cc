import { Dict, setEntry } from '../../values/dict.js'
import { Cell, deref } from '../state/cell.js'
import type { Machine } from '../state/machine.js'
import { DictTerm, Float, ListTerm, OwnTerm, type Term } from '../state/term.js'
import { RestVariable, Variable } from '../state/variable.js'

/**
 * Returns a term in the form for the application. Lists and dictionaries of a policy become new
 * arrays and `Dict`s. Values of the application are returned unchanged, and an open variable
 * becomes a `Variable`. Deep terms do not recurse.
 */
export function exportTerm(m: Machine, term: Term): unknown {
  const value = deref(term)
  return value instanceof OwnTerm ? convert(m, value) : value
}

type Job =
  | { readonly kind: 'convert'; readonly term: Term; readonly put: (value: unknown) => void }
  /** All parts of the term have been converted. */
  | { readonly kind: 'leave'; readonly term: Term }

/** Converts one term. A term that contains itself is cut at the repetition. */
function convert(m: Machine, root: Term): unknown {
  let result: unknown
  const open = new Set<Term>()
  const jobs: Job[] = []
  const later = (term: Term, put: (value: unknown) => void): void => {
    jobs.push({ kind: 'convert', term, put })
  }
  later(root, (value) => {
    result = value
  })
  let work = 0
  for (let job = jobs.pop(); job !== undefined; job = jobs.pop()) {
    if (++work % 512 === 0) m.spend(512)
    if (job.kind === 'leave') {
      open.delete(job.term)
      continue
    }
    const term = deref(job.term)
    if (term instanceof Float) job.put(term.value)
    else if (term instanceof Cell) job.put(m.outside.variableFor(term, nameIn(job.term)))
    else if (open.has(term)) job.put(new Variable('_'))
    else if (term instanceof ListTerm || term instanceof DictTerm) {
      open.add(term)
      jobs.push({ kind: 'leave', term })
      job.put(term instanceof ListTerm ? convertList(m, term, later) : convertDict(term, later))
    } else job.put(term)
  }
  return result
}

/** Returns the name of the first variable of the query on the way to an open one. */
function nameIn(term: Term): string | undefined {
  for (let at = term; at instanceof Cell; at = at.value) {
    if (at.name !== undefined) return at.name
    if (!at.isBound) return undefined
  }
  return undefined
}

type Later = (term: Term, put: (value: unknown) => void) => void

function convertList(m: Machine, term: ListTerm, later: Later): unknown[] {
  const list: unknown[] = []
  const seen = new Set<Term>()
  let part: Term = term
  while (part instanceof ListTerm && !seen.has(part)) {
    if (part.rest !== undefined) seen.add(part)
    for (let at = part.from; at < part.items.length; at++) add(part.items[at])
    if (seen.size % 512 === 511) m.spend(512)
    part = deref(part.rest)
  }
  if (Array.isArray(part)) for (const element of part) list.push(element)
  else if (part instanceof Cell) list.push(new RestVariable(part.name ?? `_${part.serial}`))
  else if (part !== undefined && !(part instanceof ListTerm)) add(part)
  return list

  function add(element: Term): void {
    const value = deref(element)
    if (!(value instanceof OwnTerm)) {
      list.push(value)
      return
    }
    const at = list.push(undefined) - 1
    later(element, (made) => {
      list[at] = made
    })
  }
}

function convertDict(term: DictTerm, later: Later): Dict {
  const dict = new Dict()
  for (const [key, entry] of term.entries) {
    // keeps the key's place in the order
    setEntry(dict, key, undefined)
    later(entry, (value) => setEntry(dict, key, value))
  }
  return dict
}
