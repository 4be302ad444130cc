import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Adapter, type AdapterName, adapters } from '../frameworks/adapters.js'
import { type Behaviour, behaviours, checks, lackOf, statusOf, topics } from '../frameworks/behaviours.js'

// Sound: they are its keys.
const names = Object.keys(adapters) as AdapterName[]

/** Returns what differs, with the adapters that differ in this way. */
function differences(of: (adapter: Adapter) => string | undefined): string {
  const groups = new Map<string, string[]>()
  for (const name of names) {
    const different = of(adapters[name])
    if (different !== undefined) groups.set(different, [...(groups.get(different) ?? []), name])
  }
  return [...groups].map(([different, some]) => `${different} (${shortened(some)})`).join('; ')
}

/** Lists adapters, with those of a framework together. */
function shortened(some: readonly string[]): string {
  const families = ['Express', 'Koa', 'Nest', 'Next']
  const parts = families.flatMap((family) => {
    const all = names.filter((name) => name.startsWith(family))
    return all.every((name) => some.includes(name)) ? [[family, all] as const] : []
  })
  const covered = parts.flatMap(([, all]) => all as readonly string[])
  return [...parts.map(([family]) => family), ...some.filter((name) => !covered.includes(name))].join(', ')
}

const cell = (text: string): string => text.replaceAll('|', '\\|')
const requestOf = ({ method = 'GET', path, actor = 'nobody' }: Behaviour): string => `${actor}: \`${method} ${path}\``

function table(topic: string): string {
  const rows = [
    ...(behaviours[topic] ?? []).map((one) => {
      const except = differences((adapter) => {
        const lack = lackOf(adapter, topic, one.name)
        const status = statusOf(adapter, one)
        return lack ?? (status === one.status ? undefined : `${status}`)
      })
      return [one.name, requestOf(one), `${one.status}`, except]
    }),
    ...(checks[topic] ?? []).map(({ name, answer }) => [
      name,
      '',
      answer,
      differences((adapter) => lackOf(adapter, topic, name)),
    ]),
  ]
  const lines = [['Behaviour', 'Request', 'Answer', 'Otherwise'], ...rows].map((line) => line.map(cell))
  const widths = lines[0]!.map((_, at) => Math.max(...lines.map((line) => line[at]!.length)))
  const [top, ...rest] = lines.map((line) => line.map((text, at) => text.padEnd(widths[at]!)))
  const all = [top!, widths.map((width) => '-'.repeat(width)), ...rest]
  return `## ${topic}\n\n${all.map((line) => `| ${line.join(' | ')} |`).join('\n')}\n`
}

const head = `# How every framework answers

<!-- Made by test/docs/behaviours.test.ts from test/frameworks/behaviours.ts: \`npx vitest run test/docs/behaviours -u\`. -->

The adapters behave alike: each row is a test that runs with a real server of each
framework: ${shortened(names)}.
The last column says where a framework answers otherwise, or why it cannot have the behaviour.

In the requests, \`ada\` owns document 1, \`bob\` may read it, \`eve\` may not, and document 2 is public. \`nobody\` has not signed in. A held
back answer sends nothing of its body and none of its headers, such as \`Set-Cookie\`, \`ETag\` and \`Location\`.
`

test('the page of behaviours is up to date', async () => {
  await expect([head, ...topics.map(table)].join('\n')).toMatchFileSnapshot('../../docs/behaviours.md')
})

test.each(names)('%s has an application that the behaviours are tried on', (name) => {
  const root = new URL('../../', import.meta.url)
  const own = readdirSync(new URL('packages/', root)).map((one) => `packages/${one}/src/behaviours.test.ts`)
  const files = [...own, 'test/next/describeNext.ts']
    .map((file) => new URL(file, root))
    .filter((file) => existsSync(file))
  const text = files.map((file) => readFileSync(file, 'utf8')).join('')
  // Those of Next are named by the version that is built.
  expect(text).toContain(name.replace(/^Next \d+/, `\`$\{name}`))
})
