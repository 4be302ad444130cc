/** The names of one function that is written: what it is given, what it has itself, and what they are known to be. */
export class CodeScope {
  /** What the function is given; what it uses without having it is added. */
  readonly parameters: Set<string>
  readonly #locals: Set<string>
  readonly #known: Map<string, string>

  constructor(
    parameters: Iterable<string> = [],
    locals: Set<string> = new Set(),
    known: ReadonlyMap<string, string> = new Map(),
  ) {
    this.parameters = parameters instanceof Set ? parameters : new Set(parameters)
    this.#locals = locals
    this.#known = new Map(known)
  }

  /** The part of a function that is not always evaluated: what it learns is not known behind it. */
  inner(): CodeScope {
    return new CodeScope(this.parameters, this.#locals, this.#known)
  }

  /** Uses a name from outside, unless the function has it. */
  use(name: string): string {
    if (!this.#locals.has(name)) this.parameters.add(name)
    return name
  }

  /** Says that the function declares the name itself. */
  own(name: string): string {
    this.#locals.add(name)
    return name
  }

  /** A new variable. */
  local(): string {
    return this.own(`t${this.#locals.size}`)
  }

  /** The body of the function, with its variables declared. */
  body(text: string): string {
    const names = [...this.#locals].filter((name) => name.startsWith('t')).join(', ')
    return names === '' ? text : `let ${names}\n${text}`
  }

  /** The variable that holds what is described by the key, if there is one. */
  known(key: string): string | undefined {
    return this.#known.get(key)
  }

  learn(key: string, name: string): void {
    this.#known.set(key, name)
  }
}
