/** What a query takes of the database that reads it. */
export interface Extent {
  /** How deep its brackets stand in each other; those of a query count for more, about as many places as parsers keep for them. */
  readonly depth: number
  /** How many queries are in it; a recursive one counts wherever it is asked. */
  readonly queries: number
  /** How often the recursive queries of one WITH are asked. */
  readonly recursions: number
}

export const unlimited: Extent = { depth: Infinity, queries: Infinity, recursions: Infinity }

/** The recursive queries that can be asked in a place. */
interface Scope {
  /** How many queries each is. */
  readonly sizes: Map<string, number>
  asked: number
}

/** A pair of brackets that is open. */
interface Bracket {
  readonly depth: number
  readonly scope: Scope
  /** The recursive query that stands in them. */
  readonly defines: string | undefined
  queries: number
}

const tokens = /"(?:[^"]|"")*"|`(?:[^`]|``)*`|'(?:[^']|'')*'|\((?=(SELECT|WITH)?)|\)|\bSELECT\b|\bAS\b/g

/** Reads a text as `Printer` writes it. */
export function extentOf(text: string): Extent {
  let at: Bracket = { depth: 0, scope: { sizes: new Map(), asked: 0 }, defines: undefined, queries: 0 }
  const around: Bracket[] = []
  let depth = 0
  let recursions = 0
  let name: string | undefined
  let previous = ''
  for (const { 0: token, 1: query, index } of text.matchAll(tokens)) {
    switch (token) {
      case '(': {
        around.push(at)
        const defines = previous === 'AS' ? name : undefined
        const scope = query === 'WITH' ? { sizes: new Map(at.scope.sizes), asked: 0 } : at.scope
        at = { depth: at.depth + (query ? 11 : 4), scope, defines, queries: 0 }
        depth = Math.max(depth, at.depth)
        break
      }
      case ')': {
        const { defines, queries } = at
        at = around.pop()!
        if (defines === undefined) at.queries += queries
        else at.scope.sizes.set(defines, queries)
        break
      }
      case 'SELECT':
        at.queries++
        break
      case 'AS':
        break
      default:
        if (at.scope.sizes.has(token)) {
          at.queries += 1 + at.scope.sizes.get(token)!
          recursions = Math.max(recursions, ++at.scope.asked)
        }
        // Only what is defined has its columns behind it; an alias can have them too.
        if (text.startsWith(' (', index + token.length)) name = previous === 'AS' ? undefined : token
    }
    previous = token
  }
  return { depth, queries: at.queries, recursions }
}
