// `npm run typecheck [-- FOLDER …]`: compiles every package, example and test folder without writing output, as many at once as there
// are cores. Unchanged ones take a second, since TypeScript keeps its results in `node_modules/.cache`.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { pnpmCommand, root } from './pnpm.mjs'

const foldersIn = (folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`)

/** The folders that have a tsconfig.json of their own, the largest first. */
const typedFolders = [
  'test',
  'test/types',
  'bench',
  'site/playground',
  ...['packages', 'editors', 'examples'].flatMap(foldersIn),
].filter((folder) => existsSync(join(root, folder, 'tsconfig.json')))

/** Compiles one folder; resolves to whether it has no error. Its errors are printed together, when it ends. */
function typecheck(folder) {
  const cache = join(root, 'node_modules/.cache/typecheck', `${folder.replaceAll('/', '-')}.tsbuildinfo`)
  const { command, first, shell } = pnpmCommand()
  const options = ['exec', 'tsc', '-p', folder, '--noEmit', '--pretty', '--incremental', '--tsBuildInfoFile', cache]
  const child = spawn(command, [...first, ...options], { cwd: root, shell, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(data))
  return new Promise((resolve) => {
    child.on('error', (error) => output.push(`${error.message}\n`))
    child.on('close', (code) => {
      for (const data of output) process.stdout.write(data)
      resolve(code === 0)
    })
  })
}

/**
 * Compiles folders.
 * @param {readonly string[]} [folders] all by default
 * @returns {Promise<boolean>} whether none has an error; the names of those that have are printed
 */
export async function typecheckAll(folders = typedFolders) {
  const waiting = [...folders]
  const failed = []
  const work = async () => {
    for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift())
      if (!(await typecheck(folder))) failed.push(folder)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  if (failed.length > 0) console.error(`Types do not fit in: ${failed.join(', ')}`)
  return failed.length === 0
}

if (process.argv[1] === import.meta.filename) {
  const chosen = process.argv.slice(2)
  process.exit((await typecheckAll(chosen.length > 0 ? chosen : undefined)) ? 0 : 1)
}
