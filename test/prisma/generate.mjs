// Makes the Prisma clients that tests use: each schema of ./schemas for each provider named in `clients`; with arguments, those
// of the schemas that they name.
// Files that are up to date stay, so a second run takes no time.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { blocksOf, modelPages } from '../docs/model/blocks.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const prisma = join(dirname(createRequire(import.meta.url).resolve('prisma/build/index.js')), 'cli.js')
// Prisma gives it to a shell, to which a space or a parenthesis in the path of the checkout would mean something.
const generator = '../../../../packages/prisma/bin/arcturus-prisma-generator.mjs'
const written = readFileSync(new URL('../../packages/prisma/dist/generator.mjs', import.meta.url))
const { version } = JSON.parse(readFileSync(createRequire(import.meta.url).resolve('prisma/package.json'), 'utf8'))

/** Schema, provider and, where it is not the usual one, the generator of the client. */
const clients = [
  ['documents', 'sqlite'],
  ['documents', 'postgresql'],
  ['documents', 'mysql'],
  ['columns', 'postgresql'],
  ['spellings', 'postgresql', 'prisma-client-js'],
  ['stored-postgresql', 'postgresql', 'prisma-client-js'],
  ['stored-mysql', 'mysql', 'prisma-client-js'],
  ['documents', 'sqlite', 'prisma-client-js'],
  ['readme', 'sqlite'],
  ['tenants', 'sqlite'],
  ['partitions', 'postgresql', 'prisma-client-js'],
  ['partitions', 'mysql', 'prisma-client-js'],
  ['workspace', 'sqlite'],
  ['workspace', 'postgresql'],
  ['workspace', 'mysql'],
  // The conformance runner is plain JavaScript.
  ...[
    'gitclub',
    'docs',
    'shop',
    'shares',
    'hostile',
    'foreign',
    'dangling',
    'caller',
    'other-keys',
    'fuzz-plain',
    'fuzz-other',
    'fuzz-composite',
    'fuzz-shared',
  ].flatMap((schema) => [
    [schema, 'sqlite', 'prisma-client-js'],
    [schema, 'postgresql', 'prisma-client-js'],
    [schema, 'mysql', 'prisma-client-js'],
  ]),
  // Only PostgreSQL has columns that hold a list.
  ['fuzz-lists', 'postgresql', 'prisma-client-js'],
  // The tables of the guide to modeling.
  ...modelPages().map((page) => [`model-${page}`, 'sqlite', 'prisma-client-js']),
]

/** Schemas of which tests compare Prisma's own reading with ours. */
const compared = new Set(['documents', 'columns'])

const dmmf = `generator dmmf {
  provider = "node ../../dmmfGenerator.mjs"
  output = "./dmmf.json"
}`

/** Schemas whose references no database keeps. */
const unkept = new Set(['dangling'])

const settings = {
  'prisma-client': 'provider = "prisma-client"\n  moduleFormat = "esm"\n  importFileExtension = "js"',
  'prisma-client-js': 'provider = "prisma-client-js"',
}

// `prisma generate` looks for the native schema engine before it does anything and downloads it where it is missing, but
// never starts it. Tests must run without that download, so it is shown an executable that is there: Node itself. An
// application needs none of this.
const env = {
  ...process.env,
  PRISMA_SCHEMA_ENGINE_BINARY: process.env.PRISMA_SCHEMA_ENGINE_BINARY ?? process.execPath,
  CHECKPOINT_DISABLE: '1',
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
}

/** The models of a schema. A list in JSON is a list column if the database has list columns. */
function modelsOf(schema, provider) {
  const page = /^model-(.*)/.exec(schema)?.[1]
  if (page !== undefined) return blocksOf(page).get('schema.prisma')
  if (schema === 'readme') {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
    return /title="schema.prisma"\n.*?(model .*?)^```/ms.exec(readme)[1]
  }
  const text = readFileSync(`${here}schemas/${schema}.prisma`, 'utf8')
  return provider === 'postgresql' ? text.replace(/Json( *\/\/ a list of texts)/g, 'String[]$1') : text
}

/** Writes the schema of a client, unless the client is up to date. */
function prepare([schema, provider, client = 'prisma-client']) {
  const folder = `${here}generated/${schema}-${provider}${client === 'prisma-client' ? '' : '-js'}`
  const text = `generator client {
  ${settings[client]}
  output = "./client"${schema === 'caller' && provider !== 'sqlite' ? '\n  previewFeatures = ["relationJoins"]' : ''}
}

generator arcturus {
  provider = "node ${generator}"
  output = "./arcturus"${client === 'prisma-client' ? '' : '\n  file = "schema.mjs"'}
}
${compared.has(schema) && client === 'prisma-client' ? `\n${dmmf}\n` : ''}
datasource db {
  provider = "${provider}"${unkept.has(schema) ? '\n  relationMode = "prisma"' : ''}
}

${modelsOf(schema, provider)}`
  const stamp = createHash('sha256').update(version).update(written).update(text).digest('hex')
  if (existsSync(`${folder}/stamp`) && readFileSync(`${folder}/stamp`, 'utf8') === stamp) return []
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}/schema.prisma`, text)
  return [{ folder, stamp }]
}

async function generate(prepared) {
  const folders = prepared.map(({ folder }) => folder)
  await promisify(execFile)(process.execPath, [`${here}generateAll.cjs`, prisma, ...folders], {
    env,
    maxBuffer: 2 ** 26,
  })
  for (const { folder, stamp } of prepared) writeFileSync(`${folder}/stamp`, stamp)
}

// More processes than cores: each waits a third of its time for the generator that it started.
const named = process.argv.slice(2)
const prepared = clients.filter(([schema]) => named.length === 0 || named.includes(schema)).flatMap(prepare)
const count = Math.ceil(availableParallelism() * 1.5)
const shares = Array.from({ length: count }, (_, share) => prepared.filter((_, index) => index % count === share))
await Promise.all(shares.filter(({ length }) => length > 0).map(generate))
