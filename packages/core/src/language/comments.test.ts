import { expect, test } from 'vitest'
import { commentsOf } from './comments.js'
import { Source } from './source.js'

test('finds comments between tokens, and none inside strings', () => {
  const source = new Source('# first\nallow("# no", _) # second\r\nif "x\\"#" = 1; #third')
  const found = commentsOf(source)
  expect(found.map(({ text }) => text)).toEqual(['# first', '# second', '#third'])
  for (const { text, span } of found) expect(source.text.slice(span.start, span.end)).toBe(text)
})

test('finds the comments of a text that is no policy', () => {
  expect(commentsOf(new Source('" open # no\n$ # yes')).map(({ text }) => text)).toEqual(['# yes'])
  expect(commentsOf(new Source(''))).toEqual([])
})
