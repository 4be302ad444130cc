import { existsSync as exists } from 'node:fs'
import { join } from 'node:path'
import { configNames } from '../config/loadConfig.js'
import { filled } from '../templates.js'
import { type Application, type ModelFacts, specifier } from './application.js'

/** A file to write. */
export interface NewFile {
  readonly path: string
  readonly text: string
  /** What it is, for the report. */
  readonly purpose: string
}

/** The models that the first rules are about. */
export interface Subjects {
  readonly actor: ModelFacts
  readonly resource: ModelFacts
}

/** Returns the files of a first guarded route, and the steps that are left to the developer. */
export function newFiles(
  application: Application,
  { actor, resource }: Subjects,
): { readonly files: readonly NewFile[]; readonly steps: readonly string[] } {
  const { folder, source, extension, framework, orm, database } = application
  const key = resource.key ?? { name: 'id', isNumber: true }
  const resources = pluralOf(variable(resource.name))
  const authorization = join(folder, source, `authorization.${extension}`)
  const values = {
    Actor: actor.name,
    actor: variable(actor.name),
    Resource: resource.name,
    resource: variable(resource.name),
    resources,
    owner: resource.references.find(({ model }) => model === actor.name)?.name,
    public: resource.booleans.find((name) => /public|published/i.test(name)),
    key: key.name,
    keyType: key.isNumber ? 'Number' : 'String',
    number: key.isNumber,
    framework,
    next: framework === 'next',
    parameter: { express: '_req', koa: '_ctx', next: '_request', fastify: '_request', hono: '_c' }[framework],
    prisma: orm === 'prisma',
    typeorm: orm === 'typeorm',
    client: orm === 'prisma' ? 'prisma' : database.name,
    database: database.name,
    renamed: database.name !== 'client',
    typed: extension === 'ts',
  }
  const file = (template: string, path: string, purpose: string): NewFile => {
    const from = (to: string): string => specifier(path, to, application)
    const files = {
      authorizationFile: from(authorization),
      databaseFile: from(database.file),
      entityFile: resource.file && from(resource.file),
    }
    return { path, purpose, text: filled(template, { ...values, ...files }) }
  }
  const routes = join(folder, appFolder(application), 'api', resources)
  return {
    files: [
      file('policy.polar', join(folder, 'policy.polar'), 'the policy'),
      file('arcturus.config', configFile(application), 'the configuration of this command'),
      file('authorization', authorization, `the authorizer, and its connection to ${framework} and ${orm}`),
      ...(framework === 'next'
        ? [
            file('next-list', join(routes, `route.${extension}`), `the list of ${resources}, filtered by the policy`),
            file('next-row', join(routes, '[id]', `route.${extension}`), `a guarded route: one of the ${resources}`),
          ]
        : [
            file(
              framework,
              join(folder, source, `${resources}.${extension}`),
              `a guarded route and a filtered list of ${resources}`,
            ),
          ]),
    ],
    steps: [
      ...installSteps(application),
      `edit \`actor\` in ${authorization.slice(folder.length + 1)}: it returns the signed-in user`,
      ...(framework === 'next'
        ? []
        : [
            `add to your application, before the other routes: ${installed[framework]}`.replace(
              '…',
              `${resources}Router`,
            ),
          ]),
    ],
  }
}

/** How an application of a framework uses the guard, and a router. */
const installed = {
  express: 'app.use(authorize()), then app.use(…)',
  koa: 'app.use(authorize()), then app.use(….routes())',
  fastify: 'await app.register(authorize()), then app.register(…)',
  hono: "app.use(authorize()), then app.route('/', …)",
} as const

/** Returns the path of the configuration: the one that commands already find, or a new one. */
function configFile({ folder, extension }: Application): string {
  const names = [...configNames, `arcturus.config.${extension}`].map((name) => join(folder, name))
  return names.find((file) => exists(file)) ?? names.at(-1)!
}

function installSteps({ framework, orm, dependencies }: Application): readonly string[] {
  const missing = ['@arcturus/core', `@arcturus/${framework}`, `@arcturus/${orm}`].filter(
    (name) => !dependencies.has(name),
  )
  const tools = dependencies.has('@arcturus/cli') ? [] : ['npm install --save-dev @arcturus/cli']
  return [...(missing.length > 0 ? [`npm install ${missing.join(' ')}`] : []), ...tools]
}

/** Returns the folder of Next's routes. */
function appFolder({ folder, source }: Application): string {
  return source === 'src' && !exists(join(folder, 'app')) ? 'src/app' : 'app'
}

/** Returns the name of a variable for a row: `User` is `user`. */
function variable(model: string): string {
  return model[0]!.toLowerCase() + model.slice(1)
}

function pluralOf(noun: string): string {
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`
  return /(?:s|x|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`
}
