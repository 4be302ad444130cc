/**
 * What the text of a condition does where a test is undecided, which is rare: it notes that in a variable, and goes on
 * as if the test were false. So tests that are decided cost nothing. The variable is false until then, and undefined
 * afterwards: it is the result if no alternative is true.
 */
export class Doubt {
  constructor(
    /** The variable; undefined to bail out. */
    readonly variable: string | undefined,
    /** Whether the test is negated, so that it goes on as if it were true. */
    readonly isNegated = false,
    /** Whether the condition with that variable is true if this part is. */
    readonly isLast = true,
    /** The number of the test's place in the policy, which is recorded. */
    readonly place?: number | undefined,
  ) {}

  /** Writes a test that may be undecided. */
  note(test: string): string {
    if (this.variable === undefined) return `(${test} ?? bail())`
    return `(${test} ?? (${this.variable} = ${noted(this.place)}${this.isNegated ? ', true' : ''}))`
  }

  /** Writes a test, which may be undecided unless it is decided. */
  unless(isDecided: boolean, test: string): string {
    return isDecided ? test : this.note(test)
  }

  /** For a part that others follow. */
  get before(): Doubt {
    return new Doubt(this.variable, this.isNegated, false)
  }

  /** For a test at a place in the policy; undefined if its parts record their errors, or nothing does. */
  at(place: number | undefined): Doubt {
    return new Doubt(this.variable, this.isNegated, this.isLast, place)
  }

  get negated(): Doubt {
    return new Doubt(this.variable, !this.isNegated, false)
  }
}

/** Writes the result of a test that is an error. */
export function noted(place: number | undefined): string {
  return place === undefined ? 'undefined' : `noted(${place})`
}

/** For a condition that must not be undecided. */
export const excluded: Doubt = new Doubt(undefined)

/** For a test whose value is the decision. */
export const ignored: Doubt = new (class extends Doubt {
  override note(test: string): string {
    return test
  }

  override at(): Doubt {
    return this
  }
})(undefined)
