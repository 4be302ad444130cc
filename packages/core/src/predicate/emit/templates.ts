import { elementsBetweenLooks } from '../budget.js'
import type { CodeScope } from './scope.js'

/** An operand: what is to be evaluated first, and the expression that then stands for it as often as one likes. */
export interface Written {
  readonly before: readonly string[]
  readonly value: string
  /** Whether it may be undefined where that is no value: whoever uses it has to see to it. */
  readonly unchecked?: boolean
  /** Whether it may be a promise: whoever reads something else before it is used has to see to it (`held`). */
  readonly isPending?: boolean
  /** What it was read from, if that may be a promise: then it is undefined. */
  readonly parent?: string | undefined
}

/** What is the same in every predicate stands in each all the same, so that what is learned of objects is not shared. */
export const prelude: string = `function object(x) {
  return typeof x === "object" || typeof x === "function" || bail()
}
function plain(x) {
  return x === undefined || x !== null && (typeof x === "object" || typeof x === "function") && typeof x.then === "function" ? bail(x) : x
}
function holdable(x, parent) {
  return x === undefined ? bail(parent) : x instanceof Promise ? bail(x) : true
}`

/** How a predicate is asked about many; in its own text, so that it becomes part of the loop. */
export const many: string = `decide.many = (actor, action, resources, from, answers) => {
  const cls = resources[from].constructor
  let at = from
  try {
    for (; at < resources.length; at++) {
      const resource = resources[at]
      if (typeof resource !== "object" || resource === null || resource.constructor !== cls) break
      answers[at] = decide(actor, action, resource)
    }
  } catch {}
  return at
}`

/** What those that wait have as well: what they wait for, as far as it is to be told from values. */
export const waitingPrelude: string = `function isLate(x) {
  return x === undefined || typeof x === "object" && x !== null && typeof x.then === "function"
}`

/** @param left - What is done before the loop is left, after as many elements as the expression says. */
export type WriteLoop = (
  tests: readonly string[],
  left: (elements: string) => string,
) => {
  readonly start: string
  readonly step: string
  readonly end: string
}

export const untilFound: WriteLoop = (tests, left) => ({
  start: '',
  step: `if (${tests.join(' || ')}) return ${left('i + 1')}true`,
  end: `return ${left('list.length')}false`,
})

/** When an arm is met, those before it stay open: what they would still have met counts. */
export const untilNoneIsOpen: WriteLoop = (tests, left) => ({
  start: `let open = ${tests.length}`,
  step: tests
    .map((test, arm) =>
      arm === 0 ? `if (${test}) return ${left('i + 1')}true;` : `if (open > ${arm} && ${test}) open = ${arm};`,
    )
    .join('\nelse '),
  end: `return ${left('list.length')}open < ${tests.length}`,
})

export const toTheEnd: WriteLoop = (tests, left) => ({
  start: 'let found = false',
  step: tests.map((test) => `if (${test}) found = true;`).join('\n'),
  end: `return ${left('list.length')}found`,
})

/** The body of a recursive definition. */
export function tabled(self: string, test: string): string {
  return `const known = budget.enter() > 0 ? undefined : budget.call(${self})
if (known !== undefined && known.answer !== undefined) return budget.leave(undefined, known.answer)
return budget.leave(known, ${test})`
}

/**
 * The body of a definition that asks itself at its very end, for other arguments: one round, again and again.
 * @param others - The arguments but for the last, by which answers are remembered.
 * @param areFixed - Whether every round has the same of them.
 */
export function rounds(
  name: string,
  others: readonly string[],
  last: string,
  areFixed: boolean,
  round: string,
): string {
  const table = `calls = budget.table(${text(name)}, [${others.join(', ')}])`
  return `const untabled = budget.enterRounds()
let count = 0, rounds, calls
for (;;) {
if (count++ >= untabled) {
if (rounds === undefined) ${areFixed ? `rounds = budget.rounds(), ${table}` : `rounds = budget.rounds()\n${table}`}
const known = budget.round(calls, ${last}, rounds)
if (known !== undefined) return ${leaveRounds('known')}
}
${round}
}`
}

/** Steps that are taken: written out, for it is done for each collection. */
export function spent(budget: string, steps: string): string {
  return `(${budget}.steps += ${steps}) > ${budget}.mark && ${budget}.look()`
}

/** A look at the clock now and then, in the loop over a collection. */
export function looks(account: string): string {
  return `if ((i & ${elementsBetweenLooks - 1}) === ${elementsBetweenLooks - 1}) ${account}.look();`
}

export function leaveRounds(answer: boolean | 'known'): string {
  return `budget.leaveRounds(count, rounds, ${answer})`
}

export function sequence(before: readonly string[], value: string): string {
  return before.length === 0 ? `(${value})` : `(${before.join(', ')}, ${value})`
}

export function assigned(before: readonly string[], value: string, scope: CodeScope): Written {
  const name = scope.local()
  return { before: [...before, `${name} = ${value}`], value: name }
}

