import { describe, expect, it } from 'vitest'
import { extentOf } from './extent.js'

describe('The extent of a query', () => {
  it('is as deep as its brackets and queries are nested', () => {
    expect(extentOf('(a = 1)')).toEqual({ depth: 4, queries: 0, recursions: 0 })
    expect(extentOf('EXISTS (SELECT 1 FROM "t" AS "a" WHERE (a = 1 OR (b = 2)))')).toEqual({
      depth: 19,
      queries: 1,
      recursions: 0,
    })
    expect(extentOf('EXISTS (SELECT 1 FROM "t") AND EXISTS (SELECT 1 FROM "t")')).toEqual({
      depth: 11,
      queries: 2,
      recursions: 0,
    })
  })

  it('passes over what stands in names and texts', () => {
    expect(extentOf(`"a ""(SELECT" = '(''(SELECT' AND \`b \`\`(\` = 1`)).toEqual({
      depth: 0,
      queries: 0,
      recursions: 0,
    })
  })

  it('counts a recursive query wherever it is asked, and what that one asks', () => {
    const one = '"r1" ("key1") AS (SELECT 1 FROM "t" UNION SELECT 1 FROM "r1" AS "a" JOIN "t")'
    const two = '"r2" ("key1") AS (SELECT 1 FROM "t" WHERE x IN (SELECT 1 FROM "r1") OR y IN (SELECT 1 FROM "r1"))'
    // r1 is two queries, r2 nine: itself, and twice one that asks r1; each time that one is asked is one more.
    expect(extentOf(`WITH RECURSIVE ${one}, ${two} x IN (SELECT 1 FROM "r2")`).queries).toBe(11)
    expect(extentOf(`WITH RECURSIVE ${one} x IN (SELECT 1 FROM "t")`).queries).toBe(1)
    expect(extentOf(`WITH RECURSIVE ${one}, ${two} x IN (SELECT 1 FROM "r2")`).recursions).toBe(3)
  })

  it('knows a recursive query only in the brackets that it is in', () => {
    const one = '(WITH RECURSIVE "r1" ("key1") AS (SELECT 1 FROM "t") SELECT 1 FROM "r1")'
    expect(extentOf(`x IN ${one} OR y IN (SELECT 1 FROM "r1")`).queries).toBe(4)
    expect(extentOf(`x IN ${one} OR y IN ${one}`)).toMatchObject({ queries: 6, recursions: 1 })
  })

  it('takes no alias with columns for a recursive query', () => {
    expect(extentOf('(SELECT 1) AS "a" ("key1") WHERE EXISTS (SELECT 1 FROM "a")').queries).toBe(2)
  })
})
