import type { Authorizer } from '@arcturus/core'
import { Failure, reasonOf } from '../output/failure.js'
import type { Project } from '../project/project.js'
import { recordedKeys } from '../project/rows.js'
import { closeDatabase, rowOf } from '../project/snapshot.js'
import type { TestedFile } from './test.js'

/** A file of `test` blocks, as Oso Cloud has them. */
export interface BlockFile {
  readonly file: string
  readonly text: string
}

interface Assertion {
  readonly line: number
  /** As written. */
  readonly text: string
  readonly isDenied: boolean
  readonly goal: string
  /** The values of the only variable, after `iff`. */
  readonly values: string | undefined
}

interface Block {
  readonly title: string
  readonly facts: readonly string[]
  readonly assertions: readonly Assertion[]
}

/** Runs the tests of a file. The facts of a test are its only data: the database is not read. */
export async function runBlocks(project: Project, { file, text }: BlockFile): Promise<TestedFile> {
  const blocks = blocksOf(file, text)
  const open = await closeDatabase(project)
  const differences: { title: string; line: number; assertion: string; answer: string }[] = []
  try {
    for (const { title, facts, assertions } of blocks) {
      const world = new World(project.authorizer, `${file}: ${title}`)
      for (const fact of facts) world.add(fact)
      for (const { line, text, isDenied, goal, values } of assertions) {
        const expected = values === undefined ? String(!isDenied) : shown(JSON.parse(values))
        const answer = await world.answer(goal, values !== undefined).catch(messageOf)
        if (answer !== expected) differences.push({ title, line, assertion: text, answer })
      }
    }
  } finally {
    open()
  }
  return {
    file,
    title: blocks.map(({ title }) => title).join(', '),
    cells: blocks.reduce((sum, { assertions }) => sum + assertions.length, 0),
    differences,
    failures: differences.map(
      ({ title, line, assertion, answer }) => `${title} (line ${line}): ${assertion}, but it is ${answer}`,
    ),
    actual: '',
  }
}

