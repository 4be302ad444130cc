import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { loadConfig } from '../config/loadConfig.js'
import type { Io, Output } from '../output/output.js'
import { watchSources } from './watched.js'

/**
 * Runs a command in a process of its own, and again after each change of a policy or of a source
 * file, until it is interrupted. A new process sees the new text of every module.
 *
 * @param args - The arguments of the command, without `--watch`.
 * @param stays - Whether the process stays, and runs again for changed policies alone; see `staying`.
 * @returns The exit code of the last run.
 */
export async function watching(
  io: Io,
  configFile: string | undefined,
  output: Output,
  args: readonly string[],
  stays: boolean,
): Promise<number> {
  const { folder } = await loadConfig(io.cwd, configFile)
  const watcher = watchSources(folder)
  const dim = output.colours.dim
  const script = process.argv[1]!
  let code = 0
  let running = false
  let changed: 'nothing' | 'policies' | 'sources' = 'sources'
  /** The process that stays, with the application open. */
  let child: ChildProcess | undefined
  const leave = (): void => {
    if (child?.connected) child.disconnect()
    child = undefined
  }
  const start = (): ChildProcess => {
    leave()
    const started = spawn(process.execPath, [script, ...args, ...(stays ? ['--stay'] : [])], {
      cwd: io.cwd,
      stdio: ['inherit', 'inherit', 'inherit', ...(stays ? (['ipc'] as const) : [])],
      env: process.env,
    })
    if (!stays) return started
    child = started.once('disconnect', () => {
      if (child === started) child = undefined
    })
    return started
  }
  const again = (known: ChildProcess): ChildProcess => {
    known.send('changed')
    return known
  }
  const run = async (): Promise<void> => {
    if (running) return
    running = true
    while (changed !== 'nothing') {
      const used = child && changed === 'policies' ? again(child) : start()
      changed = 'nothing'
      const ended = new AbortController()
      const { signal } = ended
      const [result] = await Promise.race([once(used, 'message', { signal }), once(used, 'close', { signal })])
      ended.abort()
      code = Number(result ?? 2)
    }
    running = false
    output.line(dim(`${new Date().toLocaleTimeString()} watching for changes; press Ctrl+C to stop`))
  }
  let timer: NodeJS.Timeout | undefined
  watcher.on('all', (_, path) => {
    if (!path.endsWith('.polar')) changed = 'sources'
    else if (changed === 'nothing') changed = 'policies'
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
  leave()
  await watcher.close()
  return code
}
