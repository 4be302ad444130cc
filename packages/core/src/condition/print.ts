import { referencedModel } from '../schema/reference.js'
import type { Models } from '../schema/schema.js'
import type { Condition, Definite, Operand, ReachStep } from './condition.js'

/**
 * Returns a condition as readable text on a single line.
 * @param condition - Any condition, or the definite condition that a printer receives.
 * @param schema - The models. With it, rows are printed with their keys.
 * @example `some role in actor.roles where role.repo = resource`
 */
export function printCondition(condition: Condition | Definite, schema?: Models): string {
  return new Printer(schema).condition(condition)
}

class Printer {
  constructor(private readonly schema: Models | undefined) {}

  condition(condition: Condition | Definite): string {
    switch (condition.kind) {
      case 'true':
      case 'false':
        return condition.kind
      case 'and':
      case 'or':
        return condition.of
          .map((one) =>
            one.kind === 'and' || one.kind === 'or' || one.kind === 'some'
              ? `(${this.condition(one)})`
              : this.condition(one),
          )
          .join(` ${condition.kind} `)
      case 'not':
        return `not (${this.condition(condition.of)})`
      case 'test':
        return this.#operand(condition.of)
      case 'reads':
        return `reads ${this.#operand(condition.of)}`
      case 'compare':
        return `${this.#operand(condition.left)} ${condition.operator} ${this.#operand(condition.right)}`
      case 'in':
        return `${this.#operand(condition.item)} in ${this.#operand(condition.list)}`
      case 'some':
        return `some ${condition.each.name} in ${this.#operand(condition.from)} where ${this.condition(condition.where)}`
      case 'reach':
        return `reach ${condition.each.name} from ${this.#operand(condition.start)} ${condition.steps.map((one) => this.#step(one)).join(' ')} where ${this.condition(condition.where)}`
      case 'isa':
        return `${this.#operand(condition.of)} ${condition.exact ? 'is exactly' : 'is'} ${condition.model}`
      case 'text':
        return `${this.#operand(condition.of)} ${condition.operator} ${this.#operand(condition.part)}`
      case 'ref':
        return `${condition.definition.name}(${condition.args.map((one) => this.#operand(one)).join(', ')})`
      case 'opaque':
        return `opaque (${condition.reason.message})`
      case 'failure':
        return `failure (${condition.error.message.split('\n', 1)[0]})`
    }
  }

  #step({ next, through, from, where }: ReachStep): string {
    const hops = [...through, { each: next, from }].map((hop) => `${hop.each.name} in ${this.#operand(hop.from)}`)
    return `by ${hops.join(', ')}${where.kind === 'true' ? '' : ` where ${this.condition(where)}`}`
  }

  #operand(operand: Operand): string {
    switch (operand.kind) {
      case 'value':
        return this.#value(operand.value)
      case 'constant':
        return operand.name
      case 'path':
        return [operand.root.name, ...operand.steps.map((step) => step.name)].join('.')
      case 'count':
        return `count of ${this.#operand(operand.of)}`
      case 'field':
        return `${this.#operand(operand.of)}.${operand.step.name}`
      case 'call':
        return `${this.#operand(operand.of)}.${operand.method}(${operand.args.map((one) => this.#operand(one)).join(', ')})`
      case 'list':
        return `[${operand.elements.map((one) => this.#operand(one)).join(', ')}]`
      case 'arithmetic':
        return `${this.#operand(operand.left)} ${operand.operator} ${this.#operand(operand.right)}`
    }
  }

  #value(value: unknown): string {
    if (value === null) return 'nil'
    if (typeof value === 'string') return JSON.stringify(value)
    if (Array.isArray(value)) return `[${value.map((one) => this.#value(one)).join(', ')}]`
    if (value instanceof Date) return value.toISOString()
    if (typeof value !== 'object') return String(value)
    const name = referencedModel(value) ?? value.constructor?.name ?? 'value'
    const model = this.schema?.modelOf(value)
    const key = (model && this.schema?.key(model.name)) ?? []
    // Sound: a key consists of fields of the row.
    const parts = key.map((field) => [field, (value as Readonly<Record<string, unknown>>)[field]] as const)
    if (parts.length === 0 || parts.some(([, part]) => typeof part === 'object' || part === undefined))
      return `a ${name}`
    return `${name}{${parts.map(([field, part]) => `${field}: ${this.#value(part)}`).join(', ')}}`
  }
}
