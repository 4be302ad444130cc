// An in-memory data-filtering adapter that knows conditions: it answers from `filter.condition`, with which relations are
// quantifiers of their own, where `adapter.mjs` answers from the flat `relations` and `conditions` of oso.
import { memoryAdapter } from './adapter.mjs'

export function conditionAdapter(fixture) {
  const { rowsOf } = memoryAdapter(fixture)

  const same = (a, b) => {
    if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, at) => same(one, b[at]))
    return a === b
  }

  return {
    buildQuery: (filter) => filter,
    executeQuery: async ({ model, condition, types }) => {
      const evaluate = evaluator(types)
      return rowsOf(model).filter((row) => evaluate(condition, new Map([['resource', row]])))
    },
    rowsOf,
  }

  function evaluator(types) {
    /** The declaration of a field, also where a parent class has it. */
    const fieldOf = (model, name) => {
      for (let cls = types.get(model)?.cls; cls; cls = Object.getPrototypeOf(cls)) {
        const field = types.get(cls)?.fields.get(name)
        if (field) return field
      }
      return undefined
    }

    const step = (object, { name, model }) => {
      const relation = fieldOf(model, name)
      if (relation?.kind === undefined) return object[name]
      const key = object[relation.myField]
      const rows = key === null ? [] : rowsOf(relation.otherType).filter((row) => row[relation.otherField] === key)
      return relation.kind === 'many' ? rows : (rows[0] ?? null)
    }

    /** Undefined where a step on the way has no row. */
    const read = (operand, rows) => {
      switch (operand.kind) {
        case 'value':
          return operand.value
        case 'path': {
          let at = rows.get(operand.root.kind === 'resource' ? 'resource' : operand.root)
          for (const one of operand.steps) {
            if (at === null) return undefined
            at = step(at, one)
          }
          return at
        }
        case 'count':
          return read(operand.of, rows)?.length
        case 'arithmetic':
          return compute(operand.operator, read(operand.left, rows), read(operand.right, rows))
        case 'call': {
          const [of, ...args] = [operand.of, ...operand.args].map((one) => read(one, rows))
          return of === undefined || args.includes(undefined) ? undefined : of[operand.method](...args)
        }
        default:
          throw new Error(`unknown operand ${operand.kind}`)
      }
    }

    const compute = (operator, a, b) => {
      if (a === undefined || b === undefined) return undefined
      if (operator === 'mod') return a - b * Math.floor(a / b)
      return { '+': a + b, '-': a - b, '*': a * b, '/': a / b, rem: a % b }[operator]
    }

    /** The rows of a relation of one or more, as a list. */
    const related = (from, rows) => {
      const found = read(from, rows)
      return Array.isArray(found) ? found : found === undefined || found === null ? [] : [found]
    }

    /** All rows that can be reached, one after the other, until there is one for which it ends. */
    const reaches = ({ start, each, where, steps }, rows) => {
      const reached = new Set(related(start, rows))
      for (const row of reached) {
        if (evaluate(where, new Map([[each, row]]))) return true
        for (const { through, next, from, where: passes } of steps) {
          let ways = [new Map([[each, row]])]
          for (const hop of [...through, { each: next, from }])
            ways = ways.flatMap((way) => related(hop.from, way).map((one) => new Map([...way, [hop.each, one]])))
          for (const way of ways) if (evaluate(passes, way)) reached.add(way.get(next))
        }
      }
      return false
    }

    const compare = (operator, a, b) => {
      if (a === undefined || b === undefined) return false
      if (operator === '=') return same(a, b)
      if (operator === '!=') return !same(a, b)
      if (a === null || b === null) return false
      return { '<': a < b, '<=': a <= b, '>': a > b, '>=': a >= b }[operator]
    }

    return evaluate

    function evaluate(condition, rows) {
      switch (condition.kind) {
        case 'true':
          return true
        case 'false':
          return false
        case 'and':
          return condition.of.every((one) => evaluate(one, rows))
        case 'or':
          return condition.of.some((one) => evaluate(one, rows))
        case 'not':
          return !evaluate(condition.of, rows)
        case 'some':
          return (read(condition.from, rows) ?? []).some((one) =>
            evaluate(condition.where, new Map([...rows, [condition.each, one]])),
          )
        case 'compare':
          return compare(condition.operator, read(condition.left, rows), read(condition.right, rows))
        case 'in': {
          const item = read(condition.item, rows)
          return item !== undefined && (read(condition.list, rows) ?? []).some((one) => same(one, item))
        }
        case 'isa': {
          const value = read(condition.of, rows)
          const { cls, isaCheck } = types.get(condition.model)
          return isaCheck(value) && (!condition.exact || value.constructor === cls)
        }
        case 'reach':
          return reaches(condition, rows)
        case 'text': {
          const value = read(condition.of, rows)
          const part = read(condition.part, rows)
          return typeof value === 'string' && typeof part === 'string' && value[condition.operator](part)
        }
        default:
          throw new Error(`unknown condition ${condition.kind}`)
      }
    }
  }
}
