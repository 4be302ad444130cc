import type {
  Dot,
  Entry,
  Expression,
  List,
  Node,
  NumberLiteral,
  Parameter,
  Pattern,
  ResourceBlock,
  Rule,
  RuleType,
} from './ast.js'
import { isKey } from './words.js'

/** The maximum width of a rule before its body is broken into lines. */
const WIDTH = 100

/** How tightly a node binds: a looser node needs parentheses in a place for a tighter one. */
const OR = 1
const AND = 2
const NOT = 3
const UNIFY = 4
const COMPARE = 5
const SUM = 6
const PRODUCT = 7
const IN = 8
const OPERAND = 9

/**
 * Prints a node, without needless parentheses: parsing the text returns the same AST except for
 * spans. Comments are not part of the AST, so they are lost.
 */
export function print(node: Node): string {
  switch (node.kind) {
    case 'file':
      return node.statements.map((statement) => `${print(statement)}\n`).join('')
    case 'rule':
      return printRule(node)
    case 'rule type':
      return `type ${printHead(node)};`
    case 'inline query':
      return `?= ${print(node.query)};`
    case 'resource block':
      return printBlock(node)
    case 'declaration': {
      const { name, value } = node
      if (value.kind === 'names') return `${name.name} = [${value.names.map(print).join(', ')}];`
      return `${name.name} = ${braces(value.relations, print)};`
    }
    case 'shorthand rule': {
      const on = node.on ? ` ${node.on.keyword.name} ${print(node.on.relation)}` : ''
      return `${print(node.head)} if ${print(node.implier)}${on};`
    }
    case 'parameter':
      return printParameter(node)
    case 'name':
      return node.name
    default:
      return printTerm(node)
  }
}

function printHead({ name, parameters }: Rule | RuleType): string {
  return `${name}(${parameters.map(printParameter).join(', ')})`
}

function printParameter({ term, pattern }: Parameter): string {
  return pattern ? `${within(term, OPERAND)}: ${printTerm(pattern)}` : within(term, SUM)
}

function printRule(rule: Rule): string {
  const head = printHead(rule)
  if (!rule.body) return `${head};`
  const line = `${head} if ${print(rule.body)};`
  if (line.length <= WIDTH) return line
  const { body } = rule
  if (body.kind !== 'and' && body.kind !== 'or') return `${head} if\n  ${print(body)};`
  const tighter = body.kind === 'and' ? NOT : AND
  return `${head} if\n  ${body.operands.map((operand) => within(operand, tighter)).join(` ${body.kind}\n  `)};`
}

function printBlock({ keyword, name, productions }: ResourceBlock): string {
  const head = `${keyword ? `${keyword.name} ` : ''}${name.name} {`
  return productions.length === 0 ? `${head}}` : `${head}\n${productions.map((one) => `  ${print(one)}\n`).join('')}}`
}

/** Prints a term, in parentheses if it binds less tightly than its place requires. */
function within(node: Expression | Pattern, tightness: number): string {
  const text = printTerm(node)
  return tightnessOf(node) < tightness ? `(${text})` : text
}

function tightnessOf(node: Expression | Pattern): number {
  switch (node.kind) {
    case 'or':
      return OR
    case 'and':
      return AND
    case 'not':
      return NOT
    case 'unify':
    case 'assign':
      return UNIFY
    case 'compare':
      return COMPARE
    case 'arithmetic':
      return node.operator === '+' || node.operator === '-' ? SUM : PRODUCT
    case 'in':
    case 'matches':
      return IN
    default:
      return OPERAND
  }
}

