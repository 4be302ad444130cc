import { commentsOf, type formatDiagnostic, parseFile, Source } from '@arcturus/core/internal/prettier-plugin'
import type { Parser, Printer, SupportLanguage } from 'prettier'
import { type Attached, type Commented, prepare } from './comments.js'
import { printer } from './printer.js'

export { FormatError, format } from './format.js'

/** The languages that the plugin adds to Prettier: Polar, in files named `*.polar`. */
export const languages: SupportLanguage[] = [
  { name: 'Polar', parsers: ['polar'], extensions: ['.polar'], vscodeLanguageIds: ['polar'] },
]

/** The options that a project gets which does not set them: 100 columns, two spaces. */
export const defaultOptions: { readonly printWidth: number; readonly tabWidth: number } = {
  printWidth: 100,
  tabWidth: 2,
}

const polar: Parser<Commented & { comments?: Attached[] }> = {
  astFormat: 'polar',
  parse(text) {
    const { file, diagnostics } = parseFile(new Source(text))
    const [first] = diagnostics
    if (first) throw syntaxError(first)
    prepare(file)
    return Object.assign(file, { comments: [...commentsOf(file.span.source)] })
  },
  locStart: (node) => node.span.start,
  locEnd: (node) => node.span.end,
}

/** Returns an error whose place Prettier shows. */
function syntaxError(diagnostic: Parameters<typeof formatDiagnostic>[0]): Error {
  const { span, message } = diagnostic
  if (!span) return new SyntaxError(message)
  const start = span.source.position(span.start)
  return Object.assign(new SyntaxError(`${message} (${start.line}:${start.column})`), {
    loc: { start, end: span.source.position(span.end) },
    cause: diagnostic,
  })
}

export const parsers: { readonly polar: Parser } = { polar }
export const printers: { readonly polar: Printer } = { polar: printer as Printer }
