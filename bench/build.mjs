import { spawnSync } from 'node:child_process'
import { pnpmCommand, root } from '../scripts/pnpm.mjs'

/** What is measured is what users install, so it is built anew; the builder is heard only when it fails. */
export function buildCore() {
  const { command, first, shell } = pnpmCommand()
  const args = [...first, '--filter', '@arcturus/core', 'run', 'build']
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, shell, encoding: 'utf8' })
  if (status === 0) return
  console.error(`${stdout}${stderr}\nThe core package could not be built.`)
  process.exit(1)
}
