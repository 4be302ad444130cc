import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The rooms of each package in the order in which data flows. A file imports from its own room and from rooms above it. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  'packages/core/src': [
    'register',
    'rowTypes',
    'own',
    'language',
    'errors',
    'kept',
    'late',
    'schema',
    'values',
    'text',
    'policy',
    'machine',
    'condition',
    'predicate',
    'evaluate',
    'filter',
    'authorizer',
    'sync',
    'compiled',
    'runtime',
    'tools',
    'editing',
    'node',
    'internal',
    'index',
  ],
  'packages/core/src/machine': ['host', 'state', 'recursion', 'terms', 'calls', 'goals', 'program', 'query', '.'],
  'packages/core/src/condition': ['.', 'rewrite', 'derive'],
  'packages/core/src/predicate': ['.', 'graph', 'write'],
  'packages/core/src/authorizer': [
    'arguments',
    'options',
    'mask',
    'registration',
    'context',
    'contextValues',
    'actions',
    'plans',
    'parts',
    'relations',
    'policies',
    'decisions',
    'filters',
    'fields',
    'denial',
    'changes',
    'shadow',
    'filtering',
    'writing',
    'authorizer',
  ],
  'packages/prisma/src': [
    'errors',
    'refusal',
    'literal',
    'operations',
    'schema',
    'database',
    'rows',
    'filter',
    'query',
    'client',
    'verifyDatabase',
    'arguments',
    'authorization',
    'index',
    'generator',
  ],
  'packages/testing/src': [
    'expectationError',
    'inContext',
    'diff',
    'mutation',
    'coverage',
    'expectations',
    'internal',
    'index',
  ],
  'packages/typeorm/src': [
    'errors',
    'prototypes',
    'sql',
    'driver',
    'schema',
    'oso',
    'rows',
    'filter',
    'query',
    'watch',
    'arguments',
    'manager',
    'authorization',
    'index',
  ],
  'packages/core/src/filter': ['algebra', 'reach', 'definite', 'compact', '.'],
  'packages/core/src/evaluate': ['fast', 'exact', '.'],
}

/**
 * The most files that may import each other in a circle, by room; every other room has no circle. A step of a query takes the
 * query's state and returns the next step, and that state holds steps to come back to.
 */
const circles: Readonly<Record<string, number>> = { 'packages/core/src/machine/state': 9 }

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true })
    .map((name) => join(root, folder, String(name)))
    .filter(
      (file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !/[/\\]src[/\\].*[/\\]testing[/\\]/.test(file),
    )
}

/** The files that a file imports, types included. */
function importsOf(file: string): string[] {
  const specifiers = readFileSync(file, 'utf8').matchAll(/^(?:import|export)[^'"]*?from\s+'(\.[^']+)'/gm)
  return [...specifiers].map(([, specifier]) => resolve(dirname(file), specifier!).replace(/\.js$/, '.ts'))
}

/** The first folder of a path, `.` for a file of the folder itself; at the top level the file's own name counts. */
function roomOf(folder: string, file: string, names: readonly string[]): string {
  const [first = '', second] = relative(join(root, folder), file).split(/[/\\]/)
  if (second !== undefined) return first
  return names.includes('.') ? '.' : first.replace(/\.ts$/, '')
}

describe.each(Object.entries(rooms))('%s', (folder, names) => {
  const files = filesIn(folder)

  test('has files in every room', () => {
    expect(new Set(files.map((file) => roomOf(folder, file, names)))).toEqual(new Set(names))
  })

  test('imports only from rooms above', () => {
    const upward = files.flatMap((file) =>
      importsOf(file)
        .filter((imported) => files.includes(imported))
        .filter(
          (imported) => names.indexOf(roomOf(folder, imported, names)) > names.indexOf(roomOf(folder, file, names)),
        )
        .map((imported) => `${relative(root, file)} imports ${relative(root, imported)}`),
    )
    expect(upward).toEqual([])
  })
})

/** Groups of files that import each other in circles (Tarjan, Depth-first search and linear graph algorithms, 1972). */
function circlesOf(files: readonly string[]): string[][] {
  const found: string[][] = []
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const stack: string[] = []
  const visit = (file: string): number => {
    order.set(file, order.size)
    lowest.set(file, order.get(file)!)
    stack.push(file)
    for (const imported of importsOf(file)) {
      if (!files.includes(imported)) continue
      if (!order.has(imported)) lowest.set(file, Math.min(lowest.get(file)!, visit(imported)))
      else if (stack.includes(imported)) lowest.set(file, Math.min(lowest.get(file)!, order.get(imported)!))
    }
    if (lowest.get(file) === order.get(file)) {
      const circle = stack.splice(stack.indexOf(file))
      if (circle.length > 1) found.push(circle.map((one) => relative(root, one)))
    }
    return lowest.get(file)!
  }
  for (const file of files) if (!order.has(file)) visit(file)
  return found
}

test('import cycles exist only where allowed', () => {
  for (const circle of [
    'packages/core/src',
    'packages/prisma/src',
    'packages/testing/src',
    'packages/typeorm/src',
  ].flatMap((folder) => circlesOf(filesIn(folder)))) {
    const most = Math.max(
      0,
      ...Object.entries(circles).map(([room, size]) => (circle.every((file) => file.startsWith(room)) ? size : 0)),
    )
    expect(circle.length, `${circle.join(', ')} import each other`).toBeLessThanOrEqual(most)
  }
})

/** The rooms of entries of their own, which applications without them must not pay for. */
const apart = ['sync', 'compiled', 'runtime', 'node', 'tools', 'editing']

/** The files of core that an entry is made of, types included. */
function reachedFrom(entry: string): string[] {
  const folder = join(root, 'packages/core/src')
  const found = new Set<string>()
  const open = [join(folder, entry)]
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (found.has(file)) continue
    found.add(file)
    open.push(...importsOf(file))
  }
  return [...found].map((file) => relative(folder, file).replaceAll('\\', '/'))
}

test('the main entry of core reaches no room of another entry', () => {
  expect(reachedFrom('index.ts').filter((file) => apart.some((room) => file.startsWith(`${room}/`)))).toEqual([])
})
