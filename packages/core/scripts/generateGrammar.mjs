// Writes language/grammar.ts from language/grammar.ne: what nearleyc would, as a table that is small and has types.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const nearley = require('nearley')
const compile = require('nearley/lib/compile.js')
const lint = require('nearley/lib/lint.js')

const file = (name) => new URL(`../src/language/${name}`, import.meta.url)
const parser = new nearley.Parser(nearley.Grammar.fromCompiled(require('nearley/lib/nearley-language-bootstrapped.js')))
parser.feed(readFileSync(file('grammar.ne'), 'utf8'))
const compiled = compile(parser.results[0], {})
lint(compiled, { out: process.stderr })

/** A symbol as in the grammar. nearley has made `lexer.has("name") ? …` of `%name`. */
function written(symbol) {
  if (typeof symbol === 'string') return symbol
  return symbol.token ? `%${symbol.token.match(/"(\w+)"/)[1]}` : `"${symbol.literal}"`
}

const lines = compiled.rules.map(
  ({ name, symbols, postprocess }) => `  ['${name}', '${symbols.map(written).join(' ')}', ${postprocess.trim()}],`,
)
writeFileSync(
  file('grammar.ts'),
  `// Generated from grammar.ne: pnpm --filter @arcturus/core generate
import * as build from './build/index.js'
import type { Builder } from './derived.js'

/** A name, what it stands for, written as in grammar.ne, and what makes a value of the values of that. */
type Production = readonly [name: string, symbols: string, build: Builder | build.Form]

export const productions: readonly Production[] = [
${lines.join('\n')}
]
`,
)
