import { ArgumentError } from '../../errors.js'
import type { Code } from '../../language/codes.js'
import type { Diagnostic } from '../../language/diagnostic.js'
import { didYouMean } from '../../language/didYouMean.js'
import {
  type ActionNames,
  actionNames,
  checkedAction,
  checkedField,
  delegatesActions,
  fieldAction,
  policyFor,
} from '../../policy/actions.js'
import type { Policy } from '../../policy/policy.js'
import type { Schema } from '../../schema/schema.js'
import { entryOf } from '../../values/entryOf.js'
import { actionsFor, namesOutright, stringLiteralsOf } from './actionNames.js'

/** The message and the hint for an action that nothing names. */
export interface ActionProblem {
  readonly message: string
  readonly hint: string
}

/**
 * Returns the message and the hint for an unknown action, given all known ones.
 * @param model - The model for which it is unknown. Default: it is unknown for all.
 */
export function unknownAction(action: string, known: readonly string[], model?: string): ActionProblem {
  const near = didYouMean(action, known)
  const declare = `declare an action that the policy does not name: new Authorizer({ actions: [${JSON.stringify(action)}] })`
  return {
    message:
      model === undefined
        ? `Unknown action "${action}": no rule or block names it.`
        : `Unknown action "${action}" for ${model}: only rules and blocks of other models name it.`,
    hint: near === undefined ? `write a rule for it, or ${declare}` : `did you mean "${near}"? Or ${declare}`,
  }
}

/** The strings for which a rule may hold in one argument. */
export interface Candidates {
  readonly names: readonly string[]
  /** Whether the rule holds for no other strings, or for none that are of interest. */
  readonly areAll: boolean
}

/** The actions that exist besides those that a policy names. */
export interface ActionSettings {
  /** The actions that the application declared. */
  readonly declaredActions: ReadonlySet<string>
  readonly readAction: string
}

/**
 * The actions of a loaded policy. An action that nothing names is most likely misspelt: a check of
 * it would be denied, and a list of it empty, without a word.
 */
export class PolicyActions {
  #checked: ActionNames | undefined
  #ofFields: ActionNames | undefined
  #fields: ActionNames | undefined
  /** The parts of the policy that concern the rows of a model, and the actions that they name. */
  readonly #parts = new Map<string, ReturnType<typeof policyFor>>()
  readonly #ofModels = new Map<string, ActionNames>()
  #delegates: boolean | undefined
  #words: ReadonlySet<string> | undefined

  constructor(
    private readonly policy: Policy,
    private readonly schema: Schema,
    private readonly settings: ActionSettings,
  ) {}

  /** Whether a rule grants actions that nothing names, such as `allow(admin: Admin, _, _)`. */
  get isWild(): boolean {
    return this.#names.isWild
  }

  /**
   * Returns all valid actions, and whether a rule grants others; undefined if rules compare actions
   * with data.
   */
  get all(): { readonly names: readonly string[]; readonly isWild: boolean } | undefined {
    const { names, open, isWild } = this.#names
    const { declaredActions: declared, readAction } = this.settings
    if (open || !this.policy.rules.has('allow')) return undefined
    return { names: [...new Set([...names, ...declared, ...(isWild ? [readAction] : [])])], isWild }
  }

