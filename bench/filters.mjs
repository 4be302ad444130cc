// `pnpm bench:filters`: what it costs to make the arguments of a list, before anything is sent.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { build } from './build.mjs'
import { least, timeOf } from './measure.mjs'
import { duration, table } from './report.mjs'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } })
const rounds = Number(values.rounds)
if (!(rounds >= 1)) {
  console.error('pnpm bench:filters [--rounds 5]')
  process.exit(2)
}

build('@arcturus/prisma')
const { Authorizer } = await import('@arcturus/core')
await import('@arcturus/core/sync')
const { prismaAuthorization, readSchema } = await import('@arcturus/prisma')

/** GitClub, as the example has it. */
const gitClub = (path) => readFileSync(new URL(`../examples/express-prisma/${path}`, import.meta.url), 'utf8')
const authorizer = new Authorizer()
const schema = readSchema(gitClub('prisma/schema.prisma'))
const { authorizedWhere } = prismaAuthorization(authorizer, clientLike(schema), { schema })
authorizer.loadSync(gitClub('policy.polar'))

/** A client that sends nothing. */
function clientLike({ models }) {
  const fieldsOf = (fields) =>
    fields.filter(({ kind }) => kind !== 'relation').map(({ name, type }) => [name, { typeName: type }])
  const delegates = models.map(({ name, fields }) => [
    name.charAt(0).toLowerCase() + name.slice(1),
    { fields: Object.fromEntries(fieldsOf(fields)) },
  ])
  const client = { $extends: () => client, $connect() {}, ...Object.fromEntries(delegates) }
  return client
}

/** Somebody with roles in two organizations and five repositories, loaded, times as many. */
function userWith(times) {
  const roles = (model, count, names, key) =>
    Array.from({ length: count * times }, (_, at) =>
      authorizer.as(model, { userId: 1, name: names[at % names.length], [key]: at + 1 }),
    )
  return authorizer.as('User', {
    id: 1,
    handle: 'ada',
    name: 'Ada',
    about: '',
    organizationRoles: roles('OrganizationRole', 2, ['member', 'owner'], 'organizationId'),
    repositoryRoles: roles('RepositoryRole', 5, ['reader', 'maintainer', 'admin'], 'repositoryId'),
  })
}

const asked = [
  ['read Issue, 7 roles', userWith(1), 'read', 'Issue'],
  ['read Repository, 7 roles', userWith(1), 'read', 'Repository'],
  ['read Issue, 70 roles', userWith(10), 'read', 'Issue'],
  ['read Issue, 700 roles', userWith(100), 'read', 'Issue'],
]
const parts = {
  bound: ([, user, action, model]) => authorizer.filter(user, action, model),
  'for printers': ([, user, action, model]) => authorizer.filter(user, action, model).definite(),
  'as a where': ([, user, action, model]) => authorizedWhere(user, action, model),
}
const effort = { warmUpMs: 200, measureMs: 200, minSamples: 12 }
const times = asked.map(() => Object.keys(parts).map(() => []))
for (let round = 0; round < rounds; round++) {
  for (const [row, question] of asked.entries()) {
    for (const [column, part] of Object.values(parts).entries())
      times[row][column].push(await timeOf(() => part(question), effort))
  }
}
const rows = asked.map(([name], row) => [name, ...times[row].map((of) => duration(least(of)))])
console.log(table(['GitClub, Prisma', ...Object.keys(parts)], rows))
