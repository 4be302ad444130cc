import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { answer, type GeneratorRequest } from './answer.js'

const folder = mkdtempSync(join(tmpdir(), 'arcturus-generator-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const request = (file?: string, output = 'deep'): GeneratorRequest => ({
  id: 1,
  method: 'generate',
  params: {
    generator: { output: { value: join(folder, output) }, config: file === undefined ? {} : { file } },
    datamodel: 'datasource db {\n  provider = "sqlite"\n}\nmodel Note {\n  id Int @id\n}',
  },
})
const written = (name: string): string => readFileSync(join(folder, 'deep', name), 'utf8')

describe('The Prisma generator', () => {
  it('returns its manifest', () => {
    expect(answer({ id: 1, method: 'getManifest' })).toMatchObject({ manifest: { prettyName: 'Arcturus' } })
  })

  it('writes TypeScript that names the models in its types', () => {
    answer(request())
    expect(written('schema.ts')).toContain('export type ModelName = "Note"')
    expect(written('schema.ts')).toContain('export const schema: PrismaSchema<ModelName> = {')
  })

  it.each([
    ['schema.js', 'schema.d.ts', 'export const schema = '],
    ['schema.mjs', 'schema.d.mts', 'export const schema = '],
    ['schema.cjs', 'schema.d.cts', 'exports.schema = '],
  ])('writes %s with types beside it', (file, types, text) => {
    answer(request(file))
    expect(written(file)).toContain(text)
    expect(written(types)).toContain('export declare const schema: PrismaSchema<ModelName>')
  })

  it('rejects a file of another language', () => {
    expect(() => answer(request('schema.py'))).toThrow(/must end in/)
    expect(existsSync(join(folder, 'deep', 'schema.py'))).toBe(false)
  })

  it('rejects a file name as the folder', () => {
    expect(() => answer(request(undefined, 'schema.ts'))).toThrow(/must be a folder/)
    expect(existsSync(join(folder, 'schema.ts'))).toBe(false)
  })

  it('returns nothing for an unknown method', () => {
    expect(answer({ id: 1, method: 'else' })).toBeNull()
  })
})
