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
  readonly isPlaced: (facts: Facts) => boolean
}

type Message = (facts: Facts) => string

interface Facts {
  /** Our own message. */
  readonly summary: string
  readonly hint?: string | undefined
  readonly data: Readonly<Record<string, unknown>>
}

type Forms = Partial<Readonly<Record<Code, Form | ((facts: Facts) => Error)>>>

const always = () => true
const never = () => false

/** Returns the forms of errors of one name, by our codes. */
function forms(
  name: string,
  messages: Partial<Readonly<Record<Code, Message>>>,
  isPlaced: Form['isPlaced'] = always,
): Forms {
  return Object.fromEntries(Object.entries(messages).map(([code, message]) => [code, { name, message, isPlaced }]))
}

/** Errors in the text of a policy or a query. */
const diagnostics: Forms = {
  ...forms('ParseError::InvalidTokenCharacter', {
    'invalid-character': ({ data }) =>
      `'${escaped(data['character'])}' is not a valid character. Found in ${data['found']}`,
  }),
  ...forms('ParseError::IntegerOverflow', {
    'integer-overflow': ({ data }) => `'${data['text']}' caused an integer overflow`,
  }),
  ...forms('ParseError::InvalidFloat', {
    'invalid-float': ({ data }) => `${data['text']} was parsed as a float, but is invalid`,
  }),
  ...forms('ParseError::UnrecognizedToken', {
    'unexpected-token': ({ data }) => `did not expect to find the token '${data['token']}'`,
  }),
  ...forms('ParseError::ReservedWord', {
    'reserved-word': ({ data }) => `${data['word']} is a reserved Polar word and cannot be used here`,
  }),
  ...forms('ParseError::UnrecognizedEOF', {
    'unexpected-end': () => 'hit the end of the file unexpectedly. Did you forget a semi-colon',
  }),
  ...forms('ParseError::WrongValueType', {
    'wrong-value-type': ({ data }) => `Wrong value type: ${data['text']}. Expected a ${data['expected']}`,
  }),
  ...forms('ParseError::DuplicateKey', { 'duplicate-key': ({ data }) => `Duplicate key: ${data['key']}` }),
  ...forms('ParseError::InvalidToken', { 'too-deeply-nested': ({ summary }) => summary }),
  ...forms('ValidationError::FileLoading', {
    'duplicate-source': ({ data }) => `Problem loading file: ${duplicateText(data)}`,
  }),
  ...forms('ValidationError::SingletonVariable', {
    'singleton-variable': ({ data }) =>
      `Singleton variable ${data['name']} is unused or undefined; try renaming to _${data['name']} or _`,
  }),
  ...forms('ValidationError::UndefinedRuleCall', {
    'undefined-rule': ({ data }) => `Call to undefined rule: ${polar(data['call'])}`,
  }),
  ...forms(
    'ValidationError::UnregisteredClass',
    { 'unregistered-class': ({ data }) => `Unregistered class: ${data['name']}` },
    ({ data }) => data['where'] !== 'rule type',
  ),
  ...forms('ValidationError::InvalidRule', { 'invalid-rule': ({ data }) => ruleMismatch(data) }),
  ...forms('ValidationError::InvalidRuleType', {
    'invalid-rule-type': ({ data }) =>
      `Invalid rule type: ${typeText(data['type'])} ${data['reason'] === 'rest' ? 'Rule types cannot contain rest variables.' : 'Rule types cannot contain dot lookups.'}`,
  }),
  ...forms(
    'ValidationError::MissingRequiredRule',
    { 'missing-required-rule': ({ data }) => `Missing implementation for required rule ${typeText(data['type'])}` },
    ({ data }) => data['kind'] !== 'role',
  ),
  ...forms('ValidationError::DuplicateResourceBlockDeclaration', {
    'conflicting-declaration': ({ data }) =>
      `Cannot overwrite existing ${data['was']} declaration "${data['name']}" in resource ${data['class']} with ${data['is']}`,
  }),
  ...forms('ValidationError::ResourceBlock', {
    'block-keyword': ({ data }) =>
      `Expected 'actor' or 'resource' but found ${data['found'] === undefined ? 'nothing' : `'${data['found']}'`}.`,
    'unknown-declaration': ({ data }) =>
      `Unexpected declaration '${data['name']}'. Did you mean for this to be ${data['form'] === 'names' ? "'roles = [ ... ];' or 'permissions = [ ... ];'" : "'relations = { ... };'"}?`,
    'declaration-form': ({ data }) =>
      `Expected '${data['name']}' declaration to be a ${data['name'] === 'relations' ? 'dictionary; found a list' : 'list of strings; found a dictionary'}`,
    'repeated-declaration': ({ data }) =>
      `Multiple '${data['name']}' declarations in '${data['class']}' resource block.`,
    'relation-keyword': ({ data }) => `Unexpected relation keyword '${data['found']}'. Did you mean 'on'?`,
    'undeclared-term': ({ data }) =>
      `Undeclared term "${data['term']}" referenced in rule in '${data['class']}' resource block. Did you mean to declare it as a role, permission, or relation?`,
    'missing-related-block': ({ data }) =>
      `${data['class']}: Relation "${data['relation']}" in rule body \`"${data['term']}" on "${data['relation']}"\` has type '${data['to']}', but no such resource block exists. Try declaring one: \`resource ${data['to']} {}\``,
    'undeclared-related-term': ({ data }) =>
      `${data['class']}: Term "${data['term']}" not declared in related resource block '${data['to']}'. Did you mean to declare it as a role, permission, or relation in the '${data['to']}' resource block?`,
  }),
  ...forms(
    'OperationalError::InvalidState',
    { 'not-a-relation': ({ data }) => `Invalid state: Expected Relation; got: ${capitalized(data['kind'])}` },
    never,
  ),
}

