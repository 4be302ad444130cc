// `npm run release -- VERSION [FOLDER]`: gives all packages the version, moves what CHANGELOG.md has under Unreleased to a section of the
// version, and writes the tarballs to FOLDER, by default `tarballs`. It publishes nothing, and changes nothing where a release may not be made.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { packAll } from './pack.mjs'
import { assertNodeVersion, buildPackages, root } from './pnpm.mjs'

const unreleased = /^## \[Unreleased\]\n([\s\S]*?)(?=^## \[|$(?![\s\S]))/m
const numbersOf = (version) => /^(\d+)\.(\d+)\.(\d+)$/.exec(version)?.slice(1).map(Number)

/** What public-api.txt says of each name, by package and name. */
function namesOf(report) {
  const names = new Map()
  let section
  for (const line of report.split('\n').slice(1)) {
    const [, name, what] = /^ {2}([\w$]+)(.*)$/.exec(line) ?? []
    if (name !== undefined) names.set(`${section} ${name}`, what)
    else section = line.split(':')[0]
  }
  return names
}

/**
 * The public names that came, went or changed between two reports.
 * @param {string} before - an earlier public-api.txt
 * @param {string} after - the one of today
 * @returns {string[]} each as package and name, separated by a blank
 */
export function changedNames(before, after) {
  const [old, now] = [namesOf(before), namesOf(after)]
  return [...new Set([...old.keys(), ...now.keys()])].filter((name) => old.get(name) !== now.get(name)).sort()
}

/**
 * Why a release may not be made.
 * @param {{ version: string, current: string, first: boolean, fields: Record<string, unknown>, changelog: string, changed: string[] }} release -
 * its version and that of the packages; whether none was made yet; the fields of release.json; CHANGELOG.md; and the public names that
 * changed since the last release
 * @returns {string[]} a sentence for each reason; none if it may be made
 */
export function problemsOf({ version, current, first, fields, changelog, changed }) {
  const problems = []
  const [next, last] = [numbersOf(version), numbersOf(current)]
  const at = next?.findIndex((number, index) => number !== last[index])
  if (next === undefined) problems.push(`"${version}" is not a version such as 1.2.3.`)
  else if (at === -1 ? !first : next[at] < last[at]) problems.push(`${version} is not after ${current}.`)
  for (const field of ['repository', 'homepage', 'bugs']) {
    const address = fields[field]
    if (typeof address !== 'string' || !/^https:\/\/[^/]+\.[^/]+/.test(address))
      problems.push(`release.json has no address as "${field}".`)
    else if (/OWNER|TODO|example\.(com|org|net)/.test(address))
      problems.push(`"${field}" of release.json is a placeholder: ${address}`)
  }
  const notes = unreleased.exec(changelog)?.[1].trim() ?? ''
  if (notes === '') problems.push('CHANGELOG.md has nothing under [Unreleased].')
  const words = new Set(notes.match(/[\w$]+/g))
  const untold = changed.filter((name) => !words.has(name.split(' ')[1]))
  if (untold.length > 0)
    problems.push(`Public names changed that [Unreleased] of CHANGELOG.md does not name: ${untold.join(', ')}.`)
  return problems
}

/**
 * Moves what is unreleased to a section of its own.
 * @param {string} changelog - the text of CHANGELOG.md
 * @param {string} version
 * @param {string} day - such as `2030-01-31`
 */
export function released(changelog, version, day) {
  return changelog.replace('## [Unreleased]\n', () => `## [Unreleased]\n\n## [${version}] - ${day}\n`)
}

function fail(problems) {
  for (const problem of problems) console.error(problem)
  process.exit(1)
}

async function release(version, folder) {
  const { isCurrent } = await import('./publicApi.mjs')
  const manifests = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name, 'package.json'))
  const texts = new Map(manifests.map((file) => [file, readFileSync(file, 'utf8')]))
  const versions = new Set([...texts.values()].map((text) => JSON.parse(text).version))
  if (versions.size !== 1) fail([`The packages have several versions: ${[...versions].join(', ')}.`])
  const [current] = versions
  const read = (file) => readFileSync(join(root, file), 'utf8')
  const { status, stdout } = spawnSync('git', ['show', `v${current}:public-api.txt`], { cwd: root, encoding: 'utf8' })
  const first = status !== 0
  const [fields, changelog] = [JSON.parse(read('release.json')), read('CHANGELOG.md')]
  const changed = first ? [] : changedNames(stdout, read('public-api.txt'))
  const problems = problemsOf({ version, current, first, fields, changelog, changed })
  if (problems.length > 0) fail(problems)
  if (!isCurrent()) process.exit(1)

  for (const [file, text] of texts)
    writeFileSync(file, text.replace(`"version": "${current}"`, `"version": "${version}"`))
  writeFileSync(join(root, 'CHANGELOG.md'), released(changelog, version, new Date().toISOString().slice(0, 10)))
  if (!buildPackages()) process.exit(1)
  for (const [name, file] of packAll(resolve(folder), fields)) console.log(`${name}: ${file}`)
  console.log(`\nNow commit, \`git tag v${version}\`, and \`npm publish\` each of the tarballs.`)
}

if (process.argv[1] === import.meta.filename) {
  const [version, folder = join(root, 'tarballs'), ...others] = process.argv.slice(2)
  if (version === undefined || others.length > 0) fail(['Usage: npm run release -- VERSION [FOLDER]'])
  assertNodeVersion()
  await release(version, folder)
}
