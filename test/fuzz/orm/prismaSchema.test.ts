import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { pool, pooledSchema } from '../relationalCase.js'
import { prismaSchema } from './prismaSchema.js'

test.each(Object.keys(pool))('fuzz-%s.prisma is the schema of the pool (UPDATE_SCHEMAS=1 writes it)', (name) => {
  const file = new URL(`../../prisma/schemas/fuzz-${name}.prisma`, import.meta.url)
  const text = prismaSchema(pooledSchema(name), pool[name]!)
  if (process.env['UPDATE_SCHEMAS']) writeFileSync(file, text)
  expect(readFileSync(file, 'utf8')).toBe(text)
})
