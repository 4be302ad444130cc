import { readFileSync } from 'node:fs'
import { Authorizer, PolicyError } from '@arcturus/core'
import { describe, expect, it } from 'vitest'
import { modelsOf } from '../../packages/prisma/src/database/models.js'
import { readSchema } from '../../packages/prisma/src/schema/readSchema.js'

const file = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

/** The words of the language, and the values of data that only the application knows. */
const words = new Set(['actor', 'resource', 'roles', 'permissions', 'relations', 'matches', 'true', 'false', 'forall'])

/** A name of a policy, and the policy with this one occurrence misspelt. */
interface Mistake {
  readonly name: string
  readonly line: number
  readonly policy: string
}

/** Misspells each occurrence of each name and string, one at a time: two letters are swapped. */
function mistakesIn(policy: string): Mistake[] {
  const found: Mistake[] = []
  const code = policy.replace(/#.*/g, (comment) => ' '.repeat(comment.length))
  for (const { 0: name, index } of code.matchAll(/[A-Za-z_]\w{2,}/g)) {
    const at = [...name].findIndex((letter, at) => at > 0 && at + 1 < name.length && letter !== name[at + 1])
    if (words.has(name) || at === -1) continue
    const wrong = name.slice(0, at) + name[at + 1] + name[at] + name.slice(at + 2)
    found.push({
      name,
      line: code.slice(0, index).split('\n').length,
      policy: policy.slice(0, index) + wrong + policy.slice(index + name.length),
    })
  }
  return found
}

/** Loads a policy, and returns the codes of its errors or warnings. */
function toldOf(schema: string, policy: string): readonly string[] {
  const authorizer = new Authorizer({ log: () => {} })
  authorizer.registerModels(modelsOf(readSchema(schema)))
  try {
    return authorizer.loadSync(policy).warnings.map(({ code }) => code)
  } catch (error) {
    if (error instanceof PolicyError) return error.diagnostics.map(({ code }) => code)
    throw error
  }
}

describe.each(['express-prisma', 'next-prisma'])('a misspelt name in the policy of %s', (example) => {
  const policy = file(`examples/${example}/policy.polar`)
  const schema = file(`examples/${example}/prisma/schema.prisma`)

  it('is told at each place', () => {
    const known = toldOf(schema, policy)
    const mistakes = mistakesIn(policy)
    const silent = mistakes.filter(({ policy: wrong }) => toldOf(schema, wrong).length <= known.length)
    expect(known).toEqual([])
    expect(mistakes.length).toBeGreaterThan(100)
    expect(silent.map(({ name, line }) => `line ${line}: ${name}`)).toEqual([])
  })
})