  /**
   * Returns whether the policy or the application names an action. If rules accept any action, the
   * read action is named by its setting.
   */
  isNamed(action: string): boolean {
    // A check by a policy without `allow` has an error of its own.
    if (this.settings.declaredActions.has(action) || !this.policy.rules.has('allow')) return true
    if (!this.#checked && namesOutright(this.policy, action)) return true
    const { names, open, isWild } = this.#names
    return names.has(action) || open !== undefined || (isWild && action === this.settings.readAction)
  }

  /** The string literals and names of the policy, collected on first use. */
  get words(): ReadonlySet<string> {
    this.#words ??= stringLiteralsOf(this.policy)
    return this.#words
  }

  /** Returns whether an action is a string literal or name of the policy. */
  knows(action: string): boolean {
    return this.#words ? this.#words.has(action) : namesOutright(this.policy, action) || this.words.has(action)
  }

  /**
   * Returns whether a rule that concerns a model, a block of it, or the application names an action.
   * The read action is valid for all models. Rules that accept any action, or pass it on for another
   * resource, name it for all models too.
   * @param model - The name of the model; undefined if it is unknown.
   */
  isNamedFor(action: string, model: string | undefined): boolean {
    const { declaredActions: declared, readAction } = this.settings
    if (!this.isNamed(action)) return false
    if (model === undefined || !this.schema.models.has(model) || action === readAction || declared.has(action))
      return true
    if (!this.policy.rules.has('allow')) return true
    if (!this.#ofModels.has(model) && namesOutright(this.#partFor(model), action)) return true
    const { open, isWild } = this.#names
    if (open || isWild || this.#passesOn) return true
    const names = this.#ofModel(model)
    return names.names.has(action) || names.open !== undefined
  }

  /** Returns the actions to try on a row of a model. @param model - Undefined if it is unknown. */
  candidates(model: string | undefined): Candidates {
    const known = actionsFor(this.policy, model === undefined ? [] : this.schema.ancestors(model))
    const { open } = this.#names
    if (open) return { names: known, areAll: false }
    const { names } = model === undefined || this.#passesOn ? this.#names : this.#ofModel(model)
    return { names: [...new Set([...known, ...names])], areAll: true }
  }

  /** Returns the fields to try on a row. @param declared - The fields that its model declares. */
  fieldCandidates(declared: readonly string[]): Candidates {
    this.#fields ??= actionNames(this.policy, [checkedField], (name) => this.schema.isName(name))
    const { names, open } = this.#fields
    return { names: [...new Set([...declared, ...names])], areAll: open === undefined }
  }

  /** Whether rules pass an action on for another resource. */
  get #passesOn(): boolean {
    this.#delegates ??= delegatesActions(this.policy)
    return this.#delegates
  }

  /** Whether rules of checks or of fields name an action. */
  isNamedForFields(action: string): boolean {
    if (action === this.settings.readAction || this.isNamed(action)) return true
    this.#ofFields ??= actionNames(this.policy, [fieldAction], (name) => this.schema.isName(name))
    const { names, open } = this.#ofFields
    return names.has(action) || open !== undefined
  }

  /** @throws ArgumentError if nothing names the action, and no rule compares actions with data. */
  assertNamed(action: string): void {
    if (!this.isNamed(action)) throw this.unknown(action)
  }

  /** @throws ArgumentError as `assertNamed`, and if nothing names the action for the model. */
  assertNamedFor(action: string, model: string | undefined): void {
    this.assertNamed(action)
    if (!this.isNamedFor(action, model)) throw this.unknown(action, model)
  }

  /** @throws ArgumentError if neither rules of checks nor of fields name the action. */
  assertNamedForFields(action: string): void {
    if (!this.isNamedForFields(action)) throw this.unknown(action)
  }

  /** @param model - The model for which nothing names it. Default: it is named for none. */
  unknown(action: string, model?: string): ArgumentError {
    const { message, hint } = this.#problem(action, model)
    return new ArgumentError('unknown-action', message, { hint, data: { action, ...(model && { model }) } })
  }

  /**
   * Returns the diagnostic of a check of an unnamed action that a rule without an action decides.
   * @param model - The model for which nothing names it, so that nobody may do it.
   */
  unnamed(action: string, model?: string): Diagnostic {
    const { message, hint } = this.#problem(action, model)
    if (model !== undefined) return this.#diagnostic('warning', `${message} It is denied.`, hint, action)
    return this.#diagnostic('warning', `${message} Only a rule that accepts any action decides it.`, hint, action)
  }

  /**
   * Returns the diagnostic of a load that takes away an action that a route needs.
   * @param model - The model of the route's rows, if it is known.
   */
  needed(action: string, model?: string): Diagnostic {
    const { message, hint } = this.#problem(action, this.isNamed(action) ? model : undefined)
    return this.#diagnostic('error', `${message} A declared route needs it.`, hint, action)
  }

  #diagnostic(severity: Diagnostic['severity'], message: string, hint: string, action: string): Diagnostic {
    const code: Code = 'unknown-action'
    return { code, severity, message, span: undefined, hint, data: { action } }
  }

  #problem(action: string, model?: string): ActionProblem {
    if (model === undefined) return unknownAction(action, [...this.#names.names, ...this.settings.declaredActions])
    return unknownAction(action, [...this.#ofModel(model).names], model)
  }

  get #names(): ActionNames {
    this.#checked ??= actionNames(this.policy, [checkedAction], (name) => this.schema.isName(name))
    return this.#checked
  }

  #ofModel(model: string): ActionNames {
    return entryOf(this.#ofModels, model, () =>
      actionNames(this.#partFor(model), [checkedAction], (name) => this.schema.isName(name)),
    )
  }

  #partFor(model: string): ReturnType<typeof policyFor> {
    return entryOf(this.#parts, model, () => policyFor(this.policy, this.schema, model))
  }
}
