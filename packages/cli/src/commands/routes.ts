import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { glob } from 'tinyglobby'
import type { LoadedConfig } from '../config/loadConfig.js'
import { Failure, reasonOf } from '../output/failure.js'
import { counted, type Output, oneLine, type Result } from '../output/output.js'
import { table } from '../output/table.js'
import type { Project } from '../project/project.js'
import { applicationModels } from '../project/rows.js'
import { expressRoutes, isExpress, isExpressRouter } from '../routes/express.js'
import { fastifyRoutes, isFastify } from '../routes/fastify.js'
import { honoRoutes, isHono } from '../routes/hono.js'
import { isKoa, isKoaRouter, koaRoutes } from '../routes/koa.js'
import { isNest, nestRoutes } from '../routes/nest.js'
import { nextRoutes } from '../routes/next.js'
import type { Route } from '../routes/route.js'

/** Lists the routes of the application. Code 1 if they are checked, and one declares nothing. */
export async function routes(project: Project, output: Output, isChecked: boolean): Promise<Result> {
  const found = await routesOf(await applicationsOf(project), project.config)
  if (found.length === 0)
    throw new Failure(
      'The application has no routes.',
      `register them before \`routes\` of ${project.config.file} returns`,
    )
  const rows = found.map((route) => [route.method, oneLine(route.path), oneLine(declaration(route))])
  output.line(table(['method', 'path', 'declares'], rows, output.colours))
  const missing = found.filter(({ marks }) => marks.length === 0).length
  const { green, red } = output.colours
  output.line()
  output.line(
    missing === 0
      ? green(`✓ ${counted(found.length, 'route')}; each declares an action or why it is public.`)
      : red(`✗ ${missing} of ${counted(found.length, 'route')} declare nothing.`),
  )
  const { ungranted, unasked } = await compared(project, found)
  for (const { method, path, action, model } of ungranted)
    output.line(red(`✗ ${method} ${path} asks "${action}"${model ? ` of ${model}` : ''}, which no rule grants.`))
  if (unasked.length > 0) output.line(output.colours.dim(`Granted, but asked nowhere: ${unasked.join(', ')}.`))
  return {
    code: isChecked && missing + ungranted.length > 0 ? 1 : 0,
    json: { routes: found.map(jsonOf), undeclared: missing, ungranted, unasked },
  }
}

/** Compares the actions that routes ask with those that the policy grants. */
async function compared(project: Project, found: readonly Route[]) {
  await project.loadChanged()
  const { authorizer, config } = project
  const { policy, readAction, schema } = authorizer
  const { actionsFor, actionsOn } = await project.library('tools')
  const asked = found.flatMap(({ method, path, marks }) =>
    marks.flatMap((mark) =>
      mark.kind === 'authorize' ? { method, path, action: mark.action, model: mark.model ?? null } : [],
    ),
  )
  const granted = (model: string | null): ReadonlySet<string> =>
    actionsOn(policy ? [policy] : [], schema, readAction, model ?? undefined)
  const ungranted = asked.filter(({ action, model }) => {
    const actions = granted(model)
    return !actions.has(action) && !actions.has('any other action')
  })
  // Handlers, clients and templates ask by the name of the action.
  const files = await glob('**/*.{ts,tsx,mts,js,jsx,mjs}', { cwd: config.folder, absolute: true, ignore: ignored })
  const texts = (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n')
  const byClients = /authorized(?:Client|Manager)\b/.test(texts) ? ['create', 'update', 'delete'] : []
  const named = new Set([readAction, ...byClients, ...asked.map(({ action }) => action)])
  for (const [, text] of texts.matchAll(/(?<=["'`])([\w:.-]+)(?=["'`])/g)) named.add(text!)
  const unasked = applicationModels(authorizer).flatMap((model) =>
    policy
      ? actionsFor(policy, schema.ancestors(model)).flatMap((one) => (named.has(one) ? [] : `${one} ${model}`))
      : [],
  )
  return { ungranted, unasked }
}

const ignored = [
  '**/node_modules/**',
  '**/.*/**',
  '**/{dist,build,generated,coverage,test,tests}/**',
  '**/*.{test,spec,matrix,d}.*',
]

async function applicationsOf({ config }: Project): Promise<readonly unknown[]> {
  if (!config.routes)
    throw new Failure('The configuration names no application.', `add to ${config.file}: routes: () => app`)
  try {
    return [await config.routes()].flat()
  } catch (error) {
    throw new Failure(`The routes can't be read: ${reasonOf(error)}`, `see \`routes\` in ${config.file}`, error)
  }
}

async function routesOf(applications: readonly unknown[], { file, folder }: LoadedConfig): Promise<readonly Route[]> {
  const found = applications.map((one): readonly Route[] | Promise<readonly Route[]> => {
    // A mounted application is listed where it is mounted.
    if (isExpress(one)) return applications.includes(one.parent) ? [] : expressRoutes(one, applications)
    if (isExpressRouter(one)) return expressRoutes(one, applications)
    if (isNest(one)) return nestRoutes(one)
    if (typeof one === 'string') return nextRoutes(resolve(folder, one))
    if (isHono(one)) return honoRoutes(one)
    if (isFastify(one)) return fastifyRoutes(one)
    if (isKoa(one) || isKoaRouter(one)) return koaRoutes(one)
    throw new Failure(
      `\`routes\` in ${file} returned no application of Express, Koa, Fastify, Hono or NestJS, no router, and no folder of Next.`,
      'write: routes: () => app',
    )
  })
  return (await Promise.all(found)).flat()
}

function declaration({ marks, isMounted }: Route): string {
  if (isMounted && marks.length === 0) return 'none: a mounted application; let `routes` return it, too'
  const texts = marks.map((mark) =>
    mark.kind === 'unguarded' ? `unguarded(${mark.reason})` : [mark.action, mark.model].filter(Boolean).join(' '),
  )
  return texts.join(', ') || 'none'
}

function jsonOf({ method, path, marks }: Route): object {
  const authorize = marks.flatMap((mark) =>
    mark.kind === 'authorize' ? [{ action: mark.action, model: mark.model ?? null }] : [],
  )
  const unguarded = marks.find((mark) => mark.kind === 'unguarded')?.reason ?? null
  return { method, path, authorize, unguarded, declared: marks.length > 0 }
}
