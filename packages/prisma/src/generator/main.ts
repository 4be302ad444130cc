import { createInterface } from 'node:readline'
import { answer, type GeneratorRequest } from './answer.js'

// Prisma starts a generator as a process, sends it one request a line and reads the responses from
// its standard error.
const say = (id: number, body: object): void => {
  process.stderr.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...body })}\n`)
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const request: GeneratorRequest = JSON.parse(line)
  try {
    say(request.id, { result: answer(request) })
  } catch (error) {
    say(request.id, {
      error: { code: -32000, message: error instanceof Error ? error.message : String(error), data: {} },
    })
  }
})
