export { RequestAuthorization } from '@arcturus/web'
export {
  type TrpcAuthorization,
  type TrpcAuthorizationOptions,
  type TrpcMiddleware,
  trpcAuthorization,
} from './trpcAuthorization.js'
