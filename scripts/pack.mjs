// `npm run pack [-- FOLDER]`: writes the tarball of every package to FOLDER, by default `tarballs`. `npm publish` takes each of them.
//
// A tarball holds more than its package's folder: a stub folder per entry for resolvers that ignore `exports`. It is put together in a temporary folder, so that the checkout stays as it is.

import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from './pnpm.mjs'

const packages = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name))
const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

/** Writes the README. A link to another file of this repository becomes its label: no tarball holds the guides. */
function writeReadme(readme, stage) {
  const text = readFileSync(readme, 'utf8').replaceAll(
    /(?<!!)\[([^\]]*)\]\(([^)#\s]+)(?:#[^)\s]*)?\)/g,
    (all, label, link) => (/^\w+:/.test(link) ? all : label),
  )
  writeFileSync(join(stage, 'README.md'), text)
}

/** Writes `sync/package.json` for the entry `./sync`, and so on: TypeScript's `moduleResolution: node` and Jest 27 read these. */
function writeStubs(exports, stage) {
  const names = Object.keys(exports).filter((entry) => entry !== '.' && entry !== './package.json')
  for (const entry of names) {
    const target = exports[entry]
    const { default: main, types } = typeof target === 'string' ? { default: target } : (target.require ?? target)
    const up = entry
      .split('/')
      .slice(2)
      .map(() => '../')
    const within = (file) => `${up.join('')}.${file}`
    const stub = { ...(main && { main: within(main) }), ...(types && { types: within(types) }) }
    mkdirSync(join(stage, entry), { recursive: true })
    writeFileSync(join(stage, entry, 'package.json'), `${JSON.stringify(stub, null, 2)}\n`)
  }
  return names.map((entry) => entry.slice(2))
}

/**
 * Lets the types of ES modules be those of CommonJS, which are the same text, in a package whose types import core alone. They take
 * half of the place, and an application of both kinds has one class of each name.
 */
function shareTypes(exports, stage) {
  const dist = join(stage, 'dist')
  const files = readdirSync(dist, { recursive: true })
    .map((name) => String(name).replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.d.mts'))
  const foreign = /^(?:import|export)\b.* from ["'](?!\.|@arcturus\/core)/m
  if (files.some((name) => foreign.test(readFileSync(join(dist, name), 'utf8')))) return
  const entries = new Set(Object.values(exports).map((target) => target.import?.types))
  for (const name of files) {
    const file = join(dist, name)
    if (entries.has(`./dist/${name}`)) writeFileSync(file, `export * from './${basename(name, '.d.mts')}.cjs'\n`)
    else rmSync(file)
  }
}

/** Puts what a tarball holds into a temporary folder. */
function stageOf(folder, versionOf, fields) {
  const stage = mkdtempSync(join(tmpdir(), 'arcturus-pack-'))
  const manifest = manifestOf(folder)
  for (const file of manifest.files) cpSync(join(folder, file), join(stage, file), { recursive: true })
  cpSync(join(root, 'LICENSE'), join(stage, 'LICENSE'))
  writeReadme(join(folder, 'README.md'), stage)
  shareTypes(manifest.exports, stage)
  const stubs = writeStubs(manifest.exports, stage)
  const entry = manifest.exports['.']?.require
  const { exports, scripts: _, devDependencies: __, ...rest } = manifest
  const { repository: url, homepage, bugs } = fields ?? {}
  const repository = { type: 'git', url: `git+${url}.git`, directory: relative(root, folder) }
  const origin = fields && { repository, homepage, bugs: { url: bugs } }
  const written = { ...rest, ...origin, ...(entry && { main: entry.default, types: entry.types }), exports }
  written.files = [...manifest.files, ...stubs]
  for (const kind of ['dependencies', 'peerDependencies'])
    for (const [name, version] of Object.entries(manifest[kind] ?? {}))
      if (version.startsWith('workspace:')) written[kind] = { ...written[kind], [name]: versionOf.get(name) }
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(written, null, 2)}\n`)
  return stage
}

/**
 * Packs every package, which must be built.
 * @param {string} destination - A folder, which is created.
 * @param {{ repository: string, homepage: string, bugs: string }} [fields] - Where the packages come from, for their manifests.
 * @returns {Map<string, string>} by the name of a package, the path of its tarball
 */
export function packAll(destination, fields) {
  mkdirSync(destination, { recursive: true })
  const versionOf = new Map(packages.map(manifestOf).map(({ name, version }) => [name, version]))
  const stages = packages.map((folder) => stageOf(folder, versionOf, fields))
  try {
    // One process for all of them, which prints the files in their order.
    const { status, stdout } = spawnSync('npm', ['pack', '--silent', '--pack-destination', destination, ...stages], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      shell: process.platform === 'win32',
    })
    const files = stdout.trim().split('\n')
    if (status !== 0 || files.length !== stages.length) throw new Error('npm pack failed.')
    return new Map(packages.map((folder, at) => [manifestOf(folder).name, join(destination, files[at])]))
  } finally {
    for (const stage of stages) rmSync(stage, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder = join(root, 'tarballs'), ...others] = process.argv.slice(2)
  if (folder.startsWith('-') || others.length > 0) {
    console.error(
      'Usage: npm run pack [-- FOLDER]\nWrites the tarball of every package to FOLDER, by default `tarballs`.',
    )
    process.exit(folder === '--help' || folder === '-h' ? 0 : 1)
  }
  for (const [name, file] of packAll(resolve(folder))) console.log(`${name}: ${file}`)
}
