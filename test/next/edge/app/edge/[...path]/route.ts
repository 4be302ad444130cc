import { handlerOf, nowhere } from '../../../../application/handlers'

export const runtime = 'edge'
export const GET = handlerOf('GET')
export const POST = handlerOf('POST')
export const PATCH = nowhere
