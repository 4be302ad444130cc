import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'
import { ArgumentError, PolicyError } from '../errors.js'
import { loadPolicyFiles } from './index.js'

class User {}
class Note {}

let folder: string
let authorizer: Authorizer

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'policies-'))
  authorizer = new Authorizer().registerClass(User).registerClass(Note)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(name: string, text: string | Buffer): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

const can = (action: string) => authorizer.can(new User(), action, new Note())

describe('loadPolicyFiles', () => {
  it('loads files as one policy', async () => {
    const a = write('a.polar', 'allow(_: User, "read", _: Note) if fine();')
    const b = write('b.polar', 'fine();')
    await loadPolicyFiles(authorizer, a, b)
    expect(can('read')).toBe(true)
  })

  it.each([
    ['a rule', ''],
    ['a comment', '# Who may read.\n'],
  ])('loads a file with a byte order mark before %s', async (_, comment) => {
    const rules = `${comment}fine() if false;\nfine() if false;\nallow(_: User, "read", _: Note) if not fine();`
    const [a, b] = [write('a.polar', `\uFEFF${rules}`), write('b.polar', '\uFEFFfine();')]
    await loadPolicyFiles(authorizer, a, b)
    expect(can('read')).toBe(false)
    const wrong = write('wrong.polar', '\uFEFFfine() if @;')
    await expect(loadPolicyFiles(authorizer, wrong)).rejects.toThrow(`${wrong}:1:11`)
  })

  const wide = 'fine();\nallow(_: User, "read", _: Note) if fine();'
  it.each([
    ['little endian, with its mark', `\uFEFF${wide}`, false],
    ['big endian, with its mark', `\uFEFF${wide}`, true],
    ['little endian', wide, false],
    ['big endian', wide, true],
    ['little endian, after a comment', `# who\n${wide}`, false],
  ])('names UTF-16: %s', async (_, text, isBigEndian) => {
    const bytes = Buffer.from(text, 'utf16le')
    const file = write('a.polar', isBigEndian ? bytes.swap16() : bytes)
    const error: unknown = await loadPolicyFiles(authorizer, file).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(PolicyError)
    const message = 'The text is UTF-16, not UTF-8.'
    expect((error as PolicyError).diagnostics).toMatchObject([{ code: 'invalid-character', message }])
    expect(String(error)).toContain('save the file as UTF-8')
  })

  it('names the wrong file and the place', async () => {
    const file = write('a.polar', 'fine();\nallow(_, "read" _);')
    await expect(loadPolicyFiles(authorizer, file)).rejects.toThrow(PolicyError)
    await expect(loadPolicyFiles(authorizer, file)).rejects.toThrow(`${file}:2:17`)
  })

  it.each([
    ['a file that is not there', ['nowhere.polar'], /Policy file nowhere.polar does not exist/],
    ['a folder', ['.'], /can't be read/],
    ['no file', [], /at least one file/],
    ['what is no path', [undefined as unknown as string], /must be a string/],
    ['a list', [['main.polar'] as unknown as string], /loadPolicyFiles\(authorizer, 'main\.polar', 'billing\.polar'\)/],
  ])('rejects %s', async (_, files, message) => {
    await expect(loadPolicyFiles(authorizer, ...files)).rejects.toThrow(ArgumentError)
    await expect(loadPolicyFiles(authorizer, ...files)).rejects.toThrow(message)
  })
})
