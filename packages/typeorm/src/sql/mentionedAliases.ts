/** The functions whose result depends only on their arguments, or is constant in a statement. */
const functions =
  'lower|upper|trim|ltrim|rtrim|length|char_length|coalesce|ifnull|nullif|abs|round|floor|ceil|ceiling|concat|substring|substr|replace|now'
const words =
  'and|or|not|in|is|null|like|ilike|between|true|false|escape|any|case|when|then|else|end|current_timestamp|current_date'
const name = '(?:[A-Za-z_]\\w*|"[^"\\\\]+"|`[^`\\\\]+`)'

/** Matches the SQL that is known to be harmless. A qualified name is in the first group, any other in the second. */
const known = new RegExp(
  [
    '\\s+',
    `(${name}(?:\\s*\\.\\s*${name})+)(?!\\w|\\s*[.(])`,
    "'(?:[^'\\\\]|'')*'",
    '\\d+(?:\\.\\d+)?(?![\\w.])',
    '::?(?:\\.\\.\\.)?[A-Za-z_]\\w*(?!\\w|\\s*\\()',
    `(?:${words})(?![\\w$.])`,
    `(?:${functions})(?=\\s*\\()`,
    '<=|>=|<>|!=|@>|<@|&&|\\|\\||[=<>+*%(),]|-(?!-)|/(?!\\*)',
    `(${name})(?![\\w$]|\\s*[.(])`,
  ].join('|'),
  'iy',
)

const names = new RegExp(name, 'g')

/** Returns whether a path is a column of an alias, by its name in SQL or TypeORM. A name alone has the alias ''. */
export type IsColumn = (alias: string, path: string) => boolean

/**
 * Returns the aliases whose columns determine the value of a condition. Returns undefined if the
 * SQL contains an unknown form, such as a name that is no column, a subquery, an unknown function,
 * or a comment.
 *
 * `d.title = :title AND LOWER(o.name) = 'ann'` mentions `d` and `o`.
 */
export function mentionedAliases(sql: string, isColumn: IsColumn): ReadonlySet<string> | undefined {
  const mentioned = new Set<string>()
  known.lastIndex = 0
  for (let at = 0; at < sql.length; at = known.lastIndex) {
    known.lastIndex = at
    const found = known.exec(sql)
    if (!found) return undefined
    const path = ((found[1] ?? found[2])?.match(names) ?? []).map((one) => one.replace(/["`]/g, ''))
    if (path.length === 0) continue
    const alias = path.length > 1 ? path.shift()! : ''
    if (!isColumn(alias, path.join('.'))) return undefined
    mentioned.add(alias.toLowerCase())
  }
  return mentioned
}
