import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { Oso } from '../../../../oso/src/index.js'
import { Authorizer } from '../authorizer.js'

setFlagsFromString('--expose_gc')
const collect: () => void = runInNewContext('gc')

class User {
  id = 1
  friend: object = {}
}

class Box {
  owner: object
  list: object[]
  constructor(owner: object, list: object[]) {
    this.owner = owner
    this.list = list
  }
}

const policy = `
  allow(user: User, "read", box: Box) if box.owner = user.friend or user.friend in box.list;
  allow(user: User, "see", box: Box) if not box.owner = user.other;
  allow(user: User, "read", doc) if doc.owner = user.friend;
  allow(user: User, "read", doc) if doc in user.list;
  allow(user: User, "see", doc) if owner = doc.owner and owner.id = 1 and not owner = user;
  allow(_: User, "open", doc) if forall(tag in doc.tags, tag != doc.owner);
`

/** Rows each of which, with what it holds, is of a class that nothing else is of. */
const row = (at: number) => {
  class Owner {
    id = at
  }
  class Doc {
    id = at
    owner = new Owner()
    tags = [new Owner(), new Doc1()]
  }
  class Doc1 {
    id = at
  }
  return { doc: new Doc(), classes: [Owner, Doc, Doc1].map((one) => new WeakRef(one)) }
}

describe.each<[string, () => Promise<(user: User, action: string, doc: object) => Promise<unknown>>]>([
  [
    'An Authorizer',
    async () => {
      const authorizer = new Authorizer()
      authorizer.registerClass(User)
      authorizer.registerClass(Box)
      authorizer.loadSync(policy)
      return async (...asked) => [
        authorizer.isAllowed(...asked).catch(() => false),
        await Promise.resolve()
          .then(() => authorizer.can(...asked))
          .catch(() => false),
      ]
    },
  ],
  [
    'The drop-in',
    async () => {
      const oso = new Oso()
      oso.registerClass(User)
      oso.registerClass(Box)
      await oso.loadStr(policy)
      return (...asked) => oso.isAllowed(...asked).catch(() => false)
    },
  ],
])('%s', (_, make) => {
  it('retains no class of a checked row', async () => {
    const ask = await make()
    const classes: WeakRef<object>[] = []
    for (let at = 0; at < 100; at++) {
      const { doc, classes: own } = row(at)
      classes.push(...own)
      const user = Object.assign(new User(), { friend: doc.owner, other: doc.tags[1], list: [doc] })
      const box = new Box(row(at).doc.owner, [doc.tags[0]!, doc.owner])
      for (const action of ['read', 'see', 'open']) for (const one of [doc, box]) await ask(user, action, one)
    }
    for (let turn = 0; turn < 3; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 0))
      collect()
    }
    expect(classes.filter((one) => one.deref() !== undefined).length).toBeLessThan(30)
  })
})
