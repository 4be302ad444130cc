import type { RequestAuthorization } from '@arcturus/web'
import type { Client } from './world.js'

/**
 * The application that the behaviours are tried on, told without a framework: each framework's test builds it from this
 * table, in this order.
 */
export interface Route {
  readonly method: 'GET' | 'POST'
  /** A path, with at most the parameter `:id`. */
  readonly path: string
  /** The router that it is in: the path below which that is mounted. The parameters of both belong to the route. */
  readonly within?: string
  /** Mounted before `authorize()`. */
  readonly early?: true
  readonly protection: Protection
  readonly reply: Reply
}

export type Protection =
  | { readonly kind: 'none' }
  | { readonly kind: 'unguarded'; readonly reason: string }
  /** `authorize(action, loader)` with the document `:id`, or a loader that throws; with the option `patch` too if it has one. */
  | { readonly kind: 'authorize'; readonly action: string; readonly loader: LoaderName; readonly patch?: object }
  /** `authorize(action, 'Document')`. */
  | { readonly kind: 'model'; readonly action: string }

type LoaderName = 'document' | 'throws an error' | 'throws nothing' | 'throws "route"'

/**
 * The handler's behaviour.
 *
 * - `title`: JSON `{ title }` of the loaded document.
 * - `secret` …: answers `classified` in the way that follows, with `secretHeaders`; `redirect` goes to `/classified`.
 *   `twice`: answers `[]`, and then `classified` all the same.
 * - `ask …`: asks, then answers JSON: whether the actor may read document 1 (`check`, of the authorizer itself; `own check`, of
 *   the request's authorization), the kind of a filter on documents (`filter`), the allowed actions on document 1 (`actions`).
 * - `ask destructured`: answers what methods return that were taken out of the request's authorization, of document 1.
 * - `pick`: answers what the actor may read of the loaded document. `pick list`: of documents 1 and 2.
 * - `write title`, `write owner`: asserts that a body with the title, or with title, owner and one more, may be written to the loaded
 *   document; then as `title`.
 * - `data`: answers the data that the route allowed to write.
 * - `change title`, `change owner`: asks for a change of the loaded document, and answers the data. `create`: asks for a new one.
 * - `client`: answers the titles that the request's client finds. `secret client`: makes the client alone.
 * - `echo`: answers the body that was sent. `file`: answers a file.
 * - `nothing`: answers `[]`.
 * - `deny`: authorizes `edit` on document 1 itself and lets the error go.
 * - `error`: throws an error with status 418. `late error`: sends its headers and the text `begun`, then throws.
 * - `cached`: as `title`, with `Cache-Control: public, max-age=60`.
 * - `forget`, `forget slowly`: `forgottenAwaits.ts`.
 * - `swallow`, `swallow of authorizer`: answers `classified` after a denial of document 1 that it caught.
 * - `states`: streams `states`.
 * - `wait`: answers as `title`, 20 ms later.
 */
export type Reply =
  | 'title'
  | 'secret whole'
  | 'secret stream'
  | 'secret pieces'
  | 'secret file'
  | 'secret head first'
  | 'secret old'
  | 'secret flush'
  | 'secret twice'
  | 'swallow'
  | 'swallow of authorizer'
  | 'states'
  | 'redirect'
  | 'ask check'
  | 'ask own check'
  | 'ask filter'
  | 'ask actions'
  | 'ask fields'
  | 'ask destructured'
  | 'pick'
  | 'pick list'
  | 'write title'
  | 'write owner'
  | 'data'
  | 'change title'
  | 'change owner'
  | 'create'
  | 'client'
  | 'secret client'
  | 'echo'
  | 'file'
  | 'nothing'
  | 'deny'
  | 'error'
  | 'late error'
  | 'cached'
  | 'wait'
  | 'forget'
  | 'forget slowly'

/** The headers of a response that must not be sent. */
export const secretHeaders = {
  'x-secret': 'classified',
  'set-cookie': 'session=classified',
  etag: '"classified"',
  'content-disposition': 'attachment; filename=classified',
  link: '</classified>; rel=next',
} as const

/** Catches the denial of a document. */
export async function swallow(
  { authorize }: Pick<RequestAuthorization<unknown, unknown>, 'authorize'>,
  document: object | undefined,
): Promise<void> {
  await authorize('read', document).catch(() => undefined)
}

