import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'
import type { AuthorizerOptions } from '../authorizer/options.js'
import { PolicyError } from '../errors.js'
import * as parse from '../language/parse.js'
import { sha256 } from '../policy/version.js'
import { loadPolicyFiles } from './index.js'

class User {
  id = 1
  limit = 12n
}
class Note {
  ownerId = 1
  size = 9007199254740993n
}

const text = `
actor User {}
resource Note { roles = ["owner"]; permissions = ["read", "edit"]; "read" if "edit"; "edit" if "owner"; }
has_role(user: User, "owner", note: Note) if note.ownerId = user.id and note.size = 9007199254740993;
allow(user, action, note) if has_permission(user, action, note);
allow(_: User, "measure", note: Note) if note.size < inf and limit(9007199254740993);
allow(_: User, "divide", note: Note) if note.size / -0.0 < 0 and [1 / -0.0, {a: -0.0}.a] = [-inf, 0];
allow(_: User, "misspelt", _: Note) if [1, *_rest] = [1, 2] and { a: nil } = { a: nil };
limit(9007199254740993);
?= limit(9007199254740993);
`

let folder: string
let cache: string
let file: string
const parsed = vi.spyOn(parse, 'parseFile')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snapshots-'))
  cache = join(folder, 'policy.json')
  file = write('policy.polar', text)
  parsed.mockClear()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** Loads the policy as another process would; returns the authorizer, and whether the text was parsed. */
async function load(
  options: AuthorizerOptions = {},
  prepare = (made: Authorizer): unknown => made.registerClass(User).registerClass(Note),
  path = cache,
) {
  const authorizer = new Authorizer({ log: () => {}, ...options })
  prepare(authorizer)
  parsed.mockClear()
  const policy = await loadPolicyFiles(authorizer, file, { cache: path })
  return { authorizer, policy, wasParsed: parsed.mock.calls.length > 0 }
}

