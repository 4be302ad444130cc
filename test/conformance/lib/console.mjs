import { encodeWarning } from './errors.mjs'

/** Stands in for the console while a case runs, and remembers what was said to it. */
export async function withConsole(run) {
  const heard = { prints: [], warnings: [] }
  const { log, warn, error } = console
  console.log = (...args) => void heard.prints.push(args.join(' '))
  console.warn = (...args) => {
    if (args[0] === '[warning]') heard.warnings.push(encodeWarning(String(args[1])))
  }
  console.error = () => {}
  try {
    return await run(heard)
  } finally {
    Object.assign(console, { log, warn, error })
  }
}
