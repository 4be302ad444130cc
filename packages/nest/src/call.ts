import type { ServerResponse } from 'node:http'
import type { AuthorizationError } from '@arcturus/core/internal/web'
import type { RoutedRequest } from '@arcturus/web'
import type { ExecutionContext } from '@nestjs/common'
import type { Handler } from './declarations.js'
import type { Parameters } from './options.js'

/** The response of Express or the reply of Fastify: what both have. */
export interface Reply {
  readonly statusCode: number
  getHeader(name: string): unknown
  header(name: string, value: string): unknown
  status(code: number): this
  send(body: unknown): unknown
  /** The response of Node.js, unless this is one. */
  readonly raw?: ServerResponse
}

/** One call of a handler: of a route, of a resolver, or for a message. */
export interface Call {
  readonly transport: Transport
  readonly context: ExecutionContext
  readonly handler: Handler
  /** The object that is the same for the guard and the interceptor of this call, and for no other. */
  readonly key: object
  readonly request: object
  /** The response of a route, which is held back. */
  readonly reply?: Reply | undefined
  /** The response of the request that a resolver answers a part of. */
  readonly outerReply?: Reply | undefined
  readonly parameters: Parameters
  /** The method of the request, or a word for one. */
  readonly method: string
  /** The name for messages, unless it answers a route: `Query.document`, `DocumentsGateway.rename`. */
  readonly name: string
  /** Whether the request-level rules are asked: a message has neither a method nor a path. */
  readonly isRequest: boolean
  /** Whether its answer is part of another call's, which decides: it is that of a field's resolver. */
  readonly isPart: boolean
}

/** How calls arrive, and how they are denied. */
interface Transport {
  /**
   * Reads a call.
   *
   * @param given - The request, if the application says what it is.
   */
  read(context: ExecutionContext, given: object | undefined): Partial<Call> & Pick<Call, 'request' | 'parameters'>
  /** Returns the error that answers a denial. */
  denial(error: AuthorizationError): unknown
}

/** The parts of a resolver's context and info that are used, by Apollo and Mercurius. */
interface ResolverContext {
  readonly req?: object
  readonly request?: object
  readonly res?: Reply
  readonly reply?: Reply & { readonly request: object }
}
interface ResolverInfo {
  readonly parentType: { readonly name: string }
  readonly fieldName: string
  readonly path: { readonly prev: unknown }
  readonly operation: { readonly operation: string }
}

/** The parts of Express' and Fastify's requests that are used. */
export interface PlatformRequest {
  readonly method: string
  readonly url: string
  readonly headers?: { readonly accept?: string }
  readonly originalUrl?: string
  readonly baseUrl?: string
  readonly params?: Parameters
  readonly app?: { enabled?(setting: string): boolean }
  readonly server?: { readonly initialConfig?: { readonly caseSensitive?: boolean; readonly routerOptions?: object } }
}

const codes: Readonly<Record<number, string>> = { 401: 'UNAUTHENTICATED', 403: 'FORBIDDEN', 404: 'NOT_FOUND' }

/** The transports by the names that Nest has for them. */
const transports: Readonly<Record<string, Transport>> = {
  http: {
    read(context, given) {
      const request = context.switchToHttp().getRequest<PlatformRequest>()
      const reply = context.switchToHttp().getResponse<Reply>()
      const { method, params: parameters = {} } = request
      return { key: request, request: given ?? request, reply, parameters, method, isRequest: true }
    },
    denial: (error) => error,
  },
  graphql: {
    read(context, given) {
      const [, parameters, inner = {}, info] = context.getArgs<[unknown, Parameters, ResolverContext, ResolverInfo]>()
      const { req, res, reply: outerReply = res } = inner
      const request = given ?? req ?? inner.request ?? inner.reply?.request ?? inner
      const method = info.operation.operation === 'query' ? 'GET' : 'POST'
      const name = `${info.parentType.name}.${info.fieldName}`
      const isPart = info.path.prev !== undefined
      return { request, outerReply, parameters, method, name, isRequest: 'method' in request && !isPart, isPart }
    },
    denial: (error) => Object.assign(error, { extensions: { code: codes[error.status] } }),
  },
  rpc: {
    read: messageAt(1, 0),
    denial: async (error) => exceptionOf(error, (await import('@nestjs/microservices')).RpcException),
  },
  ws: {
    read: messageAt(0, 1),
    denial: async (error) => exceptionOf(error, (await import('@nestjs/websockets')).WsException),
  },
}
const otherTransport: Transport = { read: messageAt(0, 1), denial: (error) => error }

/** Returns a function that reads a message, by the places of its client and of its data among the arguments. */
function messageAt(client: number, data: number): Transport['read'] {
  return (context, given) => ({
    request: given ?? context.getArgByIndex(client),
    parameters: parametersOf(context.getArgByIndex(data)),
  })
}

export function parametersOf(data: unknown): Parameters {
  // Sound: whatever the client sent can be read by name.
  return (typeof data === 'object' && data !== null ? data : {}) as Parameters
}

/** Returns the exception of a transport whose message answers a denial. */
function exceptionOf(cause: AuthorizationError, Exception: new (message: object) => Error): Error {
  const { status: statusCode, message } = cause
  return Object.assign(new Exception({ status: 'error', statusCode, message }), { cause })
}

/** Reads a call from Nest's context. */
export function callOf(context: ExecutionContext, requestOf?: (context: ExecutionContext) => object): Call {
  const transport = transports[context.getType<string>()] ?? otherTransport
  const handler = { class: context.getClass(), method: context.getHandler(), name: context.getHandler().name }
  return {
    transport,
    context,
    handler,
    // Nest gives the guard and the interceptor of a call the same arguments, each call its own.
    key: context.getArgs(),
    method: 'POST',
    name: `${handler.class.name}.${handler.name}`,
    isRequest: false,
    isPart: false,
    ...transport.read(context, requestOf?.(context)),
  }
}

/** Returns the response of Node.js. */
export function rawOf(reply: Reply): ServerResponse {
  // Sound: Express' response is Node's own.
  return reply.raw ?? (reply as unknown as ServerResponse)
}

/** Returns how a platform routes a request. */
export function routed(request: object): RoutedRequest {
  // Sound: it is called for requests of HTTP alone.
  const { method, url, baseUrl = '', originalUrl = url, app, server } = request as PlatformRequest
  const whole = baseUrl + url
  const settings = { ...server?.initialConfig, ...server?.initialConfig?.routerOptions }
  // Routers within Express may differ from the application.
  const byApplication = app?.enabled?.('case sensitive routing') ? 'some' : 'none'
  const caseSensitive = server ? (settings.caseSensitive === false ? 'none' : 'all') : byApplication
  return { method, targets: [originalUrl, whole], paths: [whole], caseSensitive }
}
