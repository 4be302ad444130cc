import type { WatchedSource } from '../source.js'

/** The options of `fromUrl`. */
export interface UrlOptions {
  /** Returns the headers of each request, such as a token that expires. */
  readonly headers?: () => Record<string, string> | Promise<Record<string, string>>
}

/**
 * Returns the source of an address: a text of Polar or a bundle, as S3, GCS, MinIO and the hosts of Git serve it. It is polled;
 * an ETag saves the transfer. A webhook can call `refresh()` of the watch.
 */
export function fromUrl(url: string | URL, options: UrlOptions = {}): WatchedSource {
  const name = new URL(url).origin + new URL(url).pathname
  return {
    name,
    async read(known, signal) {
      const headers = { ...(await options.headers?.()), ...(known !== undefined && { 'if-none-match': known }) }
      const response = await fetch(url, { headers, signal })
      if (response.status === 304 && known !== undefined) return undefined
      if (!response.ok) throw new Error(`${name} responded with ${response.status}.`)
      return { texts: [{ name, text: await response.text() }], tag: response.headers.get('etag') ?? undefined }
    },
  }
}
