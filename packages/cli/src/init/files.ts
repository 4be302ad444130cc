import { existsSync as exists } from 'node:fs'
import { join } from 'node:path'
import { configNames } from '../config/loadConfig.js'
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
  subjects: Subjects,
): { readonly files: readonly NewFile[]; readonly steps: readonly string[] } {
  const { folder, source, extension } = application
  const authorization = join(folder, source, `authorization.${extension}`)
  const route = routeFile(application, subjects, authorization)
  return {
    files: [
      { path: join(folder, 'policy.polar'), text: policyText(subjects), purpose: 'the policy' },
      {
        path: configFile(application),
        text: configText(application, authorization),
        purpose: 'the configuration of this command',
      },
      {
        path: authorization,
        text: authorizationText(application, subjects, authorization),
        purpose: `the authorizer, and its connection to ${application.framework} and ${application.orm}`,
      },
      ...route.files,
    ],
    steps: [...installSteps(application), ...route.steps],
  }
}

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

/** Rules for the owner of a row, and for public rows, as far as the model has such columns. */
function policyText({ actor, resource }: Subjects): string {
  const owner = resource.references.find(({ model }) => model === actor.name)
  const isPublic = resource.booleans.find((name) => /public|published/i.test(name))
  const who = variable(actor.name)
  const what = variable(resource.name)
  return [
    '# Who may do what. Every check and every list of the application uses this file.',
    '# Run `npx arcturus check` after a change.',
    '',
    'allow(actor, action, resource) if has_permission(actor, action, resource);',
    '',
    `actor ${actor.name} {}`,
    '',
    `resource ${resource.name} {`,
    '  permissions = ["read", "create", "edit", "delete"];',
    '  roles = ["owner"];',
    '',
    '  "read" if "owner";',
    '  "create" if "owner";',
    '  "edit" if "owner";',
    '  "delete" if "owner";',
    '}',
    '',
    ...(owner
      ? [
          `# The owner is the row that \`${resource.name}.${owner.name}\` refers to.`,
          `has_role(${who}: ${actor.name}, "owner", ${what}: ${resource.name}) if ${what}.${owner.name} = ${who};`,
        ]
      : [
          `# ${resource.name} has no relation to ${actor.name}, so nobody owns a row yet. Replace this rule.`,
          `has_role(_: ${actor.name}, "owner", _: ${resource.name}) if false;`,
        ]),
    ...(isPublic === undefined
      ? []
      : [
          '',
          '# Everybody may read public rows, also without signing in.',
          `allow(_, "read", ${what}: ${resource.name}) if ${what}.${isPublic} = true;`,
        ]),
    '',
  ].join('\n')
}

function configText(application: Application, authorization: string): string {
  const from = join(application.folder, 'arcturus.config.ts')
  const name = application.orm === 'prisma' ? 'prisma' : application.database.name
  const imports =
    application.orm === 'prisma'
      ? [
          `import { authorizedActors, authorizer, filterArguments, prisma } from '${specifier(from, authorization, application)}'`,
        ]
      : [
          `import { authorizedActors, authorizer, filterArguments } from '${specifier(from, authorization, application)}'`,
          `import { ${name} } from '${specifier(from, application.database.file, application)}'`,
        ]
  const close = application.orm === 'prisma' ? '$disconnect' : 'destroy'
  return [
    "import { defineConfig } from '@arcturus/cli'",
    ...imports,
    '',
    'export default defineConfig({',
    "  policy: 'policy.polar',",
    '  open: () => ({',
    '    authorizer,',
    `    database: ${name},`,
    '    // One query for `arcturus who`, and for `arcturus diff`.',
    '    authorizedActors,',
    '    filterArguments,',
    `    close: () => ${name}.${close}(),`,
    '  }),',
    '})',
    '',
  ].join('\n')
}