/** The options of `authorize` for a protection. */
export function patchOf({ patch }: Extract<Protection, { readonly kind: 'authorize' }>): { patch?: () => object } {
  return patch ? { patch: () => patch } : {}
}

/** Asks for a new document of the actor, and returns the title to write. */
export async function createTitle(authorization: RequestAuthorization<unknown, unknown>): Promise<object> {
  const data = { id: 9, title: 'New', owner: authorization.actor, readers: [], isPublic: false }
  const { title } = await authorization.authorizeCreate('Document', data)
  return { title }
}

/** Returns what the request's client finds. */
export function titlesOf({ client }: RequestAuthorization<unknown, unknown>): object {
  // Sound: the applications make it by `World.client`.
  return { titles: (client as Client).titles() }
}

/** The results of an authorization's methods about a document if they are called without a receiver. */
export async function askDestructured(
  authorization: RequestAuthorization<unknown, unknown>,
  document: object,
): Promise<readonly unknown[]> {
  const { can, isAllowed, authorize, authorizedActions, filter } = authorization
  const { authorizedFields, authorizeField, pickAuthorized, assertWritable } = authorization
  await authorize('read', document)
  await authorizeField('read', document, 'title')
  return [
    can('edit', document),
    await isAllowed('read', document),
    (await authorizedActions(document)).has('edit'),
    [...(await authorizedFields('read', document))],
    await pickAuthorized(document),
    await assertWritable('edit', document, { title: 'New' }).catch((error: Error) => error.name),
    (await filter('read', 'Document')).kind,
  ]
}

/** The loaders that throw. */
export const throwing: Readonly<Record<`throws ${string}` & LoaderName, () => Promise<never>>> = {
  'throws an error': () => Promise.reject(Object.assign(new Error('the database is away'), { status: 503 })),
  'throws nothing': () => Promise.reject(undefined),
  'throws "route"': () => Promise.reject('route'),
}

const document = (action: string) => ({ kind: 'authorize', action, loader: 'document' }) as const
const change = (patch: object) => ({ ...document('edit'), patch })
const none = { kind: 'none' } as const
const open = { kind: 'unguarded', reason: 'test' } as const

