import { afterEach, describe, expect, it, vi } from 'vitest'
import * as api from './index.js'
import { ForbiddenError, NotFoundError, Oso, OsoError, Relation, Variable } from './index.js'

class User {
  constructor(readonly name: string) {}
}
class Repo {
  constructor(readonly owner: User | null = null) {}
}

const ann = new User('ann')
const bob = new User('bob')

function setUp(policy?: string, options: api.Options = {}): Oso {
  const oso = new Oso(options)
  oso.registerClass(User)
  oso.registerClass(Repo)
  if (policy !== undefined) void oso.loadStr(policy)
  return oso
}

async function errorOf(run: () => unknown): Promise<Error> {
  try {
    await run()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}

async function results(query: api.QueryResult): Promise<Map<string, unknown>[]> {
  const found: Map<string, unknown>[] = []
  for await (const one of query) found.push(one)
  return found
}

afterEach(() => vi.restoreAllMocks())

describe('the exports', () => {
  it.each([
    'Oso',
    'Variable',
    'Relation',
    'AuthorizationError',
    'ForbiddenError',
    'NotFoundError',
    'defaultEqualityFn',
  ])('has %s, as oso has', (name) => expect(api).toHaveProperty(name))
})

describe('code for oso', () => {
  it('sets options one by one', async () => {
    const options: api.Options = {}
    options.equalityFn = () => true
    expect(await setUp('allow(a, _, b) if a = b;', options).isAllowed(ann, 'read', bob)).toBe(true)
  })

  it('reads the classes that it registered, with their static members', () => {
    class Row {
      static readonly table = 'rows'
      readonly id = 1
    }
    const oso = new Oso()
    oso.registerClass(Row, { fields: { id: Number } })
    const { types } = oso.getHost()
    const row: api.UserType<typeof Row> | undefined = types.get('Row')
    expect(row?.cls.table).toBe('rows')
    expect(row?.fields).toEqual(new Map([['id', Number]]))
  })

  it('reads and makes expressions', async () => {
    const signs: Record<api.PolarComparisonOperator, string> = {
      Eq: '=',
      Neq: '<>',
      Lt: '<',
      Leq: '<=',
      Gt: '>',
      Geq: '>=',
    }
    const text = (value: unknown): string => {
      if (!(value instanceof api.Expression)) return value instanceof Variable ? value.name : String(value)
      const operator: api.PolarOperator = value.operator
      const args: unknown[] = value.args
      if (operator === 'And') return args.map(text).join(' and ')
      return operator in signs ? args.map(text).join(` ${signs[operator as keyof typeof signs]} `) : operator
    }
    const oso = setUp('allow(_, _, _); some(x) if x > 2 and not x = 5 and x matches Repo;')
    const [found] = await results(oso.queryRule({ acceptExpression: true }, 'some', new Variable('x')))
    const all = found!.get('x') as api.Expression
    expect(text(all)).toBe('_this > 2 and _this <> 5 and Isa')
    const pattern = new api.Pattern({ tag: 'Repo', fields: new api.Dict() })
    expect(all.args[2]).toEqual(new api.Expression('Isa', [new Variable('_this'), pattern]))
  })
})

describe('a TypeError says what to pass instead of', () => {
  it.each<[what: string, run: (oso: Oso) => unknown, text: string]>([
    ['a file name alone', (oso) => Reflect.apply(oso.loadFiles, oso, ['main.polar']), '["main.polar"]'],
    ['a buffer', (oso) => Reflect.apply(oso.loadStr, oso, [Buffer.from('allow(1, 2, 3);')]), 'the text of a policy'],
    [
      'the maker of adapters',
      (oso) =>
        Reflect.apply(oso.setDataFilteringAdapter, oso, [() => ({ buildQuery: () => [], executeQuery: () => [] })]),
      '(dataSource)',
    ],
  ])('%s', async (_what, run, text) => {
    const error = await errorOf(() => run(setUp()))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toContain(text)
  })
})

it('prints the arguments of debug and its place, and goes on', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  const oso = new Oso()
  await oso.loadStr('allow(who, _, _) if\n  name = who.name and debug(name, 1) and name = "ann";', 'main.polar')
  expect(await oso.isAllowed(ann, 'read', 1)).toBe(true)
  expect(log.mock.calls).toEqual([
    [
      'debug("ann", 1) at line 2, column 23 of file main.polar:\n' +
        '\t002:   name = who.name and debug(name, 1) and name = "ann";\n\t                           ^\n',
    ],
  ])
})

