// `node scripts/publicApi.mjs`: writes the public names of all packages to public-api.txt, so that a change of them is seen in review.
// `npm run check` fails when it is out of date. The entries `internal/*` and the drop-in, whose names are those of `oso`, are left out.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import ts from 'typescript'
import { root } from './pnpm.mjs'

const file = `${root}public-api.txt`
const leftOut = ['@arcturus/oso', '@arcturus/typeorm/oso']

/** By specifier, the source of each public entry of all packages. */
function publicEntries() {
  const entries = readdirSync(`${root}packages`).flatMap((folder) => {
    const at = `${root}packages/${folder}/`
    const { name, exports } = JSON.parse(readFileSync(`${at}package.json`, 'utf8'))
    const built = readFileSync(`${at}tsdown.config.ts`, 'utf8')
    const sources = new Map(
      [...built.matchAll(/([\w/]+)'?: '(src\/[^']+)'/g)].map(([, entry, file]) => [entry, at + file]),
    )
    return Object.entries(exports).flatMap(([path, target]) => {
      const types = target.import?.types ?? ''
      const source = sources.get(types.replace('./dist/', '').replace('.d.mts', ''))
      return path.startsWith('./internal/') || source === undefined ? [] : [[name + path.slice(1), source]]
    })
  })
  return new Map(entries.filter(([entry]) => !leftOut.includes(entry)))
}

/** What a name is, in one line: the signatures of a function, the public members of a class or an interface, a type. */
function description(checker, exported) {
  const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
  const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.OmitParameterModifiers
  const [declaration] = symbol.declarations ?? []
  const memberNames = (type) =>
    checker
      .getPropertiesOfType(type)
      .filter((member) => {
        const [own] = member.declarations ?? []
        if (own === undefined || member.name === 'prototype' || member.name.startsWith('__')) return false
        if (own.getSourceFile().fileName.includes('/node_modules/')) return false
        return (
          !(ts.getCombinedModifierFlags(own) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) &&
          !ts.isPrivateIdentifier(own.name ?? own)
        )
      })
      .map((member) => member.name + (member.flags & ts.SymbolFlags.Optional ? '?' : ''))
      .sort()
      .join(', ')
  if (symbol.flags & ts.SymbolFlags.Class) return `class { ${memberNames(checker.getDeclaredTypeOfSymbol(symbol))} }`
  if (symbol.flags & ts.SymbolFlags.Interface)
    return `interface { ${memberNames(checker.getDeclaredTypeOfSymbol(symbol))} }`
  if (symbol.flags & ts.SymbolFlags.TypeAlias) return 'type'
  const type = checker.getTypeOfSymbolAtLocation(symbol, declaration)
  const signatures = type.getCallSignatures()
  if (signatures.length > 0)
    return `function ${signatures.map((one) => `(${one.parameters.map(({ name }) => name).join(', ')})`).join(' | ')}`
  return checker.typeToString(type, declaration, flags).length < 80
    ? `const ${checker.typeToString(type, declaration, flags)}`
    : 'const'
}

/** Returns the text of the report. */
function publicApi() {
  const config = ts.readConfigFile(`${root}test/tsconfig.json`, ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(
    { ...config.config, include: [], files: ['databases.ts'] },
    ts.sys,
    `${root}test`,
  )
  const sources = publicEntries()
  const program = ts.createProgram([...sources.values()], { ...options, types: [] })
  const checker = program.getTypeChecker()
  /** By package, by name, the entries that export it and what it is. */
  const packages = new Map()
  for (const [entry, source] of sources) {
    const module = checker.getSymbolAtLocation(program.getSourceFile(source))
    const name = entry.split('/').slice(0, 2).join('/')
    const names = packages.get(name) ?? new Map()
    packages.set(name, names)
    for (const exported of checker.getExportsOfModule(module)) {
      const known = names.get(exported.name) ?? { entries: [], what: description(checker, exported) }
      known.entries.push(`.${entry.slice(name.length)}`)
      names.set(exported.name, known)
    }
  }
  const sections = [...packages]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, names]) => {
      const lines = [...names]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([one, { entries: of, what }]) => {
          const others = of.length === 1 && of[0] === '.' ? '' : ` (${of.sort().join(', ')})`
          return `  ${one}${others}: ${what}`
        })
      return `${name}: ${names.size} names\n${lines.join('\n')}\n`
    })
  const count = [...packages.values()].reduce((sum, names) => sum + names.size, 0)
  return `Written by scripts/publicApi.mjs: the ${count} public names of all packages.\n\n${sections.join('\n')}`
}

/** Whether public-api.txt has the names that the packages export. */
export function isCurrent() {
  if (readFileSync(file, 'utf8') === publicApi()) return true
  console.error(
    'public-api.txt is out of date: run `node scripts/publicApi.mjs`, and say in CHANGELOG.md what changed.',
  )
  return false
}

if (process.argv[1] === import.meta.filename) writeFileSync(file, publicApi())
