/**
 * Reads the collations from a `CREATE TABLE` of SQLite, by column name in lower case. SQLite stores
 * them nowhere else.
 * @returns undefined if the text is not such a statement
 */
export function collationsOf(definition: string): ReadonlyMap<string, string> | undefined {
  const tokens = tokensOf(definition)
  const start = tokens.findIndex(({ kind, text }) => kind === 'sign' && text === '(')
  if (start === -1) return undefined
  const found = new Map<string, string>()
  let depth = 0
  let isFirst = true
  let column = ''
  for (const [at, { kind, text }] of tokens.entries()) {
    if (at < start) continue
    if (kind === 'sign') {
      if (text === '(') depth++
      if (text === ')') depth--
      if (depth === 0) break
      if (text === ',' && depth === 1) isFirst = true
      continue
    }
    if (depth !== 1) continue
    if (isFirst) {
      column = text.toLowerCase()
      isFirst = false
    } else if (kind === 'word' && text.toUpperCase() === 'COLLATE') {
      found.set(column, tokens[at + 1]?.text ?? 'unknown')
    }
  }
  return found
}

interface Token {
  readonly kind: 'word' | 'quoted' | 'sign'
  readonly text: string
}

const pattern =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'((?:[^']|'')*)'|"((?:[^"]|"")*)"|`((?:[^`]|``)*)`|\[([^\]]*)\]|([\p{L}\p{N}_$]+)|([(),])/gu

function tokensOf(sql: string): readonly Token[] {
  return [...sql.matchAll(pattern)].flatMap(([whole, single, double, back, bracket, word, sign]): Token[] => {
    const quoted = single ?? double ?? back ?? bracket
    if (quoted !== undefined) return [{ kind: 'quoted', text: quoted.replace(/''|""|``/g, (two) => two[0]!) }]
    if (word !== undefined) return [{ kind: 'word', text: word }]
    return sign === undefined || whole !== sign ? [] : [{ kind: 'sign', text: sign }]
  })
}
