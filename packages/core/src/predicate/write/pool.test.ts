import { expect, test } from 'vitest'
import { FunctionPool } from './pool.js'

/** Makes functions `f1`, `f2` and so on with these bodies. */
function poolOf(...bodies: readonly string[]): FunctionPool {
  const pool = new FunctionPool()
  for (const body of bodies) pool.add('f', body, (name) => `function ${name}() { return ${body} }`)
  return pool
}

test('functions that call each other mention all that one of them mentions, in every order of questions', () => {
  const bodies = ['f2() || f3()', 'f1()', 'v0', 'f5()', 'f4()']
  const pattern = /\bv\d+\b/
  const mentioning = ['f1()', 'f2()', 'f3()', 'f4()', 'f5()', '1', 'v1']
  for (const first of mentioning) {
    const pool = poolOf(...bodies)
    pool.mentions(first, pattern)
    const found = mentioning.filter((text) => pool.mentions(text, pattern))
    expect([first, found]).toEqual([first, ['f1()', 'f2()', 'f3()', 'v1']])
  }
})

test('a function that is made ends the search for called ones', () => {
  const pool = poolOf('f2()', 'f3()', '1')
  expect([...pool.calledBy('f1()').keys()]).toEqual(['f1', 'f2', 'f3'])
  expect([...pool.calledBy('f1()', (name) => name === 'f2').keys()]).toEqual(['f1'])
})
