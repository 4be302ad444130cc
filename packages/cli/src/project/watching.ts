import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { loadConfig } from '../config/loadConfig.js'
import type { Io, Output } from '../output/output.js'
import { watchSources } from './watched.js'

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
  const watcher = watchSources(folder)
  const dim = output.colours.dim
  const script = process.argv[1]!
  let code = 0
  let running = false
  let changed = true
  const run = async (): Promise<void> => {
    if (running) return
    running = true
    while (changed) {
      changed = false
      const started = spawn(process.execPath, [script, ...args], { cwd: io.cwd, stdio: 'inherit', env: process.env })
      const [result] = await once(started, 'close')
      code = Number(result ?? 2)
    }
    running = false
    output.line(dim(`${new Date().toLocaleTimeString()} watching for changes; press Ctrl+C to stop`))
  }
  let timer: NodeJS.Timeout | undefined
  watcher.on('all', () => {
    changed = true
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
