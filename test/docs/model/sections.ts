import type { Diagnostic } from '@arcturus/core'
import { blocksOf } from './blocks.mjs'
import { entitiesOf } from './entities.js'
import { prettySql } from './sql.js'
import { labelOf, type Matrix, type World } from './world.js'

/** A section that a page has generated: `<!-- matrix -->` … `<!-- /matrix -->`. */
const section = /<!-- (\w+)((?: [^ >]+)*) -->\n.*?<!-- \/\1 -->/gs

/** Returns the text of a page with its generated sections written anew. */
export async function rewritten(world: World, text: string): Promise<string> {
  let written = ''
  let end = 0
  for (const match of text.matchAll(section)) {
    const [all, name = '', words = ''] = match
    const write = writers[name]
    if (!write) throw new Error(`${world.page}: there is no generated section "${name}".`)
    const body = await write(world, words.trim().split(' ').filter(Boolean))
    written += `${text.slice(end, match.index)}<!-- ${name}${words} -->\n\n${body}\n\n<!-- /${name} -->`
    end = match.index + all.length
  }
  return written + text.slice(end)
}

type Writer = (world: World, words: readonly string[]) => Promise<string>
const writers: Readonly<Record<string, Writer>> = {
  /** `matrix`: who may do what, once for each context. */
  matrix: async (world) => {
    const contexts = Object.entries(world.facts.contexts ?? { '': undefined })
    const tables: string[] = []
    for (const [label, context] of contexts) {
      const matrix = await world.matrix(context)
      const columns = [...matrix.values().next().value!.keys()]
      const table = tableOf(
        ['', ...columns],
        [...matrix].map(([who, cells]) => [`**${who}**`, ...columns.map((column) => cellOf(cells.get(column)!))]),
      )
      tables.push(label === '' ? table : `${label[0]!.toUpperCase()}${label.slice(1)}:\n\n${table}`)
    }
    return tables.join('\n\n')
  },

  /** `list WHO ACTION MODEL [LABEL OF A CONTEXT]` */
  list: async (world, [who = '', action = 'read', model = '', ...label]) => {
    const context = label.length > 0 ? world.facts.contexts?.[label.join(' ')] : undefined
    const { labels, statements } = await world.list(who, action, model, context)
    const options = [...(action === 'read' ? [] : [`action: '${action}'`]), ...(context ? ['context'] : [])].join(', ')
    const call = `authorizedFilter(${who}${options && `, { ${options} }`})`
    const code = `await prisma.${model[0]!.toLowerCase()}${model.slice(1)}.findMany(${call}) // ${labels.join(', ') || 'nothing'}`
    return `\`\`\`ts\n${code}\n\`\`\`\n\n\`\`\`sql\n${statements.map(prettySql).join(';\n')}\n\`\`\``
  },

  /** `writes`: the writes of the page, and what they come to. */
  writes: async (world) => {
    const lines: string[] = []
    for (const [who, call, label] of world.facts.writes ?? []) {
      const outcome = await world.write(who, call, label === undefined ? undefined : world.facts.contexts![label])
      lines.push(`- **${who}**${label ? `, ${label}` : ''}: ${outcome}\n  \`${call}\``)
    }
    return lines.join('\n')
  },

  /** `fields`: the fields that each person may use, by model and action. */
  fields: async (world) => {
    const rows: string[][] = []
    for (const [model, actions] of Object.entries(world.facts.fields ?? {}))
      for (const action of actions)
        for (const row of await world.rowsOf(model))
          for (const who of (await world.people(world.policy().client)).keys()) {
            const fields = await world.fields(who, action, row)
            rows.push([`**${who}**`, action, labelOf(row), fields.join(', ') || '–'])
          }
    return tableOf(['', 'action', 'row', 'fields'], rows)
  },

  /** `variant FILE adds`, or `replaces`: how the answers change if the policy is so, which has no warning. */
  variant: async (world, [file = '', how]) => {
    const sources = sourcesOf(world, file, how)
    if (world.policy(...sources).warnings.length > 0) throw new Error(`${world.page}: ${file} has warnings.`)
    return (await changesOf(world, sources)).join('\n')
  },

  /** `mistake FILE adds`, or `replaces`: the same for a mistake, and what is told of it. */
  mistake: async (world, [file = '', how]) => {
    const sources = sourcesOf(world, file, how)
    const errors = world.refusal(...sources)
    if (errors.length > 0) return `The policy does not load:\n\n${diagnosticsOf(errors)}`
    const changes = await changesOf(world, sources)
    const { warnings } = world.policy(...sources)
    const told =
      warnings.length === 0
        ? 'Nothing warns of it; a test of these answers fails.'
        : `Loading it warns, and is refused with \`strict: true\`:\n\n${diagnosticsOf(warnings)}`
    return `${changes.join('\n') || '- No answer above changes.'}\n\n${told}`
  },

  /** `entities`: the tables as entities of TypeORM. */
  entities: async ({ schema }) =>
    [
      '<details>',
      '<summary>The same tables with TypeORM</summary>',
      '',
      '```ts title="entities.ts"',
      `${entitiesOf(schema)}\`\`\``,
      '',
      '</details>',
    ].join('\n'),

  /** `test`: the matrix as a test. */
  test: async (world) => {
    const [[label, context] = ['', undefined]] = Object.entries(world.facts.contexts ?? {})
    const matrix = await world.matrix(context)
    const columns = [...matrix.values().next().value!.keys()]
    const rows = [...matrix].map(([who, cells]) => [who, ...columns.map((column) => cellOf(cells.get(column)!, '-'))])
    const lines = aligned([['', ...columns], ...rows]).map((line) => `    ${line}`.trimEnd())
    const at = label === '' ? '' : `  at: contexts['${label}'],\n`
    return `\`\`\`ts\npolicyMatrix(authorizer, {\n  actors,\n  resources,\n${at}  allowed: \`\n${lines.join('\n')}\n  \`,\n})\n\`\`\``
  },
}

