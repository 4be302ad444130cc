// Opens the ORMs for the runner, which is plain JavaScript: what is written in TypeScript for the tests is bundled first.
import { spawnSync } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'rolldown'
import manifest from '../../package.json' with { type: 'json' }
import { openPrisma } from './prisma.mjs'
import { openTypeOrm } from './typeorm.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

/** @param core - A module with the exports of `@arcturus/core`. */
export async function openOrms(core) {
  const { status } = spawnSync(process.execPath, [here('../../prisma/generate.mjs'), 'gitclub', 'docs', 'shop'], {
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error('The Prisma clients could not be generated.')
  const prisma = await import('@arcturus/prisma')
  const typeorm = await import('@arcturus/typeorm')
  const { openDatabases } = await bundled('prisma/databases.ts')
  const { createTables } = await bundled('prisma/ddl.ts')
  const { openDatabases: openForTypeOrm } = await bundled('typeorm/databases.ts')
  const { EntitySchema } = await import('typeorm')
  return [
    ...(await openPrisma({ core, prisma, openDatabases, createTables })),
    ...(await openTypeOrm({ core, typeorm, openDatabases: openForTypeOrm, EntitySchema })),
  ]
}

/** A module of the tests, by its path in `test`. */
async function bundled(path) {
  const file = here(`../../node_modules/.cache/conformance/${path.replace(/\.ts$/, '.mjs')}`)
  const packages = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)]
  await build({
    input: here(`../../${path}`),
    platform: 'node',
    external: (id) => packages.some((name) => id === name || id.startsWith(`${name}/`)),
    output: { file, format: 'esm' },
    logLevel: 'warn',
  })
  return import(pathToFileURL(file).href)
}
