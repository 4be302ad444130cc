import { tagOf } from '@arcturus/core/internal/prisma'
import { expect, test } from 'vitest'
import { readSchema } from '../schema/readSchema.js'
import { Tables } from '../schema/tables.js'
import { tagRows } from './rows.js'

const tables = new Tables(
  readSchema(`
    datasource db {
      provider = "sqlite"
    }
    model Poll {
      id      Int      @id
      select  Choice[] @relation("offered")
      include Choice?  @relation("best", fields: [bestId], references: [id])
      bestId  Int?
    }
    model Choice {
      id     Int    @id
      pollId Int
      poll   Poll   @relation("offered", fields: [pollId], references: [id])
      bestOf Poll[] @relation("best")
    }
  `),
)

test.each([
  [['select', 'select'], { select: { select: true } }, 'Choice'],
  [['select', 'include'], { select: { include: true } }, 'Choice'],
  [['select', 'include', 'select', 'poll'], { select: { include: { select: { poll: true } } } }, 'Poll'],
  [[], {}, 'Poll'],
  [['select', 'unheardOf'], { select: { select: true } }, undefined],
])('the rows of the fluent call %j know their model', (path, args, model) => {
  const row = { id: 1 }
  tagRows(tables, 'Poll', 'findUnique', args, path, row)
  expect(tagOf(row)).toBe(model)
})
