#!/usr/bin/env node
import { main } from '../dist/main.mjs'

// Node.js ends without a word if a promise never settles, such as that of `open`.
const abandoned = () => {
  process.exitCode = 2
  process.stderr.write(
    'error: The command ended before its work was done: a promise of the application never settled.\n',
  )
}
process.once('exit', abandoned)
const code = await main(process.argv.slice(2))
process.off('exit', abandoned)
process.exitCode = code
