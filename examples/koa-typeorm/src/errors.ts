import type { Middleware } from 'koa'
import { isUnreachable } from './database.js'

/** Sends the message of a denial to the client, and no details of a failure. */
export const answerErrors: Middleware = async (ctx, next) => {
  try {
    await next()
  } catch (error) {
    const { status, fields, headers, message } = error as {
      status?: number
      fields?: readonly string[]
      headers?: Record<string, string>
      message?: string
    }
    if (headers) ctx.set(headers)
    if (isUnreachable(error)) {
      console.error(`The database does not answer: ${message}`)
      ctx.status = 503
      ctx.body = { error: 'The database does not answer. Try again in a moment.' }
    } else if (status === undefined || status >= 500) {
      ctx.app.emit('error', error, ctx)
      ctx.status = 500
      ctx.body = { error: 'Something went wrong.' }
    } else {
      ctx.status = status
      ctx.body = { error: message, ...(fields?.length && { fields }) }
    }
  }
}
