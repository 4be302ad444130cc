/**
 * An SQL condition, or a constant: true or false. It may be null instead of false; `not` handles
 * that.
 */
export type Sql = boolean | SqlText

export interface SqlText {
  readonly kind: 'exists' | 'and' | 'or' | 'atom'
  readonly text: string
  /** Its negation, if there is a short form. */
  readonly contrary?: string | undefined
  /** Its columns, if it links a row of a subquery to an outer row. */
  readonly link?: Link
}

/** The equal columns of a row of a subquery and of an outer row. */
export interface Link {
  readonly inner: string
  readonly outer: string
  /** Whether the inner column can be null. */
  readonly nullable: boolean
}

export function atom(text: string, contrary?: string): SqlText {
  return { kind: 'atom', text, contrary }
}

/** Writes that the column of a row of a subquery equals that of an outer row. */
export function linked(link: Link): SqlText {
  return { ...atom(`${link.inner} = ${link.outer}`), link }
}

export function all(parts: readonly Sql[]): Sql {
  if (parts.includes(false)) return false
  return joined('and', parts.filter((part) => part !== true) as readonly SqlText[]) ?? true
}

export function any(parts: readonly Sql[]): Sql {
  if (parts.includes(true)) return true
  return joined('or', parts.filter((part) => part !== false) as readonly SqlText[]) ?? false
}

/** Writes the negation of a condition. It is true if the condition is null. */
export function not(part: Sql): Sql {
  if (typeof part === 'boolean') return !part
  if (part.contrary !== undefined) return atom(part.contrary, part.text)
  return part.kind === 'exists' ? atom(`NOT ${part.text}`) : atom(`(${part.text}) IS NOT TRUE`)
}

/** Writes a condition as a part of another one. */
export function written(part: Sql): string {
  if (typeof part === 'boolean') return part ? '(1 = 1)' : '(1 = 0)'
  return part.kind === 'and' || part.kind === 'or' ? `(${part.text})` : part.text
}

/** Writes a condition in brackets, for use among unknown conditions. */
export function bracketed(part: Sql): string {
  return typeof part === 'boolean' ? written(part) : `(${part.text})`
}

/**
 * Databases parse a long chain of conditions as one deep tree, and limit its depth (SQLite: 1,000
 * levels).
 */
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
