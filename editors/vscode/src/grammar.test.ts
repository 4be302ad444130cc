import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseFile, Source, type Token, Tokens } from '@arcturus/core/internal/language-service'
import { beforeAll, describe, expect, test } from 'vitest'
import oniguruma from 'vscode-oniguruma'
import textmate, { type IGrammar } from 'vscode-textmate'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const extension = fileURLToPath(new URL('../', import.meta.url))
const readme = /```polar[^\n]*\n([\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8'))![1]!

let grammar: IGrammar
beforeAll(async () => {
  const wasm = createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm')
  await oniguruma.loadWASM(readFileSync(wasm))
  const path = join(extension, 'syntaxes/polar.tmLanguage.json')
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (sources) => new oniguruma.OnigScanner(sources),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => textmate.parseRawGrammar(readFileSync(path, 'utf8'), path),
  })
  grammar = (await registry.loadGrammar('source.polar'))!
})

/** A part of a text, and its most precise scope. */
interface Scoped {
  readonly start: number
  readonly text: string
  readonly scope: string
}

function scopesOf(text: string): Scoped[] {
  const found: Scoped[] = []
  let stack = textmate.INITIAL
  let offset = 0
  for (const line of text.split('\n')) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, stack)
    for (const { startIndex, endIndex, scopes } of tokens) {
      // The line break that the tokenizer adds counts as a character.
      const part = line.slice(startIndex, endIndex)
      const scope = scopes.at(-1)!.replace(/\.polar$/, '')
      if (part !== '') found.push({ start: offset + startIndex, text: part, scope })
    }
    stack = ruleStack
    offset += line.length + 1
  }
  return found
}

/** Returns the parts of a text that are no white space, each with its scope. */
const parts = (text: string) =>
  scopesOf(text)
    .filter(({ text }) => text.trim() !== '')
    .map(({ text, scope }) => [text.trim(), scope])

const comment = 'comment.line.number-sign'
const text = 'string.quoted.double'
const [callee, parameter] = ['entity.name.function.call', 'variable.parameter']
const [variable, property, type] = ['variable.other', 'variable.other.property', 'entity.name.type.class']
const operatorWord = 'keyword.operator.word'
const number = 'constant.numeric'

test.each([
  ['f(x) if x; # "no" if', '"no" if', comment],
  ['f("a # b");', 'a # b', text],
  ['f("a\\"b", x);', '\\"', 'constant.character.escape'],
  ['f("a\\"b", x);', 'x', parameter],
  ['f("a\\\nb", x);', 'x', parameter],
  ['f("open\n) if y;', 'y', variable],
  ['f(12);', '12', number],
  ['f(1.5e-3);', '1.5e-3', number],
  ['f(1., x);', '1.', number],
  ['f(x) if x = inf;', 'inf', number],
  ['f(infinite) if x;', 'infinite', parameter],
  ['f(true);', 'true', 'constant.language.boolean'],
  ['f(x) if x = nil;', 'nil', 'constant.language.nil'],
  ['actor User {}', 'actor', 'keyword.declaration.block'],
  ['actor User {}', 'User', type],
  ['resource\tapp::Note\n{ roles = []; }', 'app::Note', type],
  ['resource\tapp::Note\n{ roles = []; }', 'roles', 'keyword.other.declaration'],
  ['resource A { relations = { parent: folder, }; "a" if "b" on "parent"; }', 'relations', 'keyword.other.declaration'],
  ['resource A { relations = { parent: folder, }; "a" if "b" on "parent"; }', 'parent', property],
  ['resource A { relations = { parent: folder, }; "a" if "b" on "parent"; }', 'folder', type],
  ['resource A { relations = { parent: folder, }; "a" if "b" on "parent"; }', 'if', 'keyword.control'],
  ['resource A { relations = { parent: folder, }; "a" if "b" on "parent"; }', 'on', 'keyword.other.on'],
  ['resource A { relations = { p: B }; }\nf(on) if on;', 'on', parameter],
  ['f(roles) if g(roles);', 'g', callee],
  ['f(x) if actor;', 'actor', variable],
  ['actor(x) if x;', 'actor', 'entity.name.function'],
  ['empty?(x) if x;', 'empty?', 'entity.name.function'],
  ['Größe(x) if x;', 'Größe', 'entity.name.function'],
  ['type has_role(a: A, r: String, b: B);', 'type', 'keyword.declaration.type'],
  ['type has_role(a: A, r: String, b: B);', 'has_role', 'entity.name.function'],
  ['type has_role(a: A, r: String, b: B);', 'String', type],
  ['f(user: user_class) if x;', 'user', parameter],
  ['f(user: user_class) if x;', 'user_class', type],
  ['f(x: true) if x;', 'true', 'constant.language.boolean'],
  ['f(_: Org{name: name}) if name;', 'name', property],
  ['f(x, [a, *rest]) if a;', 'rest', variable],
  ['f(x) if not g(x) and x;', 'not', operatorWord],
  ['f(x) if not g(x) and x;', 'and', operatorWord],
  ['f(x) if x.in.type;', 'in', property],
  ['f(x) if x.in.type;', 'type', property],
  ['f(x) if x.m(1);', 'm', 'entity.name.function.member'],
  ['f(x) if x = {type: 1, in: 2};', 'type', property],
  ['f(x) if x = {type: 1, in: 2};', 'in', property],
  ['f(x) if x matches note and x in y;', 'note', type],
  ['f(x) if x matches note and x in y;', 'in', operatorWord],
  ['f(x) if x = new money(unit: "EUR");', 'money', type],
  ['f(x) if x = new money(unit: "EUR");', 'unit', property],
  ['f(x) if forall(y in x, y > 1) and cut;', 'forall', 'keyword.control'],
  ['f(x) if forall(y in x, y > 1) and cut;', 'cut', 'keyword.control'],
  ['f(x) if y := x + 1;', ':=', 'keyword.operator.assignment'],
  ['f(x) if x == 1;', '==', 'keyword.operator.comparison'],
  ['f(x) if x <= 1;', '<=', 'keyword.operator.comparison'],
  ['f(x) if x * 2 = 4;', '*', 'keyword.operator.arithmetic'],
  ['?= f(1);', '?=', 'keyword.other.query'],
  ['f(x) if x & 1;', '&', 'invalid.illegal'],
])('in %j, %j is %s', (policy, part, scope) => {
  expect(parts(policy)).toContainEqual([part, scope])
})

test("the README's policy has the scopes that a reader expects", () => {
  const scopes = parts(readme).filter(([, scope]) => !scope?.includes('comment'))
  expect(scopes.slice(0, 13)).toEqual([
    ['allow', 'entity.name.function'],
    ['(', 'punctuation.section.parens.begin'],
    ['actor', parameter],
    [',', 'punctuation.separator'],
    ['action', parameter],
    [',', 'punctuation.separator'],
    ['resource', parameter],
    [')', 'punctuation.section.parens.end'],
    ['if', 'keyword.control'],
    ['grants', callee],
    ['(', 'punctuation.section.parens.begin'],
    ['actor', variable],
    [',', 'punctuation.separator'],
  ])
  const named = (scope: string) => [...new Set(scopes.filter((part) => part[1] === scope).map(([part]) => part))]
  expect(named('entity.name.function')).toEqual(['allow', 'grants'])
  expect(named(type)).toEqual(['Document', 'User'])
  expect(named(property)).toEqual(['isPublic', 'owner'])
  expect(named(text)).toEqual(['read', 'create', 'update', 'delete'])
})

const policies = execFileSync('git', ['ls-files', '*.polar', '*.md'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '')
  .flatMap((file) => {
    const content = readFileSync(join(root, file), 'utf8')
    if (file.endsWith('.polar')) return [{ name: file, content }]
    return [...content.matchAll(/^```polar[^\n]*\n([\s\S]*?)^```/gm)].map(([, block], index) => ({
      name: `${file}, block ${index + 1}`,
      content: block!,
    }))
  })

/** Returns the scope that a token of the language must have. */
function expected({ type, text }: Token, before: Token | undefined, after: Token | undefined): RegExp {
  const isKey = before?.text === '.' || after?.text === ':'
  if (type === 'string') return /^(?:string\.quoted|punctuation\.definition\.string)/
  if (type === 'number') return /^constant\.numeric/
  if (type === 'boolean') return /^constant\.language\.boolean/
  if (type === 'keyword') return isKey ? /^(?:variable\.|entity\.)/ : /^keyword\./
  if (type === 'error') return /./
  if (type === 'punctuation')
    return text === '?=' || /[=<>+*/-]/.test(text) ? /^keyword\./ : /^(?:punctuation|invalid)\./
  return /^(?:variable\.|entity\.|constant\.language\.nil|keyword\.(?:declaration\.block|other\.(?:declaration|on)))/
}

/** Returns the tokens whose scope contradicts the lexer of the language. */
function contradictions(policy: string): string[] {
  const scoped = scopesOf(policy)
  const at = (start: number) => scoped.findLast((part) => part.start <= start)
  const tokens = new Tokens(new Source(policy))
  const wrong: string[] = []
  let before: Token | undefined
  for (let token = tokens.peek(); token; token = tokens.peek()) {
    tokens.skip()
    const scope = at(token.start)?.scope ?? 'none'
    if (!expected(token, before, tokens.peek()).test(scope)) wrong.push(`${token.text} at ${token.start}: ${scope}`)
    before = token
  }
  return wrong
}

describe('the grammar agrees with the lexer', () => {
  test('there are policies', () => expect(policies.length).toBeGreaterThan(30))
  test.each(policies)('$name', ({ content }) => {
    expect(contradictions(content)).toEqual([])
  })
})

describe('a snippet is a valid policy', () => {
  interface Snippet {
    readonly prefix: string
    readonly body: readonly string[]
  }
  const snippets: Readonly<Record<string, Snippet>> = JSON.parse(
    readFileSync(join(extension, 'snippets/polar.json'), 'utf8'),
  )
  /** Returns the text of a snippet whose user accepts all defaults. */
  const expanded = ({ body }: Snippet): string => {
    const defaults = new Map<string, string>()
    let written = body.join('\n')
    // The innermost placeholders first: others contain them.
    for (let last = ''; last !== written; ) {
      last = written
      written = written.replaceAll(/\$\{(\d+):([^${}]*)\}/g, (_, number: string, value: string) => {
        defaults.set(number, value)
        return value
      })
      written = written.replaceAll(
        /\$(\d+)/g,
        (whole, number: string) => defaults.get(number) ?? (number === '0' ? '' : whole),
      )
    }
    return written
  }
  test.each(Object.entries(snippets))('%s', (_, snippet) => {
    const policy = expanded(snippet)
    expect(policy).not.toContain('$')
    expect(parseFile(new Source(policy)).diagnostics).toEqual([])
    expect(parseFile(new Source(policy)).file.statements).toHaveLength(1)
  })
})
