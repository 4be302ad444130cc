// `npm run build`: builds all packages, dependencies first, in one process, since to start one takes longer than to build most packages.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'tsdown'
import { pnpm, root } from './pnpm.mjs'

/** The folders of the packages, each after those that it depends on: its types are made of theirs. */
function inOrder() {
  const manifests = readdirSync(join(root, 'packages')).map((folder) => {
    const cwd = join(root, 'packages', folder)
    return { cwd, ...JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8')) }
  })
  const ordered = new Set()
  const add = ({ cwd, dependencies, peerDependencies, devDependencies }) => {
    const needed = { ...dependencies, ...peerDependencies, ...devDependencies }
    for (const one of manifests) if (one.name in needed) add(one)
    ordered.add(cwd)
  }
  for (const manifest of manifests) add(manifest)
  return ordered
}

for (const cwd of inOrder()) await build({ cwd, logLevel: 'error' })
// The page of `arcturus playground` is part of the command.
const page = ['--outDir', join(root, 'packages/cli/dist/playground'), '--logLevel', 'error']
process.exitCode = pnpm(['--filter', '@arcturus/playground', 'build', ...page])
