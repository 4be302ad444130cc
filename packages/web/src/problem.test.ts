import { ForbiddenError, NotFoundError } from '@arcturus/core'
import { describe, expect, it } from 'vitest'
import { problemOf, wantsProblem } from './problem.js'

describe('a denial as a problem', () => {
  it('contains only what clients may read', () => {
    expect(problemOf(new NotFoundError())).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'Not found.',
    })
  })

  it('names the denied fields', () => {
    expect(problemOf(new ForbiddenError('No.', ['owner']))).toMatchObject({ status: 403, fields: ['owner'] })
  })

  it.each([
    ['application/problem+json', true],
    ['application/json, Application/Problem+JSON;q=0.1', true],
    ['application/problem+json;q=0', false],
    ['application/problem+json; q=0.000', false],
    ['*/*', false],
    ['application/*', false],
    ['application/problem+json-seq', false],
    ['', false],
    [undefined, false],
    [null, false],
  ])('depends on Accept: %s? %s', (accept, wanted) => {
    expect(wantsProblem(undefined, accept)).toBe(wanted)
  })

  it('is sent always or never if configured', () => {
    expect([wantsProblem(true, undefined), wantsProblem(false, 'application/problem+json')]).toEqual([true, false])
  })
})
