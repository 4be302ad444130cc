import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { prismaModelsIn } from './prismaModels.js'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

/** Returns a folder with Prisma schemas. */
function folderWith(schemas: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'schema-'))
  folders.push(folder)
  mkdirSync(join(folder, 'prisma'))
  for (const [name, text] of Object.entries(schemas)) writeFileSync(join(folder, 'prisma', name), text)
  return folder
}

it('models are read with braces and comments in their texts, from several files', () => {
  const folder = folderWith({
    'schema.prisma': `datasource db {
  provider = "sqlite"
}
/// A model Ghost { id Int @id } is only a comment.
model Note { // the notes
  id       String  @id @default(dbgenerated("'}' // no comment"))
  label    String  @default("{ a: 1 }") // model Lost { id Int @id }
  isPublic Boolean @default(false)
  flags    Boolean[]
  owner    User?   @relation("owned", fields: [ownerId], references: [id])
  ownerId  Int?
  readers  User[]  @relation("read")
  kind     Kind

  @@index([
    ownerId,
    kind
  ])
}
enum Kind {
  PLAIN
}
`,
    'user.prisma': `model User {
  id    Int    @id
  owned Note[] @relation("owned")
  read  Note[] @relation("read")
}
model Member {
  userId Int
  noteId Int
  @@id([userId, noteId])
}
`,
  })
  expect(prismaModelsIn(folder)).toEqual([
    {
      name: 'Note',
      key: { name: 'id', isNumber: false },
      references: [{ name: 'owner', model: 'User' }],
      booleans: ['isPublic'],
      texts: ['label'],
      file: undefined,
    },
    { name: 'User', key: { name: 'id', isNumber: true }, references: [], booleans: [], texts: [], file: undefined },
    { name: 'Member', key: undefined, references: [], booleans: [], texts: [], file: undefined },
  ])
})

it('a schema with a syntax error throws with its name', () => {
  const folder = folderWith({ 'schema.prisma': 'model Note {\n  id Int @id(\n}\n' })
  expect(() => prismaModelsIn(folder)).toThrow(/^The Prisma schema can't be read: /)
})
