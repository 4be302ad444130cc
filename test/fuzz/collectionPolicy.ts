import type { Random } from './random.js'
import { descendantsOf, type FieldSpec, fieldsOf, isSubclass, type OneSpec, type World } from './world.js'

/** A random policy about the rows of a model that reads the collections that have these rows. */
export function collectionPolicy(random: Random, world: World, model: string, action: string): string {
  const rules = new Array(random.pick([1, 1, 2])).fill(0).map(() => {
    const parts = new Array(random.pick([1, 2, 2])).fill(0).map((_, at) => goal(random, world, model, `x${at}`))
    return `allow(actor: User, "${action}", resource: ${model}) if actor = actor and ${parts.join(random.pick([' and ', ' and ', ' or ']))};`.replace(
      /if actor = actor and (.* or .*);/,
      'if actor = actor and ($1);',
    )
  })
  if (random.chance(0.15)) {
    const same = random.pick(fieldsOf(world, model).filter(isSimple)).name
    const more = goal(random, world, model, 'x').replaceAll('resource', 'after')
    rules.push(
      `allow_update(actor: User, before: ${model}, after: ${model}) if actor = actor and before.${same} = after.${same} and ${more};`,
    )
  }
  return rules.join('\n')
}

function goal(random: Random, world: World, model: string, x: string): string {
  const path = random.chance(0.85) ? collection(random, world, model) : undefined
  if (!path) return column(random, world, model)
  const first = condition(random, world, path.model, x, model)
  const where = random.chance(0.4) ? `${first} and ${condition(random, world, path.model, x, model)}` : first
  switch (random.pick(['in', 'in', 'not', 'forall'] as const)) {
    case 'in':
      return `${x} in ${path.text} and ${where}`
    case 'not':
      return `not (${x} in ${path.text} and ${where})`
    default:
      return `forall(${x} in ${path.text}, ${where})`
  }
}

/** A collection that may contain rows of the model, reached from the resource or from the actor. */
function collection(
  random: Random,
  world: World,
  model: string,
): { readonly text: string; readonly model: string } | undefined {
  const starts = [
    { text: 'resource', model },
    ...ones(world, model).map((one) => ({ text: `resource.${one.name}`, model: one.model })),
    ...ones(world, model).flatMap((one) =>
      ones(world, one.model).map((two) => ({ text: `resource.${one.name}.${two.name}`, model: two.model })),
    ),
    { text: 'actor', model: 'User' },
  ]
  const found = starts.flatMap((start) =>
    fieldsOf(world, start.model).flatMap((field) =>
      field.kind === 'many' && (isSubclass(world, model, field.model) || random.chance(0.1))
        ? [{ text: `${start.text}.${field.name}`, model: field.model }]
        : [],
    ),
  )
  return found.length > 0 ? random.pick(found) : undefined
}

function condition(random: Random, world: World, model: string, x: string, resource: string): string {
  const users = ones(world, model).filter((one) => descendantsOf(world, 'User').includes(one.model))
  const shared = fieldsOf(world, model).filter(
    (one) =>
      one.kind !== 'many' && one.kind !== 'part' && fieldsOf(world, resource).some(({ name }) => name === one.name),
  )
  const made = [
    `${x} = resource`,
    `${x} != resource`,
    ...users.flatMap(({ name }) => [`${x}.${name} = actor`, `${x}.${name} = actor`, `${x}.${name} != actor`]),
    ...shared
      .filter(isSimple)
      .flatMap(({ name }) => [`${x}.${name} = resource.${name}`, `${x}.${name} != resource.${name}`]),
    ...fieldsOf(world, model).flatMap((one) =>
      isSimple(one) ? [`${x}.${one.name} = nil`, `${x}.${one.name} != nil`] : [],
    ),
  ]
  return random.pick(made)
}

function column(random: Random, world: World, model: string): string {
  const simple = fieldsOf(world, model).filter(isSimple)
  const { name } = random.pick(simple)
  return random.pick([`resource.${name} = nil`, `resource.${name} != nil`])
}

function isSimple(field: FieldSpec): boolean {
  return field.kind === 'one' || (field.kind === 'scalar' && !field.list)
}

function ones(world: World, model: string): readonly OneSpec[] {
  return fieldsOf(world, model).filter((field) => field.kind === 'one')
}
