/**
 * Runs work now, and again whenever the watching process sends a message. Each time it sends back the exit code.
 *
 * @param isOpen - Whether the application is open, so that the work can be repeated.
 * @returns The last exit code, once the watching process is gone or the application is not open.
 */
export async function staying(work: () => Promise<number>, isOpen: () => boolean): Promise<number> {
  let code = 0
  await new Promise<void>((left) => {
    const run = async (): Promise<void> => {
      code = await work()
      if (!process.connected) return left()
      process.send?.(code)
      if (!isOpen()) process.disconnect()
    }
    process.once('disconnect', left)
    process.on('message', () => void run())
    void run()
  })
  return code
}
