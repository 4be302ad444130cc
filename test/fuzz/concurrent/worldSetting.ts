import { makeObjects, register } from '../objects.js'
import { printPolicy } from '../policyTree.js'
import type { Random } from '../random.js'
import { randomCase } from '../randomCase.js'
import { fieldsOf } from '../world.js'
import { Arrival } from './arrival.js'
import type { Setting } from './setting.js'

/** The world and the policy of another random case, whose relations arrive. */
export function worldSetting(random: Random, seed: number, index: number): Setting {
  const { asked } = randomCase(seed, index)
  const { world } = asked
  const arrival = new Arrival(random)
  const objects = makeObjects(world)
  for (const [at, row] of objects.rows.entries()) {
    for (const { kind, name } of fieldsOf(world, world.rows[at]!.model)) {
      if (kind !== 'one' && kind !== 'many') continue
      const value: unknown = Reflect.get(row, name)
      if (value === undefined || random.chance(0.3)) continue
      Object.defineProperty(row, name, { get: () => arrival.of(value), enumerable: true, configurable: true })
    }
  }
  const isOfModel = (_: object, at: number): boolean => world.rows[at]!.model === asked.model
  const mostly = objects.rows.filter(isOfModel)
  return {
    arrival,
    policies: [printPolicy(asked.policy), 'allow(_: User, "read", _);'],
    actors: asked.actors.map((actor) => (actor === null ? null : objects.rows[actor])),
    resources: [...mostly, ...random.sample(objects.rows, 4)],
    models: [asked.model],
    actions: asked.actions,
    fields: ['name', 'id'],
    register: (authorizer) => register(authorizer, world, objects),
  }
}