function authorizationText(application: Application, { actor }: Subjects, file: string): string {
  const { framework, orm, database } = application
  const client = specifier(file, database.file, application)
  const connect =
    orm === 'prisma'
      ? [
          'const { extension, authorizedFilter, authorizedActors, filterArguments } = prismaAuthorization(authorizer)',
          '/** The client whose rows know their model, and whose queries take filters. Use it in place of the original. */',
          'export const prisma = client.$extends(extension)',
        ]
      : [
          'const { authorizedFilter, authorizedActors, filterArguments } =',
          `  typeOrmAuthorization(authorizer, ${database.name})`,
        ]
  const names = framework === 'next' ? 'withAuthorization, authorize, can, unguarded' : 'authorize, unguarded'
  const parameter = { express: 'req', koa: 'ctx', next: '{ cookies }' }[framework]
  return [
    "import { readFileSync } from 'node:fs'",
    "import { Authorizer } from '@arcturus/core'",
    `import { ${framework}Authorization } from '@arcturus/${framework}'`,
    `import { ${orm === 'prisma' ? 'prismaAuthorization' : 'typeOrmAuthorization'} } from '@arcturus/${orm}'`,
    orm === 'prisma'
      ? `import { ${database.name === 'client' ? 'client' : `${database.name} as client`} } from '${client}'`
      : `import { ${database.name} } from '${client}'`,
    '',
    'export const authorizer = new Authorizer()',
    ...(orm === 'typeorm'
      ? [
          `// The models of the policy are the entities of an initialized data source.`,
          `if (!${database.name}.isInitialized) await ${database.name}.initialize()`,
        ]
      : []),
    ...connect,
    "await authorizer.load({ text: readFileSync('policy.polar', 'utf8'), name: 'policy.polar' })",
    '',
    'export { authorizedActors, authorizedFilter, filterArguments }',
    `export const { ${names} } = ${framework}Authorization(authorizer, {`,
    `  // Return the signed-in ${actor.name} of the request. Until you do, everybody is anonymous.`,
    `  actor: (_${parameter === '{ cookies }' ? 'request' : parameter}) => null,`,
    '})',
    '',
  ].join('\n')
}