describe('enforcement', () => {
  const policy = 'allow(u: User, "read", r: Repo) if r.owner = u; allow(_: User, "see", _: Repo);'

  it('hides unreadable resources and forbids other actions', async () => {
    const oso = setUp(policy)
    await oso.authorize(ann, 'read', new Repo(ann))
    await expect(oso.authorize(bob, 'edit', new Repo(ann))).rejects.toBeInstanceOf(NotFoundError)
    await expect(oso.authorize(ann, 'edit', new Repo(ann))).rejects.toBeInstanceOf(ForbiddenError)
    await expect(oso.authorize(bob, 'edit', new Repo(ann), { checkRead: false })).rejects.toBeInstanceOf(ForbiddenError)
  })

  it('throws the errors of the options, made without arguments', async () => {
    class Gone extends Error {
      readonly given: unknown[]
      constructor(...given: unknown[]) {
        super()
        this.given = given
      }
    }
    const oso = setUp(policy, { notFoundError: Gone, readAction: 'see' })
    await expect(oso.authorize(bob, 'read', new Repo(ann))).rejects.toBeInstanceOf(ForbiddenError)
    expect(await errorOf(() => oso.authorize(null, 'read', new Repo(ann)))).toMatchObject({ given: [] })
  })

  it('lists actions; a rule that takes any is a wildcard or an error', async () => {
    const oso = setUp(policy)
    expect(await oso.authorizedActions(ann, new Repo(ann))).toEqual(new Set(['read', 'see']))
    const open = setUp('allow(_, _, _);')
    expect(await open.authorizedActions(ann, new Repo(), { allowWildcard: true })).toEqual(new Set(['*']))
    await expect(open.authorizedActions(ann, new Repo())).rejects.toBeInstanceOf(OsoError)
  })

  it('throws for an unregistered class only at its class test', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const oso = setUp('allow(_: User, "read", _: Repo); allow(_: User, "edit", _: Nope);')
    expect(await oso.isAllowed(ann, 'read', new Repo())).toBe(true)
    await expect(oso.isAllowed(ann, 'edit', new Repo())).rejects.toBeInstanceOf(api.UnregisteredClassError)
  })

  it('can be extended by a class that has members of its own', async () => {
    class Guard extends Oso {
      readonly policy = 'mine'
      readonly program = 'mine'
      constructor() {
        super()
        this.registerClass(User)
      }
    }
    const guard = new Guard()
    await guard.loadStr('allow(_: User, "read", _);')
    expect(await guard.isAllowed(ann, 'read', 1)).toBe(true)
  })
})

