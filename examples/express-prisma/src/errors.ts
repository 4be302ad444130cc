import type { ErrorRequestHandler } from 'express'

/** Sends the message of a denial to the client, and no details of a failure. */
export const answerError: ErrorRequestHandler = (error, _req, res, next) => {
  if (res.headersSent) return next(error)
  const status: number = error?.status ?? 500
  if (status >= 500) console.error(error)
  res.status(status).json({ error: status >= 500 ? 'Something went wrong.' : error.message })
}
