// Changes policies a little, token by token, in ways that mostly still load.

const TOKEN = /"(?:[^"\\]|\\.)*"|[A-Za-z_]\w*|\d+(?:\.\d+)?|:=|==|!=|<=|>=|\s+|./gs
const KEPT = new Set([
  'allow',
  'has_role',
  'has_permission',
  'has_relation',
  'actor',
  'resource',
  'if',
  'not',
  'forall',
])

function tokensOf(text) {
  return text.match(TOKEN) ?? []
}

/** What a token can be replaced by: another of its kind. */
function kindOf(tokens, at) {
  const token = tokens[at]
  if (/^"/.test(token)) return 'text'
  if (/^\d/.test(token)) return 'number'
  if (/^(and|or)$/.test(token)) return 'connective'
  if (/^(=|==|!=|<|<=|>|>=)$/.test(token)) return 'comparison'
  if (/^(in|matches)$/.test(token)) return 'membership'
  if (/^[A-Z]/.test(token)) return 'class'
  if (!/^[a-z_]/.test(token) || KEPT.has(token)) return undefined
  return tokens[at - 1] === '.' ? 'field' : 'name'
}

/**
 * Makes a function that changes a policy.
 * @param policies - Where new tokens come from.
 * @param random - Gives numbers from 0 to 1.
 */
export function mutator(policies, random) {
  const pick = (list) => list[Math.floor(random() * list.length)]
  const pool = new Map()
  for (const policy of policies) {
    const tokens = tokensOf(policy)
    for (const at of tokens.keys()) {
      const kind = kindOf(tokens, at)
      if (kind) pool.set(kind, [...(pool.get(kind) ?? []), tokens[at]])
    }
  }
  return (policy) => {
    const tokens = tokensOf(policy)
    for (let count = 1 + Math.floor(random() * 3); count > 0; count--) {
      const at = pick([...tokens.keys()].filter((index) => kindOf(tokens, index)))
      if (at !== undefined) tokens[at] = pick(pool.get(kindOf(tokens, at)))
    }
    const places = [...tokens.keys()].filter((at) => /^(and|or|if)$/.test(tokens[at]))
    if (places.length > 0 && random() < 0.3) tokens.splice(pick(places) + 1, 0, ' not ')
    return tokens.join('')
  }
}