export const routes: readonly Route[] = [
  { method: 'GET', path: '/early', early: true, protection: none, reply: 'secret whole' },
  { method: 'GET', path: '/health', protection: { kind: 'unguarded', reason: 'liveness' }, reply: 'secret whole' },
  { method: 'GET', path: '/documents/:id', protection: document('read'), reply: 'title' },
  { method: 'POST', path: '/documents/:id', protection: document('edit'), reply: 'title' },
  { method: 'POST', path: '/echo/:id', protection: document('edit'), reply: 'echo' },
  { method: 'GET', path: '/file/:id', protection: document('read'), reply: 'file' },
  { method: 'GET', path: '/cached/:id', protection: document('read'), reply: 'cached' },
  { method: 'GET', path: '/waiting/:id', protection: document('read'), reply: 'wait' },
  { method: 'GET', path: '/broken/:id', protection: document('break'), reply: 'title' },
  { method: 'GET', path: '/', within: '/nested/:id', protection: document('read'), reply: 'title' },
  { method: 'GET', path: '/edit', within: '/nested/:id', protection: document('edit'), reply: 'title' },
  { method: 'GET', path: '/forgotten', within: '/nested/:id', protection: none, reply: 'secret whole' },
  {
    method: 'GET',
    path: '/loader/error',
    protection: { kind: 'authorize', action: 'read', loader: 'throws an error' },
    reply: 'secret whole',
  },
  {
    method: 'GET',
    path: '/loader/nothing',
    protection: { kind: 'authorize', action: 'read', loader: 'throws nothing' },
    reply: 'secret whole',
  },
  {
    method: 'GET',
    path: '/loader/route',
    protection: { kind: 'authorize', action: 'read', loader: 'throws "route"' },
    reply: 'secret whole',
  },
  { method: 'GET', path: '/forgotten/whole', protection: none, reply: 'secret whole' },
  { method: 'POST', path: '/forgotten/whole', protection: none, reply: 'secret whole' },
  { method: 'GET', path: '/forgotten/stream', protection: none, reply: 'secret stream' },
  { method: 'GET', path: '/forgotten/pieces', protection: none, reply: 'secret pieces' },
  { method: 'GET', path: '/forgotten/file', protection: none, reply: 'secret file' },
  { method: 'GET', path: '/forgotten/head', protection: none, reply: 'secret head first' },
  { method: 'GET', path: '/forgotten/old', protection: none, reply: 'secret old' },
  { method: 'GET', path: '/forgotten/flush', protection: none, reply: 'secret flush' },
  { method: 'GET', path: '/forgotten/redirect', protection: none, reply: 'redirect' },
  { method: 'GET', path: '/forgotten/twice', protection: none, reply: 'secret twice' },
  { method: 'GET', path: '/swallowed', protection: none, reply: 'swallow' },
  { method: 'GET', path: '/swallowed/authorizer', protection: none, reply: 'swallow of authorizer' },
  { method: 'GET', path: '/streamed/:id', protection: document('read'), reply: 'states' },
  { method: 'GET', path: '/admin/report.html', protection: open, reply: 'secret whole' },
  { method: 'GET', path: '/open/report.html', protection: open, reply: 'secret whole' },
  { method: 'GET', path: '/forgotten/actions', protection: none, reply: 'ask actions' },
  { method: 'GET', path: '/asking/check', protection: none, reply: 'ask check' },
  { method: 'GET', path: '/asking/own', protection: none, reply: 'ask own check' },
  { method: 'GET', path: '/asking/filter', protection: none, reply: 'ask filter' },
  { method: 'GET', path: '/asking/fields', protection: none, reply: 'ask fields' },
  { method: 'GET', path: '/asking/destructured', protection: none, reply: 'ask destructured' },
  { method: 'GET', path: '/fields/:id', protection: document('read'), reply: 'pick' },
  { method: 'GET', path: '/fields', protection: none, reply: 'pick list' },
  { method: 'POST', path: '/fields/:id/title', protection: document('edit'), reply: 'write title' },
  { method: 'POST', path: '/fields/:id/owner', protection: document('edit'), reply: 'write owner' },
  { method: 'POST', path: '/changes/:id/title', protection: change({ title: 'New' }), reply: 'data' },
  { method: 'POST', path: '/changes/:id/owner', protection: change({ title: 'New', owner: null }), reply: 'data' },
  { method: 'POST', path: '/changes/:id/drop', protection: change({ title: 'Not mine' }), reply: 'data' },
  { method: 'POST', path: '/changes/:id/wrong', protection: change({ title: undefined }), reply: 'data' },
  { method: 'POST', path: '/asked/:id/title', protection: document('read'), reply: 'change title' },
  { method: 'POST', path: '/asked/:id/owner', protection: document('read'), reply: 'change owner' },
  { method: 'POST', path: '/asked', protection: none, reply: 'create' },
  { method: 'GET', path: '/client', protection: none, reply: 'client' },
  { method: 'GET', path: '/forgotten/client', protection: none, reply: 'secret client' },
  { method: 'GET', path: '/model/read', protection: { kind: 'model', action: 'read' }, reply: 'ask filter' },
  { method: 'GET', path: '/model/forgotten', protection: { kind: 'model', action: 'read' }, reply: 'secret whole' },
  { method: 'POST', path: '/model/import', protection: { kind: 'model', action: 'import' }, reply: 'nothing' },
  { method: 'POST', path: '/model/shred', protection: { kind: 'model', action: 'shred' }, reply: 'secret whole' },
  { method: 'GET', path: '/forgetting', protection: none, reply: 'forget' },
  { method: 'GET', path: '/forgetting/slowly', protection: none, reply: 'forget slowly' },
  { method: 'GET', path: '/forgetting/public', protection: open, reply: 'forget' },
  { method: 'GET', path: '/forgetting/of/:id', protection: document('read'), reply: 'forget' },
  { method: 'GET', path: '/forgetting/of/:id/slowly', protection: document('read'), reply: 'forget slowly' },
  { method: 'GET', path: '/denied', protection: none, reply: 'deny' },
  { method: 'GET', path: '/error', protection: none, reply: 'error' },
  { method: 'GET', path: '/late/:id', protection: document('read'), reply: 'late error' },
]

/** Returns the route of a request, for what has no router of its own, and the parameter `:id`. */
export function routeAt(method: string, path: string): { readonly route: Route; readonly id: string } | undefined {
  for (const route of routes) {
    if (route.method !== method) continue
    const whole = ((route.within ?? '') + route.path).replace(/\/$/, '')
    const found = new RegExp(`^${whole.replaceAll('.', '\\.').replaceAll(':id', '([^/]+)')}$`).exec(path)
    if (found) return { route, id: found[1] ?? '' }
  }
  return undefined
}
