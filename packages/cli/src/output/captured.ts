import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { Output } from './output.js'

/**
 * Returns what work prints for people, without colours, and its result.
 * @param cwd - The folder of the command.
 */
export async function captured<T>(
  cwd: string,
  work: (output: Output) => Promise<T>,
): Promise<{ readonly printed: string; readonly result: T }> {
  const stdout = new PassThrough()
  const io = { stdout, stderr: new PassThrough(), stdin: new PassThrough(), env: { NO_COLOR: '1' }, cwd }
  const printed = text(stdout)
  const result = await work(new Output(io, 'text')).finally(() => stdout.end())
  return { printed: (await printed).trimEnd(), result }
}
