// Runs cases and says which of them passed.
import { readFileSync } from 'node:fs'
import { same, sameOutcome } from './compare.mjs'
import { runFilteringCase } from './filtering.mjs'
import { runLanguageCase } from './language.mjs'

export function readCases(file) {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}

export const readDeviations = () => JSON.parse(readFileSync(new URL('../deviations.json', import.meta.url), 'utf8'))

/** Whether a case is about filtering. */
export const isFiltering = (one) => 'resource' in one && 'actor' in one

/**
 * Gives `skipped`, or whether the case `passed`, what was `wanted` and what was `got`; of a filtering case also whether it was
 * `answered` from the condition, and from oso's flat filter.
 */
export async function judge(one, engine, { positions = true, deviations = readDeviations() } = {}) {
  if (isFiltering(one)) return judgeFiltering(one, await runFilteringCase(one, engine))
  if (one.portable === false) return { skipped: true }
  const got = await runLanguageCase(one, engine)
  const wanted = deviations[one.id]?.answer ?? one.expect
  return { passed: sameOutcome(wanted, got, { positions, anyOrder: one.order === 'any' }), wanted, got }
}

function judgeFiltering(one, got) {
  const wanted = one.designTruth ?? one.truth
  if (got.load) return { passed: one.expect.error?.phase === 'load', answered: {}, wanted: one.expect, got }
  const right = (outcome) => (outcome.error ? isTyped(outcome.error) : same(outcome.ids, wanted))
  return {
    passed: right(got.condition) && right(got.flat) && (wanted === undefined || same(got.truth, wanted)),
    answered: { condition: !got.condition.error, flat: !got.flat.error },
    wanted,
    got,
  }
}

/** Whether an error says by its type what is the matter; JavaScript's own classes say nothing. */
function isTyped({ kind }) {
  return !['Error', 'TypeError', 'RangeError', 'ReferenceError', 'SyntaxError', 'ThrownValue'].includes(kind)
}
