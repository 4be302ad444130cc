import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { globSync } from 'tinyglobby'
import { Failure, reasonOf } from '../output/failure.js'
import { entitiesIn } from './entities.js'
import { prismaModelsIn } from './prismaModels.js'

/** The web frameworks, those first that come with others. */
export const frameworks = ['next', 'express', 'koa', 'fastify', 'hono'] as const
export type Framework = (typeof frameworks)[number]
export type Orm = 'prisma' | 'typeorm'

/** A model of the application, as its schema declares it. */
export interface ModelFacts {
  readonly name: string
  /** The name and the type of its key, if that is one column. */
  readonly key: { readonly name: string; readonly isNumber: boolean } | undefined
  /** Its relations to one row: the name of the field, and the other model. */
  readonly references: readonly { readonly name: string; readonly model: string }[]
  /** Its columns of the type boolean. */
  readonly booleans: readonly string[]
  /** Its columns of a text type, without its key and its references. */
  readonly texts: readonly string[]
  /** The file of the class; undefined for Prisma. */
  readonly file: string | undefined
}

/** A value that a module exports. */
export interface ExportedValue {
  readonly file: string
  readonly name: string
}

/** The facts about an application that `init` needs. */
export interface Application {
  readonly folder: string
  readonly framework: Framework
  readonly orm: Orm
  readonly models: readonly ModelFacts[]
  /** The client of Prisma, or the data source of TypeORM. */
  readonly database: ExportedValue
  /** The folder of source files: `src`, or the root. */
  readonly source: string
  /** The extension of new files, without the dot. */
  readonly extension: 'ts' | 'js' | 'mjs'
  /** What relative imports end in. */
  readonly importSuffix: '' | '.js' | '.ts' | '.mjs'
  /** The dependencies of the application, by name. */
  readonly dependencies: ReadonlySet<string>
}

/** The choices that override what `init` finds. */
export interface Choices {
  readonly framework?: Framework | undefined
  readonly orm?: Orm | undefined
  /** The module and the export of the client or data source: `src/database.ts#prisma`. */
  readonly database?: string | undefined
}

/** The part of a package.json that is read. */
interface Manifest {
  readonly type?: string
  readonly dependencies?: object
  readonly devDependencies?: object
}

function manifestIn(file: string): Manifest {
  try {
    const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof manifest === 'object' && manifest !== null) return manifest
  } catch (cause) {
    throw new Failure(`${file} can't be read: ${reasonOf(cause)}`, 'mend it', cause)
  }
  throw new Failure(`${file} contains no object.`, 'mend it')
}

/**
 * Reads the package, the schema and the sources of an application.
 *
 * @throws {Failure} It has no package.json, no supported framework or ORM, or no exported client.
 */
export function readApplication(folder: string, choices: Choices): Application {
  const manifestFile = join(folder, 'package.json')
  if (!existsSync(manifestFile))
    throw new Failure(`There is no package.json in ${folder}.`, 'run arcturus init in the folder of an application')
  const manifest = manifestIn(manifestFile)
  const dependencies = new Set<string>(Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }))
  const framework = choices.framework ?? only(frameworks, dependencies, 'framework')
  const orm = choices.orm ?? ormOf(dependencies)
  const source = existsSync(join(folder, 'src')) ? 'src' : '.'
  const models = orm === 'prisma' ? prismaModelsIn(folder) : entitiesIn(folder)
  const isTyped = existsSync(join(folder, 'tsconfig.json'))
  const extension = isTyped ? 'ts' : manifest.type === 'module' ? 'js' : 'mjs'
  return {
    folder,
    framework,
    orm,
    models,
    database: databaseOf(folder, orm, choices.database),
    source,
    extension,
    importSuffix: isTyped ? typedSuffix(folder) : `.${extension as 'js' | 'mjs'}`,
    dependencies,
  }
}

function only<T extends string>(names: readonly T[], dependencies: ReadonlySet<string>, kind: string): T {
  const found = names.find((name) => dependencies.has(name))
  if (found) return found
  throw new Failure(
    `The dependencies contain no ${kind} that is supported: ${names.join(', ')}.`,
    `install one, or name it: arcturus init --${kind} ${names[0]}`,
  )
}

function ormOf(dependencies: ReadonlySet<string>): Orm {
  if (dependencies.has('@prisma/client') || dependencies.has('prisma')) return 'prisma'
  return only(['prisma', 'typeorm'] as const, dependencies, 'orm')
}

/** Returns what relative imports end in, from the compiler's `module`. */
function typedSuffix(folder: string): '' | '.js' | '.ts' {
  const text = readFileSync(join(folder, 'tsconfig.json'), 'utf8')
  if (/"allowImportingTsExtensions"\s*:\s*true|"rewriteRelativeImportExtensions"\s*:\s*true/i.test(text)) return '.ts'
  return /"module(?:Resolution)?"\s*:\s*"node(?:next|16|18|20)"/i.test(text) ? '.js' : ''
}

/** The source files of an application. */
export function sourcesOf(folder: string): readonly string[] {
  return globSync(['**/*.{ts,mts,js,mjs}'], {
    cwd: folder,
    absolute: true,
    ignore: ['**/node_modules/**', '**/dist/**', '**/generated/**', '**/.next/**', '**/*.d.ts', '**/*.test.*'],
  }).sort()
}

function databaseOf(folder: string, orm: Orm, chosen: string | undefined): ExportedValue {
  if (chosen !== undefined) {
    const [file = '', name = ''] = chosen.split('#')
    if (name !== '' && existsSync(join(folder, file))) return { file: join(folder, file), name }
    throw new Failure(`--database must name a file and its export, not "${chosen}".`, 'write src/database.ts#prisma')
  }
  const made = orm === 'prisma' ? /\bnew PrismaClient\(/ : /\bnew DataSource\(/
  let authorized: string | undefined
  for (const file of sourcesOf(folder)) {
    const text = readFileSync(file, 'utf8')
    if (/\b(?:prisma|typeOrm)Authorization\(/.test(text)) authorized ??= relative(folder, file)
    if (!made.test(text)) continue
    const name = /export (?:const|let) (\w+)(?!\w)[^=\n]*=[^\n]*\bnew (?:PrismaClient|DataSource)\(/.exec(text)?.[1]
    if (name !== undefined) return { file, name }
  }
  const [class_, name] = orm === 'prisma' ? ['PrismaClient', 'prisma'] : ['DataSource', 'dataSource']
  if (authorized !== undefined)
    throw new Failure(
      `${authorized} has an authorizer already.`,
      `export it, and write arcturus.config.ts: export default defineConfig({ policy: 'policy.polar', open: () => ({ authorizer, database: ${name} }) })`,
    )
  throw new Failure(
    `No module exports a ${class_}.`,
    `write \`export const ${name} = new ${class_}(…)\`, or name it: arcturus init --database src/database.ts#${name}`,
  )
}

/** Returns the specifier by which one file imports another. */
export function specifier(from: string, to: string, { importSuffix }: Pick<Application, 'importSuffix'>): string {
  const path = relative(dirname(from), to).replaceAll('\\', '/')
  const bare = path.slice(0, path.length - basename(path).length) + basename(path).replace(/\.[cm]?[jt]sx?$/, '')
  return `${bare.startsWith('.') ? '' : './'}${bare}${importSuffix}`
}