describe('loading', () => {
  it('is done when the call returns, without being awaited', async () => {
    const oso = setUp()
    const loading = oso.loadStr('allow(_, "read", _);')
    expect(await oso.isAllowed(ann, 'read', 1)).toBe(true)
    await loading
  })

  it('rejects a second policy until the first one is cleared', async () => {
    const oso = setUp('allow(_, "read", _);')
    expect(await errorOf(() => oso.loadStr('allow(_, "edit", _);'))).toMatchObject({
      name: 'RuntimeError::MultipleLoadError',
    })
    oso.clearRules()
    await oso.loadStr('allow(_, "edit", _);')
    expect(await oso.isAllowed(ann, 'edit', 1)).toBe(true)
  })

  it('leaves no trace of a policy whose inline query fails', async () => {
    const oso = setUp()
    const error = await errorOf(() => oso.loadStr('allow(_, "read", _);\n?= allow(1, "edit", 2);', 'main.polar'))
    expect(error).toBeInstanceOf(api.InlineQueryFailedError)
    expect(error.message).toBe('Inline query failed: allow(1, "edit", 2) at line 2, column 4 of file main.polar')
    expect(await errorOf(() => oso.isAllowed(ann, 'read', 1))).toMatchObject({
      name: 'RuntimeError::QueryForUndefinedRule',
    })
  })

  it('waits for inline queries that meet promises', async () => {
    const oso = setUp()
    oso.registerConstant(Promise.resolve(true), 'soon')
    await oso.loadStr('allow(_, "read", _); ?= soon = true;')
    expect(await oso.isAllowed(ann, 'read', 1)).toBe(true)
  })

  it("prints oso's warnings, and no others", async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    await setUp().loadStr('f(x: Strin) if x; g(x) if x = 1 and f(2) or x = 3;')
    expect(warn.mock.calls.map(([kind, text]) => [kind, String(text).split('\n')[0]])).toEqual([
      ['[warning]', 'Unknown specializer Strin at line 1, column 6:'],
      ['[warning]', 'Expression without parentheses could be ambiguous.'],
      ['[warning]', 'Your policy does not contain an allow rule, which usually means'],
    ])
  })
})

describe('errors', () => {
  const allow = 'allow(1, 2, 3); '
  it.each([
    [
      'f(',
      'ParseError::UnrecognizedEOF',
      'hit the end of the file unexpectedly. Did you forget a semi-colon at line 1, column 3 of file p.polar:\n\t001: f(\n\t       ^\n',
    ],
    ['f(1) if cut(;', 'ParseError::UnrecognizedToken', "did not expect to find the token '(' at line 1, column 12"],
    ['f({a: 1, a: 2});', 'ParseError::DuplicateKey', 'Duplicate key: a at line 1, column 4'],
    [
      'f(1) if not 1;',
      'ParseError::WrongValueType',
      'Wrong value type: 1. Expected a logical expression at line 1, column 13',
    ],
    [
      'f(x);',
      'ValidationError::SingletonVariable',
      'Singleton variable x is unused or undefined; try renaming to _x or _ at line 1, column 3',
    ],
    [
      'f([1, *x]);',
      'ValidationError::SingletonVariable',
      'Singleton variable *x is unused or undefined; try renaming to _*x or _ at line 1, column 7',
    ],
    ['f(1) if g(2);', 'ValidationError::UndefinedRuleCall', 'Call to undefined rule: g(2) at line 1, column 9'],
    ['resource Nope {}', 'ValidationError::UnregisteredClass', 'Unregistered class: Nope'],
    ['Repo {}', 'ValidationError::ResourceBlock', "Expected 'actor' or 'resource' but found nothing."],
    [
      'resource Repo { roles = ["a"]; "a" if "b"; }',
      'ValidationError::ResourceBlock',
      'Undeclared term "b" referenced in rule in \'Repo\' resource block.',
    ],
    [
      'actor User { roles = ["a"]; }',
      'ValidationError::MissingRequiredRule',
      'Missing implementation for required rule has_role(actor: Actor, role: String, resource: Resource);',
    ],
    [
      `type f(x: Integer); ${allow}f("a");`,
      'ValidationError::InvalidRule',
      'Invalid rule: f("a"); Must match one of the following rule types:\n\nf(x: Integer);\n\tFailed to match because: ',
    ],
  ])('of loading %s', async (policy, name, message) => {
    const error = await errorOf(() => setUp().loadStr(policy, 'p.polar'))
    expect(error.name).toBe(name)
    expect(error.message).toContain(message)
  })

  it("of a query that can't be parsed are thrown at once", () => {
    expect(() => setUp().query('f(')).toThrow('hit the end of the file unexpectedly')
  })

  it('carry the Polar stack', async () => {
    const oso = setUp(`${allow}f(x) if g(x);\ng(x) if x.foo;`)
    oso.registerConstant(ann, 'ann')
    const error = await errorOf(() => results(oso.query('f(ann)')))
    expect(error.name).toBe('RuntimeError::Application')
    expect(error.message).toContain('trace (most recent evaluation last):')
    expect(error.message).toContain('g(x)\n    in rule f at line 1, column 25')
    expect(error.message).toContain(
      "Application error: foo not found on User { name: 'ann' }. at line 2, column 9:\n\t002: g(x) if x.foo;\n\t             ^\n",
    )
    expect(error.cause).toMatchObject({ code: 'missing-attribute' })
  })

  it.each([
    ['a missing class', 'x = new Nope()', api.UnregisteredClassError],
    ['keyword arguments', 'x = new User(name: "x")', api.KwargsError],
    ['what can not be iterated', 'x in ann', api.InvalidIteratorError],
    ['a constraint that is left', 'x > 1', api.UnexpectedExpressionError],
  ])('of %s have their class', async (_, query, cls) => {
    const oso = setUp(allow)
    oso.registerConstant(ann, 'ann')
    expect(await errorOf(() => results(oso.query(query)))).toBeInstanceOf(cls)
  })

  it('of registration have their classes and names', async () => {
    const oso = setUp()
    expect(() => oso.registerClass(User)).toThrow(api.DuplicateClassAliasError)
    expect(() => oso.registerClass((() => 1) as never)).toThrow(api.InvalidConstructorError)
    expect(await errorOf(() => oso.registerConstant(1, 'Actor'))).toMatchObject({
      name: 'RuntimeError::InvalidRegistration',
    })
    expect(await errorOf(() => oso.loadFiles(['policy.txt']))).toBeInstanceOf(api.PolarFileExtensionError)
    expect(await errorOf(() => oso.loadFiles(['nowhere.polar']))).toBeInstanceOf(api.PolarFileNotFoundError)
  })
})

