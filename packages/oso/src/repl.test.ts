import { afterEach, expect, it, vi } from 'vitest'
import { Oso } from './oso.js'
import { evaluate } from './repl.js'

afterEach(() => vi.restoreAllMocks())

it.each([
  ['x in [1, "a"];', true, ['x = 1', "x = 'a'"], []],
  ['1 = 2', false, [], []],
  ['1 = 1;;', true, [], []],
  ['   ', undefined, [], []],
  ['f(', undefined, [], ['ParseError::UnrecognizedEOF']],
  ['f(1)', undefined, [], ['RuntimeError::QueryForUndefinedRule']],
])('answers %j', async (line, result, printed, errors) => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  const error = vi.spyOn(console, 'error').mockImplementation(() => {})
  expect(await evaluate(new Oso(), line)).toBe(result)
  expect(log.mock.calls.map(([text]) => text)).toEqual(printed)
  expect(error.mock.calls.map(([text]) => text).filter((_, at) => at % 2 === 0)).toEqual(errors)
})