function routeFile(
  application: Application,
  { resource }: Subjects,
  authorization: string,
): { readonly files: readonly NewFile[]; readonly steps: readonly string[] } {
  const { folder, source, extension, framework, orm } = application
  const plural = pluralOf(variable(resource.name))
  const isTyped = extension === 'ts'
  const key = resource.key ?? { name: 'id', isNumber: true }
  const id = (text: string): string =>
    key.isNumber ? `Number(${text})` : isTyped && framework !== 'next' ? `String(${text})` : text
  const model = variable(resource.name)
  const find = (text: string): string =>
    orm === 'prisma'
      ? `prisma.${model}.findUnique({ where: { ${key.name}: ${id(text)} } })`
      : `${plural}.findOneBy({ ${key.name}: ${id(text)} })`
  const list = (actor: string): string =>
    orm === 'prisma'
      ? `prisma.${model}.findMany(authorizedFilter(${actor}))`
      : `${plural}.find(authorizedFilter(${actor}, ${resource.name}))`
  const imports = (file: string, names: readonly string[]): readonly string[] => {
    const from = specifier(file, authorization, application)
    const shared = [...names, ...(orm === 'prisma' ? ['prisma'] : [])].sort()
    return [
      `import { ${shared.join(', ')} } from '${from}'`,
      ...(orm === 'typeorm'
        ? [
            `import { ${application.database.name} } from '${specifier(file, application.database.file, application)}'`,
            `import { ${resource.name} } from '${specifier(file, resource.file!, application)}'`,
          ]
        : []),
    ]
  }
  const repository =
    orm === 'typeorm' ? [`const ${plural} = ${application.database.name}.getRepository(${resource.name})`, ''] : []
  if (framework === 'next') {
    const app = existsApp(application)
    const one = join(folder, app, 'api', plural, '[id]', `route.${extension}`)
    const all = join(folder, app, 'api', plural, `route.${extension}`)
    const context = isTyped ? ': { params: Promise<{ id: string }> }' : ''
    return {
      files: [
        {
          path: all,
          purpose: `the list of ${plural}, filtered by the policy`,
          text: [
            ...imports(all, ['authorizedFilter', 'withAuthorization']),
            '',
            ...repository,
            'export const GET = withAuthorization(async (request) =>',
            `  Response.json(await ${list('request.authorization.actor')}),`,
            ')',
            '',
          ].join('\n'),
        },
        {
          path: one,
          purpose: `a guarded route: one of the ${plural}`,
          text: [
            ...imports(one, ['withAuthorization']),
            '',
            ...repository,
            `export const GET = withAuthorization((request) => Response.json(request.authorization.resource), 'read', find${resource.name})`,
            '',
            `async function find${resource.name}(_request${isTyped ? ': Request' : ''}, { params }${context}) {`,
            '  const { id } = await params',
            `  return ${find('id')}`,
            '}',
            '',
          ].join('\n'),
        },
      ],
      steps: [`edit \`actor\` in ${pathIn(folder, authorization)}: it returns the signed-in user`],
    }
  }
  const file = join(folder, source, `${plural}.${extension}`)
  const isExpress = framework === 'express'
  const head = isExpress
    ? [
        `import { ${isTyped ? 'type Request, ' : ''}Router } from 'express'`,
        ...imports(file, ['authorize', 'authorizedFilter']),
      ]
    : [
        `import Router${isTyped ? ', { type RouterContext }' : ''} from '@koa/router'`,
        ...imports(file, ['authorize', 'authorizedFilter']),
      ]
  const text = isExpress
    ? [
        ...head,
        '',
        ...repository,
        `export const ${plural}Router = Router()`,
        '',
        `// The list has exactly the rows that the user may read.`,
        `${plural}Router.get('/${plural}', async (req, res) => {`,
        `  res.json(await ${list('req.authorization.actor')})`,
        '})',
        '',
        '// 401 for an anonymous user, 404 for a row that the user may not read.',
        `${plural}Router.get('/${plural}/:id', authorize('read', find${resource.name}), (req, res) => {`,
        '  res.json(req.authorization.resource)',
        '})',
        '',
        `function find${resource.name}(req${isTyped ? ': Request' : ''}) {`,
        `  return ${find("req.params['id']")}`,
        '}',
        '',
      ]
    : [
        ...head,
        '',
        ...repository,
        `export const ${plural}Router = new Router()`,
        '',
        `// The list has exactly the rows that the user may read.`,
        `${plural}Router.get('/${plural}', async (ctx) => {`,
        `  ctx.body = await ${list('ctx.state.authorization.actor')}`,
        '})',
        '',
        '// 401 for an anonymous user, 404 for a row that the user may not read.',
        `${plural}Router.get('/${plural}/:id', authorize('read', find${resource.name}), (ctx) => {`,
        '  ctx.body = ctx.state.authorization.resource',
        '})',
        '',
        `function find${resource.name}(ctx${isTyped ? ': RouterContext' : ''}) {`,
        `  return ${find("ctx.params['id']")}`,
        '}',
        '',
      ]
  const mount = isExpress ? `app.use(${plural}Router)` : `app.use(${plural}Router.routes())`
  return {
    files: [{ path: file, purpose: `a guarded route and a filtered list of ${plural}`, text: text.join('\n') }],
    steps: [
      `edit \`actor\` in ${pathIn(folder, authorization)}: it returns the signed-in user`,
      `add to your application, before the other routes: app.use(authorize()), then ${mount}`,
    ],
  }
}

const pathIn = (folder: string, file: string): string => file.slice(folder.length + 1)

function existsApp({ folder, source }: Application): string {
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
