import type { Node, NumberLiteral } from './ast.js'
import { BODY, type Layout, layOut, type Part, type Printed } from './layout.js'

/** Each statement on one line. */
const oneLine: Layout<never> = {
  group: (part) => part,
  indent: (part) => part,
  line: ' ',
  softline: '',
  hardline: '\n',
  lastComma: '',
  groupsMixed: false,
  literal: (node) => (node.kind === 'number' ? printNumber(node) : printString(node.value)),
  breaksAfterIf: () => false,
  hasEmptyLine: () => false,
}

/**
 * Prints a node, each statement on one line and without needless parentheses: parsing the text
 * returns the same AST except for spans. Comments are not part of the AST, so they are lost.
 */
export function print(node: Node): string {
  const text = printed(node, BODY)
  return node.kind === 'file' && text !== '' ? `${text}\n` : text
}

function printed(node: Printed, place: number): string {
  const part = (place: number, ...path: readonly (string | number)[]): string => {
    // Sound: a path consists of properties of the node.
    const child = path.reduce<unknown>((parent, key) => (parent as Record<string | number, unknown>)[key], node)
    return printed(child as Printed, place)
  }
  return joined(layOut(node, place, part, oneLine))
}

function joined(part: Part<never>): string {
  return typeof part === 'string' ? part : part.map(joined).join('')
}

function printNumber({ value, float }: NumberLiteral): string {
  if (!float || typeof value === 'bigint') return String(value)
  if (Number.isNaN(value)) return 'nan'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const size = Math.abs(value)
  if (size === Infinity) return `${sign}inf`
  const text = String(size)
  return `${sign}${/[.e]/.test(text) ? text : `${text}.0`}`
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\0': '\\0',
  '"': '\\"',
  '\\': '\\\\',
}

function printString(text: string): string {
  let escaped = ''
  for (const character of text) escaped += ESCAPES[character] ?? character
  return `"${escaped}"`
}
