import { AsyncLocalStorage } from 'node:async_hooks'
import { AuthorizationError } from '@arcturus/core/internal/web'
import type { Authority } from './authority.js'
import { Calls } from './calls.js'
import type { EnforcementOptions } from './options.js'

/** The answer of a tool: a generator stays one. */
type Answered<Answer> = Answer extends AsyncGenerator ? Answer : Promise<Awaited<Answer>>

/**
 * Authorizes the tools of models: of servers of the Model Context Protocol, and of the AI SDK.
 *
 * @example
 * const calls = new ToolCalls(authorizer, { actor: ({ user }: { user: User }) => user })
 * const execute = calls.tool('readNote', { user }, ({ id }: { id: string }) =>
 *   calls.authorize('read', () => findNote(id)),
 * )
 */
export class ToolCalls<Context extends object, Actor> extends Calls<Context, Actor> {
  /**
   * @param options - `actor` gets the context of a call.
   * @throws {ArgumentError} The authorizer or the `actor` function is missing.
   */
  constructor(authorizer: Authority, options: EnforcementOptions<Context, Actor>) {
    super(authorizer, options, new AsyncLocalStorage(), seenByModels)
  }

  /**
   * Returns a tool whose every answer needs an authorization decision. A model sees the messages of denials, and of errors
   * with `expose: true`; of other failures it sees none.
   *
   * @param name - The name of the tool, for messages.
   * @param context - What `actor` gets, or a function that returns it from what the tool gets.
   */
  tool<Parameters extends readonly unknown[], Answer>(
    name: string,
    context: Context | ((...parameters: Parameters) => Context),
    run: (...parameters: Parameters) => Answer,
  ): (...parameters: Parameters) => Answered<Answer> {
    const answer = (...parameters: Parameters): Promise<Awaited<Answer>> =>
      this.answer(typeof context === 'function' ? context(...parameters) : context, name, () => run(...parameters))
    const streamed = async function* (...parameters: Parameters): AsyncGenerator {
      // Sound: the tool is a generator.
      yield* (await answer(...parameters)) as AsyncIterable<unknown>
    }
    const isGenerator = Object.prototype.toString.call(run) === '[object AsyncGeneratorFunction]'
    // Sound: a generator answers with a generator.
    return (isGenerator ? streamed : answer) as (...parameters: Parameters) => Answered<Answer>
  }
}

function seenByModels(error: unknown): unknown {
  const isSeen =
    error instanceof AuthorizationError || (error instanceof Error && Reflect.get(error, 'expose') === true)
  return isSeen ? error : new Error('Internal error', { cause: error })
}
