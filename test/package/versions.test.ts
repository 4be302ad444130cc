import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const json = (file: string) => JSON.parse(readFileSync(root + file, 'utf8'))
const table = readFileSync(`${root}docs/packages.md`, 'utf8').split('## Supported versions')[1] ?? ''

it('the table of supported versions has what each package accepts beside it', () => {
  const missing = readdirSync(`${root}packages`).flatMap((folder) => {
    const { peerDependencies = {} } = json(`packages/${folder}/package.json`)
    return Object.entries<string>(peerDependencies)
      .filter(([name]) => !name.startsWith('@arcturus/'))
      .filter(
        ([name, range]) =>
          !new RegExp(
            `\`${name}\`[^|]*\\|[^|]*\`${range.replace(/[\^.]/g, '\\$&').replaceAll('||', 'or')}\` +\\|`,
          ).test(table),
      )
      .map(([name, range]) => `${folder}: ${name} ${range}`)
  })
  expect(missing).toEqual([])
})

it('and the versions of Node.js that `npm run compat` asks', () => {
  const [, versions] = /const versions = \[(.*)\]/.exec(readFileSync(`${root}scripts/compat.mjs`, 'utf8'))!
  expect(table).toContain(`| Node.js`)
  expect(/\| Node\.js +\| ([\d, ]+?) +\|/.exec(table)?.[1]).toBe(versions)
})
