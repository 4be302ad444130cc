import { Authorizer } from '@arcturus/core'
import { describe, expect, it } from 'vitest'
import { RoutePattern, routedPath } from './routePattern.js'

describe('a routed path', () => {
  it.each([
    ['/admin/users', '/admin/users'],
    ['/ADMIN/Users/?Page=A#B', '/admin/users/'],
    ['/%61dmin', '/admin'],
    ['/%41dmin', '/admin'],
    ['/a%2fb%2Fc', '/a%2fb%2fc'],
    ['/100%', '/100%'],
    ['/%E2%84%AAiosk', '/%e2%84%aaiosk'],
    ['//admin', '//admin'],
    ['http://elsewhere.example/Admin?x', '/admin'],
    ['http://elsewhere.example', '/'],
    ['*', '/*'],
    ['', '/'],
  ])('of %j is %j', (url, path) => {
    expect(routedPath(url)).toBe(path)
  })

  it('keeps its case if the router does', () => {
    expect(routedPath('/Admin/%41', true)).toBe('/Admin/A')
  })
})

describe('a pattern of routes', () => {
  it.each([
    [
      '/admin/*',
      ['/admin', '/admin/', '/ADMIN/users', '/%61dmin/users/', '/admin//users'],
      ['/', '/administer', '/x/admin'],
    ],
    ['/admin', ['/admin', '/Admin/'], ['/admin/users', '/']],
    ['/documents/:id/edit', ['/documents/7/edit', '/Documents/x/Edit/'], ['/documents/edit', '/documents//edit']],
    ['/Admin/*', ['/admin/users'], ['/public']],
    ['/*', ['/', '/admin', '/a/b'], []],
    ['/', ['/', ''], ['/admin']],
  ])('%s matches as a router does', (pattern, covered, others) => {
    const route = new RoutePattern(pattern)
    expect(covered.filter((path) => !route.covers(path))).toEqual([])
    expect(others.filter((path) => route.covers(path))).toEqual([])
  })

  it('reads the whole path of a request', () => {
    const route = new RoutePattern('/admin/*')
    expect(route.covers({ originalUrl: '/Admin/users?x', url: '/users', path: '/users' })).toBe(true)
    expect(route.covers({ url: 'https://localhost/admin/users' })).toBe(true)
    expect(route.covers({ path: '/admin/users' })).toBe(true)
    expect(() => route.covers({})).toThrow('has no `originalUrl`, `url` or `path`')
    expect(() => route.covers(undefined as never)).toThrow('has no `originalUrl`, `url` or `path`')
  })

  it.each(['admin', '', '/a/*/b', '/a?b', undefined])('must not be %j', (pattern) => {
    expect(() => new RoutePattern(pattern as never)).toThrow('Invalid route pattern')
  })

  it('is case-sensitive if configured', () => {
    const route = new RoutePattern('/Admin/*', { caseSensitive: true })
    expect([route.covers('/Admin/x'), route.covers('/admin/x')]).toEqual([true, false])
  })

  it('is a value of policies', async () => {
    const authorizer = new Authorizer().registerConstant(new RoutePattern('/admin/*'), 'adminPages')
    authorizer.loadSync('allow_request(_, request) if not adminPages.covers(request);')
    await expect(authorizer.authorizeRequest('ada', { path: '/documents' })).resolves.toBeUndefined()
    await expect(authorizer.authorizeRequest('ada', { path: '/ADMIN' })).rejects.toMatchObject({ status: 403 })
  })
})
