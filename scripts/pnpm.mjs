// The project's pnpm, whether or not anything is installed yet and whether or not the machine has a pnpm of its own.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

const { devDependencies, engines } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
const installed = `${root}node_modules/pnpm/bin/pnpm.cjs`

/** Ends the process with a sentence, not with a syntax error of some dependency, where Node is too old. */
export function assertNodeVersion() {
  const needed = engines.node.replace('>=', '')
  const [major, minor] = process.versions.node.split('.').map(Number)
  const [neededMajor, neededMinor] = needed.split('.').map(Number)
  if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) return
  console.error(`This project needs Node.js ${needed} or newer; this is ${process.versions.node}.`)
  process.exit(1)
}

/** The command and the first arguments that start the pinned pnpm: the installed one, or one that npm fetches. */
export function pnpmCommand() {
  if (existsSync(installed)) return { command: process.execPath, first: [installed], shell: false }
  const npx = ['--yes', `pnpm@${devDependencies.pnpm}`]
  return { command: 'npx', first: npx, shell: process.platform === 'win32' }
}

/**
 * Runs pnpm in the project's root and waits.
 * @param {string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 * @returns {number} its exit code; 1 where it could not be started or was ended by a signal
 */
export function pnpm(args, options = {}) {
  const { command, first, shell } = pnpmCommand()
  return spawnSync(command, [...first, ...args], { cwd: root, stdio: 'inherit', shell, ...options }).status ?? 1
}

/** Installs what the lock file says; ends the process where that fails. */
export function install() {
  // The packages that have install scripts are all listed in pnpm-workspace.yaml; what another pnpm laid out is replaced without a question.
  if (pnpm(['install', '--config.confirmModulesPurge=false']) === 0) return
  console.error('The packages could not be installed.')
  process.exit(1)
}

/** Runs one of the scripts of package.json files, by pnpm's own options; ends the process where that fails. */
export function runOrExit(args, what) {
  if (pnpm(args) === 0) return
  console.error(`${what} failed.`)
  process.exit(1)
}

/** Builds the packages; ends the process where that fails. */
export function buildOrExit() {
  if (buildPackages()) return
  console.error('Building the packages failed.')
  process.exit(1)
}

/** Builds the packages, in a process of its own, since what builds them may not have been installed when this one began. */
export function buildPackages() {
  return spawnSync(process.execPath, [`${root}scripts/build.mjs`], { cwd: root, stdio: 'inherit' }).status === 0
}
