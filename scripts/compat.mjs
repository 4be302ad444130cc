// `npm run compat`: before a release, runs the tests on each version of Node.js that the packages support, by the npm package `node`.
// `-- --smoke` only loads every built package there, as ESM and as CommonJS, and lets both forms decide; it takes seconds.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { root } from './pnpm.mjs'

/** The versions that docs/versions.md lists. */
const versions = [20, 22, 24]

async function load() {
  const require = createRequire(import.meta.url)
  for (const name of readdirSync(`${root}packages`)) {
    const entry = `${root}packages/${name}/dist/index`
    const forms = ['.mjs', '.cjs', '.js'].map((ending) => entry + ending).filter(existsSync)
    for (const file of forms) {
      const isCommonJs = file.endsWith('.cjs')
      const module = isCommonJs ? require(file) : await import(pathToFileURL(file).href)
      if (name === 'core') await decide(module)
    }
    if (forms.length === 0 && name !== 'writes') throw new Error(`${name} is not built: run \`npm run build\`.`)
  }
}

async function decide({ Authorizer }) {
  class User {}
  const authorizer = new Authorizer().registerClass(User, { fields: { id: 'integer' } })
  await authorizer.load('allow(user: User, "read", other: User) if user.id = other.id;')
  const [one, two] = [1, 2].map((id) => Object.assign(new User(), { id }))
  const answers = [authorizer.can(one, 'read', one), authorizer.can(one, 'read', two)]
  if (answers.join() !== 'true,false') throw new Error(`It decides ${answers}.`)
}

/** Runs one of the scripts on a version. */
function passes(version, ...script) {
  console.log(`\n── Node.js ${version}`)
  const args = ['exec', '--yes', '--package', `node@${version}`, '--', 'node', ...script]
  return spawnSync('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' }).status === 0
}

const [option] = process.argv.slice(2)
if (option === '--load') {
  await load()
  console.log(`Every package loads and decides on ${process.version}.`)
} else {
  const script = option === '--smoke' ? ['scripts/compat.mjs', '--load'] : ['scripts/test.mjs', '--all']
  const failed = versions.filter((version) => !passes(version, ...script))
  console.log(
    failed.length === 0 ? '\nAll versions pass.' : `\nThese versions of Node.js failed: ${failed.join(', ')}.`,
  )
  process.exit(failed.length === 0 ? 0 : 1)
}
