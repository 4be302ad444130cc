// `npm start`: from a fresh clone to the example in the browser. Installs, builds, creates and seeds the database, serves.
import { spawn } from 'node:child_process'
import { assertNodeVersion, install, pnpmCommand, root, runOrExit } from './pnpm.mjs'

const example = './examples/express-prisma'
const port = process.env.PORT || '3000'
const address = `http://localhost:${port}/`
const patience = 60_000

assertNodeVersion()
install()
runOrExit(['--recursive', '--filter', './packages/*', 'run', 'build'], 'Building the packages')
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
