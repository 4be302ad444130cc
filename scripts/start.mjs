// `npm start [-- an example]`: from a fresh clone to the example in the browser. Installs, builds, creates and seeds the database,
// serves.
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { assertNodeVersion, buildOrExit, install, pnpmCommand, root, runOrExit } from './pnpm.mjs'

const examples = readdirSync(`${root}examples`)
const chosen = process.argv[2] ?? 'express-prisma'
const port = process.env.PORT || '3000'
const address = `http://localhost:${port}/`
const patience = 600_000

assertNodeVersion()
if (!examples.includes(chosen)) {
  console.error(`There is no example "${chosen}". There are: ${examples.join(', ')}`)
  process.exit(1)
}
// Packages are chosen by name: pnpm takes a path for a pattern, in which `[x]` and `(1)` of a folder mean something else.
const { name: example } = JSON.parse(readFileSync(`${root}examples/${chosen}/package.json`, 'utf8'))
await assertPortIsFree()
install()
buildOrExit()
runOrExit(['--filter', example, 'run', 'setup'], 'Setting the example up')

const { command, first, shell } = pnpmCommand()
// A process group of its own, so that the server ends together with the pnpm that started it.
const server = spawn(command, [...first, '--filter', example, '--silent', 'run', 'start'], {
  cwd: root,
  stdio: 'inherit',
  shell,
  detached: process.platform !== 'win32',
  env: { ...process.env, PORT: port },
})

/** Whoever else answers on the port would be taken for the example. */
async function assertPortIsFree() {
  const probe = createServer()
  const error = await new Promise((resolve) => {
    probe.once('error', resolve)
    probe.listen(Number(port), resolve)
  })
  if (error) {
    console.error(`Port ${port} can't be used (${error.code}). Choose another: PORT=3001 npm start`)
    process.exit(1)
  }
  await new Promise((resolve) => probe.close(resolve))
}

let stopping = false
function stop() {
  stopping = true
  try {
    if (process.platform === 'win32') server.kill()
    else process.kill(-server.pid, 'SIGTERM')
  } catch {
    // It has ended already.
  }
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
// A signal that ends npm ends npm's shell, which passes nothing on: then this process goes on under another parent.
const parent = process.ppid
if (process.env.npm_lifecycle_event) setInterval(() => process.ppid !== parent && stop(), 250).unref()
server.on('exit', (code) => process.exit(stopping ? 0 : (code ?? 1)))

async function answers() {
  try {
    return (await fetch(address, { signal: AbortSignal.timeout(2_000) })).ok
  } catch {
    return false
  }
}

const giveUpAt = Date.now() + patience
while (!stopping && !(await answers())) {
  if (Date.now() > giveUpAt) {
    console.error(`The example did not answer at ${address} within ${patience / 1000} seconds.`)
    stop()
    process.exitCode = 1
    break
  }
  await new Promise((resolve) => setTimeout(resolve, 100))
}
if (!stopping) console.log(`\nReady: ${address}  (Ctrl-C stops it)`)
