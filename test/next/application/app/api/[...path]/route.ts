import { handlerOf, nowhere } from '../../../handlers'

export const GET = handlerOf('GET')
export const POST = handlerOf('POST')
export const PATCH = nowhere
