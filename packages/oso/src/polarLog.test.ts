import { Variable } from '@arcturus/core/internal/oso'
import { afterEach, expect, it, vi } from 'vitest'
import { Oso } from './oso.js'
import { logSettings } from './polarLog.js'

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

it.each([
  ['', '', 'off', false],
  ['info', '', 'info', false],
  ['yes', '', 'info', false],
  ['trace,now', '', 'trace', true],
  ['trace,off', '', 'off', false],
  ['0', '', 'off', false],
  ['', '1', 'trace', false],
])('reads POLAR_LOG %j and RUST_LOG %j', (asked, traced, level, now) => {
  expect(logSettings(asked, traced)).toEqual({ level, now })
})

const policy = `allow(user: User, "read", x) if is_small(x) or user.name = "Ann";
  is_small(n) if n in [1, 2];
  is_small("none");`

class User {
  readonly name = 'Ann'
}

/** Returns what a query logs, and tests that it logs nothing by default. */
async function logged(run: (oso: Oso) => Promise<unknown>): Promise<string[]> {
  const oso = new Oso()
  oso.registerClass(User)
  await oso.loadStr(policy, 'main.polar')
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  await run(oso)
  expect(log).not.toHaveBeenCalled()
  vi.stubEnv('POLAR_LOG', 'info')
  await run(oso)
  vi.unstubAllEnvs()
  const lines = log.mock.calls.map(([line]) => String(line))
  log.mockClear()
  return lines
}

it('logs calls with their arguments, the rules that match, and calls without any', async () => {
  expect(await logged((oso) => oso.isAllowed(new User(), 'read', 3))).toEqual([
    '[oso][info]   QUERY RULE: allow(User { name: \'Ann\' } TYPE `User`, "read", 3)',
    '[oso][info]     RULE: allow(user: User, "read", x) at line 1, column 1 of file main.polar',
    '[oso][info]       QUERY RULE: is_small(x), BINDINGS: {x: 3}',
    '[oso][info]         RULE: is_small(n) at line 2, column 3 of file main.polar',
    '[oso][info]   RESULT: SUCCESS',
  ])
  expect(await logged((oso) => oso.isAllowed(new User(), 'raed', 3))).toEqual([
    '[oso][info]   QUERY RULE: allow(User { name: \'Ann\' } TYPE `User`, "raed", 3)',
    '[oso][info]     No matching rules found',
  ])
})

it('logs the values of variables in results', async () => {
  const all = async (oso: Oso) => {
    for await (const _ of oso.queryRule('is_small', new Variable('found')));
  }
  expect(await logged(all)).toEqual([
    '[oso][info]   QUERY RULE: is_small(found)',
    '[oso][info]     RULE: is_small(n) at line 2, column 3 of file main.polar',
    ...['1', '2'].flatMap((value) => ['[oso][info]   RESULT: {', `[oso][info]     found: ${value}`, '[oso][info]   }']),
    '[oso][info]     RULE: is_small("none") at line 3, column 3 of file main.polar',
    '[oso][info]   RESULT: {',
    '[oso][info]     found: "none"',
    '[oso][info]   }',
  ])
})

it('does not say that no rule matched if one did, or if a call repeats itself', async () => {
  const unmatched = async (text: string, query: string) => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    const oso = new Oso()
    await oso.loadStr(text)
    vi.stubEnv('POLAR_LOG', 'info')
    for await (const _ of oso.query(query));
    const lines = log.mock.calls.map(([line]) => String(line))
    log.mockClear()
    return lines.filter((line) => line.includes('No matching')).map((line) => line.search('No'))
  }
  const rules = 'allow(_, _, _); f(x) if g(x) and g(2); g(1); h(x) if h(x); k({a: 1});'
  expect(await unmatched(rules, 'f(1)')).toEqual([20])
  expect(await unmatched(rules, 'f(3)')).toEqual([20])
  expect(await unmatched(rules, 'g(1) and g(1)')).toEqual([])
  expect(await unmatched(rules, 'not g(3)')).toEqual([16])
  expect(await unmatched(rules, 'h(1)')).toEqual([])
  expect(await unmatched(rules, 'k({a: 2})')).toEqual([16])
})

it('keeps the logs of queries apart that run inside others', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  const oso = new Oso()
  oso.registerConstant({ isKnown: (x: unknown) => oso.isAllowed('inner', 'ask', x) }, 'app')
  await oso.loadStr('allow("outer", _, x) if app.isKnown(x);')
  vi.stubEnv('POLAR_LOG', 'info')
  expect(await oso.isAllowed('outer', 'ask', 1)).toBe(false)
  expect(log.mock.calls.map(([line]) => String(line).slice('[oso][info]'.length).trim())).toEqual([
    'QUERY RULE: allow("outer", "ask", 1)',
    'RULE: allow("outer", _, x) at line 1, column 1',
    'QUERY RULE: allow("inner", "ask", 1)',
    'No matching rules found',
  ])
})
