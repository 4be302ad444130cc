import type { PrismaProvider, PrismaSchema } from '../../packages/prisma/src/schema/schema.js'
import { createSchema, type Database } from './databases.js'
import type { PrismaClient } from './generated/caller-sqlite-js/client/index.js'

export type Client = PrismaClient

/**
 * Makes the tables of the schema `caller`, and a client for them.
 * @returns the client, and a function that makes another one with an adapter of its own
 */
export async function openCaller(
  database: Database,
): Promise<{ client: Client; schema: PrismaSchema; connect: (adapter: Database['adapter']) => Client }> {
  const schema = await schemaOf(database.provider)
  await createSchema(database, schema)
  const { PrismaClient } = (
    (await import(/* @vite-ignore */ new URL('client/index.js', generated(database.provider)).href)) as {
      default: { PrismaClient: new (options: object) => Client }
    }
  ).default
  const connect = (adapter: Database['adapter']): Client => new PrismaClient({ adapter })
  return { client: connect(database.adapter), schema, connect }
}

async function schemaOf(provider: PrismaProvider): Promise<PrismaSchema> {
  const module: unknown = await import(/* @vite-ignore */ new URL('arcturus/schema.mjs', generated(provider)).href)
  return (module as { schema: PrismaSchema }).schema
}

function generated(provider: PrismaProvider): URL {
  return new URL(`generated/caller-${provider}-js/`, testFolder())
}

/** This folder, also of the bundle that `pnpm fuzz` runs. */
function testFolder(): string {
  const fuzz = process.env['ARCTURUS_FUZZ_FOLDER']
  return fuzz ? new URL('../../prisma/', fuzz).href : import.meta.url
}
