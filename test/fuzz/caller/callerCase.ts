import type { Authorizer } from '@arcturus/core'
import type { Random } from '../random.js'

/** Names rows in all databases. */
export const docs = Array.from({ length: 12 }, (_, at) => at + 1)
export const users = [1, 2, 3, 4]

/** What an actor may do with documents. */
export interface Policy {
  /** The condition of the policy. */
  readonly rule: string
  /** The lists of the actor. */
  readonly lists: Readonly<Record<(typeof listNames)[number], readonly number[]>>
}

const listNames = ['docs', 'tags', 'labels', 'owners'] as const

const leaves = [
  'not (doc.id in me.docs)',
  'doc.id in me.docs',
  'not (tag in doc.tags and tag.id in me.tags)',
  'not (tag in doc.tags and not (tag.id in me.tags))',
  'forall(label in doc.labels, not (label.id in me.labels))',
  'forall(tag in doc.tags, tag.id in me.tags)',
  'label in doc.labels and label.id in me.labels',
  'label in doc.labels and not (label.id in me.labels)',
  'not (doc.owner.id in me.owners)',
  'doc.owner.id in me.owners',
  'doc.parent != nil and not (doc.parent.id in me.docs)',
  'not (child in doc.children and tag in child.tags and tag.id in me.tags)',
] as const

/** @param most - How many values a list has at most, about. */
export function randomPolicy(random: Random, most: number): Policy {
  const rule = randomRule(random, 2)
  const lists = {
    docs: randomList(random, docs, most),
    tags: randomList(random, docs, most),
    labels: randomList(random, docs, most),
    owners: randomList(random, users, most),
  }
  return { rule, lists }
}

/** The actor of a policy, whose class is registered, and the policy's text. */
export function actorOf(
  { rule, lists }: Policy,
  authorizer: Authorizer,
): { readonly me: object; readonly text: string } {
  class Me {
    readonly docs = lists.docs
    readonly tags = lists.tags
    readonly labels = lists.labels
    readonly owners = lists.owners
  }
  authorizer.registerClass(Me)
  const text = `
    allow(me: Me, action, doc: Doc) if action in ["read", "edit"] and ${rule};
    allow(_: Me, "create", _: Doc);
    allow(_: Me, "read", _: User);
  `
  return { me: new Me(), text }
}

function randomRule(random: Random, depth: number): string {
  if (depth === 0 || random.chance(0.45)) return `(${random.pick(leaves)})`
  const [one, other] = [randomRule(random, depth - 1), randomRule(random, depth - 1)]
  if (random.chance(0.15)) return `not (${one} and ${other})`
  return `(${one} ${random.chance(0.6) ? 'and' : 'or'} ${other})`
}

/** Values that rows have, among others: up to and beyond what a statement takes. */
export function randomList(random: Random, known: readonly number[], most: number): readonly number[] {
  const length = random.chance(0.5) ? random.integer(0, 3) : random.integer(2, Math.floor(most * 1.2))
  const some = random.sample(known, random.integer(0, Math.min(length, known.length)))
  return random.shuffled([...some, ...Array.from({ length: length - some.length }, (_, at) => 1_000 + at)])
}
