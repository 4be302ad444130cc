import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { main } from '../main.js'

/** A folder inside this package, so that its modules find the packages of the workspace. */
const parent = fileURLToPath(new URL('../../node_modules/.applications/', import.meta.url))

/** An application in a temporary folder. */
export class TestApplication {
  readonly folder: string

  /** @param files - The text of each file by its path. */
  constructor(files: Readonly<Record<string, string>>) {
    mkdirSync(parent, { recursive: true })
    this.folder = mkdtempSync(parent)
    for (const [path, text] of Object.entries(files)) this.write(path, text)
  }

  write(path: string, text: string): void {
    mkdirSync(join(this.folder, path, '..'), { recursive: true })
    writeFileSync(join(this.folder, path), text)
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8')
  }

  /** Runs a command in the application's folder. */
  async run(...args: readonly string[]): Promise<{ code: number; out: string; error: string; json: unknown }> {
    return this.type('', ...args)
  }

  /** Runs a command with text on its standard input. */
  async type(
    input: string,
    ...args: readonly string[]
  ): Promise<{ code: number; out: string; error: string; json: unknown }> {
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
    stdin.end(input)
    const [out, error] = [textOf(stdout), textOf(stderr)]
    const code = await main(args, { stdin, stdout, stderr, env: {}, cwd: this.folder })
    const text = out()
    return { code, out: text, error: error(), json: args.includes('--json') ? JSON.parse(text) : undefined }
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function textOf(stream: PassThrough): () => string {
  const parts: string[] = []
  stream.on('data', (part: Buffer) => parts.push(String(part)))
  return () => {
    const rest: unknown = stream.read()
    return parts.join('') + (rest === null ? '' : String(rest))
  }
}

/** The files of a small application with rows in memory. */
export const notes: Readonly<Record<string, string>> = {
  'policy.polar': `allow(actor, action, resource) if has_permission(actor, action, resource);

actor User {}
resource Note {
  permissions = ["read", "edit"];
  roles = ["owner"];
  "read" if "owner";
  "edit" if "owner";
}
has_role(user: User, "owner", note: Note) if note.owner = user;
allow(_, "read", note: Note) if note.isPublic = true;
`,
  'arcturus.config.ts': `import { Authorizer } from '@arcturus/core'
import { defineConfig } from '@arcturus/cli'

const authorizer = new Authorizer().registerModels([
  { name: 'User', key: 'id', fields: { id: 'integer', name: 'string' } },
  {
    name: 'Note',
    key: 'id',
    fields: {
      id: { type: 'integer', nullable: false },
      isPublic: { type: 'boolean', nullable: false },
      owner: { one: 'User', nullable: false },
    },
  },
])
const users = [{ id: 1, name: 'ada' }, { id: 2, name: 'eve' }].map((row) => authorizer.as('User', row))
const notes = [1, 2, 3].map((id) =>
  authorizer.as('Note', { id, isPublic: id === 3, owner: users[id % 2 === 1 ? 0 : 1]! }),
)
const tables: Record<string, readonly object[]> = { User: users, Note: notes }

export default defineConfig({
  policy: '*.polar',
  open: () => ({
    authorizer,
    database: {
      find: async (model, key) =>
        tables[model]?.find((row) =>
          Object.entries(key).every(([name, value]) => (row as Record<string, unknown>)[name] === value),
        ) ?? null,
      list: async (model, take) => (tables[model] ?? []).slice(0, take),
    },
  }),
})
`,
  'notes.matrix.ts': `import { defineTests } from '@arcturus/cli'

export default defineTests({
  title: 'Notes',
  actors: { ada: 'user:1', eve: 'user:name=eve', nobody: null },
  resources: { diary: 'note:1', news: 'note:3' },
  allowed: \`
           | diary      | news
    ada    | read, edit | read, edit
    eve    | -          | read
    nobody | -          | read
  \`,
})
`,
}

/** Makes an application of the files, for one test. */
export function applicationOf(files: Readonly<Record<string, string>>): TestApplication {
  const made = new TestApplication(files)
  onTestFinished(() => made.close())
  return made
}

/** Makes the application with notes, for one test. */
export function application(files: Readonly<Record<string, string>> = {}): TestApplication {
  return applicationOf({ ...notes, ...files })
}
