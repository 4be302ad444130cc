import { expect, it } from 'vitest'
import type { Rule } from '../../language/ast.js'
import { parseFile } from '../../language/parse.js'
import { Source } from '../../language/source.js'
import { recursiveNames } from './recursiveNames.js'

function rulesOf(text: string): Map<string, Rule[]> {
  const rules = new Map<string, Rule[]>()
  for (const item of parseFile(new Source(text)).file.statements)
    if (item.kind === 'rule') rules.set(item.name, [...(rules.get(item.name) ?? []), item])
  return rules
}

it('finds the rules that lead to themselves', () => {
  const rules = rulesOf(
    'f(x) if g(x) or h(x); g(x) if f(x); h(x) if x = 1; i(x) if not i(x); j(x) if forall(y in x, f(y));',
  )
  expect([...recursiveNames(rules)].sort()).toEqual(['f', 'g', 'i'])
})

it('reads a rule with more alternatives than a function takes arguments', () => {
  const rules = rulesOf('f(x) if g(x) or f(x); g(x) if x = 1;')
  const [rule] = rules.get('f')!
  if (rule?.body?.kind !== 'or') throw new Error('The rule has no alternatives.')
  const [first, second] = rule.body.operands
  rules.set('f', [{ ...rule, body: { ...rule.body, operands: [...Array(500_000).fill(first), second!] } }])
  expect([...recursiveNames(rules)]).toEqual(['f'])
})
