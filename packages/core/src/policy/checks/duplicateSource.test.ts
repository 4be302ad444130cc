import { describe, expect, test } from 'vitest'
import { Source } from '../../language/source.js'
import { buildPolicy } from '../buildPolicy.js'
import { officeSchema } from '../testing/problems.js'
import { allChecks } from './all.js'

describe('duplicate-source', () => {
  test.each([
    ['a file is loaded once', ['f(1);', 'a'], ['f(1);', 'a'], 'file'],
    ['a name stands for one file', ['f(1);', 'a'], ['f(2);', 'a'], 'name'],
    ['contents have one name', ['f(1);', 'a'], ['f(1);', 'b'], 'contents'],
    ['different files are welcome', ['f(1);', 'a'], ['f(2);', 'b'], undefined],
    ['sources without a name are not compared', ['f(1);'], ['f(1);'], undefined],
  ] as const)('%s', (_, first, second, same) => {
    const sources = [first, second].map(([text, name]) => new Source(text, name))
    const found = buildPolicy(sources, officeSchema(), allChecks()).diagnostics.filter(
      (one) => one.code === 'duplicate-source',
    )
    expect(found.map((one) => one.data?.['same'])).toEqual(same ? [same] : [])
    for (const one of found) expect(one.span).toEqual({ source: sources[1], start: 0, end: 0 })
  })
})