function printTerm(node: Expression | Pattern): string {
  switch (node.kind) {
    case 'number':
      return printNumber(node)
    case 'string':
      return printString(node.value)
    case 'boolean':
      return String(node.value)
    case 'variable':
      return node.name
    case 'cut':
      return 'cut'
    case 'list':
      return printList(node.elements, node.rest, (element) => within(element, SUM))
    case 'dictionary':
      return braces(node.entries, (value) => within(value, COMPARE))
    case 'call': {
      const keywords = node.keywords.map(({ key, value }) => `${key}: ${printTerm(value)}`)
      return `${node.name}(${[...node.args.map(printTerm), ...keywords].join(', ')})`
    }
    case 'new':
      return `new ${printTerm(node.call)}`
    case 'dot':
      // After a number, the dot would be a decimal point.
      return printDot(
        node,
        node.object.kind === 'number' ? `(${printTerm(node.object)})` : within(node.object, OPERAND),
      )
    case 'unify':
      return `${within(node.left, UNIFY)} = ${within(node.right, COMPARE)}`
    case 'assign':
      return `${node.left.name} := ${within(node.right, COMPARE)}`
    case 'compare':
      return `${within(node.left, COMPARE)} ${node.operator} ${within(node.right, SUM)}`
    case 'arithmetic': {
      const own = tightnessOf(node)
      return `${within(node.left, own)} ${node.operator} ${within(node.right, own + 1)}`
    }
    case 'in':
      return `${within(node.item, IN)} in ${within(node.collection, OPERAND)}`
    case 'matches':
      return `${within(node.value, IN)} matches ${printTerm(node.pattern)}`
    case 'not':
      return `not ${within(node.operand, NOT)}`
    case 'and':
      return node.operands.map((operand) => within(operand, NOT)).join(' and ')
    case 'or':
      return node.operands.map((operand) => within(operand, AND)).join(' or ')
    case 'forall':
      return `forall(${printTerm(node.condition)}, ${printTerm(node.action)})`
    case 'debug':
    case 'print':
      return `${node.kind}(${node.args.map(printTerm).join(', ')})`
    case 'class pattern':
      return node.fields ? `${node.tag}${braces(node.fields, printInner)}` : node.tag
    case 'dictionary pattern':
      return braces(node.fields, printInner)
    case 'list pattern':
      return printList(node.elements, node.rest, printInner)
    default: {
      const never: never = node
      return never
    }
  }
}

/**
 * Prints the contents of a compound pattern: patterns, literals, variables and lookups; other
 * expressions in parentheses.
 */
function printInner(node: Pattern): string {
  switch (node.kind) {
    case 'class pattern':
    case 'dictionary pattern':
    case 'list pattern':
    case 'number':
    case 'string':
    case 'boolean':
    case 'variable':
      return printTerm(node)
    case 'dot': {
      const { object } = node
      return printDot(
        node,
        object.kind === 'variable' || object.kind === 'dot' ? printInner(object) : `(${printTerm(object)})`,
      )
    }
    default:
      return `(${printTerm(node)})`
  }
}

function printDot({ member }: Dot, object: string): string {
  if (member.kind === 'string')
    return isKey(member.value) ? `${object}.${member.value}` : `${object}.(${printTerm(member)})`
  return member.kind === 'variable' ? `${object}.(${member.name})` : `${object}.${printTerm(member)}`
}

function printList<T>(elements: readonly T[], rest: List['rest'], printElement: (element: T) => string): string {
  const items = elements.map(printElement)
  return `[${(rest ? [...items, `*${rest.name}`] : items).join(', ')}]`
}

function braces<V>(entries: readonly Entry<V>[], printValue: (value: V) => string): string {
  return `{${entries.map(({ key, value }) => `${key}: ${printValue(value)}`).join(', ')}}`
}

function printNumber({ value, float }: NumberLiteral): string {
  if (!float || typeof value === 'bigint') return String(value)
  if (Number.isNaN(value)) return 'nan'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const size = Math.abs(value)
  if (size === Infinity) return `${sign}inf`
  const text = String(size)
  return `${sign}${/[.e]/.test(text) ? text : `${text}.0`}`
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\0': '\\0',
  '"': '\\"',
  '\\': '\\\\',
}

function printString(text: string): string {
  let escaped = ''
  for (const character of text) escaped += ESCAPES[character] ?? character
  return `"${escaped}"`
}
