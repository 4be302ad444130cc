/** The size of a query, in terms of the database's limits. */
export interface Extent {
  /**
   * The maximum nesting of brackets. Those of a query count for more: about as many places as
   * parsers use for them.
   */
  readonly depth: number
  /** The number of queries. A recursive query counts at each use. */
  readonly queries: number
  /** The number of uses of the recursive queries of one WITH. */
  readonly recursions: number
}

export const unlimited: Extent = { depth: Infinity, queries: Infinity, recursions: Infinity }

/** The recursive queries that are visible in a place. */
interface Scope {
  /** The number of queries in each. */
  readonly sizes: Map<string, number>
  asked: number
}

/** An open pair of brackets. */
interface Bracket {
  readonly depth: number
  readonly scope: Scope
  /** The recursive query that the brackets define. */
  readonly defines: string | undefined
  queries: number
}

const tokens = /"(?:[^"]|"")*"|`(?:[^`]|``)*`|'(?:[^']|'')*'|\((?=(SELECT|WITH)?)|\)|\bSELECT\b|\bAS\b/g

/** Measures a text that `Printer` wrote. */
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
        // A definition is followed by its columns. An alias can be, too.
        if (text.startsWith(' (', index + token.length)) name = previous === 'AS' ? undefined : token
    }
    previous = token
  }
  return { depth, queries: at.queries, recursions }
}
