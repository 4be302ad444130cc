import {
  type ArcturusError,
  type Code,
  type Diagnostic,
  type Node,
  print,
  QueryError,
  type RuleType,
  type Span,
} from '@arcturus/core/internal/oso'
import { InvalidIteratorError, KwargsError, UnexpectedExpressionError, UnregisteredClassError } from './errors.js'
import { locationOf } from './location.js'

/** The form of oso's error for one of our codes. */
interface Form {
  /** Category and variant, the `name` of the error. */
  readonly name: string
  readonly message: Message
  /** Whether the message ends with the position. */
  readonly isPlaced: (data: Data) => boolean
}

type Data = Readonly<Record<string, unknown>>
type Message = (data: Data, facts: Facts) => string

interface Facts {
  /** Our own message. */
  readonly summary: string
  readonly hint?: string | undefined
  readonly data: Data
}

type Forms = Partial<Readonly<Record<Code, Form | ((facts: Facts) => Error)>>>

const never = () => false

function form(name: string, message: Message, isPlaced: Form['isPlaced'] = () => true): Form {
  return { name, message, isPlaced }
}

const parse = (variant: string, message: Message) => form(`ParseError::${variant}`, message)
const validation = (variant: string, message: Message, isPlaced?: Form['isPlaced']) =>
  form(`ValidationError::${variant}`, message, isPlaced)
const runtime = (variant: string, message: Message, isPlaced?: Form['isPlaced']) =>
  form(`RuntimeError::${variant}`, message, isPlaced)
const block = (message: Message) => validation('ResourceBlock', message)

/** Errors in the text of a policy or a query. */
const diagnostics: Forms = {
  'invalid-character': parse(
    'InvalidTokenCharacter',
    ({ character, found }) => `'${escaped(character)}' is not a valid character. Found in ${found}`,
  ),
  'integer-overflow': parse('IntegerOverflow', ({ text }) => `'${text}' caused an integer overflow`),
  'invalid-float': parse('InvalidFloat', ({ text }) => `${text} was parsed as a float, but is invalid`),
  'unexpected-token': parse('UnrecognizedToken', ({ token }) => `did not expect to find the token '${token}'`),
  'reserved-word': parse('ReservedWord', ({ word }) => `${word} is a reserved Polar word and cannot be used here`),
  'unexpected-end': parse('UnrecognizedEOF', () => 'hit the end of the file unexpectedly. Did you forget a semi-colon'),
  'wrong-value-type': parse(
    'WrongValueType',
    ({ text, expected }) => `Wrong value type: ${text}. Expected a ${expected}`,
  ),
  'duplicate-key': parse('DuplicateKey', ({ key }) => `Duplicate key: ${key}`),
  'too-deeply-nested': parse('InvalidToken', (_, { summary }) => summary),
  'duplicate-source': validation('FileLoading', (data) => `Problem loading file: ${duplicateText(data)}`),
  'singleton-variable': validation(
    'SingletonVariable',
    ({ name }) => `Singleton variable ${name} is unused or undefined; try renaming to _${name} or _`,
  ),
  'undefined-rule': validation('UndefinedRuleCall', ({ call }) => `Call to undefined rule: ${polar(call)}`),
  'unregistered-class': validation(
    'UnregisteredClass',
    ({ name }) => `Unregistered class: ${name}`,
    ({ where }) => where !== 'rule type',
  ),
  'invalid-rule': validation('InvalidRule', ruleMismatch),
  'invalid-rule-type': validation(
    'InvalidRuleType',
    ({ type, reason }) =>
      `Invalid rule type: ${typeText(type)} Rule types cannot contain ${reason === 'rest' ? 'rest variables' : 'dot lookups'}.`,
  ),
  'missing-required-rule': validation(
    'MissingRequiredRule',
    ({ type }) => `Missing implementation for required rule ${typeText(type)}`,
    ({ kind }) => kind !== 'role',
  ),
  'conflicting-declaration': validation(
    'DuplicateResourceBlockDeclaration',
    (data) =>
      `Cannot overwrite existing ${data['was']} declaration "${data['name']}" in resource ${data['class']} with ${data['is']}`,
  ),
  'block-keyword': block(
    ({ found }) => `Expected 'actor' or 'resource' but found ${found === undefined ? 'nothing' : `'${found}'`}.`,
  ),
  'unknown-declaration': block(
    ({ name, form }) =>
      `Unexpected declaration '${name}'. Did you mean for this to be ${form === 'names' ? "'roles = [ ... ];' or 'permissions = [ ... ];'" : "'relations = { ... };'"}?`,
  ),
  'declaration-form': block(
    ({ name }) =>
      `Expected '${name}' declaration to be a ${name === 'relations' ? 'dictionary; found a list' : 'list of strings; found a dictionary'}`,
  ),
  'repeated-declaration': block(
    (data) => `Multiple '${data['name']}' declarations in '${data['class']}' resource block.`,
  ),
  'relation-keyword': block(({ found }) => `Unexpected relation keyword '${found}'. Did you mean 'on'?`),
  'undeclared-term': block(
    (data) =>
      `Undeclared term "${data['term']}" referenced in rule in '${data['class']}' resource block. Did you mean to declare it as a role, permission, or relation?`,
  ),
  'missing-related-block': block(
    (data) =>
      `${data['class']}: Relation "${data['relation']}" in rule body \`"${data['term']}" on "${data['relation']}"\` has type '${data['to']}', but no such resource block exists. Try declaring one: \`resource ${data['to']} {}\``,
  ),
  'undeclared-related-term': block(
    (data) =>
      `${data['class']}: Term "${data['term']}" not declared in related resource block '${data['to']}'. Did you mean to declare it as a role, permission, or relation in the '${data['to']}' resource block?`,
  ),
  'not-a-relation': form(
    'OperationalError::InvalidState',
    ({ kind }) => `Invalid state: Expected Relation; got: ${capitalized(kind)}`,
    never,
  ),
}

