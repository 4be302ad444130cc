import { setTimeout as wait } from 'node:timers/promises'
import { Authorizer } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import { typeOrmAuthorization } from '@arcturus/typeorm'
import { PrismaPg } from '@prisma/adapter-pg'
import { DataSource } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTables } from '../prisma/ddl.js'
import type { Client } from '../prisma/documents.js'
import { schema } from '../prisma/generated/documents-postgresql/arcturus/schema.js'
import { PrismaClient } from '../prisma/generated/documents-postgresql/client/client.js'
import { readReplicas } from '../prisma/readReplicas.js'
import { entitiesOf } from '../typeorm/documents.js'
import { type Cluster, programs, startCluster } from './cluster.js'

const bin = programs()
const policy = 'allow(user: User, _, document: Document) if document.owner.manager = user;'

/** The same questions to an application with Prisma, and to one with TypeORM. */
interface Application {
  readonly check: () => Promise<boolean>
  readonly write: () => Promise<unknown>
  /** The number of listed rows: by default, for one query, and of the replica. */
  readonly list: () => Promise<number>
  readonly fresh: () => Promise<number>
  readonly lagging: () => Promise<number>
}

const closers: (() => Promise<void>)[] = []

function open(url: string): Client {
  // The clients of all databases have the same models.
  const client = new PrismaClient({ adapter: new PrismaPg(url) }) as unknown as Client
  closers.push(() => client.$disconnect())
  return client
}

/** The extension adds it. */
function primaryOf(client: Client): Client {
  return (client as unknown as { $primary(): Client }).$primary()
}

async function withPrisma(primary: string, replica: string): Promise<Application> {
  const authorizer = new Authorizer({ log: () => {} })
  const { prisma, rows, authorizedFilter, authorizedClient } = prismaAuthorization(authorizer, open(primary))
  const other = open(replica)
  const replicated = readReplicas(other)(prisma)
  await authorizer.load(policy)
  const ann = await rows.user.findUniqueOrThrow({ where: { id: 1 } })
  return {
    check: async () => {
      const [document] = await replicated.document.findMany(authorizedFilter(ann))
      return document !== undefined && (await authorizer.isAllowed(ann, 'read', document))
    },
    write: () => authorizedClient(ann).document.update({ where: { id: 1 }, data: { views: 2 } }),
    list: async () => (await prisma.document.findMany(authorizedFilter(ann))).length,
    fresh: async () => (await primaryOf(replicated).document.findMany(authorizedFilter(ann))).length,
    lagging: async () => (await replicated.document.findMany(authorizedFilter(ann))).length,
  }
}

async function withTypeOrm(primary: string, replica: string): Promise<Application> {
  const entities = entitiesOf(schema, 'postgresql')
  const guarded = async (defaultMode?: 'slave') => {
    const replication = { master: { url: primary }, slaves: [{ url: replica }], ...(defaultMode && { defaultMode }) }
    const source = await new DataSource({ type: 'postgres', entities, replication }).initialize()
    closers.push(() => source.destroy())
    const authorizer = new Authorizer({ log: () => {} })
    const authorization = typeOrmAuthorization(authorizer, source)
    await authorizer.load(policy)
    const ann = await authorization.rows.findOneByOrFail('User', { id: 1 })
    const found = async () =>
      (await source.getRepository('Document').find(authorization.authorizedFilter(ann, 'Document'))).length
    return { authorizer, source, ...authorization, ann, found }
  }
  const current = await guarded()
  const { authorizer, source, authorizedFilter, authorizedManager, ann, found } = await guarded('slave')
  return {
    check: async () => {
      const [document] = await source.getRepository('Document').find(authorizedFilter(ann, 'Document'))
      return document !== undefined && (await authorizer.isAllowed(ann, 'read', document))
    },
    write: () => authorizedManager(ann).update('Document', { id: 1 }, { views: 2 }),
    list: current.found,
    fresh: () =>
      source.transaction(async (manager) => (await manager.find('Document', authorizedFilter(ann, 'Document'))).length),
    lagging: found,
  }
}

describe.skipIf(!bin)('A streaming replica of PostgreSQL', () => {
  let cluster: Cluster
  const applications = new Map<string, Application>()
  let setManager: (id: number | null) => PromiseLike<unknown>

  beforeAll(async () => {
    cluster = await startCluster(bin!)
    const primary = await new DataSource({ type: 'postgres', url: cluster.primary }).initialize()
    for (const sql of createTables(schema)) await primary.query(sql)
    await primary.destroy()
    const { user, document } = open(cluster.primary)
    await user.create({ data: { id: 1, email: 'ann' } })
    await user.create({ data: { id: 2, email: 'bo' } })
    await document.create({ data: { id: 1, body: '', archived: false, reviewerId: 1, ownerId: 2, views: 1 } })
    setManager = (managerId) => user.update({ where: { id: 2 }, data: { managerId } })
    await wait(1_000)
    applications.set('Prisma', await withPrisma(cluster.primary, cluster.replica))
    applications.set('TypeORM', await withTypeOrm(cluster.primary, cluster.replica))
  })
  afterAll(async () => {
    for (const close of closers) await close()
    cluster?.stop()
  })

  it('is behind by milliseconds, and only in the lists that choose it', async () => {
    for (const [name, { check, list, fresh, lagging }] of applications) {
      const times: number[] = []
      for (let round = 0; round < 100; round++) {
        const isManager = round % 2 === 0
        await setManager(isManager ? 1 : null)
        const begun = performance.now()
        while ((await lagging()) !== Number(isManager)) await wait(0)
        times.push(performance.now() - begun)
        expect([await check(), await list(), await fresh()]).toEqual([isManager, Number(isManager), Number(isManager)])
      }
      times.sort((one, other) => one - other)
      const [p50, p99] = [0.5, 0.99].map((part) => times[Math.floor(times.length * part)]!.toFixed(1))
      console.log(`${name}: a list of the replica is right after p50 ${p50} ms, p99 ${p99} ms`)
      expect(times.at(-1)).toBeLessThan(5_000)
    }
  })

  it('that is behind by 5 seconds permits nothing that was revoked but in the lists that choose it', async () => {
    await setManager(1)
    for (const { lagging } of applications.values()) while ((await lagging()) === 0) await wait(10)
    await cluster.delay(5_000)
    await wait(500)
    await setManager(null)
    const begun = performance.now()
    for (const { check, write, list, fresh, lagging } of applications.values()) {
      expect([await lagging(), await check(), await list(), await fresh()]).toEqual([1, false, 0, 0])
      await expect(write()).rejects.toMatchObject({ status: 404 })
    }
    for (const [name, { lagging }] of applications) {
      while ((await lagging()) > 0) await wait(20)
      const took = performance.now() - begun
      console.log(`${name}: the list of the replica lagged for ${(took / 1_000).toFixed(1)} s`)
      expect(took).toBeGreaterThan(4_500)
    }
  })
})
