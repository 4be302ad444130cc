/**
 * The names in one generated function: its parameters, its variables, and the facts known about
 * them.
 */
export class CodeScope {
  /** The parameters; names that it uses without declaring them are added. */
  readonly parameters: Set<string>
  readonly #known: Map<string, string>

  constructor(
    parameters: Iterable<string> = [],
    private readonly locals: Set<string> = new Set(),
    known: ReadonlyMap<string, string> = new Map(),
  ) {
    this.parameters = parameters instanceof Set ? parameters : new Set(parameters)
    this.#known = new Map(known)
  }

  /**
   * Returns the scope of a part that is not always evaluated: facts learned there are unknown after
   * it.
   */
  inner(): CodeScope {
    return new CodeScope(this.parameters, this.locals, this.#known)
  }

  /** Uses a name from outside, unless the function declares it. */
  use(name: string): string {
    if (!this.locals.has(name)) this.parameters.add(name)
    return name
  }

  /** Records that the function declares the name itself. */
  own(name: string): string {
    this.locals.add(name)
    return name
  }

  /** Returns a new variable. */
  local(): string {
    return this.own(`t${this.locals.size}`)
  }

  /** Returns the body of the function, with its variables declared. */
  body(text: string): string {
    const names = [...this.locals].filter((name) => name.startsWith('t')).join(', ')
    return names === '' ? text : `let ${names}\n${text}`
  }

  /** Returns the variable recorded under a key, if there is one. */
  known(key: string): string | undefined {
    return this.#known.get(key)
  }

  learn(key: string, name: string): void {
    this.#known.set(key, name)
  }
}
