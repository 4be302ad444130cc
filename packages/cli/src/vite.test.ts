import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { build, createServer, type ViteDevServer } from 'vite'
import { afterEach, describe, expect, it } from 'vitest'
import { notes, TestApplication } from './testing/application.js'
import { policies } from './vite.js'

const files: Readonly<Record<string, string>> = {
  ...notes,
  'main.ts': `import policy from './policy.polar'\nexport const text = policy\n`,
}
const options = { configFile: false, logLevel: 'silent' } as const

let one: TestApplication | undefined
let server: ViteDevServer | undefined
afterEach(async () => {
  await server?.close()
  one?.close()
  one = server = undefined
})

const serve = async (root: string, plugin: ReturnType<typeof policies>): Promise<ViteDevServer> => {
  server = await createServer({ ...options, root, plugins: [plugin], server: { middlewareMode: true, ws: false } })
  return server
}

/** Waits until a value satisfies the test, and returns it. */
async function until<T>(read: () => T | Promise<T>, isRight: (value: T) => boolean): Promise<T> {
  const end = Date.now() + 60_000
  for (;;) {
    const value = await read()
    if (isRight(value)) return value
    if (Date.now() > end) throw new Error(`Never right: ${value}`)
    await setTimeout(50)
  }
}

describe('the Vite plugin', () => {
  it('bundles the text of a policy', async () => {
    one = new TestApplication(files)
    const built = await build({
      ...options,
      root: one.folder,
      plugins: [policies({ types: true })],
      build: { write: false, lib: { entry: 'main.ts', formats: ['es'] } },
    })
    const [{ output }] = built as unknown as [{ output: [{ code: string }] }]
    const { text } = await import(`data:text/javascript,${encodeURIComponent(output[0].code)}`)
    expect(text).toBe(files['policy.polar'])
    expect(() => one!.read('policy.d.polar.ts')).toThrow('ENOENT')
  })

  it('serves the changed text, and writes the types again', async () => {
    one = new TestApplication(files)
    const { folder } = one
    const served = await serve(folder, policies({ types: { name: 'NotesPolicy', register: false } }))
    const load = async () => (await served.ssrLoadModule('/main.ts'))['text'] as string
    expect(await load()).toBe(files['policy.polar'])
    const types = (): string => {
      try {
        return one!.read('policy.d.polar.ts')
      } catch {
        return ''
      }
    }
    const first = await until(types, (text) => text !== '')
    expect(first).toContain('export interface NotesPolicy {')
    expect(first).not.toContain('archive')
    one.write('policy.polar', files['policy.polar']!.replace('["read", "edit"]', '["read", "edit", "archive"]'))
    // Vite does not watch folders in `node_modules`, such as this one.
    served.watcher.emit('change', join(folder, 'policy.polar'))
    expect(await until(load, (text) => text.includes('"archive"'))).toBe(one.read('policy.polar'))
    expect(await until(types, (text) => text.includes('archive'))).toMatch(/actions: 'archive' \| 'edit' \| 'read'/)
  })

  it('sends the text to browsers as a module', async () => {
    one = new TestApplication(files)
    const served = await serve(one.folder, policies())
    expect((await served.transformRequest('/policy.polar'))?.code).toContain('export default "allow(actor')
  })
})
