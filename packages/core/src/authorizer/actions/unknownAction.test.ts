import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../language/diagnostic.js'
import { Authorizer } from '../authorizer.js'
import type { AuthorizerOptions } from '../options.js'

class User {
  constructor(
    readonly isOut: boolean,
    readonly actions: readonly string[] = [],
  ) {}
}
class Robot {}
class Doc {
  readonly open = true
}

const blocks = `
  actor User {}
  resource Doc { roles = ["owner"]; permissions = ["read", "edit"]; "read" if "edit"; "edit" if "owner"; }
  has_role(_: User, "owner", _: Doc);
`
const byPermission = `${blocks} out(u: User) if u.isOut = true;
  allow(a, x, r) if not out(a) and has_permission(a, x, r);`
const administrator = `${blocks} allow(a, x, r) if has_permission(a, x, r); allow(u: User, _, _: Doc) if u.isOut = false;`
const data = 'allow(u: User, "read", _: Doc) if u.isOut = false; allow(u: User, action, _: Doc) if action in u.actions;'

function authorizerOf(policy: string, options: AuthorizerOptions = {}): Authorizer {
  const authorizer = new Authorizer({ log: () => {}, ...options }).registerClass(User).registerClass(Robot)
  authorizer.registerClass(Doc, { fields: { open: Boolean } })
  authorizer.loadSync(policy)
  return authorizer
}

const [user, doc] = [new User(false), new Doc()]
const unknown = expect.objectContaining({ code: 'unknown-action' })

describe.each(['source', 'closures', 'machine', 'auto'] as const)('an unknown action, by %s,', (evaluator) => {
  it.each([
    ['behind not', byPermission],
    ['beside a literal of data', 'allow(u: User, "read", d: Doc) if u.isOut = false and f(d); f(d) if d.x = "raed";'],
    [
      'beside a role of the same name',
      `${blocks.replaceAll('owner', 'raed')} allow(a, x, r) if has_permission(a, x, r);`,
    ],
    ['in a list', 'allow(_: User, action, _: Doc) if action in ["read", "edit"];'],
  ])('is an error: %s', async (_, policy) => {
    const authorizer = authorizerOf(policy, { evaluator })
    expect(() => authorizer.can(user, 'raed', doc)).toThrow(unknown)
    expect(() => authorizer.canMany(user, 'raed', [doc])).toThrow(unknown)
    await expect(authorizer.isAllowed(user, 'raed', doc)).rejects.toThrow(unknown)
    await expect(authorizer.isAllowedMany(user, 'raed', [doc])).rejects.toThrow(unknown)
    await expect(authorizer.authorize(user, 'raed', doc)).rejects.toThrow(unknown)
    expect(() => authorizer.filter(user, 'raed', 'Doc')).toThrow(unknown)
    await expect(authorizer.loadFilter(user, 'raed', 'Doc')).rejects.toThrow(unknown)
    await expect(authorizer.extent(user, 'raed', 'Doc')).rejects.toThrow(unknown)
    await authorizer.authorizedActions(user, doc).catch(() => {})
    expect(() => authorizer.can(user, 'raed', doc)).toThrow(unknown)
  })

  it('is decided by a rule for any action, with one warning', async () => {
    const warnings: Diagnostic[] = []
    const authorizer = authorizerOf(administrator, { evaluator, log: (warning) => warnings.push(warning) })
    for (let count = 0; count < 6; count++) expect(authorizer.can(user, 'impersonate', doc)).toBe(true)
    expect(await authorizer.isAllowed(new User(true), 'impersonate', doc)).toBe(false)
    expect(warnings.map(({ code }) => code)).toEqual(['unknown-action'])
    expect(() => authorizer.filter(user, 'impersonate', 'Doc')).toThrow(unknown)
  })

  it('is an error where the option `strict` is set', () => {
    const authorizer = authorizerOf(administrator, { evaluator, strict: true })
    expect(authorizer.can(user, 'read', doc)).toBe(true)
    expect(() => authorizer.can(user, 'impersonate', doc)).toThrow(unknown)
  })

  it('is known once it is declared', async () => {
    const warnings: Diagnostic[] = []
    const log = (warning: Diagnostic) => warnings.push(warning)
    const authorizer = authorizerOf(administrator, { evaluator, log, actions: ['impersonate'] })
    expect(authorizer.can(user, 'impersonate', doc)).toBe(true)
    expect(await authorizer.extent(user, 'impersonate', 'Doc')).toBe('all')
    expect(warnings).toEqual([])
  })

  it('is not the mistake of a policy without a rule for checks', () => {
    const authorizer = authorizerOf('', { evaluator })
    expect(() => authorizer.can(user, 'read', doc)).toThrow(expect.objectContaining({ code: 'undefined-rule' }))
  })

  it('does not exist where a rule compares actions with data', async () => {
    const authorizer = authorizerOf(data, { evaluator })
    expect(authorizer.can(new User(true, ['raed']), 'raed', doc)).toBe(true)
    expect(authorizer.can(user, 'raed', doc)).toBe(false)
    expect(await authorizer.extent(user, 'raed', 'Doc')).toBe('none')
  })
})

describe('the error of an unknown action', () => {
  it('has the nearest name, and the line that declares it', () => {
    const { message } = thrownBy(() => authorizerOf(byPermission).can(user, 'edti', doc))
    expect(message).toBe(
      'Unknown action "edti": no rule or block names it.\n' +
        'hint: did you mean "edit"? Or declare an action that the policy does not name: new Authorizer({ actions: ["edti"] })',
    )
  })

  it('is that of fields, too', async () => {
    const authorizer = authorizerOf(`${byPermission} allow_field(_: User, "update", _: Doc, "open");`)
    expect([...(await authorizer.authorizedFields(user, 'update', doc))]).toEqual(['open'])
    expect([...(await authorizer.authorizedFields(user, 'read', doc))]).toEqual([])
    await expect(authorizer.authorizedFields(user, 'updaet', doc)).rejects.toThrow(unknown)
    await expect(authorizer.authorizeField(user, 'updaet', doc, 'open')).rejects.toThrow(unknown)
    await expect(authorizer.assertWritable(user, 'updaet', doc, {})).rejects.toThrow(unknown)
    await expect(authorizer.pickAuthorized(user, 'updaet', doc)).rejects.toThrow(unknown)
  })
})

describe('an action that a route needs', () => {
  it('must be named by the active policy', () => {
    const authorizer = authorizerOf(administrator)
    expect(() => authorizer.needAction('raed')).toThrow(unknown)
    authorizer.needAction('read')
  })

  it('must be named by the first policy, and by every later one', async () => {
    const authorizer = new Authorizer().registerClass(User).registerClass(Doc)
    authorizer.needAction('edit')
    await expect(authorizer.load('allow(_: User, "edti", _: Doc);')).rejects.toMatchObject({
      diagnostics: [{ code: 'unknown-action', severity: 'error', data: { action: 'edit' } }],
    })
    expect(authorizer.policy).toBeUndefined()
    await authorizer.load('allow(_: User, "edit", _: Doc);')
    await expect(authorizer.load('allow(_: User, "read", _: Doc);')).rejects.toMatchObject({ code: 'unknown-action' })
    expect(authorizer.can(user, 'edit', doc)).toBe(true)
  })
})

function thrownBy(act: () => unknown): Error {
  try {
    act()
  } catch (error) {
    return error as Error
  }
  throw new Error('It did not throw.')
}