/** What is evaluated first, and that the value is there. */
export function present({ before, value, unchecked, parent = '' }: Written): readonly string[] {
  return unchecked ? [...before, `${value} !== undefined || bail(${parent})`] : before
}

/**
 * What is evaluated first, and that the value is no promise: it is kept while others are read, and if one of those ended the
 * evaluation, nobody would wait for it.
 * @param cls - The class that rows are expected to be of, where it is known.
 */
export function held({ before, value, isPending, parent }: Written, cls?: string): readonly string[] {
  if (!isPending) return before
  if (cls !== undefined) {
    // Written as in `equality`, so that it is evaluated once.
    const isRow = `${value} !== null && ${value} !== undefined && ${value}.constructor === ${cls}`
    return [...before, `${isRow} || holdable(${value}${parent === undefined ? '' : `, ${parent}`})`]
  }
  const isThere = parent === undefined ? 'true' : `${value} !== undefined || bail(${parent})`
  return [...before, `typeof ${value} === "object" ? holdable(${value}) : ${isThere}`]
}

/** What comes before a comparison that bails out if a value is undefined: then what it was read from may be a promise. */
export function found({ value, parent }: Written): string {
  return parent === undefined ? '' : `(${value} !== undefined || bail(${parent})) && `
}

/** What is evaluated first, and that what the value is read from is no promise. */
export function settled(operand: Written): readonly string[] {
  return operand.parent === undefined ? operand.before : present(operand)
}

/** As with `held`, and that the value is there. */
export function kept(operand: Written): readonly string[] {
  return held({ ...operand, before: present(operand), parent: undefined })
}

/** The values of a list or of a call, of which all are read before any is used. */
export function keptButLast(operands: readonly Written[]): readonly string[] {
  return operands.flatMap((operand, at) => (at < operands.length - 1 ? kept(operand) : settled(operand)))
}

export function plains(operands: readonly Written[]): string {
  return operands.map(({ value }) => `plain(${value})`).join(', ')
}

/** A value that is there and need not be waited for, which is found out once. */
export function plainly(x: string, scope: CodeScope): string {
  if (scope.known(`plain ${x}`) !== undefined) return x
  scope.learn(`plain ${x}`, x)
  return `plain(${x})`
}

export function isObject(x: string): string {
  return `typeof ${x} === "object" && ${x} !== null`
}

/** Whether a value can only be equal to one of its own kind that is the same. */
export function isScalar(x: string): string {
  return `(typeof ${x} !== "object" && typeof ${x} !== "function" && ${x} !== undefined)`
}

export function text(value: string): string {
  return JSON.stringify(value)
}

export function member(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${text(name)}]`
}

/**
 * Whether two values are equal. What is answered most often stands in its place: two that are the same, two rows of a class without a
 * key, two numbers, two texts.
 * @param cls - The class that rows are expected to be of, where it is known.
 */
export function equality(name: string, cls: string | undefined, left: Written, right: Written): string {
  const [x, y] = [left.value, right.value]
  const parents = left.parent || right.parent ? `${left.parent}, ${right.parent}` : ''
  const isRow = (z: string): string =>
    `${z} !== null && ${z} !== undefined && ${z}.constructor === ${cls ?? `${name}Class`}`
  const areBoth = (type: string): string => `typeof ${x} === "${type}" && typeof ${y} === "${type}"`
  const areRows = `${name}${cls === undefined ? '' : 'Known'}Key === null && ${isRow(x)} && ${isRow(y)}`
  const differ = [areRows, areBoth('number'), areBoth('string')].join(' || ')
  return `${x} === ${y} ? (${parents === '' ? `plain(${x})` : `${x} === undefined ? bail(${parents}) : plain(${x})`}, true) : !(${differ}) && ${name}(${x}, ${y}${parents && `, ${parents}`})`
}

/**
 * A function that compares two values; it remembers how rows of the class that it met last are compared. All questions share
 * that: it depends on the class alone, and both variables change together, after all that can throw.
 * @param models - What `equals` is given behind the values.
 */
export function equalityFunction(name: string, cls: string | undefined, models: string): string {
  const known = cls === undefined ? '' : `const ${name}KnownKey = keyOf(${cls})\n`
  return `${known}let ${name}Class, ${name}Key
function ${name}(l, r, leftParent, rightParent) {
  if (l === r) return plain(l), true
  if (${isObject('l')} && ${isObject('r')}) {
    const its = l.constructor
    if (its === r.constructor) {
      if (its !== ${name}Class) {
        ${name}Key = keyOf(its)
        ${name}Class = its
      }
      const key = ${name}Key
      if (key === null) return false
      if (key !== undefined) {
        const a = l[key], b = r[key]
        if (typeof a === typeof b && (typeof a === "number" || typeof a === "string")) return a === b
      }
    }
  } else if (typeof l === typeof r && ${isScalar('l')}) return false
  if (l === undefined) bail(r, leftParent)
  if (r === undefined) bail(l, rightParent)
  return equals(l, r${models})
}`
}
