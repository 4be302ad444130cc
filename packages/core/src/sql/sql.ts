/**
 * A piece of SQL that is a condition, or what is known without asking: true or false. Where it does not hold it may be null;
 * `not` takes care of that.
 */
export type Sql = boolean | SqlText

export interface SqlText {
  readonly kind: 'exists' | 'and' | 'or' | 'atom'
  readonly text: string
  /** How its contrary is said, where there is a short way. */
  readonly contrary?: string | undefined
}

export function atom(text: string, contrary?: string): SqlText {
  return { kind: 'atom', text, contrary }
}

export function all(parts: readonly Sql[]): Sql {
  if (parts.includes(false)) return false
  return joined('and', parts.filter((part) => part !== true) as readonly SqlText[]) ?? true
}

export function any(parts: readonly Sql[]): Sql {
  if (parts.includes(true)) return true
  return joined('or', parts.filter((part) => part !== false) as readonly SqlText[]) ?? false
}

/** The rows for which a condition does not hold; where it is null it does not. */
export function not(part: Sql): Sql {
  if (typeof part === 'boolean') return !part
  if (part.contrary !== undefined) return atom(part.contrary, part.text)
  return part.kind === 'exists' ? atom(`NOT ${part.text}`) : atom(`(${part.text}) IS NOT TRUE`)
}

/** As it is written between other conditions. */
export function written(part: Sql): string {
  if (typeof part === 'boolean') return part ? '(1 = 1)' : '(1 = 0)'
  return part.kind === 'and' || part.kind === 'or' ? `(${part.text})` : part.text
}

/** As it is written among conditions that nobody knows. */
export function bracketed(part: Sql): string {
  return typeof part === 'boolean' ? written(part) : `(${part.text})`
}

/** Databases read a long row of conditions as one deep tree, and take trees of a certain depth only (SQLite 1,000 levels). */
const longest = 100

function joined(kind: 'and' | 'or', parts: readonly SqlText[]): SqlText | undefined {
  if (parts.length <= 1) return parts[0]
  if (parts.length > longest) {
    const size = Math.max(longest, Math.ceil(parts.length / longest))
    const groups: SqlText[] = []
    for (let at = 0; at < parts.length; at += size) groups.push(joined(kind, parts.slice(at, at + size))!)
    return joined(kind, groups)
  }
  return { kind, text: parts.map(written).join(kind === 'and' ? ' AND ' : ' OR ') }
}
