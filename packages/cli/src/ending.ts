/** How long an application may take to end by itself after a command, in milliseconds. */
const patience = 500

/** What keeps a process from ending, as Node.js names it. */
const names: Readonly<Record<string, string>> = {
  Timeout: 'a timer',
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
    // Not those of its own input and output.
    const kinds = process.getActiveResourcesInfo().filter((kind) => !/^(?:TTY|Pipe|Write|Shutdown|Tick)/.test(kind))
    const open = [...new Set(kinds.map((kind) => names[kind] ?? kind))].join(', ')
    const text = `note: The application left open: ${open}. The command ended without waiting for it.
hint: close it in \`close\` of what \`open\` returns in arcturus.config.ts, or call unref() of a timer\n`
    if (open !== '') process.stderr.write(text)
    // What is written to a pipe is sent first.
    process.stdout.write('', () => process.stderr.write('', () => process.exit()))
  }, patience).unref()
}
