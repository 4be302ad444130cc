import type { ServerResponse } from 'node:http'

/** By which a response is answered, or its answer changed. */
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
 * Lends a response to a handler: Next answers by the same one, so that only who writes tells what the handler has yet to write from
 * Next's own pages.
 *
 * @returns the response for the handler, and what takes it back: what is written by it from then on goes nowhere.
 */
export function lent<Response extends ServerResponse>(response: Response): [lent: Response, takeBack: () => void] {
  let isTaken = false
  const own: Response = new Proxy(response, {
    get(target, name) {
      if (isTaken && answering.has(name)) return (...parameters: unknown[]) => drop(parameters, name === 'write' || own)
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      // Node's methods compare the response with that of the connection, and give it back to be called on.
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

/** What is dropped counts as written to whoever wrote it, so that streams run out as usual. */
function drop<Result>(parameters: readonly unknown[], result: Result): Result {
  const done = parameters.find((one): one is () => void => typeof one === 'function')
  if (done) process.nextTick(done)
  return result
}
