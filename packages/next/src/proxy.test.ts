import { NextRequest } from 'next/server.js'
import { describe, expect, it } from 'vitest'
import { redirectNobody, returnPath } from './proxy.js'

const proxy = redirectNobody('/sign-in', (request) => request.cookies.has('session'))
const answerTo = (path: string, cookie?: string) =>
  proxy(new NextRequest(`http://localhost${path}`, cookie ? { headers: { cookie } } : {}))

describe('the proxy', () => {
  it('redirects anonymous users to sign in, with the path to return to', async () => {
    const answer = await answerTo('/tickets?page=2')
    expect([answer.status, answer.headers.get('location')]).toEqual([
      307,
      'http://localhost/sign-in?from=%2Ftickets%3Fpage%3D2',
    ])
  })

  it.each([
    ['/tickets', 'session=1'],
    ['/sign-in', undefined],
    ['/sign-in/', undefined],
  ])('lets %s pass with cookie %s', async (path, cookie) => {
    expect((await answerTo(path, cookie)).headers.get('x-middleware-next')).toBe('1')
  })
})

describe('the path to return to', () => {
  it.each([
    ['/tickets', '/tickets'],
    ['/tickets?page=2', '/tickets?page=2'],
    ['/a/../tickets/./7', '/tickets/7'],
    ['/%2F/evil.example', '/%2F/evil.example'],
    ['/', '/'],
  ])('is %j as %j', (from, path) => {
    expect(returnPath(from, '/home')).toBe(path)
  })

  it.each([
    '//evil.example',
    '/.//evil.example',
    '/..//evil.example',
    '/x/..//evil.example',
    '/./\\evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/.\n//evil.example',
    '/%2e//evil.example',
    'https://evil.example',
    'https:/evil.example',
    'http:tickets',
    'javascript:alert(1)',
    'tickets',
    ' //evil.example',
    '///evil.example',
    '//here.invalid/tickets',
    '',
    '//',
    undefined,
    null,
    ['/tickets'],
    { toString: () => '/tickets' },
  ])('is never one of another site: %j', (from) => {
    const path = returnPath(from, '/home')
    expect(new URL(path, 'https://application.example').origin).toBe('https://application.example')
    if (from !== '//here.invalid/tickets') expect(path).toBe('/home')
  })
})

describe('the proxy of an application with slashes at the end', () => {
  it('lets the page to sign in on pass', async () => {
    const nextConfig = { trailingSlash: true }
    const request = new NextRequest('http://localhost/sign-in/', { nextConfig })
    expect((await proxy(request)).headers.get('x-middleware-next')).toBe('1')
    const answer = await proxy(new NextRequest('http://localhost/tickets/', { nextConfig }))
    expect(new URL(String(answer.headers.get('location'))).pathname).toBe('/sign-in/')
  })
})
