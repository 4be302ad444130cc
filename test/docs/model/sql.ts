const WIDTH = 76

/** Returns a statement of Prisma for a page: without quotes and columns, on several lines, and indented by its parentheses. */
export function prettySql(sql: string): string {
  const plain = sql
    .replaceAll('`main`.', '')
    .replaceAll(/[`"]/g, '')
    .replace(/^SELECT .*? FROM /, 'SELECT … FROM ')
    .replace(/ LIMIT '?-?\d+'? OFFSET '?\d+'?$/, '')
    .replaceAll(/ AND 1=1/g, '')
    .replaceAll(/\barc_/g, '')
    .replace(/ LIMIT 901$/, '')
  if (plain.startsWith('WITH ')) {
    return plain
      .replaceAll(/ AS \((?=SELECT)/g, ' AS (\n  ')
      .replaceAll(/ (UNION|FROM|WHERE|JOIN) /g, '\n  $1 ')
      .replaceAll(/\) SELECT /g, '\n)\nSELECT ')
  }
  const [head = '', condition] = plain.split(/ WHERE (.*)/s)
  return condition === undefined ? head : `${head}\nWHERE ${broken(condition, 1)}`
}

/** Breaks a condition at its `AND` and `OR`, if it is too long for a line. */
function broken(condition: string, depth: number): string {
  const inner = unwrapped(condition)
  if (condition.length + depth * 2 <= WIDTH) return condition
  const parts = split(inner)
  if (parts.length === 1) return inner === condition ? within(condition, depth) : `(${broken(inner, depth)})`
  const indent = '  '.repeat(depth)
  const body = parts
    .map(({ joint, text }) => (joint === '' ? '' : `\n${indent}${joint} `) + broken(text, depth + 1))
    .join('')
  return inner === condition ? body : `(${body})`
}

/** Breaks within the last pair of parentheses of a condition that has no `AND`, such as `id IN (SELECT … WHERE …)`. */
function within(condition: string, depth: number): string {
  const indent = '  '.repeat(depth)
  return condition
    .replaceAll(/ (LEFT JOIN|INNER JOIN|FROM) /g, `\n${indent}$1 `)
    .replace(/ WHERE (.*)$/s, (_, rest: string) => {
      const end = closing(rest)
      return `\n${indent}WHERE ${broken(rest.slice(0, end), depth + 1)}${rest.slice(end)}`
    })
}

/** The place of the parenthesis that closes what was opened before a text, or its end. */
function closing(text: string): number {
  let open = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '(') open++
    if (text[at] === ')' && open-- === 0) return at
  }
  return text.length
}

function unwrapped(text: string): string {
  return text.startsWith('(') && closing(text.slice(1)) === text.length - 2 ? text.slice(1, -1) : text
}

/** The operands of the outermost `AND` or `OR`. */
function split(text: string): { joint: string; text: string }[] {
  const parts: { joint: string; text: string }[] = []
  let open = 0
  let start = 0
  let joint = ''
  for (const { 0: token, index } of text.matchAll(/[()]| (AND|OR) /g)) {
    if (token === '(') open++
    else if (token === ')') open--
    else if (open === 0) {
      parts.push({ joint, text: text.slice(start, index) })
      joint = token.trim()
      start = index + token.length
    }
  }
  return [...parts, { joint, text: text.slice(start) }]
}
