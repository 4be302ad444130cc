import { watch } from 'chokidar'
import { loadConfig } from '../config/loadConfig.js'
import type { Io, Output } from '../output/output.js'

/** The files whose changes can change a result. */
const watched = /\.(?:polar|[cm]?[jt]s)$/

/**
 * Runs work, and again after each change of a policy or of a source file, until the process is
 * interrupted.
 *
 * @returns The code of the last run.
 */
export async function watching(
  io: Io,
  configFile: string | undefined,
  output: Output,
  work: () => Promise<number>,
): Promise<number> {
  const { folder } = await loadConfig(io.cwd, configFile)
  const watcher = watch(folder, {
    ignoreInitial: true,
    ignored: (path, stats) =>
      /[\\/](?:node_modules|\.git|dist|generated)(?:[\\/]|$)/.test(path) ||
      (stats?.isFile() === true && !watched.test(path)),
  })
  let code = await work()
  let running: Promise<void> | undefined
  let again = false
  let timer: NodeJS.Timeout | undefined
  const rerun = async (): Promise<void> => {
    do {
      again = false
      output.line(output.colours.dim(`\n${new Date().toLocaleTimeString()} a file changed`))
      code = await work()
    } while (again)
    running = undefined
  }
  watcher.on('all', () => {
    again = true
    clearTimeout(timer)
    timer = setTimeout(() => {
      running ??= rerun()
    }, 100)
  })
  output.line(output.colours.dim('Watching. Press Ctrl+C to stop.'))
  await new Promise<void>((stop) => {
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
  })
  clearTimeout(timer)
  await watcher.close()
  await running
  return code
}
