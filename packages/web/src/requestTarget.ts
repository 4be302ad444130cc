import { ArcturusError } from '@arcturus/core/internal/web'

/**
 * The target of a request is not canonical: routers, file servers and proxies read different paths
 * from it, so a rule about its path would decide about another one. This is a fault of the client.
 */
export class TargetError extends ArcturusError {
  static override get brand(): string {
    return 'TargetError'
  }
  readonly status: number = 400
  readonly statusCode: number = 400
  /** For the convention of `http-errors`: the message is for logs, not for clients. */
  readonly expose: boolean = false

  constructor(target: string, fault: string) {
    super(
      'ambiguous-target',
      `The request target ${JSON.stringify(target.slice(0, 200))} is not canonical: ${fault}.`,
      {
        hint: 'normalize paths in a proxy in front of the application; without allow_request in the policy, all targets pass',
      },
    )
  }
}

type Fault = readonly [description: string, pattern: RegExp]

/**
 * What servers read in different ways. Each pattern is for the path, without its query.
 *
 * Encoded names stay possible: UTF-8, spaces, `%23`, `%3F`, `%25`.
 */
const faults: readonly Fault[] = [
  ['it does not start with one "/"', /^(?!\/(?!\/))/],
  ['it contains an empty segment ("//")', /\/\//],
  ['it contains a backslash', /\\|%5c/i],
  ['it contains "#"', /#/],
  ['it contains a control character or a character that is not encoded', /[^\x21-\x7e]|%[01][0-9a-f]|%7f|%c2%[89]/i],
  ['it contains an encoded slash', /%2f/i],
  ['it contains an invalid percent encoding', /%(?![0-9a-f]{2})/i],
  ['it contains a doubly encoded character', /%25(?:[0-9a-f]|%3\d|%[46][1-6]){2}/i],
  ['it contains a segment of dots', /\/(?:\.|%2e|%20)+(?:(?:;|%3b)[^/]*)?(?=\/|$)/i],
]

/**
 * Asserts that all servers read the same path from a request target.
 *
 * @throws {TargetError} They may read different ones.
 */
export function assertCanonical(target: string): void {
  // The target of `OPTIONS *`, which is no path.
  if (target === '*') return
  const [path = ''] = target.split('?', 1)
  const fault = faults.find(([, pattern]) => pattern.test(path))?.[0]
  if (fault !== undefined) throw new TargetError(target, fault)
  if (!isUtf8(path)) throw new TargetError(target, 'it contains encoded bytes that are not UTF-8')
}

function isUtf8(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
