import type { Condition, Definition, Operand, Root } from '../../condition.js'

/** The outcome of a condition: undefined is an error. */
type Outcome = boolean | undefined
type Row = Readonly<Record<string, unknown>>

/** Yields a row for each combination of the values of its fields. */
export function* assignmentsOf(fields: Readonly<Record<string, readonly unknown[]>>): Generator<Row> {
  const [first, ...others] = Object.entries(fields)
  if (!first) return yield {}
  const [name, values] = first
  for (const value of values)
    for (const rest of assignmentsOf(Object.fromEntries(others))) yield { ...rest, [name]: value }
}

/**
 * Evaluates a condition by the table of truth alone. Undefined fields are errors, and a call below itself is false.
 * @param rows - The rows of actor and resource.
 */
export function outcomeOf(condition: Condition, rows: { readonly actor: Row; readonly resource: Row }): Outcome {
  return new Evaluation().outcome(condition, (root) => rows[root.kind as 'actor' | 'resource'])
}

class Evaluation {
  readonly #open: (readonly [definition: Definition, args: readonly unknown[]])[] = []

  outcome(condition: Condition, look: (root: Root) => unknown): Outcome {
    const one = (part: Condition): Outcome => this.outcome(part, look)
    const read = (operand: Operand): unknown => valueAt(operand, look)
    switch (condition.kind) {
      case 'true':
        return true
      case 'false':
        return false
      case 'and': {
        const outcomes = condition.of.map(one)
        return outcomes.every(Boolean) || outcomes.find((outcome) => outcome !== true)
      }
      case 'or':
        return some(condition.of.map(one))
      case 'not': {
        const outcome = one(condition.of)
        return outcome === undefined ? undefined : !outcome
      }
      case 'reads':
        return read(condition.of) === undefined ? undefined : true
      case 'compare': {
        const [left, right] = [read(condition.left), read(condition.right)]
        if (left === undefined || right === undefined) return undefined
        return (left === right) === (condition.operator === '=')
      }
      case 'isa': {
        const value = read(condition.of)
        return value === undefined ? undefined : typeof value === 'object' && value !== null
      }
      case 'some': {
        const list = read(condition.from)
        if (!Array.isArray(list)) return undefined
        const ofElement = (element: unknown): Outcome =>
          this.outcome(condition.where, (root) => (root === condition.each ? element : look(root)))
        return some(list.map(ofElement))
      }
      case 'ref': {
        const { definition } = condition
        const args = condition.args.map(read)
        if (args.includes(undefined)) return undefined
        const isOpen = this.#open.some(
          ([other, its]) => other === definition && its.every((arg, at) => arg === args[at]),
        )
        if (isOpen) return false
        this.#open.push([definition, args])
        const outcome = this.outcome(definition.condition, (root) => {
          const at = root.kind === 'parameter' ? definition.parameters.indexOf(root) : -1
          return at < 0 ? look(root) : args[at]
        })
        this.#open.pop()
        return outcome
      }
      default:
        throw new Error(`A ${condition.kind} is not evaluated here.`)
    }
  }
}

function some(outcomes: readonly Outcome[]): Outcome {
  return outcomes.includes(true) || (outcomes.includes(undefined) ? undefined : false)
}

function valueAt(operand: Operand, look: (root: Root) => unknown): unknown {
  if (operand.kind === 'value') return operand.value
  if (operand.kind !== 'path') throw new Error(`A ${operand.kind} is not read here.`)
  let value = look(operand.root)
  for (const { name } of operand.steps)
    value = value === null || value === undefined ? undefined : Reflect.get(value, name)
  return value
}
