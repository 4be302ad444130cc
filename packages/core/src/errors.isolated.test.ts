import { inspect } from 'node:util'
import { expect, test, vi } from 'vitest'
import { Authorizer } from './authorizer/authorizer.js'
import { ArcturusError, ForbiddenError, PolicyError } from './errors.js'

function failed(text: string): unknown {
  try {
    return new Authorizer().loadSync({ text, name: 'policy.polar' })
  } catch (error) {
    return error
  }
}

test('an error prints its message, place, line and hint, and not the whole policy', () => {
  const error = failed('# a secret comment\nresource Repo { roles = ["reader"]; "read" if "reder"; }')
  expect(error).toBeInstanceOf(PolicyError)
  const printed = inspect(error)
  expect(printed).toContain('policy.polar:2')
  expect(printed).not.toContain('secret comment')
  expect(JSON.stringify(error)).not.toContain('secret comment')
})

test('a message ends with the address of its code if the build has one', () => {
  expect(String(failed('f(1'))).not.toContain('see:')
  vi.stubGlobal('ARCTURUS_DOCS', 'https://docs.example')
  try {
    expect(String(failed('f(1'))).toMatch(/\nsee: https:\/\/docs\.example\/codes#unexpected-end$/)
  } finally {
    vi.unstubAllGlobals()
  }
})

test('classes of errors are told by brand, so that two copies of the package agree', async () => {
  vi.resetModules()
  const copy = await import('./errors.js')
  expect(copy.ForbiddenError).not.toBe(ForbiddenError)
  const other = new copy.ForbiddenError()
  expect(other).toBeInstanceOf(ForbiddenError)
  expect(other).toBeInstanceOf(ArcturusError)
  expect(other).not.toBeInstanceOf(PolicyError)
})

test('no data of a client is an error', () => {
  const { brand } = ForbiddenError
  for (const value of [
    null,
    undefined,
    brand,
    Object.create(null),
    { brand, constructor: { brand } },
    { constructor: ForbiddenError },
  ])
    expect(value).not.toBeInstanceOf(ForbiddenError)
})
