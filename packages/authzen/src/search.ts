import { asRow, type Entities, idOf, type Listing } from './entities.js'
import { BadRequest, type Page, type Properties } from './message.js'

/** The rows of a page without a limit, and the most that a request may ask for. */
const PAGE = 100
const MOST = 1_000
/** Lists of a page that contain few permitted rows, after which the page ends early. */
const LISTS = 20

interface Search<Caller> {
  readonly entities: Entities<Caller>
  readonly page: Page
  /** The body of the request, to which the tokens of its pages belong. */
  readonly body: Properties
  readonly listing: Omit<Listing<Caller>, 'after' | 'limit'>
  /** Returns those of some rows that the policy permits. */
  readonly permitted: (rows: readonly object[]) => Promise<readonly object[]>
}

interface Found {
  readonly ids: readonly string[]
  readonly page: { readonly next_token: string; readonly count: number }
}

/**
 * Returns a page of the rows that the policy permits, in the order of the application's list.
 * @throws BadRequest for a token of another search.
 */
export async function search<Caller>(search: Search<Caller>): Promise<Found> {
  const { entities, listing, page, permitted } = search
  const { list } = entities
  if (!list) throw new BadRequest('This type cannot be searched for.')
  const limit = Math.min(page.limit ?? PAGE, MOST)
  const key = await keyOf(search.body)
  let after = page.token === undefined ? undefined : afterOf(page.token, key)
  const ids: string[] = []
  let isMore = true
  for (let lists = 0; lists < LISTS && ids.length < limit && isMore; lists++) {
    // One more row tells whether there is another page.
    const listed = [...(await list({ ...listing, after, limit: limit + 1 }))]
    const rows = listed.slice(0, limit).map((row) => asRow(listing.authorizer, entities, row))
    isMore = listed.length > limit
    const allowed = new Set(await permitted(rows))
    for (const row of rows) {
      if (ids.length === limit) {
        isMore = true
        break
      }
      const id = idOf(entities, row)
      // The same rows again would be pages without an end.
      if (id === after) throw new TypeError('`list` returned the row with the id `after` again.')
      after = id
      if (allowed.has(row)) ids.push(id)
    }
  }
  return { ids, page: { next_token: isMore && after !== undefined ? tokenOf(after, key) : '', count: ids.length } }
}

/** Returns what tells a search from another one: the pages of one search have the same. */
async function keyOf({ subject, action, resource, context }: Properties): Promise<string> {
  const text = JSON.stringify([subject, action, resource, context])
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return toText(String.fromCharCode(...new Uint8Array(digest, 0, 12)))
}

/** A token names the row after which its page begins. A forged one begins elsewhere, and permits nothing more. */
function tokenOf(after: string, key: string): string {
  return `${key}.${toText(String.fromCharCode(...new TextEncoder().encode(after)))}`
}

function afterOf(token: string, key: string): string {
  const [of, id = ''] = token.split('.')
  if (of !== key) throw new BadRequest('"page.token" belongs to another search.')
  try {
    const bytes = Uint8Array.from(atob(id.replaceAll('-', '+').replaceAll('_', '/')), (each) => each.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new BadRequest('"page.token" is damaged.')
  }
}

/** Writes bytes as base64url. */
function toText(bytes: string): string {
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
