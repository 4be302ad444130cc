import type { Random } from '../random.js'

const always = 'always'

/** Conditions of rules, by model. `read`, `update` … are chosen from them. */
const conditions: Readonly<Record<string, readonly string[]>> = {
  User: [always, 'row = user', 'row.name != "user 3"'],
  Space: [
    'm in row.members and m.userId = user.id',
    'm in row.members and m.userId = user.id and m.role = "admin"',
    'row.name != "space 2"',
    'm in user.members and m.spaceId = row.id',
    'not (b in row.boards and b.locked = true)',
    'row.boards.length > 1',
  ],
  Member: [
    'row.userId = user.id',
    'm in row.space.members and m.userId = user.id and m.role = "admin"',
    'row.role != "admin"',
    'm in user.members and m.spaceId = row.spaceId and m.role = "admin"',
  ],
  Board: [
    'm in row.space.members and m.userId = user.id',
    'row.locked = false',
    'row.space.name != "space 2"',
    'row.position < 2',
    'not (i in row.items and i.done = true)',
    'row.items.length < 2',
    'i in row.items and i.note != nil and i.note.body != "no"',
  ],
  Item: [
    'row.board.locked = false',
    'row.assigneeId = user.id',
    'row.assigneeId = nil or row.assigneeId = user.id',
    'm in row.board.space.members and m.userId = user.id',
    'row.done = false',
    't in row.tags and t.name = "red"',
    'row.parent = nil or row.parent.boardId = row.boardId',
    'not (p in row.parts and p.done = true)',
    'row.note != nil and row.note.body != "no"',
    'row.note = nil',
    'row.parent = nil or row.parent.note = nil or row.parent.note.body = "no"',
    'row.board.items.length > 1',
    'has_done_part(row)',
    'not has_done_part(row)',
  ],
  Note: [
    'row.item != nil and row.item.assigneeId = user.id',
    'row.body != "no"',
    'row.item = nil or row.item.done = false',
    'row.item = nil or row.item.parent = nil or row.item.parent.note != nil',
    'row.item != nil and row.item.note != nil and row.item.note.body != "no"',
  ],
  Tag: ['row.name != "official"', always, 'i in row.items and i.done = false'],
}

/** It goes from row to row, as far as there are parts. */
const recursion = `has_done_part(item: Item) if part in item.parts and part.done = true;
has_done_part(item: Item) if part in item.parts and has_done_part(part);`

/** Conditions on the rows before and after an update, by model. */
const changes: Readonly<Record<string, readonly string[]>> = {
  Space: ['before.name = after.name', 'm in before.members and m.userId = user.id'],
  Member: [
    'before.spaceId = after.spaceId',
    'before.role = after.role or m in after.space.members and m.userId = user.id and m.role = "admin"',
  ],
  Board: [
    'before.space = after.space',
    'before.locked = false or after.position < 2',
    'not (i in before.items and i.done = true)',
    'before.space.name = after.space.name',
  ],
  Item: [
    'before.board = after.board',
    'before.done = false or after.done = true',
    'before.board.locked = after.board.locked',
    'before.assigneeId = after.assigneeId',
    't in before.tags and t in after.tags',
  ],
  Note: ['before.item = after.item', 'before.body != after.body'],
  Tag: ['before.name = after.name', 'i in before.items and i in after.items'],
}

/**
 * Returns a random policy for the actions of all models.
 * @param comparesStates - Whether rules of `allow_update` decide updates of some models.
 */
export function randomWritePolicy(random: Random, comparesStates = false): string {
  const rules: string[] = []
  for (const [model, of] of Object.entries(conditions)) {
    for (const action of ['read', 'create', 'update', 'delete']) {
      if (random.chance(action === 'read' ? 0.5 : 0.25)) rules.push(rule(model, action, always))
      else for (let at = random.integer(1, 2); at > 0; at--) rules.push(rule(model, action, random.pick(of)))
    }
  }
  for (const [model, of] of Object.entries(comparesStates ? changes : {})) {
    if (random.chance(0.7)) continue
    const condition = random.pick(of)
    const named = (name: string) => (condition.includes(`${name}.`) ? name : '_')
    rules.push(`allow_update(${named('user')}: User, before: ${model}, ${named('after')}: ${model}) if ${condition};`)
  }
  if (rules.some((one) => one.includes('has_done_part'))) rules.push(recursion)
  return rules.join('\n')
}

function rule(model: string, action: string, condition: string): string {
  if (condition === always) return `allow(_: User, "${action}", _: ${model});`
  const user = /\buser\b(?! 3)/.test(condition) ? 'user' : '_'
  return `allow(${user}: User, "${action}", row: ${model}) if ${condition};`
}
