import type { PrismaClient } from '../generated/prisma/client.js'

const people = [
  ['ines', 'Ines Moreau', 'owns Polar Labs'],
  ['tomas', 'Tomas Lindqvist', 'is a member of Polar Labs'],
  ['yuki', 'Yuki Tanaka', 'maintains two repositories, is in no organization'],
  ['bruno', 'Bruno Costa', 'owns Ursa Works, is a member of Tundra Tools'],
  ['leila', 'Leila Haddad', 'owns Tundra Tools and Aurora Press'],
  ['amara', 'Amara Obi', 'is a member of Aurora Press, reads a private repository of Ursa Works'],
  ['oskar', 'Oskar Nowak', 'has no role anywhere'],
] as const

type Handle = (typeof people)[number][0]

const organizations: readonly {
  readonly name: string
  readonly owner: Handle
  readonly members: readonly Handle[]
  readonly repositories: readonly (readonly [name: string, visibility: 'public' | 'private', description: string])[]
}[] = [
  {
    name: 'Polar Labs',
    owner: 'ines',
    members: ['tomas'],
    repositories: [
      ['icebreaker', 'public', 'Cuts a way through frozen builds'],
      ['northlight', 'public', 'A calm theme for long nights'],
      ['snowdrift', 'private', 'Feature flags that pile up by themselves'],
      ['glacier', 'private', 'Long-term storage, slow on purpose'],
      ['sextant', 'public', 'Finds where a request came from'],
      ['permafrost', 'private', 'Secrets that never thaw'],
    ],
  },
  {
    name: 'Ursa Works',
    owner: 'bruno',
    members: [],
    repositories: [
      ['great-bear', 'public', 'The framework behind everything else'],
      ['little-bear', 'public', 'The same, without the framework'],
      ['den', 'private', 'Where the winter is spent'],
      ['honeycomb', 'private', 'Storage in hexagons'],
      ['pawprint', 'public', 'Traces of what was called'],
      ['salmon-run', 'private', 'Queues that swim upstream'],
    ],
  },
  {
    name: 'Tundra Tools',
    owner: 'leila',
    members: ['bruno'],
    repositories: [
      ['lichen', 'public', 'Grows on any server'],
      ['reindeer', 'private', 'Pulls what others push'],
      ['mossy', 'public', 'A soft linter'],
      ['windbreak', 'private', 'Rate limits for open plains'],
      ['cairn', 'public', 'Leaves markers for those who follow'],
      ['ptarmigan', 'private', 'Hides in plain sight'],
    ],
  },
  {
    name: 'Aurora Press',
    owner: 'leila',
    members: ['amara'],
    repositories: [
      ['broadsheet', 'public', 'Typesets a newspaper a night'],
      ['byline', 'private', 'Who wrote what, and when'],
      ['headline', 'private', 'The right words in the right size'],
      ['proofreader', 'public', 'Finds the typos in this sentense'],
      ['embargo', 'private', 'Nothing before midnight'],
      ['footnote', 'public', 'Smaller than it looks'],
    ],
  },
]

const repositoryRoles: readonly (readonly [Handle, repository: string, role: 'reader' | 'maintainer' | 'admin'])[] = [
  ['yuki', 'sextant', 'maintainer'],
  ['yuki', 'honeycomb', 'maintainer'],
  ['amara', 'den', 'reader'],
  ['tomas', 'glacier', 'maintainer'],
  ['bruno', 'reindeer', 'admin'],
  ['leila', 'snowdrift', 'reader'],
]

const troubles = [
  [
    'Crashes on',
    'Slow on',
    'Wrong answer for',
    'No message for',
    'Please document',
    'Flaky test for',
    'Add support for',
    'Typo about',
  ],
  [
    'empty input',
    'leap years',
    'long names',
    'the first start',
    'dark mode',
    'two windows',
    'Windows paths',
    'large files',
    'no network',
    'odd numbers',
  ],
] as const

const day = 24 * 60 * 60 * 1000
const latest = Date.UTC(2025, 10, 1)

/** Random enough to look alive, and the same each time. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}

/** Fills an empty database: 7 people, 4 organizations, 24 repositories, 12 or so issues each. */
export async function seed(prisma: PrismaClient): Promise<void> {
  const roll = dice(7)
  const userId = new Map<Handle, number>(people.map(([handle], at) => [handle, at + 1]))
  const idOf = (handle: Handle): number => userId.get(handle)!
  await prisma.user.createMany({
    data: people.map(([handle, name, about]) => ({ id: idOf(handle), handle, name, about })),
  })

  const repositories = organizations.flatMap((organization, at) =>
    organization.repositories.map(([name, visibility, description]) => ({
      name,
      description,
      isPublic: visibility === 'public',
      organizationId: at + 1,
    })),
  )
  const repositoryId = new Map(repositories.map(({ name }, at) => [name, at + 1]))
  await prisma.organization.createMany({ data: organizations.map(({ name }, at) => ({ id: at + 1, name })) })
  await prisma.organizationRole.createMany({
    data: organizations.flatMap(({ owner, members }, at) => [
      { name: 'owner', userId: idOf(owner), organizationId: at + 1 },
      ...members.map((member) => ({ name: 'member', userId: idOf(member), organizationId: at + 1 })),
    ]),
  })
  await prisma.repository.createMany({ data: repositories.map((repository, at) => ({ id: at + 1, ...repository })) })
  await prisma.repositoryRole.createMany({
    data: repositoryRoles.map(([handle, repository, name]) => ({
      name,
      userId: idOf(handle),
      repositoryId: repositoryId.get(repository)!,
    })),
  })
  await prisma.issue.createMany({
    data: repositories.flatMap((_, at) =>
      Array.from({ length: 8 + roll(9) }, () => ({
        title: troubles.map((words) => words[roll(words.length)]!).join(' '),
        closed: roll(3) === 0,
        createdAt: new Date(latest - roll(365) * day - roll(day)),
        creatorId: 1 + roll(people.length),
        repositoryId: at + 1,
      })),
    ),
  })
}
