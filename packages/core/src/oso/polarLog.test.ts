import { afterEach, expect, it, vi } from 'vitest'
import { Oso } from './oso.js'
import { logSettings } from './polarLog.js'

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

it.each([
  [{}, 'off', false],
  [{ POLAR_LOG: 'info' }, 'info', false],
  [{ POLAR_LOG: 'yes' }, 'info', false],
  [{ POLAR_LOG: 'trace,now' }, 'trace', true],
  [{ POLAR_LOG: 'trace,off' }, 'off', false],
  [{ POLAR_LOG: '0' }, 'off', false],
  [{ RUST_LOG: '1' }, 'trace', false],
])('reads %j', (environment, level, now) => {
  expect(logSettings(environment)).toEqual({ level, now })
})

it('logs the rules of a query if enabled', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  const oso = new Oso()
  await oso.loadStr('allow(1, 2, x) if is_small(x); is_small(3);', 'main.polar')
  expect(await oso.isAllowed(1, 2, 3)).toBe(true)
  expect(log).not.toHaveBeenCalled()
  vi.stubEnv('POLAR_LOG', 'info')
  expect(await oso.isAllowed(1, 2, 3)).toBe(true)
  expect(log.mock.calls.map(([line]) => String(line).trimEnd())).toEqual([
    '[oso][info]     RULE: allow(1, 2, x) at line 1, column 1 of file main.polar',
    '[oso][info]       QUERY RULE: is_small(x), BINDINGS: {x: 3}',
    '[oso][info]         RULE: is_small(3) at line 1, column 32 of file main.polar',
    '[oso][info]   RESULT: SUCCESS',
  ])
})