const application = runtime('Application', (_, { summary }) => `Application error: ${summary}`)
const overflow = runtime('StackOverflow', (_, { summary }) => `Goal stack overflow! ${summary}`, never)
const timeout = runtime('QueryTimeout', (_, { summary }) => `Query timeout: ${summary}`, never)
const unsupported = runtime(
  'DataFilteringUnsupportedOp',
  (_, { summary, hint }) => `Unsupported operation: ${summary}${hint === undefined ? '' : ` To mend it: ${hint}.`}`,
)

/** Errors while a query runs, and errors of registration. */
const failures: Forms = {
  'type-error': runtime('TypeError', (_, facts) => `Type error: ${typeError(facts)}`),
  'unsupported-operation': runtime('Unsupported', (_, facts) => `Not supported: ${unsupportedOperation(facts)}`),
  'arithmetic-error': runtime('ArithmeticError', ({ shown }, { summary }) =>
    shown === undefined ? summary : `Arithmetic error: ${shown}`,
  ),
  'undefined-rule': runtime('QueryForUndefinedRule', ({ name }) => `Query for undefined rule \`${name}\``, never),
  'missing-attribute': application,
  'not-a-function': application,
  'application-error': application,
  'relation-not-loaded': application,
  'unsafe-pattern': application,
  'unreachable-name': application,
  'async-value': application,
  'unhandled-constraint': runtime(
    'UnhandledPartial',
    (_, { summary }) => `Found an unhandled partial in the query result: ${summary}`,
  ),
  'frame-limit': overflow,
  'negated-loop': overflow,
  'step-limit': timeout,
  'time-limit': timeout,
  'reserved-name': runtime(
    'InvalidRegistration',
    ({ name }) => `Invalid attempt to register '${name}': '${name}' is a built-in specializer.`,
    never,
  ),
  'unsupported-filter': unsupported,
  'opaque-condition': unsupported,
  'filter-too-large': unsupported,
  'unbound-variable': () => new UnexpectedExpressionError(),
  'keyword-arguments': ({ summary, data }) =>
    data['of'] === 'host' ? new KwargsError() : named('OperationalError::InvalidState', `Invalid state: ${summary}`),
  'not-iterable': ({ data }) => new InvalidIteratorError(typeof data['value']),
  'unregistered-class': ({ data }) => new UnregisteredClassError(String(data['name'])),
}

