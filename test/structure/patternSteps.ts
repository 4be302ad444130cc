import { type AST, RegExpParser } from '@eslint-community/regexpp'

/** Matches the rest of a pattern from a place of the text. */
type Rest = (at: number) => boolean
type Matcher = (at: number, rest: Rest) => boolean

/** Characters that classes are tried with. */
const characters = [...' \t\n"\'`()[]{}<>/\\.,:;=*+-_%$#@?!|&^~0159afexzAZé']

const tooMany = new Error('The search takes too many steps.')

/** A pattern with a matcher that backtracks as those of JavaScript do, and counts its steps. */
export class PatternSteps {
  readonly #flags: string
  readonly #pattern: AST.Pattern
  readonly #match: Matcher
  #text: readonly string[] = []
  #steps = 0

  constructor(source: string, flags: string) {
    this.#flags = flags
    const [unicode, unicodeSets] = [flags.includes('u'), flags.includes('v')]
    this.#pattern = new RegExpParser().parsePattern(source, 0, source.length, { unicode, unicodeSets })
    this.#match = this.#matcher(this.#pattern, false)
  }

  /** Returns the steps of a search in a text, or of all searches with the flag `g`; Infinity for too many. */
  count(text: string): number {
    this.#text = [...text]
    this.#steps = 0
    try {
      this.#search()
    } catch (error) {
      if (error !== tooMany) throw error
      return Number.POSITIVE_INFINITY
    }
    return this.#steps
  }

  #search(): void {
    let from = 0
    while (from <= this.#text.length) {
      let end = -1
      const isFound = this.#match(from, (at) => {
        end = at
        return true
      })
      if (isFound ? !this.#flags.includes('g') : this.#flags.includes('y')) break
      from = Math.max(end, from + 1)
    }
  }

  /** Returns texts that parts of the pattern match. */
  get parts(): readonly string[] {
    const found = new Set<string>()
    const visit = (node: AST.Node): void => {
      found.add(shortest(node))
      if (node.type === 'CharacterClass' || node.type === 'CharacterSet') {
        const test = testOf(node.raw, this.#flags)
        const some = characters.filter(test)
        for (const one of [...some.slice(0, 2), ...some.slice(-2)]) found.add(one)
      }
      for (const inner of innerOf(node)) visit(inner)
    }
    visit(this.#pattern)
    found.delete('')
    return [...found]
  }

  #matcher(node: AST.Node, isBackward: boolean): Matcher {
    const match = this.#matcherOf(node, isBackward)
    return (at, rest) => {
      if (++this.#steps > 100_000) throw tooMany
      return match(at, rest)
    }
  }

  #matcherOf(node: AST.Node, isBackward: boolean): Matcher {
    switch (node.type) {
      case 'Pattern':
      case 'Group':
      case 'CapturingGroup': {
        const all = node.alternatives.map((one) => this.#matcher(one, isBackward))
        return (at, rest) => all.some((one) => one(at, rest))
      }
      case 'Alternative': {
        const all = node.elements.map((one) => this.#matcher(one, isBackward))
        if (!isBackward) all.reverse()
        return (at, rest) => all.reduce<Rest>((then, one) => (place) => one(place, then), rest)(at)
      }
      case 'Quantifier':
        return this.#repeated(node, this.#matcher(node.element, isBackward))
      case 'Assertion':
        return this.#assertion(node)
      case 'Character':
      case 'CharacterSet':
      case 'CharacterClass': {
        const test = testOf(node.raw, this.#flags)
        const [offset, step] = isBackward ? [-1, -1] : [0, 1]
        return (at, rest) => {
          const one = this.#text[at + offset]
          return one !== undefined && test(one) && rest(at + step)
        }
      }
      default:
        throw new Error(`The matcher of steps has no ${node.type}.`)
    }
  }

  #repeated({ min, max, greedy }: AST.Quantifier, element: Matcher): Matcher {
    const repeat = (count: number, at: number, rest: Rest): boolean => {
      const more = (): boolean =>
        count < max && element(at, (end) => (end !== at || count < min) && repeat(count + 1, end, rest))
      if (count < min) return more()
      return greedy ? more() || rest(at) : rest(at) || more()
    }
    return (at, rest) => repeat(0, at, rest)
  }

  #assertion(node: AST.Assertion): Matcher {
    const isWord = (at: number): boolean => /\w/.test(this.#text[at] ?? ' ')
    const isBreak = (at: number): boolean => this.#flags.includes('m') && this.#text[at] === '\n'
    switch (node.kind) {
      case 'start':
        return (at, rest) => (at === 0 || isBreak(at - 1)) && rest(at)
      case 'end':
        return (at, rest) => (at === this.#text.length || isBreak(at)) && rest(at)
      case 'word':
        return (at, rest) => (isWord(at - 1) !== isWord(at)) !== node.negate && rest(at)
      default: {
        const all = node.alternatives.map((one) => this.#matcher(one, node.kind === 'lookbehind'))
        return (at, rest) => all.some((one) => one(at, () => true)) !== node.negate && rest(at)
      }
    }
  }
}

const tests = new Map<string, (character: string) => boolean>()

/** Returns the test of a part that matches one character. */
function testOf(raw: string, flags: string): (character: string) => boolean {
  const key = `${flags} ${raw}`
  const known = tests.get(key)
  if (known) return known
  const pattern = new RegExp(`^(?:${raw})$`, flags.replace(/[gmy]/g, ''))
  const answers = new Map<string, boolean>()
  const test = (character: string): boolean => {
    const answer = answers.get(character) ?? pattern.test(character)
    answers.set(character, answer)
    return answer
  }
  tests.set(key, test)
  return test
}

function innerOf(node: AST.Node): readonly AST.Node[] {
  if ('alternatives' in node && node.type !== 'ClassStringDisjunction') return node.alternatives
  if (node.type === 'Alternative') return node.elements
  return node.type === 'Quantifier' ? [node.element] : []
}

/** Returns a text that a part matches, with each repetition once. */
function shortest(node: AST.Node): string {
  switch (node.type) {
    case 'Character':
      return String.fromCodePoint(node.value)
    case 'CharacterSet':
    case 'CharacterClass':
      return characters.find(testOf(node.raw, 'u')) ?? ''
    case 'Alternative':
      return node.elements.map(shortest).join('')
    case 'Quantifier':
      return shortest(node.element)
    case 'Pattern':
    case 'Group':
    case 'CapturingGroup':
      return shortest(node.alternatives[0]!)
    default:
      return ''
  }
}
