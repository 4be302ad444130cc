import { PrismaLibSql } from '@prisma/adapter-libsql'
import { PrismaClient } from '../generated/prisma/client'

export const defaultUrl = 'file:./helpdesk.db'

/** The database of `DATABASE_URL`, which is SQLite's (`file:/where/it/is.db`); without one `helpdesk.db` in this folder. */
export function databaseUrl(): string {
  return process.env['DATABASE_URL'] ?? defaultUrl
}

export function openDatabase(url: string): PrismaClient {
  return new PrismaClient({ adapter: new PrismaLibSql({ url }) })
}
