import type { Authorizer, FieldDeclaration } from '@arcturus/core'
import type { Random } from '../random.js'
import { Arrival } from './arrival.js'
import { randomPolicy } from './ownPolicy.js'
import type { Setting } from './setting.js'

const userFields: Readonly<Record<string, FieldDeclaration>> = {
  id: 'integer',
  level: 'integer',
  name: 'string',
  mentor: { one: 'User' },
  peers: { many: 'User' },
}
const resourceFields = (parent: string): Readonly<Record<string, FieldDeclaration>> => ({
  id: 'integer',
  level: 'integer',
  name: 'string',
  owner: { one: 'User' },
  parent: { one: parent },
  members: { many: 'User' },
})

/** Values of one row by its fields. */
type Values = Readonly<Record<string, unknown>>

/** Classes whose instances share rules, so that one place in a policy reads objects of several classes. */
export function ownSetting(random: Random): Setting {
  const arrival = new Arrival(random)
  const classes = new Map<string, new () => object>()
  for (const name of ['User', ...random.sample(['Doc', 'Sheet', 'Page', 'Table'], random.integer(2, 4))])
    classes.set(name, { [name]: class {} }[name]!)
  const names = [...classes.keys()].slice(1)
  // One model may be a table without a class, whose relations are loaded.
  const table = random.chance(0.4) ? names.at(-1) : undefined
  const loadable = new Map<object, Values>()
  const slow = new Map(
    [...classes.keys()].map((name) => [name, new Set(relations.filter(() => random.chance(0.75)))] as const),
  )

  const users: object[] = []
  const pickUser = (): unknown => random.pick(users)
  for (let id = 0; id < 4; id++) users.push(new (classes.get('User')!)())
  for (const [id, user] of users.entries()) {
    const values = {
      id,
      ...scalars(random),
      mentor: random.chance(0.05) ? null : pickUser(),
      peers: someOf(random, users),
    }
    put(user, values, slow.get('User')!, arrival)
  }
  const resources: object[] = []
  for (const name of names) {
    for (let id = 0; id < 2; id++) {
      const parent = random.chance(0.4) ? null : (resources.at(-1) ?? null)
      const values = { id, ...scalars(random), owner: pickUser(), parent, members: someOf(random, users) }
      const row = name === table ? {} : new (classes.get(name)!)()
      if (name === table) loadable.set(row, values)
      put(row, values, slow.get(name)!, arrival, name === table)
      resources.push(row)
    }
  }

  return {
    arrival,
    policies: [randomPolicy(random, names), randomPolicy(random, names)],
    actors: random.chance(0.1) ? [...users, null] : users,
    resources,
    models: names,
    actions: ['read', 'edit', 'share'],
    fields: ['name', 'level', 'salary'],
    register(authorizer: Authorizer): void {
      authorizer.registerClass(classes.get('User'), { key: 'id', fields: userFields })
      for (const name of names) {
        const options = { key: 'id', fields: resourceFields(names[0]!) }
        if (name !== table) authorizer.registerClass(classes.get(name), options)
        else
          authorizer.registerModels([{ name, ...options }], ({ object, name: relation }) =>
            arrival.promise(loadable.get(object)![relation]),
          )
      }
      for (const row of loadable.keys()) authorizer.as(table!, row)
      authorizer.registerConstant(2, 'limit').registerConstant(users[0], 'boss')
    },
  }
}

const relations = ['mentor', 'peers', 'owner', 'parent', 'members'] as const

function scalars(random: Random): { readonly level: number; readonly name: string } {
  return { level: random.integer(0, 3), name: random.pick(['a', 'b']) }
}

function someOf(random: Random, users: readonly object[]): object[] {
  return random.sample(users, random.integer(0, 3))
}

/** Gives a row its values; those of slow relations arrive, those of a table are loaded. */
function put(row: object, values: Values, slow: ReadonlySet<string>, arrival: Arrival, isTable = false): void {
  for (const [name, value] of Object.entries(values)) {
    if (!slow.has(name)) Object.assign(row, { [name]: value })
    else if (!isTable) Object.defineProperty(row, name, { get: () => arrival.of(value), enumerable: true })
  }
  const heldBy = (user: unknown): unknown => arrival.of(values['owner'] === user)
  Object.defineProperty(row, 'heldBy', { value: heldBy })
}
