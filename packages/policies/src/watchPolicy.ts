import type { Authorizer, Difference, Shadow } from '@arcturus/core'
import {
  type ActivePolicy,
  ArcturusError,
  engineOf,
  invalidArgument,
  own,
  stalePolicy,
} from '@arcturus/core/internal/policies'
import { type Bundle, isBundle, type Key, publicKeys, readBundle, schemaOf } from './bundle.js'
import { readLastGood, writeLastGood } from './lastGood.js'
import type { Content, NamedText, WatchedSource } from './source.js'

/** The options of `watchPolicy`. Times are in milliseconds. */
export interface WatchPolicyOptions {
  readonly source: WatchedSource
  /** The public keys of Ed25519, one of which must have signed the policy: only bundles count then. Default: any policy. */
  readonly verify?: Key | readonly Key[]
  /**
   * How long the policy decides after the source last confirmed it. Later each question throws `stale-policy`, and nobody is
   * allowed anything. Default: for ever.
   */
  readonly maxStale?: number
  /** Whether a stale policy `denies`, or only `warns` by `onError`. Default `denies`. */
  readonly whenStale?: 'denies' | 'warns'
  /** The file of the last good policy, with which a process starts if it can't reach the source. Default: none. */
  readonly lastGood?: string
  /** The time between two reads without a signal. Default 10,000. */
  readonly poll?: number
  /** The time that a read may take. Default 5,000. */
  readonly timeout?: number
  /** Called with each policy that becomes active, the first one included. */
  readonly onChange?: (status: PolicyStatus) => void
  /** Called if the policy can't be read, is refused, or is stale. The last good one stays. Default: `console.error`. */
  readonly onError?: (error: unknown) => void
  /** Called with each difference between the policy and its candidate, in the processes of its share. */
  readonly onDifference?: (difference: Difference) => void
}

/** The state of a watched policy, for health checks and metrics. */
export interface PolicyStatus {
  /** Whether the policy decides. */
  readonly isReady: boolean
  /** As `authorizer.policyVersion`. */
  readonly version: string | undefined
  /** The number of its bundle; undefined for texts without one. */
  readonly number: number | undefined
  /** The seconds since the source confirmed it. */
  readonly age: number
  /** The error of the last read; undefined if it succeeded. */
  readonly error: unknown
}

/** A policy that is watched. */
export interface PolicyWatch {
  /** Returns the state. */
  status(): PolicyStatus
  /** Reads the source now, as for a webhook. Resolves when it is done; `status()` has the result. */
  refresh(): Promise<void>
  /** Ends watching. The policy stays, until `maxStale`. */
  close(): void
}

/**
 * Loads the policy of a source, and each later one: in every process that does so within the time that its source needs. A policy
 * is checked as at any load and replaces the active one as a whole. One that is refused changes nothing.
 * @throws the error of the source or of the policy, if there is neither one nor a last good one.
 * @example
 * ```ts
 * const watch = await watchPolicy(authorizer, { source: fromPostgres(pool), verify: publicKey, maxStale: 60_000 })
 * ```
 */
export async function watchPolicy(authorizer: Authorizer, options: WatchPolicyOptions): Promise<PolicyWatch> {
  const engine = engineOf(authorizer)
  if (!engine) throw invalidArgument('`watchPolicy` needs an authorizer of @arcturus/core.')
  const watch = new Watch(authorizer, engine.active, options)
  await watch.start()
  return watch
}

/** The time after which a source that failed is read again, if that is sooner than the poll. */
const retry = 1_000

class Watch implements PolicyWatch {
  readonly #options: WatchPolicyOptions
  readonly #keys: ReturnType<typeof publicKeys> | undefined
  readonly #maxStale: number
  /** Which share of the processes this one belongs to. */
  readonly #draw = Math.random()
  #texts: readonly NamedText[] | undefined
  #bundle: Bundle | undefined
  /** The texts that were refused last, and why. */
  #refused: { readonly written: string; readonly error: unknown } | undefined
  #tag: string | undefined
  /** When the source confirmed the policy, by `performance.now`. */
  #confirmed = Number.NEGATIVE_INFINITY
  #written = Number.NEGATIVE_INFINITY
  #error: unknown
  #shadow: Shadow | undefined
  #timer: NodeJS.Timeout | undefined
  /** Reports that the policy is stale. */
  #over: NodeJS.Timeout | undefined
  #unlisten: (() => void) | undefined
  #reading: Promise<void> | undefined
  #isChanged = false
  #isClosed = false

  constructor(
    private readonly authorizer: Authorizer,
    private readonly active: ActivePolicy,
    options: WatchPolicyOptions,
  ) {
    this.#options = own(options)
    const { verify, maxStale = Number.POSITIVE_INFINITY, poll = 10_000 } = this.#options
    this.#keys = verify === undefined ? undefined : publicKeys(verify)
    this.#maxStale = maxStale
    if (!(maxStale > poll)) throw invalidArgument('`maxStale` must be longer than `poll`.')
  }

  async start(): Promise<void> {
    const { source, lastGood } = this.#options
    const kept = lastGood === undefined ? undefined : await readLastGood(lastGood)
    this.#unlisten = source.watch?.(
      () => void this.refresh(),
      (error) => this.#report(error),
    )
    try {
      // A bundle that is older than the last good one is refused, also by the first read.
      if (kept && isBundle(kept.texts[0]!.text)) this.#bundle = readBundle(kept.texts[0]!.text, this.#keys)
    } catch (error) {
      this.#report(error)
    }
    await this.refresh()
    if (this.#texts) return
    try {
      if (!kept) throw this.#error
      await this.#use(kept.texts, this.#bundleOf(kept.texts))
    } catch (error) {
      this.close()
      throw error
    }
    const age = Date.now() - kept.confirmed
    // A time that is still to come says nothing.
    this.#confirm(performance.now() - (age < 0 ? Number.MAX_SAFE_INTEGER : age))
  }

