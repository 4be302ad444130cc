import { connect } from 'node:net'
import { constants, inflateSync } from 'node:zlib'

/** Spellings of a path below `/admin` that some file server, proxy or router takes for it. */
export const attacks: readonly string[] = [
  // as routers do
  '/admin/report.html',
  '/Admin/report.html',
  '/ADMIN/REPORT.HTML',
  '/%61dmin/report.html',
  '/%41dmin/report.html',
  '/admin/report%2ehtml',
  '/admin/report.html?x=/public/',
  '/admin/report.html/',
  '/admin/',
  // empty segments and dot segments
  '//admin/report.html',
  '///admin/report.html',
  '/admin//report.html',
  '/./admin/report.html',
  '/x/../admin/report.html',
  '/public/../admin/report.html',
  '/public/a/../../admin/report.html',
  '/%2e/admin/report.html',
  '/%2E/admin/report.html',
  '/x/%2e%2e/admin/report.html',
  '/public/.%2E/admin/report.html',
  '/public/%2e./admin/report.html',
  '/admin/./report.html',
  '/admin/x/..',
  '/.../admin/report.html',
  // encoded slashes
  '/%2fadmin/report.html',
  '/admin%2freport.html',
  '/admin%2Freport.html',
  '/x/..%2fadmin/report.html',
  '/public/..%2fadmin%2freport.html',
  '/public%2f..%2fadmin/report.html',
  '/public/%2e%2e%2fadmin/report.html',
  // backslashes
  '/admin\\report.html',
  '/admin\\report.html#',
  '\\admin\\report.html',
  '/\\admin/report.html',
  '/admin%5creport.html',
  '/admin%5Creport.html',
  '/public/..\\admin/report.html',
  '/public/..%5cadmin%5creport.html',
  '/public\\..\\admin\\report.html',
  // parameters, as Java servers read them
  '/admin;x/report.html',
  '/admin;x=1/report.html',
  '/;/admin/report.html',
  '/public/..;/admin/report.html',
  '/public/..;x=1/admin/report.html',
  '/admin%3bx/report.html',
  '/admin%3Bx=1/report.html',
  '/public/..%3b/admin/report.html',
  '/%3b/admin/report.html',
  // the ends of segments, as Windows reads them
  '/admin./report.html',
  '/admin../report.html',
  '/admin%20/report.html',
  '/admin%2e/report.html',
  '/admin.%20./report.html',
  // double, invalid and overlong encodings
  '/%2561dmin/report.html',
  '/%252e/admin/report.html',
  '/public/%252e%252e/admin/report.html',
  '/admin%252freport.html',
  '/admin%255creport.html',
  '/public/%25%32%65%25%32%65/admin/report.html',
  '/%u0061dmin/report.html',
  '/%c0%ae%c0%ae/admin/report.html',
  '/public/%c0%ae%c0%ae/admin/report.html',
  '/admin%c0%afreport.html',
  '/admin%e0%80%afreport.html',
  '/%c1%a1dmin/report.html',
  '/public/%/../admin/report.html',
  // characters that end a path or are dropped from it
  '/admin/report.html#',
  '/admin/report.html#/../../public/a.html',
  '/public/a.html#/../../admin/report.html',
  '/admin/report.html%00',
  '/admin%00/report.html',
  '/admin/report.html%00.png',
  '/%09admin/report.html',
  '/adm%0ain/report.html',
  '/adm%0din/report.html',
  '/admin%7f/report.html',
  '/admin%c2%80/report.html',
  '/admin\xe9/report.html',
  // absolute targets
  'http://x/admin/report.html',
  'http://x/admin\\report.html',
  'http://x//admin/report.html',
  'HTTP://x/%61dmin/report.html',
  'http:/admin/report.html',
  '//x/admin/report.html',
]

/** Spellings of the path of document 1. */
export const rowSpellings: readonly string[] = [
  '/documents/1',
  '/documents/1/',
  '/documents//1',
  '//documents/1',
  '/./documents/1',
  '/x/../documents/1',
  '/Documents/1',
  '/documents/%31',
  '/%64ocuments/1',
  '/documents/1?id=2',
  '/documents/1%20',
  '/documents/+1',
  '/documents/01',
  '/documents/1.0',
  '/documents/1;x=2',
  '/documents/1%2f',
  '/documents%2f1',
  '/documents\\1',
  '/documents/1%00',
  '/documents/2/../1',
  '/documents/2%2f..%2f1',
  '/documents/1#2',
]

/** Headers by which some proxy or framework reads another method, path, address or user. */
const forgedHeaders: readonly string[] = [
  'x-http-method-override: OPTIONS',
  'x-method-override: OPTIONS',
  'x-original-url: /open/report.html',
  'x-rewrite-url: /open/report.html',
  'x-forwarded-uri: /open/report.html',
  'x-forwarded-prefix: /open',
  'x-forwarded-for: 127.0.0.1',
  'x-forwarded-host: localhost',
  'forwarded: for=127.0.0.1;host=localhost',
  'x-arcturus-actor: ada',
  'authorization: Bearer ada',
  'cookie: x-actor=ada; user=ada',
  'x-actor : ada',
  'x_actor: ada',
  'range: bytes=0-',
  'if-none-match: "classified"',
  'expect: 100-continue',
  'access-control-request-method: GET',
  'x-middleware-subrequest: middleware:middleware:middleware:middleware:middleware',
  'x-invoke-path: /open/report.html',
  'x-matched-path: /open/report.html',
  'x-nextjs-data: 1',
  'x-prerender-revalidate: 1',
  'rsc: 1',
  'next-router-prefetch: 1',
  'next-action: 0123456789',
]

const forgedMethods = ['HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE', 'QUERY', 'get', 'GE T', 'PROPFIND']

/** Requests that forge a header or a method, for a path that is hidden. */
export const forgeries: readonly Sent[] = [
  ...forgedHeaders.map((line) => ({ head: `${line}\r\n` })),
  ...forgedMethods.map((method) => ({ method })),
]

export interface RawAnswer {
  readonly status: number
  /** Everything that was received: head, body and trailers. A compressed body follows once more, decompressed. */
  readonly text: string
}

export interface Sent {
  readonly method?: string
  /** Lines of headers. */
  readonly head?: string
}

/** Sends a request target as it is: `fetch` and `http` would normalize it. */
export function raw(url: string, target: string, { method = 'GET', head = '' }: Sent = {}): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(Number(port), hostname)
    socket.setEncoding('latin1').on('data', (data) => {
      text += data
    })
    // A response that hangs fails its test.
    socket.setTimeout(3_000, () => socket.destroy())
    socket
      .on('close', () => resolve({ status: Number(text.slice(9, 12)), text: text + inflated(text) }))
      .on('error', reject)
    socket.write(`${method} ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${head}\r\n`, 'latin1')
  })
}

/** Returns the decompressed body of a response that is sent in chunks. */
function inflated(text: string): string {
  const at = text.indexOf('\r\n\r\n')
  if (!/content-encoding: deflate/i.test(text.slice(0, at))) return ''
  let chunks = text.slice(at + 4)
  let body = ''
  for (let size = 1; size > 0; ) {
    const end = chunks.indexOf('\r\n')
    size = Number.parseInt(chunks.slice(0, end), 16) || 0
    body += chunks.slice(end + 2, end + 2 + size)
    chunks = chunks.slice(end + 2 + size + 2)
  }
  return inflateSync(Buffer.from(body, 'latin1'), { finishFlush: constants.Z_SYNC_FLUSH }).toString('latin1')
}
