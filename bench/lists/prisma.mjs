import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { Authorizer } from '@arcturus/core'
import '@arcturus/core/sync'
import { prismaAuthorization } from '@arcturus/prisma'
import { PrismaPg } from '@prisma/adapter-pg'

/**
 * Writes the client of a schema, as `prisma generate` does in an application.
 * @param name of its folder
 * @param models the models of the Prisma schema
 * @param provider of the database
 */
export async function generateClient(name, models, provider = 'postgresql') {
  const folder = new URL(`./generated/${name}/`, import.meta.url)
  mkdirSync(folder, { recursive: true })
  const generator = fileURLToPath(import.meta.resolve('@arcturus/prisma/package.json')).replace(
    'package.json',
    'bin/arcturus-prisma-generator.mjs',
  )
  const head = `generator client {
  provider = "prisma-client-js"
  output   = "./client"
}
generator arcturus {
  provider = "node ${generator}"
  output   = "./arcturus"
  file     = "schema.mjs"
}
datasource db {
  provider = "${provider}"
}
`
  writeFileSync(new URL('schema.prisma', folder), head + models)
  const prisma = createRequire(import.meta.url).resolve('prisma/build/index.js')
  execFileSync(process.execPath, [prisma, 'generate', '--schema', 'schema.prisma'], {
    cwd: fileURLToPath(folder),
    stdio: ['ignore', 'ignore', 'pipe'],
    // Generating needs no schema engine, but Prisma would download one first. Any program will do in its place.
    env: { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1', ...process.env },
  })
  const { default: generated } = await import(new URL('client/index.js', folder))
  const { schema } = await import(new URL('arcturus/schema.mjs', folder))
  return { PrismaClient: generated.PrismaClient, schema }
}

/** What an expert writes by hand: the same rules, as one `where`. */
function byHand(user) {
  if (user.isAdmin) return {}
  const organizations = user.memberships
    .filter(({ role }) => role === 'member' || role === 'admin')
    .map(({ organizationId }) => organizationId)
  return {
    OR: [
      { organizationId: { in: organizations } },
      { ownerId: user.id },
      { shares: { some: { userId: user.id, role: { in: ['reader', 'editor'] } } } },
    ],
  }
}

/** The lists through Prisma: by hand, and as the policy says. */
export async function prismaLists(url) {
  const models = readFileSync(new URL('schema.prisma', import.meta.url), 'utf8')
  const { PrismaClient, schema } = await generateClient('documents', models)
  const authorizer = new Authorizer()
  const bare = new PrismaClient({
    adapter: new PrismaPg({ connectionString: url }),
    log: [{ emit: 'event', level: 'query' }],
  })
  const queries = []
  bare.$on('query', ({ query, params }) => queries.push({ sql: query, values: JSON.parse(params) }))
  const { prisma, rows, authorizedFilter } = prismaAuthorization(authorizer, bare, { schema })
  authorizer.loadSync(readFileSync(new URL('policy.polar', import.meta.url), 'utf8'))
  const paging = { orderBy: { id: 'desc' }, take: 50 }
  return {
    name: 'Prisma',
    user: (id) => rows.user.findUniqueOrThrow({ where: { id }, include: { memberships: true } }),
    page: {
      hand: (user) => bare.document.findMany({ where: byHand(user), ...paging }),
      policy: (user) => prisma.document.findMany({ ...authorizedFilter(user), ...paging }),
    },
    count: {
      hand: (user) => bare.document.count({ where: byHand(user) }),
      policy: (user) => prisma.document.count(authorizedFilter(user)),
    },
    /** The statements that a list sends. */
    async statements(list) {
      queries.length = 0
      await list()
      // The event of a query comes behind its answer.
      await new Promise((resolve) => setTimeout(resolve, 20))
      return queries.filter(({ sql }) => sql.startsWith('SELECT'))
    },
    close: () => bare.$disconnect(),
  }
}
