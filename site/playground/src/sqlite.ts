import type { World } from './world.js'

/** Runs the statement of a list in SQLite, in a worker, and returns the labels of its rows. */
export function runStatement(
  world: World,
  statement: { readonly text: string; readonly values: readonly unknown[] },
  model: string,
): Promise<readonly string[]> {
  const worker = new Worker(new URL('./sqliteWorker.ts', import.meta.url), { type: 'module' })
  return new Promise<readonly string[]>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('SQLite took longer than 10 seconds, and was stopped.')), 10_000)
    worker.onmessage = ({ data }: MessageEvent<{ labels?: readonly string[]; error?: string }>) => {
      clearTimeout(timer)
      if (data.labels) resolve(data.labels)
      else reject(new Error(data.error))
    }
    worker.onerror = () => reject(new Error('SQLite failed to start.'))
    worker.postMessage({ world, statement, model })
  }).finally(() => worker.terminate())
}