describe('a snapshot of a policy', () => {
  it('is the policy that the texts are', async () => {
    const first = await load()
    const second = await load()
    expect([first.wasParsed, second.wasParsed]).toEqual([true, false])
    expect(second.policy).toEqual(first.policy)
    for (const { authorizer } of [first, second]) {
      const can = (action: string, note = new Note()) => authorizer.can(new User(), action, note)
      expect(['read', 'edit', 'measure', 'divide', 'misspelt'].filter((action) => !can(action))).toEqual([])
      expect(can('read', Object.assign(new Note(), { ownerId: 2 }))).toBe(false)
    }
  })

  it('is one for all orders of the files, and keeps the order of rules', async () => {
    const files = [
      write('a.polar', 'allow(user: User, "read", _: Note) if user.id = 1;'),
      write('b.polar', 'allow(user: User, "edit", _: Note) if user.id = 1 and unused(1);\nunused(1);'),
      write('c.polar', 'allow(user: User, "read", _: Note) if user.limit > 3 and nil = nil; spare(2);'),
    ]
    const loadAll = async (names: readonly string[], cached: boolean) => {
      const authorizer = new Authorizer({ log: () => {} }).registerClass(User).registerClass(Note)
      return cached ? loadPolicyFiles(authorizer, ...names, { cache }) : loadPolicyFiles(authorizer, ...names)
    }
    await loadAll(files, true)
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
    ]) {
      const names = order.map((at) => files[at]!)
      parsed.mockClear()
      const policy = await loadAll(names, true)
      expect(parsed).not.toHaveBeenCalled()
      expect(policy).toEqual(await loadAll(names, false))
    }
  })

  it('runs the tests of the policy again', async () => {
    file = write(
      'policy.polar',
      'allow(user: User, "read", _: Note) if user.id = 1; ?= kind();\nkind() if Kind.name = "a";',
    )
    const withKind = (name: string) => (made: Authorizer) =>
      made.registerClass(User).registerClass(Note).registerConstant({ name }, 'Kind')
    await load({}, withKind('a'))
    await expect(load({}, withKind('b'))).rejects.toThrow(PolicyError)
    expect((await load({}, withKind('a'))).wasParsed).toBe(false)
  })

  it('keeps warnings, and reports them', async () => {
    file = write('policy.polar', `${text} unused(1);`)
    const logs = [vi.fn(), vi.fn()]
    const [first, second] = [await load({ log: logs[0]! }), await load({ log: logs[1]! })]
    expect(second.wasParsed).toBe(false)
    expect(first.policy.warnings.map(({ code }) => code)).toContain('uncalled-rule')
    expect(second.policy.warnings).toEqual(first.policy.warnings)
    expect(logs[1]!.mock.calls).toEqual(logs[0]!.mock.calls)
    await expect(load({ strict: true })).rejects.toThrow(PolicyError)
  })

  it.each<[string, () => unknown]>([
    ['another text', () => (file = write('policy.polar', `${text}\n`))],
    ['a cut file', () => writeFileSync(cache, readFileSync(cache, 'utf8').slice(0, -9))],
    ['an empty file', () => writeFileSync(cache, '')],
    ['a header alone', () => writeFileSync(cache, readFileSync(cache, 'utf8').split('\n')[0]!)],
    ['changed content', () => writeFileSync(cache, readFileSync(cache, 'utf8').replace('"owner"', '"other"'))],
    ['another hash', () => writeFileSync(cache, readFileSync(cache, 'utf8').replace(/"hash":"./, '"hash":"x'))],
    [
      'another version',
      () => writeFileSync(cache, readFileSync(cache, 'utf8').replace(/[0-9a-f]{64}/, '0'.repeat(64))),
    ],
    ['content that is no snapshot', () => replaceContent('{"statements":[]}')],
    [
      'content with another source',
      () => replaceContent('{"nodes":{"statements":[null]},"spans":[7,0,1],"values":[]}'),
    ],
    ['content that is no JSON', () => replaceContent('{')],
  ])('is replaced if it is of %s', async (_, damage) => {
    await load()
    damage()
    const second = await load()
    expect(second.wasParsed).toBe(true)
    expect(second.authorizer.can(new User(), 'read', new Note())).toBe(true)
    expect((await load()).wasParsed).toBe(false)
  })

  it.each<[string, (made: Authorizer) => unknown, AuthorizerOptions?]>([
    ['a field', (made) => made.registerClass(User).registerClass(Note, { fields: { ownerId: 'integer' } })],
    [
      'a class',
      (made) =>
        made
          .registerClass(User)
          .registerClass(Note)
          .registerClass(class Other {}),
    ],
    ['a constant', (made) => made.registerClass(User).registerClass(Note).registerConstant({ a: 1 }, 'Config')],
    [
      'a method',
      (made) =>
        made
          .registerClass(
            class User {
              more() {}
            },
          )
          .registerClass(Note),
    ],
    ['a field of the context', (made) => made.registerClass(User).registerClass(Note).registerContext({ now: 'date' })],
    ['an option', (made) => made.registerClass(User).registerClass(Note), { queryRules: ['limit'] }],
  ])('is not of a schema with %s', async (_, prepare, options) => {
    await load()
    expect((await load(options, prepare)).wasParsed).toBe(true)
    expect((await load(options, prepare)).wasParsed).toBe(false)
  })

  it('is not made with constants that are too large to compare', async () => {
    const deep = (made: Authorizer) =>
      made
        .registerClass(User)
        .registerClass(Note)
        .registerConstant({ a: { b: { c: { d: 1 } } } }, 'Config')
    await load({}, deep)
    expect((await load({}, deep)).wasParsed).toBe(true)
    expect(readdirSync(folder)).toEqual(['policy.polar'])
  })

  it('is not made of a policy with an error', async () => {
    file = write('policy.polar', 'allow(user, "read", note) if note.;')
    await expect(load()).rejects.toThrow(PolicyError)
    expect(readdirSync(folder)).toEqual(['policy.polar'])
  })

  it('is one whole file after many processes wrote it at once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => load()))
    expect(readdirSync(folder).sort()).toEqual(['policy.json', 'policy.polar'])
    expect((await load()).wasParsed).toBe(false)
  })

  it('is put into a folder, and into one that does not exist yet', async () => {
    mkdirSync(join(folder, 'some'))
    for (const path of [join(folder, 'some'), join(folder, 'new', 'file.json')]) {
      await load({}, undefined, path)
      expect((await load({}, undefined, path)).wasParsed).toBe(false)
    }
    expect(readdirSync(join(folder, 'some'))).toEqual(['arcturus-policy.json'])
  })

  it('is not needed: a place that cannot be written to changes no load', async () => {
    const path = join(file, 'policy.json')
    expect((await load({}, undefined, path)).authorizer.can(new User(), 'read', new Note())).toBe(true)
  })

  it.each([[''], [7], [null]])('has no path %j', async (path) => {
    await expect(load({}, undefined, path as string)).rejects.toMatchObject({ code: 'invalid-argument' })
  })
})

/** Writes other content with its own hash. */
function replaceContent(content: string): void {
  const [header = ''] = readFileSync(cache, 'utf8').split('\n')
  writeFileSync(cache, `${header.replace(/"hash":"[0-9a-f]+"/, `"hash":"${sha256(content)}"`)}\n${content}`)
}
