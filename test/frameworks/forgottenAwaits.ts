import type { RequestAuthorization } from '@arcturus/web'
import type { Document, User, World } from './world.js'

type Authorization = RequestAuthorization<unknown, unknown>
/** A question whose answer is a promise, as JavaScript can ask it. */
type Ask = (document: Document) => unknown
type Pair = readonly [theirs: Document, mine: Document]

/** Uses of a question without `await`. Each sends the row that is denied if the promise is taken for the answer. */
const uses: Record<string, (ask: Ask, pair: Pair) => unknown> = {
  filter: (ask, pair) => pair.filter((document) => ask(document)),
  map: (ask, pair) => pair.map((document) => ask(document) && document),
  some: (ask, pair) => pair.some((document) => ask(document)) && pair,
  find: (ask, pair) => pair.find((document) => ask(document)),
  every: (ask, pair) => pair.every((document) => ask(document)) && pair,
  '&&': (ask, [theirs]) => ask(theirs) && theirs,
  '!': (ask, [theirs]) => (!ask(theirs) ? null : theirs),
  if: (ask, [theirs]) => {
    if (ask(theirs)) return theirs
    return undefined
  },
  forEach: (ask, pair) => {
    pair.forEach((document) => void ask(document))
    return pair
  },
  'an async forEach': (ask, pair) => {
    pair.forEach(async (document) => {
      await Promise.resolve()
      void ask(document)
    })
    return pair
  },
  'a property': (ask, [theirs]) => ({ isOpen: ask(theirs), theirs }).isOpen && theirs,
  'a bare call': (ask, [theirs]) => {
    ask(theirs)
    return theirs
  },
}

const questions: Record<string, (authorization: Authorization, world: World) => Ask> = {
  isAllowed: (authorization) => (document) => authorization.isAllowed('read', document),
  authorize: (authorization) => (document) => authorization.authorize('read', document),
  authorizeField: (authorization) => (document) => authorization.authorizeField('read', document, 'title'),
  assertWritable: (authorization) => (document) => authorization.assertWritable('edit', document, { title: 'New' }),
  authorizeChange: (authorization) => (document) => authorization.authorizeChange('edit', document, { title: 'New' }),
  "the authorizer's isAllowed":
    ({ actor }, { authorizer }) =>
    (document) =>
      authorizer.isAllowed(actor, 'read', document),
  "the authorizer's authorize":
    ({ actor }, { authorizer }) =>
    (document) =>
      authorizer.authorize(actor, 'read', document),
}

interface ForgottenAwait {
  readonly name: string
  readonly work: (typeof uses)[string]
  readonly ask: (typeof questions)[string]
}

export const forgottenAwaits: readonly ForgottenAwait[] = Object.entries(uses).flatMap(([use, work]) =>
  Object.entries(questions).map(([question, ask]) => ({ name: `${question} in ${use}`, work, ask })),
)

/** Answers by the forgotten await that the actor's name has the number of: the `writer` of its own diary. */
export async function forget(world: World, authorization: Authorization, pause = 0): Promise<unknown> {
  const at = Number((authorization.actor as User).name.slice('writer'.length))
  const pair = await Promise.all([at + 1, at].map((one) => world.document(String(1000 + one))))
  const { work, ask } = forgottenAwaits[at]!
  const sent = work(ask(authorization, world), pair as unknown as Pair)
  if (pause > 0) await new Promise((done) => setTimeout(done, pause))
  return sent
}
