// `npm run pack [-- FOLDER]`: writes the tarball of every package to FOLDER, by default `tarballs`. `npm publish` takes each of them.
//
// A tarball holds more than its package's folder: the pages that its README links to, and a stub folder per entry for resolvers
// that ignore `exports`. It is put together in a temporary folder, so that the checkout stays as it is.

import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from './pnpm.mjs'

const packages = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name))
const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

/** The page of this repository that a link leads to; undefined for any other link. */
function pageOf(from, link) {
  const path = join(dirname(from), link)
  const page = existsSync(path) && statSync(path).isDirectory() ? join(path, 'README.md') : path
  return page.endsWith('.md') && existsSync(page) ? page : undefined
}

/**
 * Writes a README and every page that it leads to, directly or through another page. Links point at the copies; a link to
 * something that no tarball holds becomes its label.
 */
function writePages(readme, stage) {
  const copyOf = (page) => {
    if (page === readme) return join(stage, 'README.md')
    if (basename(page) !== 'README.md') return join(stage, 'docs', basename(page))
    return join(stage, 'docs', 'packages', `${basename(dirname(page))}.md`)
  }
  const pages = new Set([readme])
  for (const page of pages) {
    const text = readFileSync(page, 'utf8').replaceAll(
      /(?<!!)\[([^\]]*)\]\(([^)#\s]+)(#[^)\s]*)?\)/g,
      (all, label, link, anchor = '') => {
        if (/^\w+:/.test(link)) return all
        const target = pageOf(page, link)
        if (target === undefined || target === join(root, 'README.md')) return label
        pages.add(target)
        return `[${label}](${relative(dirname(copyOf(page)), copyOf(target)).replaceAll('\\', '/')}${anchor})`
      },
    )
    mkdirSync(dirname(copyOf(page)), { recursive: true })
    writeFileSync(copyOf(page), text)
  }
}

/** Writes `oso/package.json` for the entry `./oso`, and so on: TypeScript's `moduleResolution: node` and Jest 27 read these. */
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

function pack(folder, destination) {
  const stage = mkdtempSync(join(tmpdir(), 'arcturus-pack-'))
  try {
    const manifest = manifestOf(folder)
    for (const file of manifest.files) cpSync(join(folder, file), join(stage, file), { recursive: true })
    cpSync(join(root, 'LICENSE'), join(stage, 'LICENSE'))
    writePages(join(folder, 'README.md'), stage)
    const stubs = writeStubs(manifest.exports, stage)
    const entry = manifest.exports['.']?.require
    const { exports, scripts: _, devDependencies: __, ...rest } = manifest
    const written = { ...rest, ...(entry && { main: entry.default, types: entry.types }), exports }
    written.files = [...manifest.files, 'docs', ...stubs]
    for (const kind of ['dependencies', 'peerDependencies'])
      for (const [name, version] of Object.entries(manifest[kind] ?? {}))
        if (version.startsWith('workspace:'))
          written[kind] = {
            ...written[kind],
            [name]: manifestOf(packages.find((one) => manifestOf(one).name === name)).version,
          }
    writeFileSync(join(stage, 'package.json'), `${JSON.stringify(written, null, 2)}\n`)
    const { status, stdout } = spawnSync('npm', ['pack', '--silent', '--pack-destination', destination], {
      cwd: stage,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      shell: process.platform === 'win32',
    })
    if (status !== 0) throw new Error(`npm pack failed for ${manifest.name}.`)
    return join(destination, stdout.trim().split('\n').at(-1))
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}

/**
 * Packs every package, which must be built.
 * @param {string} destination - A folder, which is created.
 * @returns {Map<string, string>} by the name of a package, the path of its tarball
 */
export function packAll(destination) {
  mkdirSync(destination, { recursive: true })
  return new Map(packages.map((folder) => [manifestOf(folder).name, pack(folder, destination)]))
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