describe('queries', () => {
  it('give maps, and lists that are the caller’s own', async () => {
    const list = [1, [2]]
    const oso = setUp('f(1); f(2); allow(1, 2, 3);')
    oso.registerConstant(list, 'list')
    expect(await results(oso.queryRule('f', new Variable('x')))).toEqual([new Map([['x', 1]]), new Map([['x', 2]])])
    const [result] = await results(oso.query('x = list'))
    expect(result?.get('x')).toEqual(list)
    expect(result?.get('x')).not.toBe(list)
  })

  it('take bindings', async () => {
    const oso = setUp('allow(1, 2, 3);')
    expect(await results(oso.query('y = x + 1', { bindings: new Map([['x', 1]]) }))).toEqual([
      new Map([
        ['x', 1],
        ['y', 2],
      ]),
    ])
  })
})

describe('relations', () => {
  class Folder {
    constructor(
      readonly id: number,
      readonly parentId: number | null,
    ) {}
  }
  const folders = [new Folder(1, null), new Folder(2, 1), new Folder(3, 9)]

  function withFolders(): Oso {
    const oso = new Oso()
    oso.registerClass(Folder, {
      fields: {
        id: Number,
        parent: new Relation('one', 'Folder', 'parentId', 'id'),
        children: new Relation('many', 'Folder', 'id', 'parentId'),
      },
    })
    oso.setDataFilteringAdapter({
      buildQuery: (filter) => filter,
      executeQuery: async (query) => {
        const { lhs, rhs } = (query as api.Filter).conditions[0]![0]!
        const field = (lhs as api.Projection).fieldName as keyof Folder
        return folders.filter((folder) => folder[field] === (rhs as api.Immediate).value)
      },
    })
    return oso
  }

  it('are read through the adapter; one without a key is nil', async () => {
    const oso = withFolders()
    await oso.loadStr(
      'allow(_, "up", f: Folder) if f.parent.id = 1; allow(_, "down", f: Folder) if c in f.children and c.id = 2; allow(_, "top", f: Folder) if f.parent = nil;',
    )
    expect(await oso.isAllowed(null, 'up', folders[1])).toBe(true)
    expect(await oso.isAllowed(null, 'down', folders[0])).toBe(true)
    expect(await oso.isAllowed(null, 'top', folders[0])).toBe(true)
    await expect(oso.isAllowed(null, 'up', folders[2])).rejects.toThrow('Wrong number of parents: 0')
  })
})

