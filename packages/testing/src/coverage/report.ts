import { nodeModules } from './nodeModules.js'
import { type CoveredFile, type CoveredPoint, merged } from './tally.js'

/** A number of points, and how many of them are covered. */
export interface CoverageCount {
  readonly covered: number
  readonly total: number
}

/** A point that is not covered. */
export interface UncoveredPoint {
  readonly file: string
  readonly line: number
  readonly point: CoveredPoint
  /** The reason, such as `never false`. */
  readonly reason: string
}

/** The coverage of one file in the format of Istanbul. */
export interface IstanbulFile {
  readonly path: string
  readonly statementMap: Readonly<Record<string, IstanbulRange>>
  readonly fnMap: Readonly<Record<string, { name: string; line: number; decl: IstanbulRange; loc: IstanbulRange }>>
  readonly branchMap: Readonly<
    Record<string, { type: string; line: number; loc: IstanbulRange; locations: IstanbulRange[] }>
  >
  readonly s: Readonly<Record<string, number>>
  readonly f: Readonly<Record<string, number>>
  readonly b: Readonly<Record<string, number[]>>
}

/** A part of a file: lines count from 1, columns from 0. */
export interface IstanbulRange {
  readonly start: { line: number; column: number }
  readonly end: { line: number; column: number }
}

/** The coverage of a policy by a test run. */
export class CoverageReport {
  /** The files of the policy, in the order in which they were loaded. */
  readonly files: readonly CoveredFile[]

  constructor(files: Iterable<CoveredFile>) {
    this.files = merged([...files].map((file) => ({ ...file, name: shortName(file.name) })))
  }

  /** The rules, and those that applied. */
  get rules(): CoverageCount {
    return this.#count(({ kind }) => kind === 'rule')
  }

  /** The goals, and those that were both true and false. */
  get goals(): CoverageCount {
    return this.#count(({ kind }) => kind === 'goal')
  }

  /** The operands of `or` with several goals, and those that were both true and false. */
  get alternatives(): CoverageCount {
    return this.#count(({ kind }) => kind === 'alternative')
  }

  /**
   * The percentage of covered rules, goals and alternatives: 100 for a policy without any, and 0 if no
   * policy was recorded.
   */
  get percent(): number {
    const { covered, total } = this.#count(() => true)
    if (total === 0) return this.files.length === 0 ? 0 : 100
    return (covered / total) * 100
  }

  /** The points that are not covered, in the order of the files. */
  get uncovered(): readonly UncoveredPoint[] {
    return this.files.flatMap(({ name, points }) =>
      points
        .filter((point) => !isCovered(point))
        .map((point) => ({ file: name, line: point.start.line, point, reason: reasonOf(point) })),
    )
  }

  /**
   * Returns the coverage in the format of Istanbul: an object with an entry for each file, by its
   * path. Rules are functions; goals and alternatives are branches, the first for true and the second
   * for false. Tools such as `istanbul-reports` and `nyc` convert it to `lcov` and HTML.
   * @param folder - The folder to which the names of files are relative. Default: that of the process.
   */
  toIstanbul(folder?: string): Record<string, IstanbulFile> {
    const path = nodeModules()?.path
    return Object.fromEntries(
      this.files.map((file) => {
        const name = path ? path.resolve(folder ?? '', file.name) : file.name
        return [name, istanbulFile(name, file)]
      }),
    )
  }

  /** Returns the counts, and a line for each uncovered point. */
  toString(): string {
    const { rules, goals, alternatives } = this
    const counts = [
      `${rules.covered} of ${rules.total} rules applied`,
      `${goals.covered} of ${goals.total} goals were both true and false`,
      ...(alternatives.total > 0 ? [`${alternatives.covered} of ${alternatives.total} alternatives`] : []),
    ]
    const { uncovered } = this
    const places = uncovered.map(({ file, line }) => `${file}:${line}`)
    const width = Math.max(0, ...places.map(({ length }) => length))
    const lines = uncovered.map(
      ({ point, reason }, at) =>
        `${places[at]!.padEnd(width)}  ${reason}: ${point.kind === 'rule' ? 'rule ' : ''}${point.text}`,
    )
    return [`${percentText(this.percent)} of the policy is covered: ${counts.join(', ')}.`, ...lines].join('\n')
  }

  #count(isCounted: (point: CoveredPoint) => boolean): CoverageCount {
    const points = this.files.flatMap(({ points }) => points).filter(isCounted)
    return { covered: points.filter(isCovered).length, total: points.length }
  }
}

/** Returns a path relative to the folder of the process, if it is inside. */
function shortName(file: string): string {
  const path = nodeModules()?.path
  if (!path?.isAbsolute(file)) return file
  const short = path.relative('', file)
  return short.startsWith('..') || path.isAbsolute(short) ? file : short
}

function isCovered(point: CoveredPoint): boolean {
  return point.true > 0 && (point.kind === 'rule' || point.false > 0)
}

function reasonOf(point: CoveredPoint): string {
  if (point.kind === 'rule') return 'never applied'
  const asked = point.asked > 0 ? ' by a check, left to the database by a list' : ''
  if (point.true > 0) return `never false${asked}`
  return point.false > 0 ? `never true${asked}` : `never evaluated${asked}`
}

/** Formats a percentage, rounded down. */
export const percentText = (percent: number): string => `${Math.floor(percent * 10) / 10} %`

function istanbulFile(path: string, { points }: CoveredFile): IstanbulFile {
  const rules = points.filter(({ kind }) => kind === 'rule')
  const tested = points.filter(({ kind }) => kind !== 'rule')
  const statements = points.filter(({ kind }) => kind !== 'alternative')
  const numbered = <Value>(
    list: readonly CoveredPoint[],
    value: (point: CoveredPoint) => Value,
  ): Record<string, Value> => Object.fromEntries(list.map((point, at) => [String(at), value(point)]))
  return {
    path,
    statementMap: numbered(statements, rangeOf),
    fnMap: numbered(rules, (point) => {
      const range = rangeOf(point)
      // Many readers of lcov take a comma for the end of a name.
      const [name] = /^\w+|^"[^"]*"/.exec(point.text) ?? ['rule']
      return {
        name: `${name}:${point.start.line}:${point.start.column}`,
        line: point.start.line,
        decl: range,
        loc: range,
      }
    }),
    branchMap: numbered(tested, (point) => {
      const range = rangeOf(point)
      return { type: 'cond-expr', line: point.start.line, loc: range, locations: [range, range] }
    }),
    s: numbered(statements, (point) => point.true + point.false),
    f: numbered(rules, (point) => point.true),
    b: numbered(tested, (point) => [point.true, point.false]),
  }
}

function rangeOf({ start, end }: CoveredPoint): IstanbulRange {
  return {
    start: { line: start.line, column: start.column - 1 },
    end: { line: end.line, column: end.column - 1 },
  }
}
