import { describe, expect, it } from 'vitest'
import { Authorizer } from '../authorizer.js'

class User {
  readonly id = 1
}

/** A folder whose getter asks the authorizer about its parent. */
class Folder {
  asked = 0
  parent: Folder | null = null
  constructor(
    readonly authorizer: Authorizer,
    readonly id: number,
    readonly isOpen = false,
  ) {}
  get visible(): unknown {
    this.asked++
    return this.parent === null ? undefined : this.authorizer.can(user, 'read', this.parent)
  }
}

const user = new User()

function authorizerOf(evaluator: 'auto' | 'machine' | 'closures' | 'source', policy: string): Authorizer {
  const authorizer = new Authorizer({ evaluator, log: () => {} })
  authorizer.registerClass(User, { key: 'id' }).registerClass(Folder, { key: 'id' })
  authorizer.loadSync(policy)
  return authorizer
}

function chainOf(authorizer: Authorizer, depth: number, isOpen = false): readonly Folder[] {
  const folders = Array.from({ length: depth }, (_, at) => new Folder(authorizer, at, isOpen))
  folders.forEach((folder, at) => {
    folder.parent = folders[at + 1] ?? null
  })
  return folders
}

describe.each(['auto', 'machine', 'closures', 'source'] as const)('a check inside a getter: %s', (evaluator) => {
  const byGetter = 'allow(_: User, "read", folder: Folder) if folder.visible = true;'
  const code = (error: string) => expect.objectContaining({ code: error })

  it('that fails is asked at most twice at each level', () => {
    const authorizer = authorizerOf(evaluator, byGetter)
    for (let time = 0; time < 5; time++) {
      const folders = chainOf(authorizer, 40)
      expect(() => authorizer.can(user, 'read', folders[0])).toThrow(code('missing-attribute'))
      expect(Math.max(...folders.map(({ asked }) => asked))).toBeLessThanOrEqual(2)
    }
  })

  it('that fails is an error of its rule alone', () => {
    const open = 'allow(_: User, "read", folder: Folder) if folder.isOpen;'
    const authorizer = authorizerOf(evaluator, byGetter + open)
    for (let time = 0; time < 5; time++) {
      expect(authorizer.can(user, 'read', chainOf(authorizer, 5, true)[0])).toBe(true)
      expect(() => authorizer.can(user, 'read', chainOf(authorizer, 5)[0])).toThrow(code('missing-attribute'))
    }
  })

  it('that fails is an error inside `not`, too', () => {
    const authorizer = authorizerOf(
      evaluator,
      `${byGetter} allow(_: User, "hide", folder: Folder) if not folder.visible = true;`,
    )
    for (let time = 0; time < 5; time++)
      expect(() => authorizer.can(user, 'hide', chainOf(authorizer, 5)[0])).toThrow(code('missing-attribute'))
  })

  it('that leads back to itself ends with an error', () => {
    const authorizer = authorizerOf(evaluator, byGetter)
    for (let time = 0; time < 5; time++) {
      const folder = new Folder(authorizer, 1)
      folder.parent = folder
      expect(() => authorizer.can(user, 'read', folder)).toThrow(code('frame-limit'))
    }
  })
})
