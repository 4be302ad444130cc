/** A token of a Prisma schema. Line breaks are tokens; comments and blanks are not. */
export interface Token {
  readonly kind: 'name' | 'text' | 'number' | 'mark' | 'break'
  /** The characters, or the content of a quoted text. */
  readonly value: string
}

const pieces =
  /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<text>"(?:[^"\\\n]|\\.)*")|(?<name>[\p{L}_][\p{L}\p{N}_-]*)|(?<number>-?[0-9][0-9.]*)|(?<break>\n)|(?<blank>[^\S\n]+)|(?<mark>.)/gsu

/** Splits a Prisma schema into tokens. */
export function tokenize(schema: string): Token[] {
  const tokens: Token[] = []
  for (const { groups } of schema.matchAll(pieces)) {
    if (groups!['text'] !== undefined) tokens.push({ kind: 'text', value: textOf(groups!['text']) })
    else if (groups!['name'] !== undefined) tokens.push({ kind: 'name', value: groups!['name'] })
    else if (groups!['number'] !== undefined) tokens.push({ kind: 'number', value: groups!['number'] })
    else if (groups!['break'] !== undefined) tokens.push({ kind: 'break', value: '\n' })
    else if (groups!['mark'] !== undefined) tokens.push({ kind: 'mark', value: groups!['mark'] })
  }
  return tokens
}

function textOf(quoted: string): string {
  const body = quoted.slice(1, -1)
  const plain: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }
  return body.replace(/\\(u[0-9a-fA-F]{4}|.)/g, (_, code: string) =>
    code.length > 1 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (plain[code] ?? code),
  )
}
