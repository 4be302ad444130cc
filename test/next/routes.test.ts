import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { exampleFolder } from '../e2e/application.js'

const bin = fileURLToPath(new URL('../../packages/cli/bin/arcturus.mjs', import.meta.url))

/** Runs `arcturus routes` in the folder of an application. */
function routes(cwd: string, ...args: readonly string[]) {
  const env = { PATH: process.env['PATH'], NO_COLOR: '1' }
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'routes', ...args], {
    cwd,
    env,
    encoding: 'utf8',
  })
  return { code: status, out: stdout, error: stderr }
}

/** Returns the rows of the table, as `METHOD path: declaration`. */
const rows = (out: string) =>
  out
    .split('\n\n')[0]!
    .split('\n')
    .slice(1)
    .map((line) => line.replace(/^(\S+) +(\S+) +(.*)$/, '$1 $2: $3'))

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** An application of Next with further files. Its folder is in this package, so that its modules find Next. */
function application(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(fileURLToPath(new URL('.routes-', import.meta.url)))
  folders.push(folder)
  for (const [path, text] of Object.entries({ ...setup, ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

/** As `create-next-app` makes it: no type in package.json, JSX as it is, paths from `@`. */
const setup = {
  'package.json': '{}',
  'tsconfig.json': JSON.stringify({
    compilerOptions: { module: 'esnext', moduleResolution: 'bundler', jsx: 'preserve', paths: { '@/*': ['./lib/*'] } },
  }),
  'arcturus.config.mjs': `import { Authorizer } from '@arcturus/core'
class User {}
class Note {}
const authorizer = new Authorizer().registerClass(User).registerClass(Note)
export default { policy: 'lib/notes.polar', open: () => ({ authorizer }), routes: () => '.' }`,
  'lib/notes.polar': 'allow(_: User, "read", _: Note);',
  'lib/authorization.ts': `import 'server-only'
import { Authorizer } from '@arcturus/core'
import { nextAuthorization } from '@arcturus/next'
import { pagesAuthorization } from '@arcturus/next/pages'
import policy from './notes.polar'
export class User {}
export class Note {}
const authorizer = new Authorizer().registerClass(User).registerClass(Note)
await authorizer.load(policy)
export const { withAuthorization, serverAction, unguarded } = nextAuthorization(authorizer, { actor: () => null })
export const pages = pagesAuthorization(authorizer, { actor: () => null })
export const ok = () => Response.json({})`,
}
const imports = "import { serverAction, Note, ok, pages, unguarded, withAuthorization } from '@/authorization'\n"
const find = "'read', () => new Note()"

describe('arcturus routes of Next', () => {
  it('lists what route handlers, API routes and server actions declare', () => {
    const { code, out, error } = routes(
      application({
        'app/(site)/notes/[id]/route.ts': `import '../../../style.css'
import { headers } from 'next/headers'
${imports}export const GET = withAuthorization(ok, ${find})
export async function POST() { return Response.json(await headers()) }
export const dynamic = 'auto'`,
        'app/style.css': 'body {}',
        'app/@slot/feed/[[...page]]/route.tsx': `${imports}export const GET = withAuthorization(() => <p>feed</p>, 'read', 'Note')`,
        'app/list/route.ts': `${imports}export const GET = withAuthorization(ok)`,
        'app/%5Fhealth/route.js': `${imports}export const GET = withAuthorization(ok, unguarded('liveness'))`,
        'app/again/route.ts': "export { GET as DELETE, POST as GET } from '../(site)/notes/[id]/route'",
        'app/route.ts': `${imports}export const HEAD = unguarded('no body', async () => new Response())`,
        'app/_private/route.ts': 'throw new Error()',
        'app/list/route.test.ts': 'throw new Error()',
        'app/list/my-route.ts': 'throw new Error()',
        'app/page.tsx': `export default function Page() {
  // A function with { 'use server' } is an action.
  const text = "{ 'use server' }"
  async function save() {
    'use server'
  }
  return <form action={save}>Don't {text}</form>
}`,
        'app/actions.ts': `'use server'
${imports}const reader = async () => null
export const read = serverAction(reader, ${find}, { model: 'Note' })
export const list = serverAction(reader)
export const open = unguarded('for everybody', reader)
export { reader as planted }`,
        'pages/index.tsx': 'throw new Error()',
        'pages/api/index.ts': `${imports}export default pages.withAuthorization(ok, 'read', 'Note')`,
        'pages/api/_old/[id].ts': `${imports}export default pages.withAuthorization(ok, pages.unguarded('old'))`,
        'pages/api/forgotten.ts': 'export default () => undefined',
        'pages/api/types.d.ts': 'declare const one: 1',
        'node_modules/other/actions.ts': "'use server'\nthrow new Error()",
      }),
      '--check',
    )
    expect(error).toBe('')
    expect(rows(out)).toEqual([
      'GET /_health: unguarded(liveness)',
      'GET /notes/[id]: read',
      'POST /notes/[id]: none',
      'GET /feed/[[...page]]: read Note',
      'GET /again: none',
      'DELETE /again: read',
      'GET /list: none',
      'HEAD /: unguarded(no body)',
      'ALL /api/_old/[id]: unguarded(old)',
      'ALL /api/forgotten: none',
      'ALL /api: read Note',
      'ACTION app/actions.ts#list: none',
      'ACTION app/actions.ts#open: unguarded(for everybody)',
      'ACTION app/actions.ts#planted: none',
      'ACTION app/actions.ts#read: read Note',
      'ACTION app/page.tsx:4: none',
    ])
    expect(code).toBe(1)
  })

  it('reads which files are routes from the configuration of Next', () => {
    const folder = application({
      'next.config.ts': `import type { NextConfig } from 'next'
const config = (): NextConfig => ({ basePath: '/docs', distDir: 'out', pageExtensions: ['page.ts', 'api.ts'] })
export default config`,
      'src/app/route.api.ts': 'export const GET = () => new Response()',
      'src/app/other/route.ts': 'throw new Error()',
      'src/pages/api/notes.api.ts': 'export default () => undefined',
      'src/pages/api/helper.ts': 'throw new Error()',
      'out/actions.js': "'use server'\nthrow new Error()",
    })
    const { out } = routes(folder)
    expect(rows(out)).toEqual(['GET /docs: none', 'ALL /docs/api/notes: none'])
  })

  it('finds in the example one action that forgets its declaration', () => {
    const folder = exampleFolder('next-prisma')
    expect(routes(folder, '--check').code).toBe(0)
    const file = join(folder, 'app/planted.ts')
    try {
      writeFileSync(file, "'use server'\nexport async function planted() {}\n")
      const { code, out } = routes(folder, '--check')
      expect(code).toBe(1)
      expect(rows(out).filter((row) => row.endsWith('none'))).toEqual(['ACTION app/planted.ts#planted: none'])
    } finally {
      rmSync(file)
    }
  })

  it.each([
    ['no application', {}, 'contains no application of Next'],
    ['no routes', { 'app/page.tsx': '' }, 'has no routes'],
    [
      'a module that throws',
      { 'app/route.ts': "throw new Error('no port')" },
      /app\/route\.ts can't be loaded: .*no port/,
    ],
    ['a missing module', { 'app/route.ts': "import './missing'" }, 'Could not resolve "./missing"'],
    ['a syntax error', { 'app/actions.ts': "'use server'\nexport const {" }, 'app/actions.ts'],
  ])('names the problem with %s', (_name, files, message) => {
    const { code, error } = routes(application(files as Record<string, string>))
    expect(error).toMatch(message)
    expect(code).toBe(2)
  })
})
