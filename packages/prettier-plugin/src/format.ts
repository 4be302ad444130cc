import {
  commentsOf,
  type Diagnostic,
  formatDiagnostic,
  parseFile,
  Source,
} from '@arcturus/core/internal/prettier-plugin'
import { format as formatWithPrettier } from 'prettier/standalone'
import * as plugin from './index.js'

/** Options of `format`. */
export interface FormatOptions {
  /** The name of the file, for messages. */
  readonly name?: string
}

/** A policy with syntax errors, which can't be formatted. */
export class FormatError extends Error {
  override readonly name = 'FormatError'
  readonly code = 'invalid-policy'

  constructor(/** The syntax errors, in the order of the text. */ readonly diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(formatDiagnostic).join('\n\n'))
  }
}

/**
 * Formats the text of a policy in the one style of Arcturus: lines of at most 100 characters, two
 * spaces of indentation. Comments and single empty lines stay. A line break after the `if` of a rule
 * stays, too. The result has the same rules as the text, and formatting it again changes nothing.
 *
 * A comment `# prettier-ignore` keeps the next statement as it is.
 *
 * @param text - The text of one file.
 * @returns the formatted text, which ends with a line break unless it is empty
 * @throws FormatError if the text has syntax errors
 *
 * @example
 * ```ts
 * import { format } from '@arcturus/prettier-plugin'
 *
 * await format('allow(_,"read",doc:Document)if doc.isPublic=true ;')
 * // 'allow(_, "read", doc: Document) if doc.isPublic = true;\n'
 * ```
 */
export async function format(text: string, { name }: FormatOptions = {}): Promise<string> {
  const { file, diagnostics } = parseFile(new Source(text, name))
  if (diagnostics.length > 0) throw new FormatError(diagnostics)
  let formatted = await once(text)
  // A comment between words that stay together moves, and can change how its line breaks.
  for (let before = text, left = 4; before !== formatted && left > 0; left--) {
    before = formatted
    formatted = await once(before)
  }
  const again = parseFile(new Source(formatted, name))
  if (again.diagnostics.length > 0 || essenceOf(again.file) !== essenceOf(file))
    throw new Error('The formatter would change the meaning of the policy. Please report the policy.')
  return formatted
}

function once(text: string): Promise<string> {
  return formatWithPrettier(text, { parser: 'polar', plugins: [plugin], ...plugin.defaultOptions })
}

/** Returns what formatting must keep: the AST without places, and the texts of the comments in order. */
function essenceOf(file: ReturnType<typeof parseFile>['file']): string {
  const isPlace = (key: string, value: unknown): boolean =>
    key === 'span' || (key === 'head' && typeof value === 'object' && value !== null && 'source' in value)
  const tree = JSON.stringify(file, (key, value: unknown) => {
    if (isPlace(key, value)) return undefined
    if (typeof value === 'bigint') return `${value}n`
    return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
  })
  return tree + JSON.stringify(commentsOf(file.span.source).map(({ text }) => text.trimEnd()))
}
