/**
 * What the text of a condition does where a test is undecided, which is rare: it notes that in a variable, and goes on
 * as if the test were false. So tests that are decided cost nothing. The variable is false until then, and undefined
 * afterwards: it is the result if no alternative is true.
 */
export class Doubt {
  /** The variable; undefined to bail out. */
  readonly variable: string | undefined
  /** Whether the test is negated, so that it goes on as if it were true. */
  readonly isNegated: boolean
  /** Whether the condition with that variable is true if this part is. */
  readonly isLast: boolean

  constructor(variable: string | undefined, isNegated = false, isLast = true) {
    this.variable = variable
    this.isNegated = isNegated
    this.isLast = isLast
  }

  /** Writes a test that may be undecided. */
  note(test: string): string {
    if (this.variable === undefined) return `(${test} ?? bail())`
    return `(${test} ?? (${this.variable} = undefined${this.isNegated ? ', true' : ''}))`
  }

  /** For a part that others follow. */
  get before(): Doubt {
    return new Doubt(this.variable, this.isNegated, false)
  }

  get negated(): Doubt {
    return new Doubt(this.variable, !this.isNegated, false)
  }
}

/** For a condition that must not be undecided. */
export const excluded: Doubt = new Doubt(undefined)

/** For a test whose value is the decision. */
export const ignored: Doubt = new (class extends Doubt {
  override note(test: string): string {
    return test
  }
})(undefined)
