import { describe, expect, it } from 'vitest'
import { changedNames, problemsOf, released } from '../../scripts/release.mjs'

const api = (...lines: readonly string[]) =>
  `Written by scripts/publicApi.mjs: names.\n\n@arcturus/core: names\n${lines.join('\n')}\n\n@arcturus/sql: names\n  query: type\n`
const changelog =
  '# Changelog\n\n## [Unreleased]\n\n- `load` takes a file.\n\n## [1.2.3] - 2030-01-31\n\n- `save` is new.\n'
const good = {
  version: '1.3.0',
  current: '1.2.3',
  first: false,
  fields: { repository: 'https://git.test/a/b', homepage: 'https://a.test', bugs: 'https://git.test/a/b/issues' },
  changelog,
  changed: ['@arcturus/core load'],
}

describe('a release', () => {
  it('knows the names that came, went or changed', () => {
    const before = api('  gone: type', '  load: function (text)', '  same: type')
    const after = api('  load: function (text, file)', '  new: type', '  same: type')
    expect(changedNames(before, after)).toEqual(['@arcturus/core gone', '@arcturus/core load', '@arcturus/core new'])
    expect(changedNames(after, after)).toEqual([])
  })

  it('is made if nothing is missing', () => {
    expect(problemsOf(good)).toEqual([])
    expect(problemsOf({ ...good, version: '2.0.0' })).toEqual([])
    expect(problemsOf({ ...good, version: '1.2.3', first: true })).toEqual([])
  })

  it.each([
    ['1.2', /not a version/],
    ['1.2.3', /not after 1\.2\.3/],
    ['1.1.9', /not after 1\.2\.3/],
    ['0.9.9', /not after 1\.2\.3/],
  ])('is refused with version %s', (version, problem) => {
    expect(problemsOf({ ...good, version })).toEqual([expect.stringMatching(problem)])
  })

  it.each([
    ['a placeholder', 'https://github.com/OWNER/arcturus', /"bugs".* placeholder/],
    ['an example', 'https://example.com/bugs', /"bugs".* placeholder/],
    ['no address', 'bugs', /no address as "bugs"/],
    ['nothing', undefined, /no address as "bugs"/],
  ])('is refused with %s among the addresses', (_, bugs, problem) => {
    expect(problemsOf({ ...good, fields: { ...good.fields, bugs } })).toEqual([expect.stringMatching(problem)])
  })

  it('is refused if a changed name has no note', () => {
    const changed = ['@arcturus/core load', '@arcturus/core loadAll', '@arcturus/core save']
    expect(problemsOf({ ...good, changed })).toEqual([
      expect.stringMatching(/: @arcturus\/core loadAll, @arcturus\/core save\.$/),
    ])
  })

  it('is refused without notes', () => {
    const empty = changelog.replace('- `load` takes a file.\n', '')
    expect(problemsOf({ ...good, changed: [], changelog: empty })).toEqual([expect.stringMatching(/nothing under/)])
  })

  it('has the notes in a section of its own', () => {
    const text = released(changelog, '1.3.0', '2030-02-28')
    expect(text).toContain('## [Unreleased]\n\n## [1.3.0] - 2030-02-28\n\n- `load` takes a file.\n\n## [1.2.3]')
  })
})