  status(): PolicyStatus {
    const age = performance.now() - this.#confirmed
    const isReady = this.#texts !== undefined && (age <= this.#maxStale || this.#options.whenStale === 'warns')
    const { policyVersion: version } = this.authorizer
    return { isReady, version, number: this.#bundle?.number, age: age / 1000, error: this.#error }
  }

  /** Runs one read at a time. What changes during a read is read afterwards. */
  refresh(): Promise<void> {
    this.#isChanged = true
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    clearTimeout(this.#over)
    this.#shadow?.stop()
    this.#unlisten?.()
  }

  async #readAll(): Promise<void> {
    clearTimeout(this.#timer)
    while (this.#isChanged && !this.#isClosed) {
      this.#isChanged = false
      try {
        await this.#read()
        this.#error = undefined
      } catch (error) {
        // A text that is refused again is no news.
        if (error !== this.#error) this.#report(error)
        this.#error = error
      }
    }
    if (this.#isClosed) return
    const { poll = 10_000 } = this.#options
    // Processes that start together do not read together.
    const wait = this.#error === undefined ? poll * (0.8 + 0.2 * Math.random()) : Math.min(poll, retry)
    this.#timer = setTimeout(() => void this.refresh(), wait).unref()
  }

  async #read(): Promise<void> {
    const begun = performance.now()
    const content = await this.#fetch()
    const written = content && JSON.stringify(content.texts)
    if (content && written !== JSON.stringify(this.#texts)) {
      if (written === this.#refused?.written) throw this.#refused?.error
      try {
        await this.#use(content.texts, this.#bundleOf(content.texts))
      } catch (error) {
        this.#refused = { written: written!, error }
        throw error
      }
      this.#written = Number.NEGATIVE_INFINITY
    }
    if (content) this.#tag = content.tag
    this.#refused = undefined
    this.#confirm(begun)
    await this.#keep().catch((error: unknown) => this.#report(error))
  }

  /** Reads the source, for at most `timeout`. */
  async #fetch(): Promise<Content | undefined> {
    const { source, timeout = 5_000 } = this.#options
    const control = new AbortController()
    const { signal } = control
    const late = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    const error = new Error(`${source.name} did not respond within ${timeout} ms.`)
    const timer = setTimeout(() => control.abort(error), timeout)
    try {
      return await Promise.race([source.read(this.#tag, signal), late])
    } finally {
      clearTimeout(timer)
    }
  }

  /** Returns the bundle of texts. @throws ArcturusError for one that is refused. */
  #bundleOf(texts: readonly NamedText[]): Bundle | undefined {
    const [{ text }] = texts as readonly [NamedText]
    if (!this.#keys && !isBundle(text)) return undefined
    const bundle = readBundle(text, this.#keys)
    const { number = bundle.number } = this.#bundle ?? {}
    const isSame = JSON.stringify(bundle) === JSON.stringify(this.#bundle ?? bundle)
    if (bundle.number < number || (bundle.number === number && !isSame))
      throw new ArcturusError('old-bundle', `The number ${bundle.number} is not above ${number}.`, {
        hint: 'to go back, bundle the old texts with a new number: arcturus bundle --from-git v1.4.0',
      })
    if (bundle.schema !== schemaOf(this.authorizer))
      throw new ArcturusError('other-schema', 'The bundle was checked with other classes, models or options.', {
        hint: 'bundle it with the version of the application that reads it',
      })
    return bundle
  }

  /** Loads texts, and makes a candidate a shadow. */
  async #use(texts: readonly NamedText[], bundle: Bundle | undefined): Promise<void> {
    await this.authorizer.load(...(bundle?.texts ?? texts))
    this.#texts = texts
    this.#bundle = bundle
    this.#shadow?.stop()
    this.#shadow = undefined
    const { candidate } = bundle ?? {}
    const { onDifference = () => {}, onChange } = this.#options
    try {
      if (candidate && this.#draw < candidate.share)
        this.#shadow = this.authorizer.shadow(candidate.texts, { onDifference })
      onChange?.(this.status())
    } catch (error) {
      this.#report(error)
    }
  }

  /** Lets the policy decide for `maxStale` since a time of `performance.now`. */
  #confirm(time: number): void {
    this.#confirmed = time
    if (this.#maxStale === Number.POSITIVE_INFINITY) return
    const until = time + this.#maxStale
    if (this.#options.whenStale !== 'warns') this.active.decidesUntil(until)
    clearTimeout(this.#over)
    const over = () => this.#report(stalePolicy())
    this.#over = setTimeout(over, Math.max(0, until - performance.now()) + 1).unref()
  }

  /** Writes the last good policy, or the time of its confirmation. */
  async #keep(): Promise<void> {
    const { lastGood: file } = this.#options
    const now = performance.now()
    if (file === undefined || now - this.#written < Math.max(1_000, this.#maxStale / 10)) return
    await writeLastGood(file, { texts: this.#texts!, confirmed: Date.now() - (now - this.#confirmed) })
    this.#written = now
  }

  #report(error: unknown): void {
    const { onError = console.error } = this.#options
    try {
      onError(error)
    } catch (failed) {
      console.error(failed)
    }
  }
}
