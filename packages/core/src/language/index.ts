/**
 * The language itself, for tools such as formatters and editors: parses policies to an AST, and
 * prints it.
 */
import type { File } from './ast.js'
import type { Diagnostic } from './diagnostic.js'
import { parseFile } from './parse.js'
import { Source } from './source.js'

export type * from './ast.js'
export { type Comment, commentsOf } from './comments.js'
export type { Diagnostic } from './diagnostic.js'
export { formatDiagnostic } from './formatDiagnostic.js'
export { BODY, type Layout, layOut, type Part, type Printed, type PrintPart } from './layout.js'
export { print } from './print.js'
export { Source, type Span } from './source.js'
export { children } from './visit.js'

/**
 * Parses the text of a policy without checking its meaning.
 *
 * @param text - The text of one file.
 * @param name - The name of the file, for messages.
 * @returns the statements that are valid, and a diagnostic for each of the others. Never throws.
 *
 * @example
 * ```ts
 * import { parsePolicy } from '@arcturus/core/language'
 *
 * parsePolicy('allow(_, "read", _);').file.statements.length // 1
 * parsePolicy('allow(_, "read", _').diagnostics[0]?.code // 'unexpected-end'
 * ```
 */
export function parsePolicy(
  text: string,
  name?: string,
): { readonly file: File; readonly diagnostics: readonly Diagnostic[] } {
  return parseFile(new Source(text, name))
}
