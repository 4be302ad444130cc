import { NextRequest } from 'next/server.js'
import { describe, expect, it } from 'vitest'
import { redirectNobody } from './proxy.js'

const proxy = redirectNobody('/sign-in', (request) => request.cookies.has('session'))
const answerTo = (path: string, cookie?: string) =>
  proxy(new NextRequest(`http://localhost${path}`, cookie ? { headers: { cookie } } : {}))

describe('the proxy', () => {
  it('sends nobody to where they can sign in, and says where they came from', async () => {
    const answer = await answerTo('/tickets?page=2')
    expect([answer.status, answer.headers.get('location')]).toEqual([
      307,
      'http://localhost/sign-in?from=%2Ftickets%3Fpage%3D2',
    ])
  })

  it.each([
    ['/tickets', 'session=1'],
    ['/sign-in', undefined],
  ])('lets %s pass with cookie %s', async (path, cookie) => {
    expect((await answerTo(path, cookie)).headers.get('x-middleware-next')).toBe('1')
  })
})
