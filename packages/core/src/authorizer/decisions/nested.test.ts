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

  it('that fails is asked a few times at each level', () => {
    const authorizer = authorizerOf(evaluator, byGetter)
    for (let time = 0; time < 5; time++) {
      const folders = chainOf(authorizer, 40)
      expect(() => authorizer.can(user, 'read', folders[0])).toThrow(code('missing-attribute'))
      expect(Math.max(...folders.map(({ asked }) => asked))).toBeLessThanOrEqual(3)
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

/** A folder whose promised attribute asks the authorizer about its children, once `later` has settled. */
class Box {
  asked = 0
  readonly children: Box[] = []
  constructor(
    readonly authorizer: Authorizer,
    readonly id: number,
    readonly later?: Promise<boolean>,
  ) {}
  get visible(): Promise<boolean> {
    this.asked++
    const { authorizer } = this
    return Promise.all(this.children.map((child) => authorizer.isAllowed(user, 'read', child))).then((all) => {
      if (this.children.length === 0 && this.id < 0) throw new Error('broken')
      return all.every(Boolean)
    })
  }
}

describe.each(['auto', 'machine', 'closures', 'source'] as const)(
  'an awaited check inside a getter: %s',
  (evaluator) => {
    function open(
      policy = 'allow(_: User, "read", box: Box) if box.visible = true;',
      limits: object = { syncTime: 60_000 },
    ) {
      const authorizer = new Authorizer({ evaluator, log: () => {}, limits })
      authorizer.registerClass(User, { key: 'id' }).registerClass(Box, { key: 'id' })
      authorizer.loadSync(policy)
      return authorizer
    }
    function chain(authorizer: Authorizer, depth: number, last = 0, later?: Promise<boolean>): Box[] {
      const boxes = Array.from(
        { length: depth },
        (_, at) => new Box(authorizer, at === depth - 1 ? last : at + 1, later),
      )
      for (const [at, box] of boxes.slice(1).entries()) boxes[at]!.children.push(box)
      return boxes
    }
    const most = (boxes: readonly Box[]) => Math.max(...boxes.map(({ asked }) => asked))

    it.each([undefined, Promise.resolve(true)])(
      'is evaluated a few times at each level, with %s before it',
      async (later) => {
        const authorizer = open(
          `allow(_: User, "read", box: Box) if ${later ? 'box.later = true and ' : ''}box.visible = true;`,
        )
        for (let time = 0; time < 5; time++) {
          const good = chain(authorizer, 20, 0, later)
          expect(await authorizer.isAllowed(user, 'read', good[0])).toBe(true)
          expect(most(good)).toBeLessThanOrEqual(4)
          const bad = chain(authorizer, 20, -1, later)
          await expect(authorizer.isAllowed(user, 'read', bad[0])).rejects.toThrow('broken')
          expect(most(bad)).toBeLessThanOrEqual(4)
        }
      },
    )

    it('that leads back to itself is an error', async () => {
      const authorizer = open()
      const boxes = chain(authorizer, 3)
      boxes[2]!.children.push(boxes[0]!)
      for (let time = 0; time < 5; time++)
        await expect(authorizer.isAllowed(user, 'read', boxes[0])).rejects.toMatchObject({ code: 'frame-limit' })
      const rows = await Promise.allSettled(boxes.map((box) => authorizer.isAllowedMany(user, 'read', [box, box])))
      expect(rows.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    })

    it('is evaluated once for many that share it', async () => {
      const authorizer = open()
      const levels = Array.from({ length: 12 }, (_, level) => [0, 1].map((at) => new Box(authorizer, level * 2 + at)))
      for (const [at, level] of levels.slice(1).entries()) for (const box of levels[at]!) box.children.push(...level)
      expect(await authorizer.isAllowed(user, 'read', levels[0]![0])).toBe(true)
      expect(most(levels.flat())).toBeLessThanOrEqual(4)
    })

    it('shares the limit of steps with all others', async () => {
      const authorizer = open(undefined, { steps: 200 })
      const wide = new Box(authorizer, 1)
      for (let id = 0; id < 40; id++) wide.children.push(new Box(authorizer, id + 2))
      expect(await authorizer.isAllowed(user, 'read', wide)).toBe(true)
      const wider = new Box(authorizer, 1)
      for (let id = 0; id < 250; id++) wider.children.push(new Box(authorizer, id + 2))
      await expect(authorizer.isAllowed(user, 'read', wider)).rejects.toMatchObject({ code: 'step-limit' })
    })
  },
)

describe.each(['machine', 'closures', 'source'] as const)('checks inside a check: %s', (evaluator) => {
  class Shelf {
    readonly books: Shelf[] = []
    constructor(
      readonly authorizer: Authorizer,
      readonly id: number,
    ) {}
    get visible(): boolean {
      return this.books.every((book) => this.authorizer.can(user, 'read', book))
    }
    get all(): boolean {
      return this.authorizer.canMany(user, 'read', this.books).every(Boolean)
    }
  }
  function open(limits: object) {
    const authorizer = new Authorizer({ evaluator, log: () => {}, limits })
    authorizer.registerClass(User, { key: 'id' }).registerClass(Shelf, { key: 'id' })
    authorizer.loadSync(
      'allow(_: User, "read", shelf: Shelf) if shelf.visible = true; allow(_: User, "all", shelf: Shelf) if shelf.all = true;',
    )
    return authorizer
  }

  it.each(['read', 'all'])('share the limit of steps: %s', (action) => {
    const authorizer = open({ steps: 300 })
    const tree = (width: number, depth: number): Shelf => {
      const shelf = new Shelf(authorizer, 1)
      if (depth > 0) shelf.books.push(...Array.from({ length: width }, () => tree(width, depth - 1)))
      return shelf
    }
    expect(authorizer.can(user, action, tree(2, 3))).toBe(true)
    expect(() => authorizer.can(user, action, tree(20, 2))).toThrow(expect.objectContaining({ code: 'step-limit' }))
    // Each check that the application asks for has an account of its own.
    for (let time = 0; time < 50; time++) expect(authorizer.can(user, action, tree(2, 3))).toBe(true)
    expect(
      authorizer.canMany(
        user,
        action,
        Array.from({ length: 50 }, () => tree(2, 3)),
      ),
    ).not.toContain(false)
  })

  it('share the limit of time', () => {
    const authorizer = open({ syncTime: 20 })
    const slow = (depth: number): Shelf => {
      const shelf = new Shelf(authorizer, 1)
      if (depth > 0) for (let at = 0; at < 10; at++) shelf.books.push(slow(depth - 1))
      return shelf
    }
    expect(() => authorizer.can(user, 'read', slow(6))).toThrow(expect.objectContaining({ code: 'time-limit' }))
  })
})
