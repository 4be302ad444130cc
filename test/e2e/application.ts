import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** An application of `examples` that serves requests. */
export interface RunningApplication {
  /** Where it answers, without a slash at the end. */
  readonly url: string
  /** Its output so far. */
  output(): string
  stop(): Promise<void>
}

const patience = 600_000

/** The folder of an example in this repository. */
export const exampleFolder = (name: string): string => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url))

/**
 * Does what the README of an example says: `npm run setup`, then `npm start` on a free port.
 *
 * @param example - Name of its folder in `examples`, or the path of another folder.
 * @param environment - Variables for both scripts, such as the `DATABASE_URL` of a database of the test's own.
 * @param path - A page that answers with a status below 300.
 * @throws The setup failed, or nothing answered in time; with what the application printed.
 */
export async function startApplication(
  example: string,
  environment: Readonly<Record<string, string>> = {},
  path = '',
): Promise<RunningApplication> {
  const folder = isAbsolute(example) ? example : exampleFolder(example)
  const port = await freePort()
  const env = { ...ownEnvironment(), ...environment, PORT: String(port) }
  await runScript(folder, ['run', 'setup'], environment)

  // A process group of its own: what npm starts does not end with npm.
  const server = spawn('npm', ['--silent', 'start'], { cwd: folder, env, detached: true })
  let printed = ''
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (data) => (printed += data))
  const application: RunningApplication = {
    url: `http://localhost:${port}`,
    output: () => printed,
    stop: () => end(server),
  }

  const giveUpAt = Date.now() + patience
  while (!(await answers(application.url + path))) {
    if (server.exitCode === null && Date.now() < giveUpAt) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      continue
    }
    await application.stop()
    throw new Error(`${folder} does not answer at ${application.url}. It printed:\n${printed}`)
  }
  return application
}

/**
 * Runs npm in a folder, as its user would: without what the test runner has set.
 *
 * @returns its output.
 * @throws It ended with another code than 0; with what it printed.
 */
export async function runScript(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const env = { ...ownEnvironment(), ...environment }
  try {
    return (await promisify(execFile)('npm', ['--silent', ...args], { cwd: folder, env, maxBuffer: 2 ** 26 })).stdout
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: number; stdout?: string; stderr?: string }
    throw new Error(`npm ${args.join(' ')} in ${folder} ended with ${code}:\n${stdout}\n${stderr}`)
  }
}

/** Without the marks of the test runner, which Next and a runner inside take for theirs, and the scripts around it. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const marks = /^(VITEST|NODE_ENV|NODE_OPTIONS|npm_|pnpm_|DEV$|PROD$|MODE$|SSR$|TEST$|BASE_URL$)/
  const kept = Object.entries(process.env).filter(([name]) => !marks.test(name))
  return { ...Object.fromEntries(kept), NEXT_TELEMETRY_DISABLED: '1' }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(60_000) })).ok
  } catch {
    return false
  }
}

async function end(server: ChildProcess): Promise<void> {
  const closed = new Promise<void>((resolve) => server.once('close', () => resolve()))
  try {
    process.kill(-server.pid!, 'SIGTERM')
  } catch {
    // The whole group has ended already.
    return
  }
  const overdue = setTimeout(() => process.kill(-server.pid!, 'SIGKILL'), 10_000)
  await closed
  clearTimeout(overdue)
}

/** Free when asked; nothing else on a test machine takes it in the moment until the application does. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0)
  await new Promise((resolve) => probe.once('listening', resolve))
  const { port } = probe.address() as { port: number }
  await new Promise((resolve) => probe.close(resolve))
  return port
}