/** The warnings that oso has. */
const warnings: Partial<Readonly<Record<Code, (facts: Facts) => string | undefined>>> = {
  'ambiguous-precedence': () =>
    'Expression without parentheses could be ambiguous.\nPrior to 0.20, `x and y or z` would parse as `x and (y or z)`.\nAs of 0.20, it parses as `(x and y) or z`, matching other languages.',
  // oso doesn't warn about a specializer that occurs twice in a rule.
  'unknown-specializer': ({ data }) =>
    data['once'] === true
      ? `Unknown specializer ${data['name']}${data['suggestion'] === undefined ? '' : `, did you mean ${data['suggestion']}?`}`
      : undefined,
  'missing-allow-rule': () =>
    'Your policy does not contain an allow rule, which usually means\nthat no actions are allowed. Did you mean to add an allow rule to\nthe top of your policy?\n\n  allow(actor, action, resource) if ...\n\nYou can also suppress this warning by adding an allow_field or allow_request\nrule.',
  'missing-has-permission': () =>
    'Warning: your policy uses resource blocks but does not call the\nhas_permission rule. This means that permissions you define in a\nresource block will not have any effect. Did you mean to include a\ncall to has_permission in a top-level allow rule?\n\n  allow(actor, action, resource) if\n      has_permission(actor, action, resource);',
}

/** Converts one of our errors to oso's. The original is its `cause`. */
export function coreError(error: ArcturusError): Error {
  const trace =
    error instanceof QueryError && (error.code === 'type-error' || failures[error.code] === application)
      ? error.trace
      : ''
  const facts = { summary: error.summary, hint: error.hint, data: error.data ?? {} }
  // oso points at the place where a wrong value was written. It points nowhere if the value comes
  // from the application.
  const span = 'valueSpan' in facts.data ? (facts.data['valueSpan'] as Span | undefined) : error.span
  return Object.assign(converted(failures[error.code], error.code, facts, span, trace), { cause: error })
}

/** Converts an error in a text to oso's. */
export function diagnosticError(diagnostic: Diagnostic): Error {
  const { code, message, span, data = {} } = diagnostic
  // oso has no such error: it points at the token behind.
  if (code === 'missing-semicolon')
    return diagnosticError({ ...diagnostic, code: 'unexpected-token', span: data['at'] as Span })
  // oso reports each such rule.
  if (code === 'missing-block') return diagnosticError({ ...diagnostic, code: 'invalid-rule' })
  // For a duplicate key, oso only knows the position of the whole dictionary.
  if (code === 'duplicate-key')
    return converted(diagnostics[code], code, { summary: message, data }, data['entries'] as Span, '')
  const star = code === 'singleton-variable' && span ? starBefore(span) : undefined
  const [place, named] =
    span && star !== undefined
      ? [
          { ...span, start: span.start - star.length },
          { ...data, name: `*${data['name']}` },
        ]
      : [span, data]
  return converted(diagnostics[code], code, { summary: message, data: named }, place, '')
}

