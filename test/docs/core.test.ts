import { readFileSync } from 'node:fs'
import * as core from '@arcturus/core'
import * as node from '@arcturus/core/node'
import * as prisma from '@arcturus/prisma'
import * as typeorm from '@arcturus/typeorm'
import { describe, expect, test } from 'vitest'
import { Filter } from '../../packages/core/src/authorizer/filters/filter.js'
import { defaultLimits } from '../../packages/core/src/machine/state/limits.js'

const page = readFileSync(new URL('../../docs/reference/core.md', import.meta.url), 'utf8')

/** The code in the first cells of the tables under a heading. */
function namesUnder(heading: string): string[] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const cells = [...section.matchAll(/^\| (`.*?) \|/gm)].map(([, cell]) => cell!)
  return cells.flatMap((cell) => [...cell.matchAll(/`(.*?)`/g)].map(([, name]) => name!))
}

/** The classes of errors that an entry gives. */
function errorsOf(entry: object): string[] {
  return Object.entries(entry)
    .filter(([, value]) => typeof value === 'function' && value.prototype instanceof Error)
    .map(([name]) => name)
}

test.each([
  ['prisma', prisma],
  ['typeorm', typeorm],
])('the reference of %s names every class of errors', (name, entry) => {
  const text = readFileSync(new URL(`../../docs/reference/${name}.md`, import.meta.url), 'utf8')
  expect(errorsOf(entry).length).toBeGreaterThan(0)
  expect(errorsOf(entry).filter((error) => !text.includes(`| \`${error}\``))).toEqual([])
})

describe('the reference of core', () => {
  test('names every class of errors, and no other', () => {
    const classes = errorsOf(core).filter((name) => name !== 'ArcturusError')
    expect(namesUnder('Errors').sort()).toEqual(classes.sort())
  })

  test('gives every class of decisions its status', () => {
    const { UnauthenticatedError, NotFoundError, ForbiddenError } = core
    for (const error of [new UnauthenticatedError(), new NotFoundError(), new ForbiddenError()])
      expect(page).toMatch(new RegExp(`^\\| \`${error.name}\` +\\| ${error.status} +\\|`, 'm'))
  })

  test('names every method of an Authorizer', () => {
    const members = Object.getOwnPropertyNames(core.Authorizer.prototype).filter((name) => name !== 'constructor')
    const own = Object.keys(new core.Authorizer())
    const missing = [...members, ...own].filter((name) => !new RegExp(`\`${name}\\b`).test(page))
    expect(missing).toEqual([])
  })

  test('names every method of a filter', () => {
    const members = Object.getOwnPropertyNames(Filter.prototype).filter((name) => name !== 'constructor')
    expect(members.filter((name) => !page.includes(`\`${name}(`))).toEqual([])
  })

  test('names the functions that read files', () => {
    const forFrameworks = ['hold', 'holdUndecided', 'isAllowList', 'keepPrivate']
    expect(Object.keys(node).filter((name) => !forFrameworks.includes(name) && !page.includes(`\`${name}\``))).toEqual(
      [],
    )
  })

  test.each(Object.entries(defaultLimits))('names the default of the limit %s', (name, value) => {
    const row = new RegExp(`^\\| \`${name}\` +\\| ${value.toLocaleString('en')} +\\|`, 'm')
    expect(page).toMatch(row)
  })
})
