import { describe, expect, it } from 'vitest'
import { Guard, UndecidedError } from './guard.js'

const armed = (): Guard => {
  const guard = new Guard()
  guard.arm()
  return guard
}

describe('the guard', () => {
  it.each([200, 201, 204, 206, 301, 302, 304, 399])('blocks a %i without a decision', (status) => {
    expect(armed().blocks('GET', status)).toBe(true)
  })

  it.each([101, 400, 401, 404, 418, 500, 503])('lets a %i pass', (status) => {
    expect(armed().blocks('GET', status)).toBe(false)
  })

  it.each([
    ['OPTIONS', true, true],
    ['OPTIONS', false, false],
    ['GET', false, true],
  ])('for %s with a body %s blocks %s', (method, hasBody, blocks) => {
    expect(armed().blocks(method, 204, hasBody)).toBe(blocks)
  })

  it('guards a request that leaves the public handlers', () => {
    let isWithin = true
    const guard = armed()
    expect(guard.open('styles', () => isWithin)).toBe(true)
    expect(guard.holds).toBe(false)
    isWithin = false
    expect(guard.holds).toBe(true)
    expect(guard.blocks('GET', 200)).toBe(true)
  })

  it('arms when the request leaves public handlers', () => {
    let isWithin = true
    const guard = new Guard()
    guard.open('styles', () => isWithin)
    expect(guard.armable).toBe(false)
    isWithin = false
    expect(guard.armable).toBe(true)
    guard.arm()
    expect(guard.blocks('GET', 200)).toBe(true)
  })

  it('accepts a decision after the public handlers', () => {
    const guard = armed()
    guard.open('styles', () => false)
    expect(guard.decided('check')).toBe(true)
    expect(guard.blocks('GET', 200)).toBe(false)
  })

  it('lets everything pass before it is armed', () => {
    expect(new Guard().blocks('GET', 200)).toBe(false)
  })

  it.each(['check', 'filter', 'field'] as const)('accepts a %s as a decision', (kind) => {
    const guard = armed()
    guard.decided(kind)
    expect(guard.blocks('GET', 200)).toBe(false)
    expect(guard.personal).toBe(true)
  })

  it.each(['request', 'actions'] as const)('treats %s as a read of the actor, not as a decision', (kind) => {
    const guard = armed()
    guard.decided(kind)
    expect(guard.blocks('GET', 200)).toBe(true)
    expect(guard.personal).toBe(true)
  })

  it('remembers a decision that came before it was armed', () => {
    const guard = new Guard()
    guard.decided('check')
    guard.arm()
    expect(guard.blocks('GET', 200)).toBe(false)
  })

  it('lets a public route pass', () => {
    const guard = armed()
    guard.open('liveness')
    expect(guard.blocks('GET', 200)).toBe(false)
    expect(guard.personal).toBe(false)
  })

  it('keeps blocking a blocked response, whatever is decided later', () => {
    const guard = armed()
    expect(guard.blocks('GET', 200)).toBe(true)
    guard.decided('check')
    guard.open('too late')
    guard.arm()
    expect(guard.blocks('GET', 200)).toBe(true)
    expect(guard.blocks('GET', 500)).toBe(false)
  })
})

describe('an UndecidedError', () => {
  it('contains the route and a hint, and is not for clients', () => {
    const error = new UndecidedError('GET /documents', 200)
    expect(error.message).toContain('GET /documents responded 200 without an authorization decision')
    expect(error.message).toContain('unguarded(reason)')
    expect(error).toMatchObject({ status: 500, statusCode: 500, expose: false, code: 'undecided' })
  })
})
