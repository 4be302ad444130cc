import { spawn } from 'node:child_process'
import { watch } from 'chokidar'
import { loadConfig } from '../config/loadConfig.js'
import type { Io, Output } from '../output/output.js'

/** The files whose changes can change a result. */
const watched = /\.(?:polar|prisma|[cm]?[jt]sx?)$/

/**
 * Runs a command in a process of its own, and again after each change of a policy or of a source
 * file, until it is interrupted. A new process sees the new text of every module.
 *
 * @param args - The arguments of the command, without `--watch`.
 * @returns The exit code of the last run.
 */
export async function watching(
  io: Io,
  configFile: string | undefined,
  output: Output,
  args: readonly string[],
): Promise<number> {
  const { folder } = await loadConfig(io.cwd, configFile)
  const watcher = watch(folder, {
    ignoreInitial: true,
    ignored: (path, stats) =>
      /[\\/](?:node_modules|\.git|\.next|dist|generated)(?:[\\/]|$)/.test(path) ||
      (stats?.isFile() === true && !watched.test(path)),
  })
  const dim = output.colours.dim
  const script = process.argv[1]!
  let code = 0
  let running = false
  let again = false
  const run = async (): Promise<void> => {
    if (running) {
      again = true
      return
    }
    running = true
    do {
      again = false
      code = await new Promise<number>((ended) => {
        const child = spawn(process.execPath, [script, ...args], { cwd: io.cwd, stdio: 'inherit', env: process.env })
        child.once('close', (status) => ended(status ?? 2))
      })
    } while (again)
    running = false
    output.line(dim(`${new Date().toLocaleTimeString()} watching for changes; press Ctrl+C to stop`))
  }
  let timer: NodeJS.Timeout | undefined
  watcher.on('all', () => {
    clearTimeout(timer)
    timer = setTimeout(() => void run(), 100)
  })
  await new Promise<void>((ready) => watcher.once('ready', ready))
  await run()
  await new Promise<void>((stop) => {
    process.once('SIGINT', () => stop())
    process.once('SIGTERM', () => stop())
  })
  clearTimeout(timer)
  await watcher.close()
  return code
}
