import { afterEach, describe, expect, test, vi } from 'vitest'
import { Authorizer } from '../authorizer.js'
import { chosenEvaluator } from '../options.js'

class User {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

afterEach(() => {
  vi.unstubAllGlobals()
})

function forbidCode(): { readonly attempts: number } {
  const seen = { attempts: 0 }
  vi.stubGlobal('Function', function forbidden() {
    seen.attempts++
    throw new EvalError('Code generation from strings disallowed for this context')
  })
  return seen
}

describe('the evaluator of a check', () => {
  test('is source where `new Function` is allowed', () => {
    expect(chosenEvaluator('auto')).toBe('source')
  })

  test('is closures where it is forbidden', () => {
    const seen = forbidCode()
    expect(chosenEvaluator('auto')).toBe('closures')
    expect(seen.attempts).toBe(1)
  })

  test.each(['window', 'document', 'WorkerGlobalScope'])('is closures beside a %s, without an attempt', (name) => {
    const seen = forbidCode()
    vi.stubGlobal(name, {})
    expect(chosenEvaluator('auto')).toBe('closures')
    expect(seen.attempts).toBe(0)
  })

  test('can be chosen', () => {
    for (const evaluator of ['auto', 'source', 'closures', 'machine'] as const) {
      const authorizer = new Authorizer({ evaluator }).registerClass(User)
      authorizer.loadSync('allow(user: User, "read", user: User);')
      const ann = new User('ann')
      expect(authorizer.can(ann, 'read', ann)).toBe(true)
      expect(authorizer.can(ann, 'read', new User('bob'))).toBe(false)
      expect(authorizer.statistics.predicate).toBe(evaluator === 'machine' ? 0 : 2)
    }
  })

  test('agrees on nil, also for a class with its own instance check', () => {
    class Plain {}
    class Any {
      readonly name = 'any'
      static [Symbol.hasInstance](): boolean {
        return true
      }
    }
    for (const evaluator of ['source', 'closures', 'machine'] as const) {
      const authorizer = new Authorizer({ evaluator }).registerClass(User).registerClass(Plain).registerClass(Any)
      authorizer.loadSync(`
        allow(user: User, "plain", _) if user.name matches Plain;
        allow(user: User, "not plain", _) if not user.name matches Plain;
        allow(user: User, "any", _) if user.name matches Any;
      `)
      // policies speak of rows as they are, whatever their types say
      const nobody = new User(null as unknown as string)
      const answers = ['plain', 'not plain', 'any'].map((action) => authorizer.can(nobody, action, nobody))
      expect(answers).toEqual([false, true, true])
    }
  })

  test('throws if the requested one is impossible', () => {
    forbidCode()
    expect(() => new Authorizer({ evaluator: 'source' })).toThrow(/which this platform forbids/)
    // @ts-expect-error a name that is none
    expect(() => new Authorizer({ evaluator: 'predicate' })).toThrow(/Unknown evaluator "predicate"/)
  })
})

describe('an object that claims a constructor', () => {
  test.each([[undefined], [null], ['User'], [Symbol('no class')]])('%s has no class', (claimed) => {
    const authorizer = new Authorizer().registerClass(User)
    authorizer.loadSync('allow(_: User, "read", _); allow(nil, "read", nil);')
    const ann = new User('ann')
    expect(authorizer.can(ann, 'read', ann)).toBe(true)
    expect(authorizer.can(ann, 'read', null)).toBe(true)
    const resource = Object.assign(Object.create(null) as object, { constructor: claimed })
    expect(() => authorizer.can(ann, 'read', resource)).toThrow(/of unknown model|is not registered/)
    expect(() => authorizer.can(resource, 'read', ann)).toThrow(/of unknown model|is not registered/)
  })
})
