import { isDeepStrictEqual } from 'node:util'
import type { ArgumentMetadata, PipeTransform } from '@nestjs/common'
import { parametersOf } from './call.js'
import { current } from './current.js'
import { declarationsOf, type Handler } from './declarations.js'

/** Runs behind the other pipes of a handler, and checks the rows that its parameters name if pipes have changed them. */
class LastPipe implements PipeTransform {
  /** @param count - How many parameters of a kind the handler has. */
  constructor(
    private readonly handler: object,
    private readonly count: number,
  ) {}

  async transform(value: unknown, { type, data: name }: ArgumentMetadata): Promise<unknown> {
    const call = current.getStore()
    if (call?.handler.method !== this.handler || type !== (call.reply ? 'param' : 'body')) return value
    const { parameters, changed } = call
    const absent = Object.fromEntries(Object.keys(parameters).map((one) => [one, undefined]))
    const given = name === undefined ? { ...absent, ...parametersOf(value) } : { [name]: value }
    for (const [one, after] of Object.entries(given)) if (!isSame(parameters[one], after)) changed[one] = after
    call.passed += 1
    if (call.passed >= this.count && Object.keys(changed).length > 0) await call.check({ ...parameters, ...changed })
    return value
  }
}

/** Returns whether loaders treat two values alike: a number is its text. */
function isSame(before: unknown, after: unknown): boolean {
  return (typeof after === 'number' && String(after) === before) || isDeepStrictEqual(before, after)
}

/** Lets handlers get no other rows than the checked ones, since pipes run behind the check. */
export function watchPipes(handlers: readonly Handler[]): void {
  for (const handler of handlers) {
    if (declarationsOf(handler).length === 0) continue
    const { class: type, method, name } = handler
    const withLast = (pipes: readonly unknown[] = [], count = 1): readonly unknown[] => [
      ...pipes.filter((pipe) => !(pipe instanceof LastPipe)),
      new LastPipe(method, count),
    ]
    const parameters: object = Reflect.getMetadata('__routeArguments__', type, name) ?? {}
    // The numbers of Nest for a parameter of the path, and for arguments or data.
    for (const kind of ['5:', '3:']) {
      const some = Object.entries(parameters).filter(([key]) => key.startsWith(kind))
      for (const [, one] of some) one.pipes = withLast(one.pipes, some.length)
    }
    // Without decorators, the handler of a message gets its data.
    if (Object.keys(parameters).length === 0)
      Reflect.defineMetadata('__pipes__', withLast(Reflect.getMetadata('__pipes__', method)), method)
  }
}
