import { execFileSync, spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

// The built package, as Node.js resolves it for whoever depends on it; Vitest would take the sources.
const require = createRequire(import.meta.url)
const here = fileURLToPath(new URL('.', import.meta.url))

const program = `
  class User {}
  class Doc { constructor(owner) { this.owner = owner } }
  class Page { constructor() { this.size = 1 } }
  async function main({ Oso, Relation, NotFoundError, ForbiddenError, defaultEqualityFn }) {
    const oso = new Oso()
    oso.registerClass(User)
    oso.registerClass(Doc, { fields: {} })
    oso.registerClass(Page, { fields: { size: Number } })
    await oso.loadStr('allow(u: User, "read", d: Doc) if d.owner = u; allow(_, "read", p: Page) if p.size = 1;')
    const ann = new User()
    const names = []
    for (const run of [
      () => oso.authorize(ann, 'edit', new Doc(ann)),
      () => oso.authorize(ann, 'edit', new Doc(null)),
      () => oso.registerClass(User),
      () => oso.authorizedQuery(ann, 'read', Page),
      () => oso.isAllowed(ann, 'read', {}),
    ]) {
      try { names.push(await run()) } catch (error) { names.push(error.constructor.name) }
    }
    console.log(JSON.stringify([await oso.isAllowed(ann, 'read', new Doc(ann)), ...names]))
  }
`
const expected = [
  true,
  'ForbiddenError',
  'NotFoundError',
  'DuplicateClassAliasError',
  'DataFilteringConfigurationError',
  false,
]

describe('the built drop-in', () => {
  it.each([
    ['required', 'commonjs', `${program} main(require('@arcturus/oso'))`],
    ['imported', 'module', `import * as oso from '@arcturus/oso'; ${program} main(oso)`],
  ])('works when it is %s', (_, type, source) => {
    const output = execFileSync(process.execPath, [`--input-type=${type}`, '--eval', source], { cwd: here })
    expect(JSON.parse(String(output))).toEqual(expected)
  })

  it('exports classes under their own names, also when it is minified', () => {
    const names = Object.entries<unknown>(require('@arcturus/oso')).flatMap(([name, value]) =>
      typeof value === 'function' && /^[A-Z]/.test(name) ? [[name, value.name]] : [],
    )
    expect(names.length).toBeGreaterThan(20)
    for (const [exported, own] of names) expect(own).toBe(exported)
  })

  it('answers queries from the command line', () => {
    const command = require.resolve('@arcturus/oso/package.json').replace('package.json', 'bin/oso.mjs')
    const { stdout, stderr } = spawnSync(process.execPath, [command], {
      input: 'x = 1 + 1;\n1 = 2\nf(\n',
      encoding: 'utf8',
    })
    expect(stdout.replaceAll('query> ', '').trim().split('\n')).toEqual(['x = 2', 'true', 'false'])
    expect(stderr).toContain('ParseError::UnrecognizedEOF')
  })
})