const cellOf = (actions: readonly string[], empty = '–'): string => actions.join(', ') || empty

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)))
  return rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at]!)).join(' | '))
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const [first, ...others] = aligned([head, ...rows]).map((line) => `| ${line} |`)
  return [first, first!.replaceAll(/[^|]+/g, (cell) => ` ${'-'.repeat(cell.length - 2)} `), ...others].join('\n')
}

/** What a person gains and loses between two matrices, in words. */
function differences(before: Matrix, after: Matrix): string[] {
  return [...before].flatMap(([who, cells]) =>
    [...cells].flatMap(([resource, actions]) => {
      const now = after.get(who)!.get(resource)!
      const gained = now.filter((action) => !actions.includes(action))
      const lost = actions.filter((action) => !now.includes(action))
      const failing = gained.filter((action) => action.includes(': '))
      const isFailing = (action: string) => failing.some((one) => one.startsWith(`${action}: `))
      const namesOf = (list: readonly string[]) => list.map((action) => `\`${action}\``).join(', ')
      const [more, less] = [gained.filter((one) => !failing.includes(one)), lost.filter((one) => !isFailing(one))]
      const changes = [
        ...(more.length > 0 ? [`may now ${namesOf(more)} ${resource}`] : []),
        ...(less.length > 0 ? [`may no longer ${namesOf(less)} ${resource}`] : []),
        ...failing.map((one) => {
          const [action, code] = one.split(': ')
          return `gets an error (\`${code}\`) for \`${action}\` ${resource}`
        }),
      ]
      return changes.map((change) => `**${who}** ${change}`)
    }),
  )
}

function diagnosticsOf(diagnostics: readonly Diagnostic[]): string {
  const lines = diagnostics.map(
    ({ severity, code, message, hint }) => `${severity} ${code}: ${message}${hint ? `\n  hint: ${hint}` : ''}`,
  )
  return `\`\`\`text\n${lines.join('\n')}\n\`\`\``
}

/** Returns the policy of a page with a file of it. */
function sourcesOf({ page }: World, file: string, how: string | undefined): readonly string[] {
  const blocks = blocksOf(page)
  const other = blocks.get(file)!
  return how === 'replaces' ? [other] : [blocks.get('policy.polar')!, other]
}

/** Returns how the answers of a page change with another policy, a line each. */
async function changesOf(world: World, sources: readonly string[]): Promise<readonly string[]> {
  const changes: string[] = []
  for (const [label, context] of Object.entries(world.facts.contexts ?? { '': undefined }))
    for (const change of differences(await world.matrix(context), await world.matrix(context, ...sources)))
      changes.push(`- ${label && `${label}: `}${change}`)
  for (const [who, call, label] of world.facts.writes ?? []) {
    const context = label === undefined ? undefined : world.facts.contexts![label]
    const [before, after] = [await world.write(who, call, context), await world.write(who, call, context, sources)]
    if (before !== after) changes.push(`- **${who}**: ${after} instead of ${before}\n  \`${call}\``)
  }
  return changes
}
