import pc from 'picocolors'

/** The streams and the environment of a command; tests pass their own. */
export interface Io {
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean }
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
}

export type Colours = ReturnType<typeof pc.createColors>

/** The result of a command: what `--json` prints, and the exit code. */
export interface Result {
  /** 0 for yes, 1 for no or for findings. */
  readonly code: 0 | 1
  /** The value that `--json` prints. */
  readonly json: unknown
}

/** The forms in which findings are printed. */
export type Format = 'text' | 'json' | 'github'

/**
 * Returns whether output has colours: `NO_COLOR` turns them off and `FORCE_COLOR` on, whatever their
 * value; otherwise a terminal decides.
 */
function hasColours({ stdout, env }: Io): boolean {
  if (env['NO_COLOR']) return false
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0'
  return stdout.isTTY === true && env['TERM'] !== 'dumb'
}

/** The colours that the command writes itself, and characters that a terminal obeys or that hide text. */
const control = /\p{Cc}\[(?:[0-24]|2[24]|3[1-69]|90)m|\r\n|[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu

/**
 * Returns a text in which no row, name or message can move the cursor, hide a part or rename the
 * window: control characters are written as escapes, except for tabs and the ends of lines.
 * @param keeps - Whether the colours of the command stay.
 */
export function printable(text: string, keeps: boolean): string {
  return text.replace(control, (found) => {
    if (found === '\t' || found === '\n') return found
    if (found === '\r\n') return '\n'
    return keeps && found.length > 1 && found.startsWith('\u001b') ? found : escaped(found)
  })
}

/** Returns a text as one line. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, escaped)
}

/** Formats a count: `1 error`, `2 errors`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function escaped(text: string): string {
  const code = text.charCodeAt(0).toString(16).padStart(4, '0')
  return `\\u${code}${text.slice(1)}`
}

/** Writes the results of a command. Progress and errors go to stderr, so that stdout can be piped. */
export class Output {
  readonly colours: Colours

  constructor(
    readonly io: Io,
    readonly format: Format,
  ) {
    this.colours = pc.createColors(format === 'text' && hasColours(io))
  }

  /** Prints a line for people. Nothing in the other formats. */
  line(text = ''): void {
    if (this.format === 'text') this.io.stdout.write(`${this.#printable(text)}\n`)
  }

  /** Prints to stderr, in every format. */
  note(text: string): void {
    this.io.stderr.write(`${this.#printable(text)}\n`)
  }

  #printable(text: string): string {
    return printable(text, this.colours.isColorSupported)
  }

  /** Prints the value of `--json`. */
  json(value: unknown): void {
    this.io.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`)
  }

  /** Prints an annotation that GitHub shows beside the line. */
  annotation(finding: Finding): void {
    this.io.stdout.write(`${annotationOf(finding)}\n`)
  }

  /**
   * Runs work, and prints what it is busy with to stderr once a second has passed.
   * @param label - What is done, such as `Comparing actors`.
   * @param work - Calls `advance` with what is done now, and with the part of all that is done, from 0 to 1, if it is
   * known: then the time that is left is printed, too. Work that never waits must let timers run now and then.
   */
  async progress<T>(label: string, work: (advance: (text: string, part?: number) => void) => Promise<T>): Promise<T> {
    const { stderr } = this.io
    const started = Date.now()
    let shown = false
    let detail = ''
    let done = 0
    const paint = (): void => {
      shown = true
      const seconds = Math.round((Date.now() - started) / 1000)
      const left = done > 0 ? `, about ${Math.ceil((seconds * (1 - done)) / done)} s left` : ''
      const text = `${label}${detail && ` ${detail}`} (${seconds} s${left})`
      stderr.write(stderr.isTTY ? `\r\u001b[K${text}` : `${text}\n`)
    }
    // A terminal is repainted each second; a log gets a line every ten.
    const timer = setInterval(paint, stderr.isTTY ? 1000 : 10_000)
    timer.unref()
    try {
      return await work((text, part = 0) => {
        detail = text
        done = part
      })
    } finally {
      clearInterval(timer)
      if (shown && stderr.isTTY) stderr.write('\r\u001b[K')
    }
  }
}

/** A finding with its place in a file. */
export interface Finding {
  readonly severity: 'error' | 'warning' | 'notice'
  readonly code: string
  readonly message: string
  readonly hint?: string | undefined
  readonly file?: string | undefined
  readonly line?: number | undefined
  readonly column?: number | undefined
  readonly endLine?: number | undefined
  readonly endColumn?: number | undefined
}

/**
 * Returns a workflow command of GitHub Actions, such as `::error file=a.polar,line=3::Message`.
 * Source: "Workflow commands for GitHub Actions" of GitHub's documentation.
 */
export function annotationOf({ severity, code, message, hint, ...place }: Finding): string {
  const { file, line, column, endLine, endColumn } = place
  const properties = { file, line, col: column, endLine, endColumn, title: code }
  const text = Object.entries(properties)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${escapedProperty(String(value))}`)
    .join(',')
  return `::${severity} ${text}::${escapedData(hint === undefined ? message : `${message}\nhint: ${hint}`)}`
}

const escapedData = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const escapedProperty = (text: string): string => escapedData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
