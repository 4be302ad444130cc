import { readdirSync, readFileSync } from 'node:fs'
import { PrismaLibSql } from '@prisma/adapter-libsql'
import { PrismaClient } from '../generated/prisma/client.js'

/** As a URL, in which a `#` of a folder's name is escaped: SQLite's driver reads one as the start of a fragment. */
export const defaultUrl: string = new URL('../gitclub.db', import.meta.url).href

/** The database of `DATABASE_URL`, which is SQLite's (`file:/where/it/is.db`); without one `gitclub.db` in this folder. */
export const databaseUrl: string = process.env['DATABASE_URL'] ?? defaultUrl

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