describe('a mistake that oso accepts', () => {
  const blocks = 'actor User {} resource Repo { roles = ["reader"]; permissions = ["read"]; "read" if "reader"; }'
  const role = 'has_role(u: User, "reader", r: Repo) if r.owner = u;'
  const allow = 'allow(u, a, r) if has_permission(u, a, r);'

  it.each([
    ['a wrong number of arguments', 'allow(u, _, r) if f(u, r); f(u) if u = 1;', 'f'],
    ['an unknown permission', `${blocks} ${role} ${allow} allow(u, _, r) if has_permission(u, "raed", r);`, 'raed'],
    ['an unknown role', `${blocks} ${role} ${allow} allow(u, _, r) if has_role(u, "raeder", r);`, 'raeder'],
    ['a misspelt rule', 'allow(u, _, _) if is_out(u); is_out(1); is_uot(2);', 'did you mean "is_out"?'],
    ['a comparison that is never true', 'allow(_, _, p: Page) if p.size = "big";', 'size'],
  ])('is a warning: %s', async (_, policy, word) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const oso = setUp()
    oso.registerClass(class Page {}, { name: 'Page', fields: { size: Number } })
    await oso.loadStr(policy)
    const said = warn.mock.calls.filter(([tag]) => tag === '[arcturus]').map(([, text]) => String(text))
    expect(said.length).toBeGreaterThan(0)
    expect(said.join('\n')).toContain(word)
    expect(said.join('\n')).toContain('line 1')
  })

  it('is none if a relation of a constant is in the store alone', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const oso = new Oso()
    oso.registerClass(Repo)
    oso.registerClass(User, { fields: { repos: new Relation('many', 'Repo', 'name', 'owner') } })
    oso.registerConstant(ann, 'ann')
    await oso.loadStr('allow(_, _, r) if r in ann.repos;')
    expect(warn).not.toHaveBeenCalled()
  })

  it('is none if only the application queries a rule', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    await setUp().loadStr('allow(1, 2, 3); members(x) if x = 1;')
    expect(warn).not.toHaveBeenCalled()
  })

  it.each([
    ['alow(_, "read", _);', 'did you mean "allow"? Or', 'alow'],
    ['allow(u, "a", _) if is_out(u); is_out(1); is_uot(2); is_uot(3);', 'did you mean "is_out"? Or', 'is_uot'],
    ['allow(_, "a", _); allow_feild(_, "a", _, "b");', 'did you mean "allow_field"? Or', 'allow_feild'],
  ])('is told once for rules of one name, with its declaration: %s', async (policy, hint, name) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const uncalled = () => warn.mock.calls.map(([, text]) => String(text)).filter((text) => text.includes('Nothing'))
    await new Oso().loadStr(policy)
    expect(uncalled()).toEqual([expect.stringContaining(hint)])
    expect(uncalled()[0]).toContain(`new Oso({ queryRules: ["${name}"] })`)
    warn.mockClear()
    await new Oso({ queryRules: [name] }).loadStr(policy)
    expect(uncalled()).toEqual([])
  })

  it('is a warning beside the error that is thrown', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    await expect(setUp().loadStr('f(x) if x = ;\ng(x) if = 2;')).rejects.toThrow('at line 1, column 13')
    expect(warn.mock.calls.flat().join('\n')).toContain('line 2, column 9')
  })

  it('is an error: another value of nil', () => {
    expect(() => setUp().registerConstant(5, 'nil')).toThrow(
      expect.objectContaining({ name: 'RuntimeError::InvalidRegistration' }),
    )
    setUp().registerConstant(null, 'nil')
  })
})
