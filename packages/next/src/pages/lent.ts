import type { ServerResponse } from 'node:http'

/** The methods that send a response or change it. */
const answering: ReadonlySet<PropertyKey> = new Set([
  'addTrailers',
  'appendHeader',
  'destroy',
  'end',
  'flushHeaders',
  'removeHeader',
  'setHeader',
  'setHeaders',
  'write',
  'writeContinue',
  'writeEarlyHints',
  'writeHead',
  'writeHeader',
  'writeProcessing',
])

/**
 * Lends a response to a handler. Next responds through the same object, so only a separate proxy
 * distinguishes the handler's later writes from Next's own pages.
 *
 * @returns the response for the handler, and a function that revokes it: later writes through it
 * are dropped.
 */
export function lent<Response extends ServerResponse>(response: Response): [lent: Response, takeBack: () => void] {
  let isTaken = false
  const own: Response = new Proxy(response, {
    get(target, name) {
      if (isTaken && answering.has(name)) return (...parameters: unknown[]) => drop(parameters, name === 'write' || own)
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      // Node's methods compare the response with that of the connection, and return it for
      // chaining.
      return (...parameters: unknown[]) => {
        const result: unknown = Reflect.apply(value, target, parameters)
        return result === target ? own : result
      }
    },
    set: (target, name, value) => isTaken || Reflect.set(target, name, value, target),
  })
  return [
    own,
    () => {
      isTaken = true
    },
  ]
}

/** Reports dropped data as written to the caller, so that streams end as usual. */
function drop<Result>(parameters: readonly unknown[], result: Result): Result {
  const done = parameters.find((one): one is () => void => typeof one === 'function')
  if (done) process.nextTick(done)
  return result
}
