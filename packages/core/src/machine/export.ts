import { Dict, setEntry } from '../values/dict.js'
import type { Machine } from './machine.js'
import { Cell, DictTerm, deref, Float, ListTerm, type Term } from './term.js'
import { RestVariable, Variable } from './variable.js'

/**
 * A term as the application sees it: what a policy made becomes a new array or `Dict`, what came from the application is
 * handed back as it is, and a variable that is not bound is a `Variable`. Deep terms do not recurse.
 */
export function exportTerm(m: Machine, term: Term): unknown {
  const value = deref(term)
  return isMade(value) ? convert(m, value) : value
}

function isMade(value: Term): boolean {
  return value instanceof Cell || value instanceof ListTerm || value instanceof DictTerm || value instanceof Float
}

/** How deep a cyclic term is unrolled. */
const maxDepth = 100_000

interface Job {
  readonly term: Term
  readonly depth: number
  readonly put: (value: unknown) => void
}

function convert(m: Machine, root: Term): unknown {
  let result: unknown
  const jobs: Job[] = [
    {
      term: root,
      depth: 0,
      put: (value) => {
        result = value
      },
    },
  ]
  let work = 0
  for (let job = jobs.pop(); job !== undefined; job = jobs.pop()) {
    if (++work % 512 === 0) m.spend(512)
    const term = deref(job.term)
    const depth = job.depth + 1
    if (term instanceof Float) job.put(term.value)
    else if (term instanceof Cell || depth > maxDepth) job.put(variableOf(term))
    else if (term instanceof ListTerm) {
      const list: unknown[] = []
      job.put(list)
      for (let part: ListTerm | undefined = term; part !== undefined; ) {
        for (let at = part.from; at < part.items.length; at++) add(list, part.items[at], depth)
        const rest: Term = deref(part.rest)
        part = rest instanceof ListTerm ? rest : undefined
        if (Array.isArray(rest)) list.push(...rest)
        else if (rest instanceof Cell) list.push(new RestVariable(rest.name ?? '_'))
        else if (rest !== undefined && part === undefined) add(list, rest, depth)
        if (++work % 512 === 0) m.spend(512)
      }
    } else if (term instanceof DictTerm) {
      const dict = new Dict()
      job.put(dict)
      for (const [key, entry] of term.entries) {
        // reserves the key's place in the order
        setEntry(dict, key, undefined)
        jobs.push({ term: entry, depth, put: (value) => setEntry(dict, key, value) })
      }
    } else job.put(term)
  }
  return result

  function add(list: unknown[], element: Term, depth: number): void {
    const value = deref(element)
    if (!isMade(value)) {
      list.push(value)
      return
    }
    const at = list.push(undefined) - 1
    jobs.push({
      term: value,
      depth,
      put: (made) => {
        list[at] = made
      },
    })
  }
}

function variableOf(term: Term): Variable {
  return new Variable(term instanceof Cell && term.name !== undefined ? term.name : '_')
}
