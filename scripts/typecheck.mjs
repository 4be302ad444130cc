// `npm run typecheck [-- FOLDER …]`: compiles every package, example and test folder without writing output. Unchanged ones take a
// second, since TypeScript keeps what it found in `node_modules/.cache`.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pnpm, root } from './pnpm.mjs'

const foldersIn = (folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`)

/** The folders that have a tsconfig.json of their own. */
export const typedFolders = [...foldersIn('packages'), ...foldersIn('examples'), 'test', 'test/types', 'bench'].filter(
  (folder) => existsSync(join(root, folder, 'tsconfig.json')),
)

/** Compiles one folder; returns whether it has no error. */
export function typecheck(folder) {
  const cache = join(root, 'node_modules/.cache/typecheck', `${folder.replaceAll('/', '-')}.tsbuildinfo`)
  return pnpm(['exec', 'tsc', '-p', folder, '--noEmit', '--incremental', '--tsBuildInfoFile', cache]) === 0
}

if (process.argv[1] === import.meta.filename) {
  const chosen = process.argv.slice(2)
  const failed = (chosen.length > 0 ? chosen : typedFolders).filter((folder) => !typecheck(folder))
  if (failed.length > 0) console.error(`Types do not fit in: ${failed.join(', ')}`)
  process.exit(failed.length > 0 ? 1 : 0)
}
