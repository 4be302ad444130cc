import type { Authorizer } from '@arcturus/core'
import type { DatabaseDiff } from '@arcturus/testing/diff'
import { expect } from 'vitest'
import type { mutatedSources, policyMutants } from '../../packages/testing/src/mutation/mutants.js'

/** The actors and the rows of a database. */
interface Data {
  readonly actors: readonly unknown[]
  readonly rows: Readonly<Record<string, readonly { readonly id: unknown }[]>>
}

/**
 * Compares the policy of an authorizer with each of its mutants, in both directions, by the database and
 * by the checks of every row. Fails if they differ.
 */
export async function decisionChanges(
  authorizer: Authorizer,
  mutantsOf: typeof policyMutants,
  sourcesOf: typeof mutatedSources,
  { actors, rows }: Data,
  diff: (before: Policy, after: Policy) => Promise<DatabaseDiff>,
): Promise<void> {
  const policy = authorizer.policy!
  const original = policy.sources.map(({ text }) => ({ text }))
  const actions = ['read', 'edit']
  const allowed = async (one: Authorizer, actor: unknown, action: string, row: unknown): Promise<boolean> =>
    // An error, and an action that the policy does not name, count as denied.
    one.isAllowed(actor, action, row).catch(() => false)
  let [changed, uncompared] = [0, 0]
  for (const mutant of mutantsOf(policy, authorizer.schema)) {
    const sources = sourcesOf(policy, mutant)
    const other = loaded(authorizer, sources)
    if (!other) continue
    const expected: string[] = []
    for (const actor of actors)
      for (const [model, list] of Object.entries(rows))
        for (const action of actions)
          for (const row of list) {
            const [was, is] = [await allowed(authorizer, actor, action, row), await allowed(other, actor, action, row)]
            if (was !== is) expected.push([nameOf(actor), action, model, is ? 'gained' : 'lost', row.id].join(' '))
          }
    const [forth, back] = [await diff(original, sources), await diff(sources, original)]
    // A mutant can read what no database has. Such lists are named, and not compared.
    const lists = new Set(
      [...forth.uncompared, ...back.uncompared].map((one) => [nameOf(one.actor), one.action, one.model].join(' ')),
    )
    uncompared += lists.size
    const compared = expected.filter((one) => ![...lists].some((list) => one.startsWith(`${list} `)))
    const found = (one: DatabaseDiff): string[] =>
      one.changes.flatMap(({ actor, action, model, direction, rows: list, count }) => {
        expect(list).toHaveLength(count)
        return model in rows
          ? list.map((row) => [nameOf(actor), action, model, direction, (row as { id: unknown }).id].join(' '))
          : []
      })
    expect(found(forth).sort(), mutant.description).toEqual(compared.sort())
    const turned = compared.map((one) => one.replace(/gained|lost/, (word) => (word === 'lost' ? 'gained' : 'lost')))
    expect(found(back).sort(), mutant.description).toEqual(turned.sort())
    changed += compared.length
  }
  expect(changed).toBeGreaterThan(30)
  expect(uncompared).toBeLessThan(changed / 2)
}

type Policy = readonly { readonly text: string }[]

function loaded(authorizer: Authorizer, sources: Policy): Authorizer | undefined {
  try {
    return authorizer.withPolicy(...sources)
  } catch {
    return undefined
  }
}

const nameOf = (actor: unknown): unknown => (actor === null ? 'nobody' : (actor as { id: unknown }).id)
