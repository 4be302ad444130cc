import { readdirSync, readFileSync } from 'node:fs'
import { PrismaLibSql } from '@prisma/adapter-libsql'

/** Runs the migrations, in order, on an empty database. */
export async function createTables(url: string): Promise<void> {
  const connection = await new PrismaLibSql({ url }).connect()
  const migrations = new URL('../prisma/migrations/', import.meta.url)
  for (const name of readdirSync(migrations).sort()) {
    await connection.executeScript(readFileSync(new URL(`${name}/migration.sql`, migrations), 'utf8'))
  }
  await connection.dispose()
}
