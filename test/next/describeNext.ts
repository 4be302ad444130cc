import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { describeBehaviours, type Running } from '../frameworks/behaviours.js'
import type { Served } from './build.js'

const below = (served: () => Running, path: string) => async (): Promise<Running> => ({
  url: served().url + path,
  close: async () => {},
})

/** Tries what is decided in an application with `cacheComponents` on the one that was built. */
export function describeComponents(name: string, served: () => Running): void {
  const text = async (path: string, actor?: string) => {
    const headers: Record<string, string> = actor === undefined ? {} : { 'x-actor': actor }
    return (await fetch(served().url + path, { headers })).text()
  }

  describe(`${name} with cacheComponents`, () => {
    it.each(['/mine', '/private', '/api'])('shows each visitor their own rows at %s', async (path) => {
      for (const actor of ['ada', 'eve', 'ada', undefined]) {
        const shown = await text(path, actor)
        expect([actor, shown.includes('Plans'), shown.includes('Notice')]).toEqual([actor, actor === 'ada', true])
      }
    })

    it.each(['ada', 'bob'])('prerenders no row for %s, named by the path', async (who) => {
      for (const actor of [who, 'eve']) expect(await text(`/who/${who}`, actor)).not.toContain('Plans')
    })

    it('decides for the user of the path on each request', async () => {
      expect(await text('/connected/ada')).toContain('Plans,Notice')
      expect(await text('/connected/eve')).not.toContain('Plans')
    })

    it('caches no list of a user in `use cache`', async () => {
      for (const actor of ['ada', 'eve']) expect(await text('/cached', actor)).toContain('error kept-decision')
      expect(await text('/cached')).toContain('Notice')
    })
  })
}

/** Tries what is decided by the authorizer alone on an application that was built. */
export function describeAlone(name: string, served: () => Running): void {
  const text = async (path: string, actor?: string) => {
    const answer = await fetch(served().url + path, { headers: actor === undefined ? {} : { 'x-actor': actor } })
    return (await answer.text()).replaceAll('<!-- -->', '')
  }

  describe(`${name} without nextAuthorization`, () => {
    it('keeps no decision about a user in a static page', async () => {
      expect(await text('/static')).toContain('<p>error kept-decision Notice</p>')
      expect(await text('/old')).toContain('<p>error kept-decision</p>')
    })

    it('decides for each request outside of caches', async () => {
      expect(await text('/dynamic', 'ada')).toContain('<p>Plans,Notice error kept-decision</p>')
      expect(await text('/dynamic')).toContain('<p>Notice error kept-decision</p>')
    })
  })
}

/** Tries what is decided at the edge on an application that was built. */
export function describeEdge(name: 'Next 15' | 'Next 16', served: () => Running): void {
  describeBehaviours(`${name}, edge`, below(served, '/edge'))
}

