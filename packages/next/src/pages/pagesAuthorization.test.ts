import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as elapsed } from 'node:timers/promises'
import { Authorizer } from '@arcturus/core'
import type { GetServerSidePropsContext } from 'next'
import { describe, expect, it, vi } from 'vitest'
import { listen } from '../../../../test/frameworks/listen.js'
import { pagesAuthorization } from './pagesAuthorization.js'

class User {
  constructor(readonly name: string) {}
}
class Note {
  constructor(readonly owner: string) {}
}

const authorizer = new Authorizer().registerClass(User).registerClass(Note)
authorizer.loadSync('allow(user: User, "edit", note: Note) if note.owner = user.name;')
const { withAuthorization, withAuthorizedProps } = pagesAuthorization(authorizer, { actor: () => new User('ada') })

type Page = ReturnType<typeof withAuthorizedProps>

/** Answers as Next does: sets the status of the page or of that of an error, and renders it a little later, unless something was answered by then. */
async function visit(page: Page): Promise<[status: number, body: string]> {
  const application = async (req: IncomingMessage, res: ServerResponse) => {
    let [status, body] = [200, 'page']
    try {
      const result = await page(
        Object.assign({} as GetServerSidePropsContext, { req: Object.assign(req, { cookies: {} }), res }),
      )
      if ('notFound' in result) [status, body] = [404, 'page of nothing']
    } catch {
      ;[status, body] = [500, 'page of an error']
    }
    if (res.headersSent) return
    res.statusCode = status
    await elapsed(20)
    res.end(body)
  }
  const { url, close } = await listen((req, res) => void application(req, res))
  const answer = await fetch(url)
  const text = await answer.text()
  await close()
  return [answer.status, text]
}

describe('the props of a page', () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})

  const feed = (res: ServerResponse) => void Readable.from(['classified']).pipe(res)
  const late = (res: ServerResponse) => void setTimeout(() => res.end('classified'), 5)

  it.each([
    ['a stream', feed],
    ['a timer', late],
  ])('are blocked with all later output if nothing was decided: by %s', async (_name, answer) => {
    const pages: Page[] = [
      withAuthorizedProps(async ({ res }) => {
        answer(res)
        return { props: {} }
      }),
      withAuthorizedProps(async ({ res }) => {
        answer(res)
        return { notFound: true }
      }),
      withAuthorizedProps(async ({ res }) => {
        answer(res)
        throw new Error('thrown')
      }),
    ]
    for (const page of pages) {
      const [status, body] = await visit(page)
      expect([500, 404]).toContain(status)
      expect(body).not.toContain('classified')
    }
  })

  it('leave the pages of errors and of nothing to Next', async () => {
    const undecided = withAuthorizedProps(async () => ({ props: {} }))
    expect(await visit(undecided)).toEqual([500, 'page of an error'])
    expect(await visit(withAuthorizedProps(async () => ({ notFound: true })))).toEqual([404, 'page of nothing'])
    const throwing = withAuthorizedProps(async () => Promise.reject(new Error('thrown')))
    expect(await visit(throwing)).toEqual([500, 'page of an error'])
  })

  it('may respond with a failure in chunks if nothing was decided', async () => {
    const page = withAuthorizedProps(async ({ res }) => {
      res.writeHead(404).write('nothing ')
      setTimeout(() => res.end('here'), 5)
      return { props: {} }
    })
    expect(await visit(page)).toEqual([404, 'nothing here'])
  })

  it('let streams run out that are held back', async () => {
    let runOut: Promise<void> | undefined
    const page = withAuthorizedProps(async ({ res }) => {
      runOut = pipeline(Readable.from(Array.from({ length: 100 }, () => 'classified'.repeat(1000))), res)
      return { props: {} }
    })
    expect(await visit(page)).toEqual([500, 'page of an error'])
    await runOut
  })

  it('may respond with a stream if something was decided', async () => {
    const page = withAuthorizedProps(
      async ({ res }) => {
        feed(res)
        return { props: {} }
      },
      'edit',
      () => new Note('ada'),
    )
    expect(await visit(page)).toEqual([200, 'classified'])
  })
})

describe('a handler that calls another one with its arguments', () => {
  const [first, second] = [new Note('ada'), new Note('ada')]

  it('finds its own resource again, as an API route', async () => {
    const inner = withAuthorization(
      (request) => expect(request.authorization.resource).toBe(second),
      'edit',
      () => second,
    )
    const outer = withAuthorization(
      async (request, response) => {
        await inner(request, response)
        response.end(String(request.authorization.resource === first))
      },
      'edit',
      () => first,
    )
    const { url, close } = await listen(
      (req, res) => void outer(Object.assign(req, { cookies: {} }) as never, res as never),
    )
    expect(await (await fetch(url)).text()).toBe('true')
    await close()
  })

  it('finds its own resource again, as a page', async () => {
    const inner = withAuthorizedProps(
      async () => ({ props: {} }),
      'edit',
      () => second,
    )
    const outer = withAuthorizedProps(
      async (context) => {
        await inner(context)
        return context.authorization.resource === first ? { props: {} } : { notFound: true }
      },
      'edit',
      () => first,
    )
    expect(await visit(outer)).toEqual([200, 'page'])
  })
})

describe('an API route with the method OPTIONS', () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})

  async function send(handler: (request: unknown, response: ServerResponse) => unknown) {
    const route = withAuthorization(handler as never)
    const { url, close } = await listen(
      (req, res) => void route(Object.assign(req, { cookies: {} }) as never, res as never),
    )
    const answer = await fetch(url, { method: 'OPTIONS' })
    const got = [answer.status, await answer.text(), answer.headers.get('allow')]
    await close()
    return got
  }

  it.each<[string, (res: ServerResponse) => unknown]>([
    ['whole', (res) => res.end('classified')],
    ['in pieces', (res) => res.writeHead(200).write('classified') && res.end()],
    ['as a list of methods', (res) => res.setHeader('Allow', 'GET').end('GET')],
  ])('is held back if it answered without a decision: %s', async (_how, answer) => {
    expect(await send((_req, res) => answer(res))).toEqual([500, 'Internal Server Error', null])
  })

  it('passes without a body', async () => {
    expect(await send((_req, res) => res.writeHead(204, { Allow: 'GET' }).end())).toEqual([204, '', 'GET'])
  })
})
