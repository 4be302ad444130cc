// Values of JavaScript as JSON and back; README.md section 3 is the table.

/** A value that a query gave, as JSON. */
export function encode(value, context, depth = 0) {
  const { fixture, engine } = context
  if (value === undefined) return { $undefined: true }
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') {
    if (Number.isFinite(value) && !Object.is(value, -0)) return value
    return { $number: Object.is(value, -0) ? '-0' : String(value) }
  }
  if (typeof value === 'bigint') return { $bigint: String(value) }
  if (typeof value === 'symbol') return { $symbol: true }
  if (fixture.labels.has(value)) {
    const label = fixture.labels.get(value)
    if (typeof value === 'function') return { $function: label }
    return { $instance: classNameOf(value) ?? 'null', id: label }
  }
  if (typeof value === 'function') {
    const registered = fixture.classes.find(({ cls }) => cls === value)
    if (registered) return { $class: registered.name }
    if ([String, Number, Boolean, Array].includes(value)) return { $class: value.name }
    return { $function: value.name }
  }
  if (value instanceof engine.Variable) return { $unbound: true }
  if (depth > 5) return { $deep: true }
  const inner = (one) => encode(one, context, depth + 1)
  if (Array.isArray(value)) return value.map((one) => encode(one, context, depth))
  if (value instanceof context.Dict) {
    const entries = sorted(value, inner)
    return Object.keys(entries).some((key) => key.startsWith('$')) ? { $dict: entries } : entries
  }
  if (classNameOf(value) === 'Expression' && 'operator' in value) {
    return { $expr: value.operator, args: value.args.map(inner) }
  }
  if (classNameOf(value) === 'Pattern' && 'fields' in value) {
    return { $pattern: value.tag ?? null, fields: inner(value.fields) }
  }
  if (classNameOf(value) === 'Predicate' && 'args' in value) return { $call: value.name, args: value.args.map(inner) }
  if (value instanceof Map) return { $instance: 'Map', entries: [...value].map((entry) => entry.map(inner)) }
  if (value instanceof Set) return { $instance: 'Set', values: [...value].map(inner) }
  if (value instanceof Promise) return { $instance: 'Promise' }
  if (Object.keys(value).length === 1 && typeof value.RestVariable === 'string') return { $rest: true }
  return { $instance: classNameOf(value) ?? 'null', fields: sorted(value, inner) }
}

function sorted(object, encodeOne) {
  return Object.fromEntries(
    Object.keys(object)
      .sort()
      .map((key) => [key, encodeOne(object[key])]),
  )
}

export function classNameOf(value) {
  return value?.constructor?.name
}

const builtIns = { String, Number, Boolean, Array, Object }

/** The value that JSON represents. */
export function decode(json, context) {
  const { fixture, engine, Dict } = context
  if (json === null || typeof json !== 'object') return json
  if (Array.isArray(json)) return json.map((one) => decode(one, context))
  if ('$ref' in json) return fixture.ref(json.$ref)
  if ('$class' in json) return fixture.classes.find(({ name }) => name === json.$class)?.cls ?? builtIns[json.$class]
  if ('$var' in json) return new engine.Variable(json.$var)
  if ('$undefined' in json) return undefined
  if ('$number' in json) return json.$number === '-0' ? -0 : Number(json.$number)
  if ('$object' in json) return decodeEntries(json.$object, context)
  if ('$promise' in json) return Promise.resolve(decode(json.$promise, context))
  return Object.assign(new Dict(), decodeEntries('$dict' in json ? json.$dict : json, context))
}

function decodeEntries(object, context) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, decode(value, context)]))
}
