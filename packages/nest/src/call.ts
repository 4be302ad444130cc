import type { ServerResponse } from 'node:http'
import type { RoutedRequest } from '@arcturus/core/framework'
import type { ExecutionContext } from '@nestjs/common'
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
  readonly kind: string
  /** The object that is the same for the guard and the interceptor of this call, and for no other. */
  readonly key: object
  readonly request: object
  /** The response, if there is one for this call or for the request that it is part of. */
  readonly reply: Reply | undefined
  readonly parameters: Parameters
  /** The method of the request, or a word for one. */
  readonly method: string
  /** The name for messages: `GET /documents/1`, `Query.document`, `DocumentsGateway.rename`. */
  readonly name: string
  /** Whether its answer is part of another call's, which decides: it is that of a field's resolver. */
  readonly isPart: boolean
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
interface PlatformRequest {
  readonly method: string
  readonly url: string
  readonly originalUrl?: string
  readonly baseUrl?: string
  readonly params?: Parameters
  readonly app?: { enabled?(setting: string): boolean }
  readonly server?: { readonly initialConfig?: { readonly caseSensitive?: boolean; readonly routerOptions?: object } }
}

/** Reads a call from Nest's context. */
export function callOf(context: ExecutionContext, requestOf?: (context: ExecutionContext) => object): Call {
  const kind = context.getType<string>()
  const name = `${context.getClass().name}.${context.getHandler().name}`
  if (kind === 'http') {
    const request = context.switchToHttp().getRequest<PlatformRequest>()
    const { method, url, originalUrl = url, params = {} } = request
    const reply = context.switchToHttp().getResponse<Reply>()
    const given = requestOf?.(context) ?? request
    const route = `${method} ${originalUrl.split('?', 1)[0]}`
    return { kind, key: request, request: given, reply, parameters: params, method, name: route, isPart: false }
  }
  // Nest gives the guard and the interceptor of a call the same arguments, each call its own.
  const key: object = context.getArgs()
  const base = { kind, key, method: 'POST', isPart: false, name, reply: undefined }
  if (kind === 'graphql') {
    const [, parameters, inner = {}, info] = context.getArgs<[unknown, Parameters, ResolverContext, ResolverInfo]>()
    const { req, res, reply = res } = inner
    return {
      ...base,
      request: requestOf?.(context) ?? req ?? inner.request ?? inner.reply?.request ?? inner,
      reply,
      parameters,
      method: info.operation.operation === 'query' ? 'GET' : 'POST',
      name: `${info.parentType.name}.${info.fieldName}`,
      isPart: info.path.prev !== undefined,
    }
  }
  const { client, data } =
    kind === 'rpc'
      ? { client: context.switchToRpc().getContext<object>(), data: context.switchToRpc().getData<unknown>() }
      : { client: context.switchToWs().getClient<object>(), data: context.switchToWs().getData<unknown>() }
  // Sound: whatever the client sent can be read by name.
  const parameters = (typeof data === 'object' && data !== null ? data : {}) as Parameters
  return { ...base, request: requestOf?.(context) ?? client, parameters }
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
  const targets = originalUrl === whole ? [whole] : [originalUrl, whole]
  const settings = { ...server?.initialConfig, ...server?.initialConfig?.routerOptions }
  // Routers within Express may differ from the application.
  const byApplication = app?.enabled?.('case sensitive routing') ? 'some' : 'none'
  const caseSensitive = server ? (settings.caseSensitive === false ? 'none' : 'all') : byApplication
  return { method, targets, paths: [whole], caseSensitive }
}
