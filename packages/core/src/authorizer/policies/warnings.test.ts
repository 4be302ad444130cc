import { expect, it, vi } from 'vitest'
import type { Diagnostic } from '../../language/diagnostic.js'
import { Authorizer } from '../authorizer.js'

class User {}

const misspelt = 'allow(u: User, "read", _) if is_out(u); is_out(_: User); is_uot(_: User);'

function authorizerWith(options: ConstructorParameters<typeof Authorizer>[0]): Authorizer {
  return new Authorizer(options).registerClass(User)
}

it('a listener receives the warnings of each policy once', () => {
  const warnings: Diagnostic[] = []
  const log = (warning: Diagnostic) => warnings.push(warning)
  const first = authorizerWith({ log })
  first.loadSync(misspelt)
  first.loadSync(misspelt)
  first.registerConstant(1, 'later')
  first.can(new User(), 'read', null)
  authorizerWith({ log }).loadSync(misspelt)
  expect(warnings.map(({ code }) => code)).toEqual(['uncalled-rule'])
  first.loadSync(`${misspelt} # changed`)
  expect(warnings).toHaveLength(2)
})

it('warnings go to the console by default, once in a process', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const policy = `${misspelt} # for this test`
  authorizerWith({}).loadSync(policy)
  authorizerWith({}).loadSync(policy)
  expect(warn.mock.calls).toEqual([
    [expect.stringContaining('warning: Nothing calls the rule is_uot. [uncalled-rule]')],
  ])
  warn.mockRestore()
})

it('warnings are errors where `strict` is set, and the last policy stays', async () => {
  const authorizer = authorizerWith({ strict: true })
  await authorizer.load('allow(_: User, "read", _);')
  await expect(authorizer.load(misspelt)).rejects.toMatchObject({
    code: 'uncalled-rule',
    diagnostics: [{ severity: 'error' }],
  })
  expect(() => authorizer.loadSync(misspelt)).toThrow('Nothing calls the rule is_uot.')
  expect(authorizer.can(new User(), 'read', null)).toBe(true)
})

it('rules that the application queries are declared', () => {
  authorizerWith({ strict: true, queryRules: ['is_uot'] }).loadSync(misspelt)
})

it.each([{ log: 'x' }, { strict: 1 }, { actions: 'read' }, { queryRules: [1] }])(
  'an option must be valid: %o',
  (options) => {
    expect(() => authorizerWith(options as never)).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
  },
)
