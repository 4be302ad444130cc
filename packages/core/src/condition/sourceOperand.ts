import type { CodeScope } from './codeScope.js'
import type { Operand, Path, Root } from './condition.js'
import { isPlainLiteral } from './predicate.js'
import { assigned, befores, member, plains, text, type Written } from './sourceText.js'

/** Writes operands as JavaScript. */
export class OperandWriter {
  /** What is no literal: given to the function, never written into its text. */
  readonly values: unknown[] = []
  readonly #names = new Map<Root, string>()

  /** Gives a root the name that it has in what is written next. */
  call(root: Root, name: string): void {
    this.#names.set(root, name)
  }

  write(operand: Operand, scope: CodeScope): Written {
    switch (operand.kind) {
      case 'value':
        return { before: [], value: this.value(operand.value) }
      case 'path':
        return this.#path(operand, scope)
      case 'constant':
        return assigned([], `plain(constants.get(${text(operand.name)}))`, scope)
      case 'field': {
        const { before, value } = this.write(operand.of, scope)
        const read = assigned([...before, `object(${value})`], `${value}${member(operand.step.name)}`, scope)
        return { ...read, unchecked: true }
      }
      case 'list': {
        const elements = operand.elements.map((element) => this.write(element, scope))
        return assigned(befores(elements), `[${plains(elements)}]`, scope)
      }
      case 'call': {
        const of = this.write(operand.of, scope)
        const args = operand.args.map((arg) => this.write(arg, scope))
        const called = `call(plain(${of.value}), ${text(operand.method)}, [${plains(args)}])`
        return assigned(befores([of, ...args]), called, scope)
      }
      case 'arithmetic': {
        const left = this.write(operand.left, scope)
        const right = this.write(operand.right, scope)
        const result = `calculate("${operand.operator}", ${left.value}, ${right.value})`
        return assigned(befores([left, right]), result, scope)
      }
    }
  }

  /** Each step has a variable; what was read before is not read again. */
  #path({ root, steps }: Path, scope: CodeScope): Written {
    const before: string[] = []
    let at = scope.use(this.name(root))
    // Actor and resource were found to be rows of their models before a predicate was chosen for them.
    if (root.kind !== 'variable' && root.kind !== 'parameter' && root.type.model !== undefined)
      scope.learn(`object ${at}`, at)
    for (const { name } of steps) {
      const key = `${at} ${name}`
      let read = scope.known(key)
      if (read === undefined) {
        if (scope.known(`object ${at}`) === undefined) before.push(`typeof ${at} === "object" || object(${at})`)
        scope.learn(`object ${at}`, at)
        read = scope.local()
        scope.learn(key, read)
        before.push(`${read} = ${at}${member(name)}`)
      }
      at = read
    }
    return { before, value: at, unchecked: steps.length > 0 }
  }

  name(root: Root): string {
    if (root.kind !== 'variable' && root.kind !== 'parameter') return root.kind
    let name = this.#names.get(root)
    if (name === undefined) {
      name = `given${this.#names.size}`
      this.#names.set(root, name)
    }
    return name
  }

  /** A literal as it is written; anything else is given to the function. */
  value(value: unknown): string {
    const isWritten =
      typeof value === 'number' ? Number.isFinite(value) && !Object.is(value, -0) : isPlainLiteral(value)
    if (isWritten) return JSON.stringify(value)
    let index = this.values.indexOf(value)
    if (index < 0) index = this.values.push(value) - 1
    return `v${index}`
  }
}
