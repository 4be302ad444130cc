import fc from 'fast-check'
import { type Client, Prisma } from '../prisma/documents.js'

/** Texts that collations, `LIKE` and encodings take for others. */
export const texts = [
  '',
  'a',
  'A',
  'á',
  'a ',
  'b',
  'ab',
  'one',
  'ONE',
  '100%',
  '100x',
  'a_b',
  'axb',
  'a\\b',
  '😀',
  '\uE000',
  '\uFFFD',
]
export const values = {
  String: texts,
  Int: [-1, 0, 1, 2, 3],
  BigInt: [-1n, 0n, 3n, 2n ** 50n, 2n ** 50n + 1n],
  Float: [-1.5, 0, 0.1, 0.5, 3, 1e20],
  Decimal: ['-1.5', '0', '0.1', '2.5', '1000000.01'].map((text) => new Prisma.Decimal(text)),
  DateTime: ['2020-01-01T00:00:00.000Z', '2020-01-01T00:00:00.001Z', '2024-06-30T12:00:00.000Z'].map(
    (at) => new Date(at),
  ),
  Boolean: [true, false],
  Visibility: ['open', 'internal', 'Secret'],
} as const

const maybe = <Value>(pool: readonly Value[]): fc.Arbitrary<Value | null> =>
  pool.length === 0 ? fc.constant(null) : fc.option(fc.constantFrom(...pool), { freq: 2, nil: null })
const ids = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)
const users = ids(4)
const folders = ids(4)
/** Names of tags, which are their keys; others for databases that find some of these equal. */
const tagNames = ['a', 'A', 'b', 'á', '%']
export const foldedTagNames: readonly string[] = ['a', 'z', 'b', 'á%', '%']
const places = [
  { region: 'eu', code: 1 },
  { region: 'eu', code: 2 },
  { region: 'us', code: 1 },
]
const documents = ids(30)

const contentOf = (tags: readonly string[]) =>
  fc.record({
    users: fc.tuple(
      ...users.map((id) =>
        fc.record({
          id: fc.constant(id),
          email: fc.constant(`${texts[id]}${id}`),
          name: maybe(texts),
          active: maybe(values.Boolean),
          managerId: maybe(users.filter((other) => other <= id)),
        }),
      ),
    ),
    profiles: fc
      .subarray(users)
      .chain((owners) =>
        fc.tuple(
          ...owners.map((userId) =>
            fc.record({ id: fc.constant(userId * 10), userId: fc.constant(userId), bio: maybe(texts) }),
          ),
        ),
      ),
    organizations: fc.tuple(
      ...places.map((place) =>
        fc.record({ region: fc.constant(place.region), code: fc.constant(place.code), name: maybe(texts) }),
      ),
    ),
    memberships: fc.subarray(users.flatMap((userId) => places.map((place) => ({ userId, ...place })))).chain((found) =>
      fc.tuple(
        ...found.map((one) =>
          fc.record({
            userId: fc.constant(one.userId),
            orgRegion: fc.constant(one.region),
            orgCode: fc.constant(one.code),
            role: maybe(['owner', 'Owner', 'a']),
          }),
        ),
      ),
    ),
    folders: fc.tuple(
      ...folders.map((id) =>
        fc.record({ id: fc.constant(id), name: maybe(texts), parentId: maybe(folders.filter((other) => other <= id)) }),
      ),
    ),
    tags: fc.tuple(
      ...tags.map((name) => fc.record({ name: fc.constant(name), color: maybe(texts), weight: maybe(values.Int) })),
    ),
    documents: fc.tuple(
      ...documents.map((id) =>
        fc.record({
          id: fc.constant(id),
          title: maybe(texts),
          subtitle: maybe(texts),
          body: fc.constantFrom(...texts),
          views: maybe(values.Int),
          likes: maybe(values.Int),
          size: maybe(values.BigInt),
          score: maybe(values.Float),
          price: maybe(values.Decimal),
          published: maybe(values.DateTime),
          updated: maybe(values.DateTime),
          visibility: maybe(values.Visibility),
          audience: maybe(values.Visibility),
          archived: fc.constantFrom(...values.Boolean),
          pinned: maybe(values.Boolean),
          ownerId: maybe(users),
          reviewerId: fc.constantFrom(...users),
          folderId: maybe(folders),
          // Of a reference of two columns also one alone can be null: then it is no reference.
          orgRegion: maybe(['eu', 'us']),
          orgCode: maybe([1]),
          tags: fc.subarray([...tags]),
          related: fc.subarray(
            documents.filter((other) => other < id),
            { maxLength: Math.min(2, id - 1) },
          ),
        }),
      ),
    ),
  })

/** Rows with many nulls and empty relations for the schema `documents`, the same for one seed. */
export function rowsOf(seed: number, tags: readonly string[] = tagNames) {
  return fc.sample(contentOf(tags), { seed, numRuns: 1 })[0]!
}

/** Puts rows with many nulls and empty relations into the tables of the schema `documents`, the same for one seed. */
export async function fill(client: Client, seed: number, tags: readonly string[] = tagNames): Promise<void> {
  const rows = rowsOf(seed, tags)
  await client.$transaction(
    async (tx) => {
      await tx.organization.createMany({ data: rows.organizations })
      for (const data of rows.users) await tx.user.create({ data })
      await tx.profile.createMany({ data: rows.profiles })
      await tx.membership.createMany({ data: rows.memberships })
      for (const data of rows.folders) await tx.folder.create({ data })
      await tx.tag.createMany({ data: rows.tags })
      for (const { tags: names, related, ...row } of rows.documents) {
        await tx.document.create({
          data: {
            ...row,
            tags: { connect: names.map((name) => ({ name })) },
            related: { connect: related.map((id) => ({ id })) },
          },
        })
      }
    },
    { timeout: 60_000 },
  )
}
