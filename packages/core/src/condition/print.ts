import { referencedModel } from '../schema/reference.js'
import type { Condition, Definite, Operand, ReachStep } from './condition.js'

/** A condition as text that a person can read, one line: `some role in actor.roles where role.repo = resource`. */
export function printCondition(condition: Condition | Definite): string {
  switch (condition.kind) {
    case 'true':
    case 'false':
      return condition.kind
    case 'and':
    case 'or':
      return condition.of
        .map((one) =>
          one.kind === 'and' || one.kind === 'or' || one.kind === 'some'
            ? `(${printCondition(one)})`
            : printCondition(one),
        )
        .join(` ${condition.kind} `)
    case 'not':
      return `not (${printCondition(condition.of)})`
    case 'test':
      return printOperand(condition.of)
    case 'reads':
      return `reads ${printOperand(condition.of)}`
    case 'compare':
      return `${printOperand(condition.left)} ${condition.operator} ${printOperand(condition.right)}`
    case 'in':
      return `${printOperand(condition.item)} in ${printOperand(condition.list)}`
    case 'some':
      return `some ${condition.each.name} in ${printOperand(condition.from)} where ${printCondition(condition.where)}`
    case 'reach':
      return `reach ${condition.each.name} from ${printOperand(condition.start)} ${condition.steps.map(printStep).join(' ')} where ${printCondition(condition.where)}`
    case 'isa':
      return `${printOperand(condition.of)} ${condition.exact ? 'is exactly' : 'is'} ${condition.model}`
    case 'text':
      return `${printOperand(condition.of)} ${condition.operator} ${printOperand(condition.part)}`
    case 'ref':
      return `${condition.definition.name}(${condition.args.map(printOperand).join(', ')})`
    case 'opaque':
      return `opaque (${condition.reason.message})`
    case 'failure':
      return `failure (${condition.error.message.split('\n', 1)[0]})`
  }
}

function printStep({ next, through, from, where }: ReachStep): string {
  const hops = [...through, { each: next, from }].map((hop) => `${hop.each.name} in ${printOperand(hop.from)}`)
  return `by ${hops.join(', ')}${where.kind === 'true' ? '' : ` where ${printCondition(where)}`}`
}

function printOperand(operand: Operand): string {
  switch (operand.kind) {
    case 'value':
      return show(operand.value)
    case 'constant':
      return operand.name
    case 'path':
      return [operand.root.name, ...operand.steps.map((step) => step.name)].join('.')
    case 'count':
      return `count of ${printOperand(operand.of)}`
    case 'field':
      return `${printOperand(operand.of)}.${operand.step.name}`
    case 'call':
      return `${printOperand(operand.of)}.${operand.method}(${operand.args.map(printOperand).join(', ')})`
    case 'list':
      return `[${operand.elements.map(printOperand).join(', ')}]`
    case 'arithmetic':
      return `${printOperand(operand.left)} ${operand.operator} ${printOperand(operand.right)}`
  }
}

function show(value: unknown): string {
  if (value === null) return 'nil'
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`
  if (value instanceof Date) return value.toISOString()
  if (typeof value !== 'object') return String(value)
  return `a ${referencedModel(value) ?? value.constructor?.name ?? 'value'}`
}
