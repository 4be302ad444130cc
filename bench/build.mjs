import { spawnSync } from 'node:child_process'
import { pnpmCommand, root } from '../scripts/pnpm.mjs'

/** Builds the packages, and those that they need, anew, since users install these; the builder's output is shown only if it fails. */
export function build(...packages) {
  const { command, first, shell } = pnpmCommand()
  const args = [...first, ...packages.flatMap((name) => ['--filter', `${name}...`]), 'run', 'build']
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, shell, encoding: 'utf8' })
  if (status === 0) return
  console.error(`${stdout}${stderr}\nThe packages could not be built: ${packages.join(', ')}.`)
  process.exit(1)
}
