import type { ErrorRequestHandler } from 'express'

/** Tells a client what it may know: a refusal's own words, and of a failure nothing. */
export const answerError: ErrorRequestHandler = (error, _req, res, next) => {
  if (res.headersSent) return next(error)
  const status: number = error?.status ?? 500
  if (status >= 500) console.error(error)
  res.status(status).json({ error: status >= 500 ? 'Something went wrong.' : error.message })
}