const string = String.raw`"(?:[^"\\]|\\.)*"`
const patterns = {
  space: /(?:\s|#.*)*/y,
  test: new RegExp(String.raw`test\s+(?:fixture\s+(\w+)|(${string}))\s*\{`, 'y'),
  setup: /setup\s*\{/y,
  fixture: /fixture\s+(\w+)\s*;/y,
  statement: new RegExp(String.raw`(assert_not\s|assert\s)?((?:[^;"{}#]|${string}|(?<=\w)\{\s*${string}\s*\})+);`, 'y'),
  end: /\}/y,
} as const

/** @throws {Failure} The text has another form. */
function blocksOf(file: string, text: string): readonly Block[] {
  let at = 0
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length
  const next = (name: keyof typeof patterns): RegExpExecArray | undefined => {
    const pattern = patterns[name]
    pattern.lastIndex = at
    const found = pattern.exec(text) ?? undefined
    if (found) at = pattern.lastIndex
    if (found && name !== 'space') next('space')
    return found
  }
  const fail = (expected: string): never => {
    const [line = ''] = text.slice(at).split('\n')
    throw new Failure(
      `${file}:${lineAt(at)}: Expected ${expected}, not: ${line || 'the end'}`,
      'write: test "…" { setup { facts } assert …; assert_not …; }',
    )
  }
  const fixtures = new Map<string, readonly string[]>()
  const factsOf = (): readonly string[] => {
    const facts: string[] = []
    while (!next('end')) {
      const fixture = next('fixture')
      if (fixture)
        facts.push(...(fixtures.get(fixture[1]!) ?? fail(`a fixture that is declared above, not ${fixture[1]}`)))
      else facts.push((next('statement') ?? fail('a fact'))[2]!)
    }
    return facts
  }
  const blocks: Block[] = []
  next('space')
  while (at < text.length) {
    const [, fixture, title] = next('test') ?? fail('`test "…" {`')
    if (fixture !== undefined) {
      fixtures.set(fixture, factsOf())
      continue
    }
    const facts = next('setup') ? factsOf() : []
    const assertions: Assertion[] = []
    while (!next('end')) {
      const line = lineAt(at)
      const [all, keyword, body = ''] = next('statement') ?? fail('an assertion')
      if (!keyword) fail('`assert` or `assert_not`')
      const [goal = '', values] = body.split(/\siff\s+\w+\s+in\s/)
      assertions.push({
        line,
        text: all.slice(0, -1),
        isDenied: keyword!.trim() === 'assert_not',
        goal: goal.trim(),
        values,
      })
    }
    blocks.push({ title: JSON.parse(title!), facts, assertions })
  }
  return blocks
}

/** @throws {Failure} A row that can't be made fails the run. */
function messageOf(error: unknown): string {
  if (error instanceof Failure) throw error
  return typeof error === 'object' && error !== null && 'summary' in error ? String(error.summary) : reasonOf(error)
}

/** Returns the texts of values in alphabetical order. */
function shown(values: readonly unknown[]): string {
  return `[${values
    .map((value) => JSON.stringify(value))
    .sort()
    .join(', ')}]`
}

/** A row of a test. */
interface Named {
  /** The variable of queries. */
  readonly name: string
  /** The row in the head of a rule, such as `_: User{id: 1}`. */
  readonly head: string
  readonly model: string
  readonly row: Record<string, unknown>
}

/** The data of a test: rows with the columns that its facts give them, and rules for its other facts. */
class World {
  /** By their texts and by their names. */
  readonly #rows = new Map<string, Named>()
  readonly #rules: string[] = []
  #policy: Authorizer | undefined

  /** @param title - The name of the facts in messages. */
  constructor(
    private readonly authorizer: Authorizer,
    private readonly title: string,
  ) {}

  /** Adds a fact. @throws {Failure} It means nothing in the policy. */
  add(fact: string): void {
    const goal = this.#named(fact)
    const [name = ''] = /^\w+/.exec(goal) ?? []
    const [, , ...args] = /^(\w+)\(\s*(\w+)(?:\s*,\s*(".*?"|\w+))?(?:\s*,\s*(\w+))?\s*\)$/.exec(goal) ?? []
    const [one, relation, other] = args
    const [subject, column, value = 'true'] =
      name === 'has_relation' ? [other, JSON.parse(relation ?? '""'), one] : [one, name, relation]
    const { model = '', row = {} } = this.#rows.get(subject ?? '') ?? {}
    const { schema, policy } = this.authorizer
    const field =
      schema.models.has(model) && (name === 'has_relation' || other === undefined)
        ? schema.fields(model).find((each) => [each.name, snakeCase(each.name)].includes(column))
        : undefined
    if (field) {
      const given = this.#rows.get(value)?.row ?? JSON.parse(value)
      const list = row[field.name]
      if (Array.isArray(list)) list.push(given)
      else row[field.name] = given
      const columns = field.kind === 'relation' && !field.many ? field : { from: [], to: [] }
      for (const [at, own] of columns.from.entries()) row[own] = given[columns.to[at]!]
    }
    const count = 1 + (goal.replaceAll(new RegExp(string, 'g'), '').match(/,/g)?.length ?? 0)
    const isRule =
      name !== 'has_relation' && policy!.rules.get(name)?.some(({ parameters }) => parameters.length === count)
    if (isRule) this.#rules.push(`${goal.replaceAll(/\brow_\d+\b/g, (each) => this.#rows.get(each)!.head)};`)
    if (!field && !isRule)
      throw new Failure(
        `${this.title}: No rule is "${name}" with ${count} arguments, and no column.`,
        `remove the fact: ${fact.trim()}`,
      )
  }

  /** Returns whether a goal is true, or the values of its variable. */
  async answer(text: string, hasVariable: boolean): Promise<string> {
    const goal = this.#named(text).replaceAll(/\b(\w+)\s*:\s*\w+/g, '$1')
    const bindings = new Map([...this.#rows.values()].map(({ name, row }) => [name, row]))
    this.#policy ??= this.authorizer.withPolicy(
      ...this.authorizer.policy!.sources.map(({ name, text }) => ({ name: name!, text })),
      { name: this.title, text: this.#rules.join('\n') },
    )
    const [, actor, action, resource] = /^allow\(\s*(row_\d+)\s*,\s*(".*")\s*,\s*(row_\d+)\s*\)$/.exec(goal) ?? []
    if (actor)
      return String(
        await this.#policy.isAllowed(bindings.get(actor), JSON.parse(action!) as never, bindings.get(resource!)),
      )
    const found = new Set<unknown>()
    for await (const solution of this.#policy.query(goal, { bindings })) {
      if (!hasVariable) return 'true'
      for (const [name, value] of solution) if (!bindings.has(name)) found.add(value)
    }
    return hasVariable ? shown([...found]) : 'false'
  }

  /** Replaces rows by their names. In Oso Cloud, `has_relation` begins with the row that has the relation. */
  #named(text: string): string {
    const relation = new RegExp(String.raw`\bhas_relation\(\s*(\w+)\s*,\s*(${string})\s*,\s*(\w+)\s*\)`, 'g')
    return text
      .trim()
      .replaceAll(
        new RegExp(String.raw`(\w+)\{\s*(${string})\s*\}`, 'g'),
        (row, model, id) => this.#rowOf(row, model, id).name,
      )
      .replaceAll(relation, 'has_relation($3, $2, $1)')
  }

  /** Returns the row of a reference: only its key is set. Its relations are empty, booleans false, and nullable fields nil. */
  #rowOf(text: string, model: string, id: string): Named {
    const known = this.#rows.get(text)
    if (known) return known
    const { authorizer } = this
    const { schema } = authorizer
    const [column, ...rest] = (schema.models.has(model) && schema.key(model)) || []
    if (column === undefined || rest.length > 0)
      throw new Failure(`${this.title}: ${model} is no model with a key of one column.`, 'name a registered model')
    const row: Record<string, unknown> = {}
    for (const field of schema.fields(model)) {
      if (field.kind === 'relation') for (const own of field.many ? [] : field.from) row[own] = null
      if (field.kind === 'relation' || field.list)
        row[field.name] = field.kind === 'relation' && !field.many ? null : []
      else if (field.type === 'boolean') row[field.name] = false
      else if (field.nullable) row[field.name] ??= null
    }
    // A text can name a row whose key is a number.
    const { [column]: key = -1 - this.#rows.size } = recordedKeys(authorizer, model, [JSON.parse(id)])[0] ?? {}
    row[column] = key
    const head = `_: ${model}{${column}: ${typeof key === 'string' ? JSON.stringify(key) : String(key)}}`
    const named = { name: `row_${this.#rows.size}`, head, model, row: rowOf(authorizer, model, row) as typeof row }
    this.#rows.set(text, named).set(named.name, named)
    return named
  }
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
