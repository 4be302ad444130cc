import { ArcturusError, Authorizer } from '@arcturus/core'
import { Random } from '../random.js'

/** A value class that the application registers, as MongoDB's drivers have one. */
class ObjectId {
  constructor(readonly hex: string) {}
  equals(other: unknown): boolean {
    return other instanceof ObjectId && other.hex === this.hex
  }
}
/** The same, but not registered. */
class StrangerId extends ObjectId {}

/** Kinds whose values are equal or different; each makes a new copy of its value with that number. */
const plain = {
  text: (n: number) => ['', 'a', 'A', 'a ', 'a\0', '\u{1f600}', '1', 'é', 'e\u0301'][n % 9]!,
  integer: (n: number) => n,
  bigint: (n: number) => (n < 2 ? BigInt(n) : BigInt(n) * 10_000_000_000_000_000_000n),
  date: (n: number) => new Date(n),
  bytes: (n: number) => Buffer.from([n, 255]),
  registered: (n: number) => new ObjectId(`${n}`),
} as const
/** Kinds that are no keys: two of them are never silently different. */
const odd = {
  stranger: (n: number) => new StrangerId(`${n}`),
  'boxed text': (n: number) => new String(`${n}`),
  'boxed number': (n: number) => new Number(n),
  'not a number': () => Number.NaN,
  'invalid date': () => new Date(Number.NaN),
  promise: (n: number) => Promise.resolve(n),
  list: (n: number) => [n],
  object: (n: number) => ({ n }),
} as const
type PlainKind = keyof typeof plain
type Kind = PlainKind | keyof typeof odd

/** What a key is, from which copies are made. */
interface Key {
  readonly kind: Kind
  readonly number: number
}
type Outcome = 'true' | 'false' | 'error'

class User {
  constructor(readonly id: unknown) {}
}
class Doc {
  readonly id = 1
  constructor(
    readonly owner: User,
    readonly banned: readonly User[],
  ) {}
}

const policy = `
  allow(u: User, "own", d: Doc) if d.owner = u;
  allow(u: User, "not own", d: Doc) if not d.owner = u;
  allow(u: User, "other", d: Doc) if d.owner != u;
  allow(u: User, "among", d: Doc) if u in d.banned;
  allow(u: User, "not among", d: Doc) if not u in d.banned;
  allow(u: User, "each", d: Doc) if b in d.banned and b = u;
  allow(u: User, "forall", d: Doc) if forall(b in d.banned, b != u);
`
const evaluators = ['machine', 'closures', 'source', 'auto'] as const

const isPlain = (kind: Kind): kind is PlainKind => kind in plain

function copyOf({ kind, number }: Key): unknown {
  return isPlain(kind) ? plain[kind](number) : odd[kind](number)
}

/** Returns whether two copies of keys are the same row. All numbers are of one kind. Of odd values, and of two kinds, nobody knows. */
function areSame(one: Key, other: Key): Outcome {
  const areNumbers = [one, other].every(({ kind }) => kind === 'integer' || kind === 'bigint')
  if (areNumbers) return BigInt(copyOf(one) as number) === BigInt(copyOf(other) as number) ? 'true' : 'false'
  if (one.kind !== other.kind || !isPlain(one.kind)) return 'error'
  return one.number === other.number ? 'true' : 'false'
}

const negated = (outcome: Outcome): Outcome => (outcome === 'error' ? outcome : outcome === 'true' ? 'false' : 'true')

function expectedOf(user: Key, owner: Key, banned: readonly Key[]): Readonly<Record<string, Outcome>> {
  const own = areSame(owner, user)
  const all = banned.map((one) => areSame(one, user))
  const among = all.includes('true') ? 'true' : all.includes('error') ? 'error' : 'false'
  const not = negated(among)
  return { own, 'not own': negated(own), other: negated(own), among, 'not among': not, each: among, forall: not }
}

/**
 * Compares rows whose keys are of every kind of value, in copies. Equal keys are one row, and different ones of one kind
 * are two. Anything else is an error: under `not`, a silent "different" is a yes.
 */
export async function fuzzKeys(seed: number, cases: number, from = 0) {
  const counts = new Map<string, number>()
  const failures: string[] = []
  const authorizers = evaluators.map((evaluator) => {
    const authorizer = new Authorizer({ evaluator, log() {} })
    authorizer.registerClass(ObjectId, { value: true }).registerClass(User, { key: 'id' })
    authorizer.registerClass(Doc, { key: 'id', fields: { owner: { one: User }, banned: { many: User } } })
    authorizer.loadSync(policy)
    return [evaluator, authorizer] as const
  })
  // Sound: these are the keys of both.
  const kinds = [...Object.keys(plain), ...Object.keys(odd)] as Kind[]
  for (let index = from; index < from + cases && failures.length < 3; index++) {
    const random = Random.ofCase(seed, index)
    const usual = random.pick(kinds)
    const key = (): Key => ({
      kind: random.chance(0.75) ? usual : random.pick(kinds),
      number: random.integer(0, 3),
    })
    const [user, owner] = [key(), key()]
    const banned = Array.from({ length: random.integer(0, 3) }, key)
    for (const [action, expected] of Object.entries(expectedOf(user, owner, banned)))
      for (const [evaluator, authorizer] of authorizers) {
        const ada = new User(copyOf(user))
        const doc = new Doc(
          new User(copyOf(owner)),
          banned.map((one) => new User(copyOf(one))),
        )
        const asks = [() => authorizer.can(ada, action, doc), () => authorizer.isAllowed(ada, action, doc)]
        for (const [at, ask] of asks.entries()) {
          const got = await outcomeOf(ask)
          counts.set(got, (counts.get(got) ?? 0) + 1)
          // An awaited promise is the value that it resolves to.
          const isAwaited = at === 1 && [user, owner, ...banned].some(({ kind }) => kind === 'promise')
          if (got === expected || isAwaited) continue
          const keys = JSON.stringify({ user, owner, banned })
          failures.push(`--from ${index} ${evaluator} ${action}: ${got}, expected ${expected} of ${keys}`)
        }
      }
  }
  return { counts, failures }
}

async function outcomeOf(ask: () => unknown): Promise<string> {
  try {
    return (await ask()) === true ? 'true' : 'false'
  } catch (error) {
    return error instanceof ArcturusError ? 'error' : `crash: ${String(error)}`
  }
}
