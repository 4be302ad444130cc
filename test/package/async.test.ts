import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

// The built package, as Node.js resolves it; Vitest would take the sources.
const here = fileURLToPath(new URL('.', import.meta.url))

const program = `
  class User { constructor(id) { this.id = id } }
  async function main({ AsyncAuthorizer, ForbiddenError }, { Authorizer, ForbiddenError: other }) {
    const authorizer = new AsyncAuthorizer().registerClass(User, { fields: { id: 'integer' } })
    const load = authorizer.load('allow(user: User, action, other: User) if action in ["read", "update"] and user.id = other.id;')
    await load
    const [ann, bob] = [new User(1), new User(2)]
    const filter = await authorizer.loadFilter(ann, 'read', 'User')
    const answers = []
    while (authorizer.statistics.predicate === 0) {
      answers.push(authorizer.can(ann, 'read', bob))
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    const denied = await authorizer.authorizeChange(ann, bob, { id: 3 }).catch((error) => error)
    const shared = [other === ForbiddenError, Object.getPrototypeOf(AsyncAuthorizer) === Object.getPrototypeOf(Authorizer)]
    console.log(JSON.stringify([...new Set(answers), filter.matches(ann), filter.matches(bob), denied.status, ...shared]))
  }
`

it.each([
  ['required', 'commonjs', `main(require('@arcturus/core/async'), require('@arcturus/core'))`],
  ['imported', 'module', `main(await import('@arcturus/core/async'), await import('@arcturus/core'))`],
])('the built asynchronous entry works when it is %s, in one copy with the main entry', (_, type, call) => {
  const output = execFileSync(process.execPath, [`--input-type=${type}`, '--eval', program + call], { cwd: here })
  expect(JSON.parse(String(output))).toEqual([false, true, false, 404, true, true])
})

it('a start with the asynchronous entry imports neither the parser nor filters', () => {
  const list = `
    const { AsyncAuthorizer } = require('@arcturus/core/async')
    new AsyncAuthorizer()
    console.log(JSON.stringify(Object.keys(require.cache).map((file) => file.split(/[\\\\/]/).at(-1).split(/[-.]/)[0])))
  `
  const output = execFileSync(process.execPath, ['--input-type=commonjs', '--eval', list], { cwd: here })
  expect(new Set(JSON.parse(String(output)))).toEqual(new Set(['async', 'start', 'values']))
})

it.each(['express', 'koa', 'next'])('@arcturus/%s imports neither the parser nor filters', (name) => {
  const list = `
    require('@arcturus/${name}')
    const files = Object.keys(require.cache).filter((file) => file.includes('/core/dist/'))
    console.log(JSON.stringify(files.map((file) => file.split('/').at(-1).split(/[-.]/)[0])))
  `
  const output = execFileSync(process.execPath, ['--input-type=commonjs', '--eval', list], { cwd: here })
  expect(['enforcing', 'framework', 'node', 'standIns', 'start', 'values']).toEqual(
    expect.arrayContaining(JSON.parse(String(output)) as string[]),
  )
})
