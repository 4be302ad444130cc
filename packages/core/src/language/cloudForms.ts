import type { Diagnostic } from './diagnostic.js'
import { spanOf } from './token.js'
import type { Tokens } from './tokens.js'

/** A form of Oso Cloud's Polar, and what to write instead. */
interface Form {
  readonly name: string
  readonly hint: string
}

const FORMS = {
  test: {
    name: 'Tests in policies',
    hint: 'move them to a file such as policy.test.polar, which `arcturus test` runs',
  },
  declare: {
    name: '`declare`',
    hint: 'write a rule type: type has_role(actor: Actor, name: String, resource: Resource);',
  },
  global: {
    name: 'Global roles and permissions',
    hint: 'give the actor a field and write: allow(user: User, action, resource) if user.isAdmin = true;',
  },
  role: { name: '`role if role on "…"`', hint: 'write a rule for each role: "reader" if "reader" on "parent";' },
  condition: {
    name: 'Conditions in blocks',
    hint: 'write the rule outside of the block: has_permission(actor, "read", resource: Document) if …;',
  },
} as const satisfies Record<string, Form>

/**
 * Recognizes the forms that only Oso Cloud has. Each is reported once, since a policy that was written for the service
 * has many.
 */
export class CloudForms {
  readonly #told = new Set<string>()

  /** Skips a statement of such a form, and returns whether there was one. */
  statement(tokens: Tokens, into: Diagnostic[]): boolean {
    const [first, second] = [tokens.peek()!, tokens.peek(1)]
    const form = first.text as 'test' | 'declare' | 'global'
    const isForm =
      (form === 'test' && second?.type === 'string') ||
      (form === 'declare' && second?.type === 'symbol' && tokens.peek(2)?.text === '(') ||
      (form === 'global' && second?.text === '{')
    if (!isForm) return false
    this.#report(form, tokens, into)
    skipStatement(tokens, form === 'declare')
    return true
  }

  /**
   * Reports an invalid production of a block, if it is of such a form.
   * @param tokens - At the production's first token.
   */
  production(tokens: Tokens, into: Diagnostic[]): boolean {
    const [first, second, third] = [tokens.peek(), tokens.peek(1), tokens.peek(2)]
    if (second?.text !== 'if' || !third) return false
    if (first?.type === 'symbol' && third.type === 'symbol') return this.#report('role', tokens, into)
    if (first?.type !== 'string') return false
    // A text alone, or with a relation, is a shorthand rule.
    const after = tokens.peek(third.type === 'string' && tokens.peek(3)?.text === 'on' ? 5 : 3)
    const isCondition =
      third.type !== 'string'
        ? third.type !== 'error' && third.text !== ';'
        : after?.text === 'and' || after?.text === 'or'
    return isCondition && this.#report('condition', tokens, into)
  }

  #report(form: keyof typeof FORMS, tokens: Tokens, into: Diagnostic[]): true {
    if (this.#told.has(form)) return true
    this.#told.add(form)
    const { name, hint } = FORMS[form]
    const message = `${name} are a form of Oso Cloud, which the library does not have.`.replace(
      /^(`[^`]*`) are/,
      '$1 is',
    )
    into.push({ code: 'cloud-form', severity: 'error', message, span: spanOf(tokens.peek()!), hint, data: { form } })
    return true
  }
}

/** Skips to the end of a block in braces, or to a semicolon. */
function skipStatement(tokens: Tokens, endsAtSemicolon: boolean): void {
  let braces = 0
  for (let token = tokens.peek(); token; token = tokens.peek()) {
    tokens.skip()
    if (token.text === '{') braces++
    if (token.text === '}' && --braces <= 0) return
    if (endsAtSemicolon && token.text === ';') return
  }
}
