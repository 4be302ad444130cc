import { InvalidArgumentError } from 'commander'

// Each reads an argument of the command line.

export function list(text: string): readonly string[] {
  return text.split(',')
}

export function wholeNumber(text: string): number {
  const count = Number(text)
  if (Number.isSafeInteger(count) && count >= 0) return count
  throw new InvalidArgumentError('It must be a whole number.')
}

export function percentage(text: string): number {
  const percent = Number(text)
  if (text !== '' && percent >= 0 && percent <= 100) return percent
  throw new InvalidArgumentError('It must be a number from 0 to 100.')
}

export function identifier(text: string): string {
  if (/^[A-Za-z_$][\w$]*$/.test(text)) return text
  throw new InvalidArgumentError('It must be the name of an interface.')
}

export function javascriptFile(text: string): string {
  if (/\.m?js$/.test(text)) return text
  throw new InvalidArgumentError('The module must be a .js or .mjs file.')
}
