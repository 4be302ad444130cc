import { Authorizer } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, openCaller } from './caller.js'
import { openDatabases } from './databases.js'

const databases = await openDatabases('refusals', ['sqlite', 'postgresql', 'mysql'])

describe.each(databases)('A refusal of Prisma on $name', (database) => {
  let bare: Client
  let client: Client
  let filter: (rule: string) => { where: object }

  beforeAll(async () => {
    const opened = await openCaller(database)
    bare = opened.client
    await bare.user.create({ data: { id: 1, name: '' } })
    const row = { title: '', count: 0, ownerId: 1 }
    await bare.doc.createMany({
      data: [1, 2].map((id) => ({ ...row, id, slug: `${id}`, parentId: id === 1 ? null : 1 })),
    })
    class Me {}
    const authorizer = new Authorizer({ actions: ['edit'] }).registerClass(Me)
    const { prisma, authorizedFilter } = prismaAuthorization(authorizer, bare)
    client = prisma
    filter = (rule) => {
      authorizer.loadSync(`allow(_: Me, "edit", doc: Doc) if ${rule};`)
      return authorizedFilter(new Me(), { action: 'edit' })
    }
  }, 60_000)
  afterAll(async () => {
    await bare?.$disconnect()
    await database.close()
  })

  const writes: Readonly<Record<string, (where: object) => PromiseLike<unknown>>> = {
    updateMany: (where) => client.doc.updateMany({ where, data: { count: 1 } }),
    update: (where) => client.doc.update({ where: { ...where, id: 2 }, data: { count: 1 } }),
    deleteMany: (where) => client.doc.deleteMany({ where: { ...where, id: 500 } }),
  }
  it.each(Object.keys(writes))('has a code for %s by a relation to the written table', async (write) => {
    const { where } = filter('doc.parent != nil and not (doc.parent.id in [500, 501])')
    const answer = await writes[write]!(where).then(
      () => 'written',
      (error: unknown) => error,
    )
    if (database.provider !== 'mysql') return expect(answer).toBe('written')
    expect(answer).toMatchObject({
      code: 'unsupported-filter',
      data: { reason: 'own-table' },
      cause: { code: 'P2022' },
    })
  })

  it('of a write without a relation stays as Prisma has it', async () => {
    const where = { ...filter('doc.count >= 0').where, id: 500 }
    await expect(client.doc.update({ where, data: { count: 1 } })).rejects.toMatchObject({ code: 'P2025' })
  })

  it('of a list that Prisma divided for one row has a code', async () => {
    const { where } = filter('doc.count >= 0')
    const long = Array.from(
      { length: { sqlite: 1_100, postgresql: 33_000, mysql: 66_000 }[database.provider as 'sqlite'] },
      (_, at) => at,
    )
    // The rows 1 and 2 are in different parts.
    const list = [1, ...long.slice(3), 2]
    const found = client.doc.findFirst({ where: { ...where, id: { in: list } } })
    await expect(found).rejects.toMatchObject({ code: 'unsupported-filter', data: { reason: 'too-large' } })
  })
})
