import { ArgumentError } from '../errors.js'
import { type Late, late } from '../late.js'
import { shared } from '../schema/shared.js'
import type { EvaluatorName } from './options.js'
import type { Predicates } from './plans/checkPlans.js'

/** The parts of an authorizer that are imported late. Most of the package's code is in them. */
export interface Parts {
  /** The parser and the checks of policies. */
  readonly building: typeof import('./policies/building.js')
  readonly filtering: typeof import('./filtering.js')
  readonly predicates: typeof import('./plans/evaluator.js')
}

/** What `@arcturus/core/sync` provides. All copies of this package share it. */
const provided: Partial<Parts> = /* @__PURE__ */ shared('arcturus.parts', {})

/** Makes the parts present for all authorizers. */
export function provideParts(parts: Parts): void {
  Object.assign(provided, parts)
}

/** @throws ArgumentError `not-imported` if `@arcturus/core/sync` is not imported. */
export function assertSync(): void {
  if (provided.building) return
  throw new ArgumentError('not-imported', '`loadSync` needs parts that are imported later.', {
    hint: "add `import '@arcturus/core/sync'`, or call `await authorizer.load(…)`",
  })
}

export const building: Late<Parts['building']> = /* @__PURE__ */ late(
  () => import('./policies/building.js'),
  () => provided.building,
)

export const filtering: Late<Parts['filtering']> = /* @__PURE__ */ late(
  () => import('./filtering.js'),
  () => provided.filtering,
)

const evaluators: Late<Parts['predicates']> = /* @__PURE__ */ late(
  () => import('./plans/evaluator.js'),
  () => provided.predicates,
)

/** What authorizes writes. It is imported when a method first needs it: most processes only read. */
export const writing: Late<typeof import('./writing.js')> = /* @__PURE__ */ late(() => import('./writing.js'))

/**
 * Returns what makes the predicates of an evaluator; undefined for the machine.
 * @param isChosen - Whether the application has chosen it.
 */
export function predicatesBy(
  evaluator: Exclude<EvaluatorName, 'auto'>,
  isChosen: boolean,
): Late<Predicates> | undefined {
  if (evaluator === 'machine') return undefined
  return late(
    async () => (await evaluators.load()).predicatesOf(evaluator, isChosen),
    () => evaluators.now?.predicatesOf(evaluator, isChosen),
  )
}
