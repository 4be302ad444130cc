import { createServer, type OutgoingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Running } from './behaviours.js'

/** Serves an application on a port of its own. */
export function listen(application: RequestListener): Promise<Running> {
  return new Promise((resolve) => {
    const server = createServer(application).listen(0, '127.0.0.1', () => {
      // Sound: a listening TCP server has an address with a port.
      const { port } = server.address() as AddressInfo
      resolve({ url: `http://127.0.0.1:${port}`, close: () => new Promise((done) => server.close(() => done())) })
    })
  })
}

/** `writeHead` by the name that Node still has, but no longer tells of. */
export function writeHeader(response: ServerResponse, headers: OutgoingHttpHeaders): void {
  // Sound: Node's responses have it.
  const old = Reflect.get(response, 'writeHeader') as (status: number, headers: OutgoingHttpHeaders) => void
  Reflect.apply(old, response, [200, headers])
}
