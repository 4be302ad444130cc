import { ArcturusError, AuthorizationError, problemOf, problemType, wantsProblem } from '@arcturus/core/framework'
import { type ArgumentsHost, Catch } from '@nestjs/common'
import { BaseExceptionFilter, type HttpAdapterHost } from '@nestjs/core'
import { type Reply, rawOf } from './call.js'
import type { ArcturusModuleOptions } from './options.js'
import { markDenied } from './reply.js'

/** Answers denials, as an RFC 9457 problem if the client wants one. Filters of the application come first. */
@Catch(ArcturusError)
export class ArcturusFilter extends BaseExceptionFilter {
  readonly #options: ArcturusModuleOptions

  constructor(options: ArcturusModuleOptions, { httpAdapter }: HttpAdapterHost) {
    super(httpAdapter)
    this.#options = options
  }

  override catch(error: ArcturusError, host: ArgumentsHost): void {
    if (host.getType<string>() !== 'http') throw error
    const reply = host.switchToHttp().getResponse<Reply>()
    if (!(error instanceof AuthorizationError) || rawOf(reply).headersSent) {
      super.catch(error, host)
      return
    }
    const { headers } = host.switchToHttp().getRequest<{ readonly headers: { readonly accept?: string } }>()
    markDenied(reply, error, this.#options)
    const { status, message } = error
    if (!wantsProblem(this.#options.problemDetails, headers.accept)) {
      reply.status(status).send({ statusCode: status, message })
      return
    }
    reply.status(status).header('Content-Type', problemType)
    // Bytes, because Express adds a charset to strings and this type has none.
    reply.send(Buffer.from(JSON.stringify(problemOf(error))))
  }
}
