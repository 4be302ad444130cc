import {
  type Authorizer,
  actionNames,
  actorsOf,
  type Call,
  checkedAction,
  checkedField,
  descendants,
  type Goal as Expression,
  fieldAction,
  type Node,
  type Policy,
  policyFor,
  type Rule,
  type Schema,
} from '@arcturus/core/internal/compile'

/** Names; undefined if any string is one. */
export type Names = ReadonlySet<string> | undefined

/** The names that a policy has for one model. */
export interface ModelVocabulary {
  readonly actions: Names
  readonly fieldActions: Names
  readonly roles: ReadonlySet<string>
  readonly relations: ReadonlySet<string>
  /** The fields that rules name. */
  readonly fields: Names
}

/** The part of an authorizer that has names beside those of its policy. */
export type Vocal = Pick<Authorizer, 'schema' | 'readAction' | 'declaredActions'>

type Rules = Pick<Policy, 'rules' | 'blocks'>

/** The rules whose third argument is a resource. */
const resourceRules = ['allow', 'has_permission', 'allow_field', 'has_role']

/** The rules whose first argument is an actor of the application. */
const actorRules = ['allow', 'has_permission', 'allow_field', 'allow_request']

/**
 * The actions, roles, relations and fields of each model. An action belongs to a model if a block of it, or the head or the
 * body of a rule that concerns it, names the action; a rule that accepts any action names none.
 */
export class Vocabulary {
  readonly #schema: Schema
  readonly #actions = new Map<string, Names>()

  constructor(
    private readonly policy: Policy,
    private readonly authorizer: Vocal,
  ) {
    this.#schema = authorizer.schema
  }

  /** The models whose rows can be actors; undefined if no block or rule tells. */
  get actors(): Names {
    const named = actorRules
      .flatMap((name) => this.policy.rules.get(name) ?? [])
      .flatMap(({ parameters: [actor] }) => {
        const tag = actor?.pattern?.kind === 'class pattern' ? actor.pattern.tag : undefined
        return tag === undefined || tag === 'Actor' || tag === 'Resource' ? [] : [tag]
      })
    const actors = new Set([...actorsOf(this.policy), ...named])
    for (const name of [...actors]) for (const other of this.#schema.descendants(name)) actors.add(other)
    return actors.size === 0 ? undefined : actors
  }

  of(model: string): ModelVocabulary {
    const { rules, blocks } = this.#rulesFor(model)
    const own = [...blocks.values()]
    const heads = (rules.get('has_role') ?? []).flatMap(({ parameters: [, role] }) =>
      role?.term.kind === 'string' ? [role.term.value] : [],
    )
    const ofFields = { rules, blocks: new Map() }
    return {
      actions: this.actions(model),
      fieldActions: this.#names(ofFields, fieldAction),
      roles: new Set([...own.flatMap(({ roles }) => roles), ...heads]),
      relations: new Set(own.flatMap(({ relations }) => [...relations.keys()])),
      fields: this.#names(ofFields, checkedField),
    }
  }

  /** Returns the actions of a model, with those that its rules pass on to other models. */
  actions(model: string): Names {
    if (this.#actions.has(model)) return this.#actions.get(model)
    // Models that pass actions on to each other have the actions of both.
    this.#actions.set(model, new Set())
    const rules = this.#rulesFor(model)
    let names: Set<string> | undefined
    const own = actionNames(rules, [checkedAction], this.#isName)
    if (!own.open) {
      const { declaredActions, readAction } = this.authorizer
      names = new Set([...own.names, ...declaredActions, ...(own.isWild ? [readAction] : [])])
      for (const other of this.#passedOn(rules, model)) {
        const more = this.actions(other)
        for (const name of more ?? []) names.add(name)
        if (more === undefined) {
          names = undefined
          break
        }
      }
    }
    this.#actions.set(model, names)
    return names
  }

  #names(rules: Rules, place: typeof fieldAction): Names {
    const { names, open } = actionNames(rules, [place], this.#isName)
    return open ? undefined : names
  }

  readonly #isName = (name: string): boolean => this.#schema.isName(name)

  /** Returns the rules and blocks that concern the rows of a model. */
  #rulesFor(model: string): Rules {
    return policyFor(this.policy, this.#schema, model, resourceRules)
  }

  /** Returns the models for whose rows the rules of a model ask about its action; all models if it can't be told. */
  #passedOn({ rules, blocks }: Rules, model: string): Iterable<string> {
    const reached = new Set(['allow', 'has_permission'])
    const calls: { readonly call: Call; readonly rule: Rule }[] = []
    /** The rules that are asked about something else than what their caller is about. */
    const ofOthers = new Set<string>()
    for (const name of reached)
      for (const rule of rules.get(name) ?? [])
        for (const call of callsIn(rule.body)) {
          reached.add(call.name)
          if (isActionRule(call.name)) calls.push({ call, rule })
          else if (call.args.some(({ kind }) => kind === 'dot')) ofOthers.add(call.name)
        }
    const found = new Set<string>()
    for (const { call, rule } of calls) {
      const [, action, resource] = call.args
      if (resource === undefined || action!.kind === 'string') continue
      const own = isActionRule(rule.name) ? rule.parameters.slice(2, 3) : ofOthers.has(rule.name) ? [] : rule.parameters
      const isOwn = (one: Expression | undefined): boolean => own.some(({ term }) => isSame(term, one))
      if (isOwn(resource)) continue
      const classes = this.#field(resource, isOwn, model) ?? this.#related(resource, rule, isOwn, blocks)
      for (const one of classes ?? this.#schema.models.keys())
        for (const name of this.#schema.descendants(one)) found.add(name)
    }
    return found
  }

  /** Returns the model of a relation of the row. */
  #field(one: Expression, isOwn: (one: Expression) => boolean, model: string): readonly string[] | undefined {
    if (one.kind !== 'dot' || one.member.kind !== 'string' || !isOwn(one.object)) return undefined
    const field = this.#schema.field(model, one.member.value)
    return field?.kind === 'relation' ? [field.model] : undefined
  }

  /** Returns the models of a variable of `has_relation(folder, "folder", document)`, by the blocks. */
  #related(
    one: Expression,
    { body }: Rule,
    isOwn: (one: Expression | undefined) => boolean,
    blocks: Policy['blocks'],
  ): readonly string[] | undefined {
    const found = callsIn(body).flatMap(({ name, args: [from, relation, to] }) => {
      if (name !== 'has_relation' || !isSame(from, one) || relation?.kind !== 'string' || !isOwn(to)) return []
      return [...blocks.values()].flatMap(({ relations }) => relations.get(relation.value) ?? [])
    })
    return found.length > 0 ? found : undefined
  }
}

const isActionRule = (name: string): boolean => name === 'allow' || name === 'has_permission'

function isSame(one: Expression | undefined, other: Expression | undefined): boolean {
  return one?.kind === 'variable' && other?.kind === 'variable' && one.name === other.name
}

function callsIn(body: Node | undefined): readonly Call[] {
  return body ? descendants(body).filter((node) => node.kind === 'call') : []
}
