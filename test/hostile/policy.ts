import { readFileSync } from 'node:fs'
import type { Authorizer } from '@arcturus/core'
import type { Corpus } from './corpus.js'

/** The actor: the corpus has one, with lists of teams and a context. */
export class User {
  readonly allowedTags: readonly string[]
  readonly fewTeams: readonly string[]
  readonly manyTeams: readonly string[]
  readonly context: string

  constructor({ principal: { attr } }: Corpus) {
    // Sound: what the corpus says of its principal.
    this.allowedTags = attr['allowedTags'] as string[]
    this.fewTeams = attr['fewTeams'] as string[]
    this.manyTeams = attr['manyTeams'] as string[]
    this.context = attr['context'] as string
  }

  /** The project of a context such as `projects:f1`. */
  get project(): string | undefined {
    return /^projects:(.*)$/.exec(this.context)?.[1]
  }
}

/** Names in names, such as `dept.eng`. */
const scopes = {
  /** All that a scope lies in. */
  above(scope: string, separator: string): string[] {
    const names = scope.split(separator)
    return names.slice(1).map((_, index) => names.slice(0, index + 1).join(separator))
  },
}

const clock = {
  get yesterday(): Date {
    return new Date(Date.now() - 24 * 60 * 60 * 1000)
  },
  at(time: string): Date {
    return new Date(time)
  },
}

/** Loads the rules, in which each condition of the corpus is an action. */
export function loadPolicy(authorizer: Authorizer): void {
  authorizer.registerClass(User).registerConstant(scopes, 'Scope').registerConstant(clock, 'Clock')
  authorizer.loadSync(readFileSync(new URL('hostile.polar', import.meta.url), 'utf8'))
}
