import { Server, Socket } from 'node:net'

/** How long an application may take to end by itself after a command, in milliseconds. */
const patience = 500

/** The names of what keeps a process from ending, as Node.js names its kinds. */
const names: Readonly<Record<string, string>> = {
  Timeout: 'a timer',
  Immediate: 'a timer',
  TCPSocketWrap: 'a socket',
  TCPServerWrap: 'a server',
  ProcessWrap: 'a child process',
  MessagePort: 'a worker',
}

/**
 * Ends the process after a command, also if modules of the application keep timers, sockets or the like open. Standard
 * error then names them.
 */
export function end(): void {
  // This timer alone keeps no process from ending.
  setTimeout(() => {
    const open = leftOpen()
    if (open.length > 0) {
      process.stderr.write(
        `note: The application left open: ${open.join(', ')}. The command ended without waiting for it.\n` +
          'hint: close it in `close` of what `open` returns in arcturus.config.ts, or call unref() of a timer\n',
      )
    }
    // What is written to a pipe is sent first.
    process.stdout.write('', () => process.stderr.write('', () => process.exit()))
  }, patience).unref()
}

/** Returns what keeps the process from ending, without its own input and output. */
function leftOpen(): readonly string[] {
  const { stdin, stdout, stderr } = process
  // Node.js has no public list of the objects themselves, which have addresses. It may be missing.
  const { _getActiveHandles: handles } = process as { _getActiveHandles?: () => readonly object[] }
  const others = (handles?.call(process) ?? []).filter((one) => ![stdin, stdout, stderr].some((own) => own === one))
  const addressed = others.flatMap((one) => {
    if (one instanceof Server) return [`a server at ${addressOf(one.address())}`]
    if (one instanceof Socket && one.remoteAddress) return [`a socket to ${one.remoteAddress}:${one.remotePort}`]
    return []
  })
  const kinds = process.getActiveResourcesInfo().flatMap((kind) => {
    if (kind in names) return [names[kind] ?? kind]
    return /^(?:TTY|Pipe|Write|Shutdown|TickObject|SimpleWrite)/.test(kind) ? [] : [kind]
  })
  const isAddressed = (name: string): boolean => addressed.some((one) => one.startsWith(`${name} `))
  return [...new Set([...addressed, ...kinds.filter((name) => !isAddressed(name))])]
}

function addressOf(address: ReturnType<Server['address']>): string {
  return typeof address === 'object' && address ? `port ${address.port}` : String(address)
}