/** Tries all that a version of Next serves on the application that it built. */
export function describeNext(name: 'Next 15' | 'Next 16', served: () => Served): void {
  const get = async (path: string, actor?: string) => {
    const headers: Record<string, string> = actor === undefined ? {} : { 'x-actor': actor }
    const answer = await fetch(served().url + path, { headers, redirect: 'manual' })
    return { status: answer.status, headers: answer.headers, text: await answer.text() }
  }

  /** The code that browsers get. */
  function sent(): string[] {
    const folder = `${served().folder}/.next/static/`
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'))
    return files.map((name) => readFileSync(folder + name, 'utf8'))
  }

  describeBehaviours(`${name}, App Router`, below(served, '/api'))
  describeBehaviours(`${name}, Pages Router`, below(served, '/api/pages'))

  describe('a page', () => {
    it.each([
      ['bob', '/documents/1', 200, 'Plans'],
      ['eve', '/documents/1', 404, 'the page of not-found'],
      ['eve', '/documents/99', 404, 'the page of not-found'],
      [undefined, '/documents/1', 401, 'the page of unauthorized'],
      [undefined, '/documents/99', 401, 'the page of unauthorized'],
      [undefined, '/documents/2', 200, 'Notice'],
    ] as const)('for %s at %s responds with %i', async (actor, path, status, text) => {
      const answer = await get(path, actor)
      expect([answer.status, answer.text.includes(text)]).toEqual([status, true])
      if (status !== 200) expect(answer.text).not.toContain('Plans')
    })

    it('shows the allowed actions and sends no others', async () => {
      const [reader, owner] = [await get('/documents/1', 'bob'), await get('/documents/1', 'ada')]
      expect(reader.text).toContain('only read')
      expect(reader.text).not.toContain('Rename')
      expect(owner.text).toContain('Rename')
      expect(owner.text).not.toContain('only read')
    })

    it('passes the allowed actions to client components as data', async () => {
      expect((await get('/documents/1', 'bob')).text).toContain('no comment')
      expect((await get('/documents/2', 'bob')).text).toContain('<button type="button">Comment</button>')
    })

    it('declared as static is dynamic if it decides about a user', async () => {
      expect(served().output).toMatch(/ƒ \/isr/)
      expect((await get('/isr', 'ada')).text).toContain('for <!-- -->ada')
      const answer = await get('/isr', 'eve')
      expect(answer.text).toContain('for <!-- -->eve')
      expect(answer.headers.get('cache-control')).toMatch(/private|no-store/)
    })

    it('fails instead of caching a decision about a user in `use cache`', async () => {
      const answer = await get('/cached?who=me', 'ada')
      expect(answer.status).toBe(500)
      expect(answer.text).not.toContain('classified')
    })

    it('caches a decision for anonymous users if configured', async () => {
      expect((await get('/cached')).text).toContain('classified <!-- -->condition')
    })
  })

  describe('a route handler', () => {
    it.each(['filter', 'actor'])('fails instead of caching the %s of a user', async (what) => {
      expect((await get(`/kept?what=${what}`, 'ada')).status).toBe(500)
      expect((await get(`/kept?what=${what}`, 'ada')).status).toBe(500)
    })
  })

  describe('a route handler without a wrapper', () => {
    it.each([
      ['bob', '/denied', 200],
      ['eve', '/denied', 404],
      [undefined, '/denied', 401],
      ['bob', '/documents/1/opengraph-image', 200],
      ['eve', '/documents/1/opengraph-image', 404],
      [undefined, '/documents/1/opengraph-image', 401],
    ] as const)('for %s at %s responds with %i', async (actor, path, status) => {
      const answer = await get(path, actor)
      expect([answer.status, answer.text.includes('Plans')]).toEqual([status, status === 200])
    })
  })

  describe('a cache', () => {
    /** The routes' own answers, outside of the cache and within it. */
    const both = async (path: string, actor?: string) => {
      const { status, text } = await get(path, actor)
      expect(status).toBe(200)
      return JSON.parse(text) as { readonly outside: string; readonly within: string }
    }

    it.each([
      ['check', 'true', 'false'],
      ['actions', '[object Set]', '[object Set]'],
      ['actor', 'ada', 'eve'],
      ['page', 'true', 'false'],
      ['list', 'Plans,Notice', 'Notice'],
      ['filter', 'condition', 'condition'],
    ])("caches nothing of a user's request: its %s", async (what, ada, eve) => {
      const refused = 'error kept-decision'
      expect(await both(`/remembered?what=${what}`, 'ada')).toEqual({ outside: ada, within: refused })
      expect(await both(`/remembered?what=${what}`, 'eve')).toEqual({ outside: eve, within: refused })
    })

    it('of an API route keeps no list of a user', async () => {
      const within = 'error kept-decision'
      expect(await both('/api/old/kept', 'ada')).toEqual({ outside: 'Plans,Notice', within })
      expect(await both('/api/old/kept', 'eve')).toEqual({ outside: 'Notice', within })
    })

    it('of getServerSideProps keeps only the anonymous list', async () => {
      const within = 'error kept-decision, error kept-decision, Notice'
      expect((await get('/kept/props', 'ada')).text).toContain(`Plans,Notice true: ${within}`)
      expect((await get('/kept/props', 'eve')).text).toContain(`Notice false: ${within}`)
    })

    it.each(['ada', 'bob'])('of getStaticProps keeps no list of %s', async (who) => {
      for (const actor of [who, 'eve', undefined])
        expect((await get(`/kept/${who}`, actor)).text).toContain('<p>error kept-decision</p>')
    })

    it('of static pages keeps no list of a user', async () => {
      expect((await get('/static', 'ada')).text).toContain('<p>error kept-decision</p>')
      for (const actor of ['ada', 'eve']) {
        const answer = await get('/isr/ada', actor)
        expect([answer.status, answer.text.includes('Plans')]).toEqual([500, false])
      }
    })

    it('is not filled by generateStaticParams with rows of a user', () => {
      expect(served().output).toContain('/generated/error-kept-decision')
      expect(served().output).toContain('/generated/Notice')
    })

    it.each(['/streamed', '/streamed?actor'])('of other parties sees that %s is private', async (path) => {
      for (const actor of ['ada', 'eve']) expect((await get(path, actor)).headers.get('cache-control')).toBe('private')
    })
  })

  describe('a server action', () => {
    /** Sends its form as a browser without JavaScript does: with the fields that the owner's page has, and another id. */
    const rename = async (actor: string | undefined, id: string) => {
      const form = new FormData()
      const page = await get('/documents/1', 'ada')
      for (const [, name, value = ''] of page.text.matchAll(
        /<input type="hidden" name="([^"]*)"(?: value="([^"]*)")?/g,
      ))
        form.set(name!, value.replaceAll('&quot;', '"').replace(/^\[1\b/, `[${id}`))
      const headers: Record<string, string> = actor === undefined ? {} : { 'x-actor': actor }
      return fetch(`${served().url}/documents/2`, { method: 'POST', body: form, headers, redirect: 'manual' })
    }

    it('runs for allowed actors', async () => {
      const answer = await rename('ada', '1')
      expect([answer.status, answer.headers.get('location')]).toEqual([303, '/documents/1?renamed'])
    })

    it.each([
      ['bob', '1'],
      ['eve', '1'],
      ['eve', '99'],
      [undefined, '1'],
    ] as const)('does nothing for %s with a forged form for document %s', async (actor, id) => {
      // Next itself takes every interrupt of a form without JavaScript for what is not there.
      expect((await rename(actor, id)).status).toBe(404)
    })

    /** Calls an action as Next's client does, with the id that is in what browsers get. */
    const call = async (name: string, actor: string | undefined, ...args: readonly unknown[]) => {
      const id = sent()
        .map((text) => new RegExp(`"([0-9a-f]{40,44})"[^;]{0,80}"${name}"`).exec(text)?.[1])
        .find(Boolean)
      const headers = {
        'next-action': id!,
        accept: 'text/x-component',
        ...(actor === undefined ? {} : { 'x-actor': actor }),
      }
      const answer = await fetch(`${served().url}/documents/2`, { method: 'POST', headers, body: JSON.stringify(args) })
      return { status: answer.status, text: await answer.text() }
    }

    it('returns its value to allowed actors', async () => {
      expect((await call('comment', 'bob', 2, 'hello')).text).toContain('{"allowed":true,"value":"Notice: hello"}')
    })

    it.each([
      ['bob', 1, 403, 'You may not do this.'],
      ['eve', 1, 404, 'Not found.'],
      ['eve', 99, 404, 'Not found.'],
      [undefined, 2, 401, 'Sign in to do this.'],
    ] as const)('returns to %s for document %s a result of %i', async (actor, id, status, message) => {
      const result = JSON.stringify({ allowed: false, status, message, fields: [] })
      expect((await call('comment', actor, id, 'hello')).text).toContain(result)
    })

    it.each([
      ['nothing', 'bob', [], 404],
      ['null', 'bob', [null, null], 404],
      ['a text', 'bob', ['x'], 404],
      ['null in place of its input', 'ada', [null], 400],
      ['a text in place of its input', 'ada', ['x'], 400],
      // As React sends a promise.
      ['a promise in place of its input', 'ada', ['$@1'], 400],
    ])('that is called with %s is a result', async (_what, actor, args, status) => {
      const answer = await call(status === 404 ? 'comment' : 'change', actor, ...args)
      expect(answer.text).toContain(`{"allowed":false,"status":${status}`)
    })

    it('fails that decided nothing', async () => {
      const answer = await call('forgotten', 'ada')
      expect(answer.status).toBe(500)
      expect(answer.text).not.toContain('classified')
    })
  })

  describe('the proxy', () => {
    it('redirects anonymous users to the sign-in page', async () => {
      const answer = await get('/isr?page=2')
      expect(answer.status).toBe(307)
      expect(new URL(answer.headers.get('location')!, served().url)).toMatchObject({
        pathname: '/sign-in',
        search: `?from=${encodeURIComponent('/isr?page=2')}`,
      })
      expect((await get('/isr', 'ada')).status).toBe(200)
    })
  })

  describe('the Pages Router', () => {
    it.each([
      ['bob', '/api/old/1', 200],
      ['eve', '/api/old/1', 404],
      ['eve', '/api/old/99', 404],
      [undefined, '/api/old/1', 401],
      ['bob', '/api/old/forgotten', 500],
      ['bob', '/old/feed', 200],
      ['bob', '/old/feed?forgotten', 500],
      ['bob', '/old/1', 200],
      ['eve', '/old/1', 404],
      ['bob', '/old/1?forgotten', 404],
      [undefined, '/old/1', 401],
    ] as const)('answers %s at %s with %i', async (actor, path, status) => {
      const answer = await get(path, actor)
      expect(answer.status).toBe(status)
      expect(answer.text.includes('Plans')).toBe(status === 200)
      expect(answer.text).not.toContain('classified')
    })

    it.each([
      ['bob', '/old/1', /no-store/],
      ['eve', '/old/1', /private/],
      [undefined, '/old/1', /private/],
      ['bob', '/old/feed', /private/],
      ['bob', '/api/old/1', /private/],
    ] as const)('forbids caching of the response for %s at %s', async (actor, path, said) => {
      expect((await get(path, actor)).headers.get('cache-control')).toMatch(said)
    })
  })

  describe('code sent to browsers', () => {
    it('contains neither policy nor engine', () => {
      expect(sent().some((text) => text.includes('is used outside of <Actions'))).toBe(true)
      for (const text of sent()) {
        expect(text).not.toContain('has_permission')
        expect(text).not.toContain('No policy is loaded')
      }
    })
  })
}
