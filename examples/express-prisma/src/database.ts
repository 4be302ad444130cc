import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { PrismaLibSql } from '@prisma/adapter-libsql'
import { PrismaClient } from '../generated/prisma/client.js'

export const databaseFile: string = fileURLToPath(new URL('../gitclub.db', import.meta.url))

/** Opens the database; its `query` events tell the SQL that ran. */
export function openDatabase(url: string) {
  return new PrismaClient({ adapter: new PrismaLibSql({ url }), log: [{ emit: 'event', level: 'query' }] })
}

export type Database = ReturnType<typeof openDatabase>

/** Runs the migrations, in order, on an empty database. */
export async function createTables(url: string): Promise<void> {
  const connection = await new PrismaLibSql({ url }).connect()
  const migrations = new URL('../prisma/migrations/', import.meta.url)
  for (const name of readdirSync(migrations).sort()) {
    await connection.executeScript(readFileSync(new URL(`${name}/migration.sql`, migrations), 'utf8'))
  }
  await connection.dispose()
}