/** Returns the star of a rest variable, with the space behind it. */
function starBefore({ source, start }: Span): string | undefined {
  return /[[,]\s*(\*\s*)$/.exec(source.text.slice(0, start))?.[1]
}

/** Returns oso's error for a second policy. */
export function multipleLoadError(): Error {
  return named(
    'RuntimeError::MultipleLoadError',
    'Cannot load additional Polar code -- all Polar code must be loaded at the same time.',
  )
}

/** Returns the text of a warning that oso has, too. */
export function warningText({ code, message, span, data = {} }: Diagnostic): string | undefined {
  const text = warnings[code]?.({ summary: message, data })
  return text === undefined ? undefined : `${text}${span ? locationOf(span) : ''}`
}

/** Returns the text of a warning, or a further error, that oso does not have; undefined for its own. */
export function furtherText({ code, message, hint, span, data = {} }: Diagnostic): string | undefined {
  if (code in warnings || code === 'nil-step' || code === 'nil-comparison') return undefined
  // An application can query any rule by its name: only a name close to another is likely misspelt.
  if (code === 'uncalled-rule' && data['suggestion'] === undefined) return undefined
  const way = code === 'uncalled-rule' ? hint?.replace('new Authorizer(', 'new Oso(') : hint
  return `${message}${span ? locationOf(span) : ''}${way === undefined ? '' : `\n${way}`}`
}

function converted(form: Forms[Code], code: Code, facts: Facts, span: Span | undefined, trace: string): Error {
  if (form === undefined)
    return named('OperationalError::Unknown', `${facts.summary} (${code})${span ? locationOf(span) : ''}`)
  if (typeof form === 'function') return form(facts)
  const place = span && form.isPlaced(facts.data) ? locationOf(span) : ''
  return named(form.name, `${trace ? `${trace}\n\n` : ''}${form.message(facts.data, facts)}${place}`)
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name })
}

/** Prints a node from a diagnostic's data as Polar. */
function polar(node: unknown): string {
  // Sound: checks put nodes of the policy into these data.
  return print(node as Node)
}

/** Prints a rule type without the word `type`. */
function typeText(type: unknown): string {
  return polar(type).replace(/^type\s+/, '')
}

function ruleMismatch({ rule, types }: Data): string {
  const reasons = (types as readonly { readonly type: RuleType; readonly mismatch: string | undefined }[]).map(
    ({ type, mismatch = '' }) => `${typeText(type)}\n\tFailed to match because: ${mismatch}\n${blockHint(mismatch)}`,
  )
  return `Invalid rule: ${polar(rule)} Must match one of the following rule types:\n\n${reasons.join('\n')}`
}

/** Returns what to add to the policy if a class has no block. */
function blockHint(mismatch: string): string {
  const [, name, keyword] = /is (\S+), which has no (actor|resource) block/.exec(mismatch) ?? []
  if (name === undefined) return ''
  return keyword === 'actor'
    ? `\n\tPerhaps you meant to add an actor block to the top of your policy, like this:\n\n\t  actor ${name} {}\n`
    : `\n\tPerhaps you meant to add a resource block to your policy, like this:\n\n\t  resource ${name} { .. }\n`
}

function duplicateText({ same, name, other }: Data): string {
  if (same === 'file') return `File ${name} has already been loaded.`
  if (same === 'name') return `A file with the name ${name}, but different contents has already been loaded.`
  return `A file with the same contents as ${name} named ${other} has already been loaded.`
}

/** Returns a number or a boolean as oso's core writes it. */
function shownInternally({ value, shown }: Data): string {
  if (typeof value === 'boolean') return `Boolean(${value})`
  if (typeof value !== 'number' && typeof value !== 'bigint') return String(shown)
  return Number.isInteger(Number(value)) ? `Number(Integer(${value}))` : `Number(Float(${value}))`
}

function typeError({ summary, data }: Facts): string {
  switch (data['of']) {
    case 'assignment':
      return `Can only assign to unbound variables, ${data['name']} is not unbound.`
    case 'condition':
      return `${data['shown']} isn't something that is true or false so can't be a condition`
    case 'in':
      return `can only use \`in\` on an iterable value, this is ${shownInternally(data)}`
    case 'key':
      return `cannot look up field ${data['shown']} on an external instance`
    case 'lookup':
      return `can only perform lookups on dicts and instances, this is ${data['value']}`
    default:
      return summary
  }
}

function unsupportedOperation({ summary, data }: Facts): string {
  switch (data['of']) {
    case 'arithmetic':
      return `unsupported arithmetic operands: ${data['shown']}`
    case 'comparison':
      return String(data['shown'])
    case 'method':
      return `cannot call method on unbound variable ${data['shown']}`
    default:
      return summary
  }
}

function escaped(character: unknown): string {
  return character === '\n' ? '\\n' : character === '\0' ? '\\0' : String(character)
}

function capitalized(word: unknown): string {
  const text = String(word)
  return text.charAt(0).toUpperCase() + text.slice(1)
}
