import { fieldsPattern } from './atoms.js'
import { blocksFor } from './blocks.js'
import { body } from './bodies.js'
import { Draft, type Scope } from './draft.js'
import { all, type Goal, goal, type PolicyTree, type RuleTree } from './policyTree.js'
import type { Random } from './random.js'
import { descendantsOf, modelNamed, type World } from './world.js'

/** Rules that allow reading rows of a model, and all that they need. */
export function randomPolicy(
  random: Random,
  world: World,
  model: string,
): { tree: PolicyTree; constructs: ReadonlySet<string> } {
  const draft = new Draft(random, world)
  const blocks = random.chance(0.2) ? blocksFor(draft, model) : { declarations: [], rules: [] }
  const allows: RuleTree[] = [...blocks.rules]
  const count = blocks.rules.length > 0 ? random.integer(0, 1) : random.weighted({ '1': 2, '2': 3, '3': 2 })
  for (let index = 0; index < Number(count); index++) allows.push(allowRule(draft, model))
  return { tree: { blocks: blocks.declarations, rules: [...allows, ...draft.rules] }, constructs: draft.constructs }
}

function allowRule(draft: Draft, model: string): RuleTree {
  const { random } = draft
  const actor = actorParameter(draft)
  const action = actionParameter(draft)
  const resource = resourceParameter(draft, model)
  const scope: Scope = {
    variables: [
      { name: 'actor', type: { kind: 'row', model: 'User', nullable: !actor.isUser } },
      { name: 'resource', type: { kind: 'row', model: resource.model, nullable: false } },
    ],
    focus: 'resource',
  }
  const anyone: Scope =
    actor.isUser || random.chance(0.3) ? scope : { variables: scope.variables.slice(1), focus: 'resource' }
  const asked = body(draft, anyone, 3, Number(random.weighted({ '1': 5, '2': 3, '3': 1 })))
  const goals: Goal[] = [...(action.goal ? [goal(action.goal)] : []), asked]
  return {
    head: `allow(${actor.text}, ${action.text}, ${resource.text})`,
    body: all(...(random.chance(0.5) ? goals : goals.reverse())),
  }
}

function actorParameter(draft: Draft): { text: string; isUser: boolean } {
  switch (draft.random.weighted({ class: 14, any: 3, fields: 1.2, union: draft.hasBlocks ? 6 : 0 })) {
    case 'class':
      return { text: 'actor: User', isUser: true }
    case 'any':
      return { text: 'actor', isUser: false }
    case 'fields':
      draft.uses('fields in a head')
      return { text: `actor: User${fieldsPattern(draft, { variables: [] }, 'User')}`, isUser: true }
    case 'union':
      draft.uses('union')
      return { text: 'actor: Actor', isUser: true }
  }
}

function actionParameter(draft: Draft): { text: string; goal?: string } {
  switch (draft.random.weighted({ named: 14, listed: 1, compared: 1, any: 1 })) {
    case 'named':
      return { text: '"read"' }
    case 'listed':
      draft.uses('action in a variable')
      return {
        text: 'action',
        goal: draft.random.pick(['action in ["read", "edit"]', 'action in ["edit"]', 'not action in ["edit"]']),
      }
    case 'compared':
      draft.uses('action in a variable')
      return {
        text: 'action',
        goal: draft.random.pick(['action = "read"', 'action != "read"', 'not (action = "edit")']),
      }
    case 'any':
      draft.uses('action in a variable')
      return { text: 'action' }
  }
}

function resourceParameter(draft: Draft, model: string): { text: string; model: string } {
  const { random } = draft
  const subclasses = descendantsOf(draft.world, model).slice(1)
  const { parent } = modelNamed(draft.world, model)
  switch (
    random.weighted({
      class: 14,
      fields: 2.5,
      dictionary: 0.8,
      any: 1,
      subclass: subclasses.length > 0 ? 4 : 0,
      parent: parent ? 9 : 0,
      other: 0.3,
    })
  ) {
    case 'class':
      return { text: `resource: ${model}`, model }
    case 'fields':
      draft.uses('fields in a head')
      return {
        text: `resource: ${model}${fieldsPattern(draft, { variables: [{ name: 'actor', type: { kind: 'row', model: 'User', nullable: false } }] }, model)}`,
        model,
      }
    case 'dictionary':
      draft.uses('dictionary pattern')
      return { text: `resource: ${fieldsPattern(draft, { variables: [] }, model)}`, model }
    case 'any':
      return { text: 'resource', model }
    case 'subclass': {
      draft.uses('rule for a subclass')
      const subclass = random.pick(subclasses)
      return { text: `resource: ${subclass}`, model: subclass }
    }
    case 'parent':
      draft.uses('rule for a superclass')
      return { text: `resource: ${parent ?? model}`, model: parent ?? model }
    case 'other':
      return { text: 'resource: Membership', model: 'Membership' }
  }
}
