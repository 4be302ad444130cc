import type { RequestFields } from '@arcturus/core/internal/web'
import type { RoutedRequest } from './requestRules.js'

/** What a framework tells of its requests. */
interface Described<Request> {
  readonly routed?: ((request: Request) => RoutedRequest) | undefined
  readonly requestId?: ((request: Request) => unknown) | undefined
}

/** The longest identifier that is kept: clients can choose the header. */
const maxLength = 200

/** Returns the fields of a request for logs. */
export function fieldsOfRequest<Request>(
  request: Request,
  method: string,
  { requestId, routed }: Described<Request>,
): RequestFields {
  const id = requestId?.(request)
  const path = routed?.(request).paths[0]?.split('?', 1)[0]
  return {
    ...((typeof id === 'string' || typeof id === 'number') && id !== '' && { id: String(id).slice(0, maxLength) }),
    method,
    ...(path !== undefined && { path }),
  }
}

/** Returns the identifier that a framework or a logger gave a request, or else that of its header. */
export function requestId(request: object): unknown {
  return Reflect.get(request, 'id') ?? headerOf(request, 'x-request-id')
}

/** Returns a header of a request. Node's requests have their headers in a record, those of the Fetch API have a method. */
export function headerOf(request: unknown, name: string): unknown {
  if (typeof request !== 'object' || request === null || !('headers' in request)) return undefined
  const { headers } = request
  if (typeof headers !== 'object' || headers === null) return undefined
  return 'get' in headers && typeof headers.get === 'function' ? headers.get(name) : Reflect.get(headers, name)
}
