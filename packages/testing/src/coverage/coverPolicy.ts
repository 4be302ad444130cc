import { ArgumentError, type Authorizer, type Policy } from '@arcturus/core'
import { own, recordQueries, watchDecisions } from '@arcturus/core/internal/testing'
import type { CompiledAuthorizer } from '@arcturus/core/runtime'
import { CoverageWriter, readCoverage } from './files.js'
import { countList, type List } from './lists.js'
import { PolicyRecording } from './recording.js'
import { CoverageReport } from './report.js'

/** The options of `coverPolicy`. */
export interface CoverageOptions {
  /**
   * The folder to which the coverage is written, in a file of its own, for runs of several processes:
   * see `readPolicyCoverage`. Default: nothing is written.
   */
  readonly folder?: string
  /** Authorizers of compiled modules. Their checks are asked of the authorizer, too, and counted. */
  readonly compiled?: readonly Pick<CompiledAuthorizer, 'can' | 'canMany'>[]
}

/**
 * Records which rules, goals and alternatives of the policy the questions of a test run decide. The
 * query machine evaluates all checks meanwhile, whatever the option `evaluator` is; the answers are
 * the same.
 *
 * @param authorizer - The authorizer of the application under test. Policies that it loads later are
 * recorded, too.
 * @returns The coverage, which `report` summarizes at any time.
 * @throws ArgumentError if `authorizer` is none.
 *
 * @example
 * ```ts
 * const coverage = coverPolicy(authorizer)
 * afterAll(async () => {
 *   await coverage.stop()
 *   assertCoverage(coverage.report(), 90)
 * })
 * ```
 */
export function coverPolicy(authorizer: Authorizer, options: CoverageOptions = {}): PolicyCoverage {
  return new PolicyCoverage(authorizer, options)
}

/**
 * Reads the coverage that the processes of a test run wrote to a folder, and merges it.
 * @throws ArgumentError if the folder contains no coverage.
 */
export function readPolicyCoverage(folder: string): CoverageReport {
  return new CoverageReport(readCoverage(folder))
}

/** A recording of the coverage of an authorizer's policies. */
export class PolicyCoverage {
  readonly #recordings: PolicyRecording[] = []
  readonly #plain = new Map<Policy, Authorizer>()
  readonly #lists = new Set<Promise<void>>()
  readonly #ends: (() => void)[]

  constructor(
    private readonly authorizer: Authorizer,
    options: CoverageOptions,
  ) {
    const { folder, compiled = [] } = own(options)
    const writer = folder === undefined ? undefined : new CoverageWriter(folder)
    const recorderOf = (policy: Policy): PolicyRecording => {
      const known = this.#recordings.find((one) => one.policy === policy)
      if (known) return known
      const recording = new PolicyRecording(policy, authorizer.schema, (tally, point, outcome) =>
        writer?.add(tally.files, tally.of(point), outcome),
      )
      this.#recordings.push(recording)
      writer?.begin(recording.tally.files)
      return recording
    }
    const endRecording = recordQueries(authorizer, recorderOf)
    if (!endRecording)
      throw new ArgumentError('invalid-argument', 'coverPolicy needs an authorizer as its first argument.', {
        hint: 'pass those of compiled modules as an option: coverPolicy(authorizer, { compiled: [decisions] })',
      })
    this.#ends = [
      endRecording,
      watchDecisions(authorizer, ({ kind, outcome, actor, action, resource, context }) => {
        // Sound: a filter is about an action and a model.
        if (kind === 'filter' && outcome !== 'error')
          this.#count({ actor, action: action as string, model: resource as string, context })
      }),
      ...compiled.map((one) => alsoAsked(one, authorizer)),
    ]
  }

  /** Returns the coverage so far. Lists whose relations are still being loaded are not in it. */
  report(): CoverageReport {
    return new CoverageReport(this.#recordings.flatMap(({ tally }) => tally.files))
  }

  /** Stops recording, and resolves once all lists are counted. The authorizer uses its own evaluator again. */
  async stop(): Promise<void> {
    for (const end of this.#ends.splice(0)) end()
    await Promise.all(this.#lists)
  }

  #count(list: List): void {
    const { policy } = this.authorizer
    const recording = this.#recordings.find((one) => one.policy === policy)
    if (!policy || !recording) return
    const plain = this.#plain.get(policy) ?? this.authorizer.withPolicy(...policy.sources.map(sourceOf))
    this.#plain.set(policy, plain)
    // A list that can't be evaluated counts nothing.
    const counted: Promise<void> = countList(plain, recording, list)
      .catch(() => {})
      .finally(() => this.#lists.delete(counted))
    this.#lists.add(counted)
  }
}

const sourceOf = ({ text, name }: { readonly text: string; readonly name: string | undefined }) => ({
  text,
  ...(name !== undefined && { name }),
})

/** Asks the checks of a compiled module of an authorizer, too. Returns a function that ends it. */
function alsoAsked(compiled: Pick<CompiledAuthorizer, 'can' | 'canMany'>, authorizer: Authorizer): () => void {
  const ask = (check: () => unknown): void => {
    try {
      check()
    } catch {
      // The compiled module throws its own error.
    }
  }
  const own: Pick<CompiledAuthorizer, 'can' | 'canMany'> = {
    can(actor, action, resource) {
      ask(() => authorizer.can(actor, action as never, resource))
      return Object.getPrototypeOf(compiled).can.call(compiled, actor, action, resource)
    },
    canMany(actor, action, resources) {
      const rows = [...resources]
      ask(() => authorizer.canMany(actor, action as never, rows))
      return Object.getPrototypeOf(compiled).canMany.call(compiled, actor, action, rows)
    },
  }
  Object.assign(compiled, own)
  return () => {
    for (const name of ['can', 'canMany']) Reflect.deleteProperty(compiled, name)
  }
}

const covered = new WeakSet<Authorizer>()

/**
 * Records the coverage of an authorizer once if the environment variable `ARCTURUS_COVERAGE` names a
 * folder, as `arcturus coverage` sets it.
 */
export function coverByEnvironment(authorizer: Authorizer): void {
  const folder = globalThis.process?.env?.['ARCTURUS_COVERAGE']
  if (!folder || covered.has(authorizer)) return
  covered.add(authorizer)
  coverPolicy(authorizer, { folder })
}