const unsupported: Message = ({ summary, hint }) =>
  `Unsupported operation: ${summary}${hint === undefined ? '' : ` To mend it: ${hint}.`}`

const applicationError: Message = ({ summary }) => `Application error: ${summary}`
const stackOverflow: Message = ({ summary }) => `Goal stack overflow! ${summary}`
const timeout: Message = ({ summary }) => `Query timeout: ${summary}`

/** Errors while a query runs, and errors of registration. */
const failures: Forms = {
  ...forms('RuntimeError::TypeError', { 'type-error': (facts) => `Type error: ${typeError(facts)}` }),
  ...forms('RuntimeError::Unsupported', {
    'unsupported-operation': (facts) => `Not supported: ${unsupportedOperation(facts)}`,
  }),
  ...forms('RuntimeError::ArithmeticError', {
    'arithmetic-error': ({ summary, data }) =>
      data['shown'] === undefined ? summary : `Arithmetic error: ${data['shown']}`,
  }),
  ...forms(
    'RuntimeError::QueryForUndefinedRule',
    { 'undefined-rule': ({ data }) => `Query for undefined rule \`${data['name']}\`` },
    never,
  ),
  ...forms('RuntimeError::Application', {
    'missing-attribute': applicationError,
    'not-a-function': applicationError,
    'application-error': applicationError,
    'relation-not-loaded': applicationError,
    'unsafe-pattern': applicationError,
    'unreachable-name': applicationError,
    'async-value': applicationError,
  }),
  ...forms('RuntimeError::UnhandledPartial', {
    'unhandled-constraint': ({ summary }) => `Found an unhandled partial in the query result: ${summary}`,
  }),
  ...forms('RuntimeError::StackOverflow', { 'frame-limit': stackOverflow, 'negated-loop': stackOverflow }, never),
  ...forms('RuntimeError::QueryTimeout', { 'step-limit': timeout, 'time-limit': timeout }, never),
  ...forms(
    'RuntimeError::InvalidRegistration',
    {
      'reserved-name': ({ data }) =>
        `Invalid attempt to register '${data['name']}': '${data['name']}' is a built-in specializer.`,
    },
    never,
  ),
  ...forms('RuntimeError::DataFilteringUnsupportedOp', {
    'unsupported-filter': unsupported,
    'opaque-condition': unsupported,
    'filter-too-large': unsupported,
  }),
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
    error instanceof QueryError && (error.code === 'type-error' || isApplication(error.code)) ? error.trace : ''
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
  if (code in warnings || code === 'nil-step') return undefined
  // An application can query any rule by its name: only a name close to another is likely misspelt.
  if (code === 'uncalled-rule' && data['suggestion'] === undefined) return undefined
  const way = code === 'uncalled-rule' ? hint?.replace('new Authorizer(', 'new Oso(') : hint
  return `${message}${span ? locationOf(span) : ''}${way === undefined ? '' : `\n${way}`}`
}

function converted(form: Forms[Code], code: Code, facts: Facts, span: Span | undefined, trace: string): Error {
  if (form === undefined)
    return named('OperationalError::Unknown', `${facts.summary} (${code})${span ? locationOf(span) : ''}`)
  if (typeof form === 'function') return form(facts)
  const place = span && form.isPlaced(facts) ? locationOf(span) : ''
  return named(form.name, `${trace ? `${trace}\n\n` : ''}${form.message(facts)}${place}`)
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name })
}

function isApplication(code: Code): boolean {
  const form = failures[code]
  return typeof form === 'object' && form.name === 'RuntimeError::Application'
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

function ruleMismatch({ rule, types }: Facts['data']): string {
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

function duplicateText({ same, name, other }: Facts['data']): string {
  if (same === 'file') return `File ${name} has already been loaded.`
  if (same === 'name') return `A file with the name ${name}, but different contents has already been loaded.`
  return `A file with the same contents as ${name} named ${other} has already been loaded.`
}

/** Returns a number or a boolean as oso's core writes it. */
function shownInternally({ value, shown }: Facts['data']): string {
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
