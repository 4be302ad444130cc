import { test } from 'vitest'
import { expectSameAsCheck } from './items.js'

const comparisons = [
  'i.whole + 1 = 2',
  'i.whole - i.number > 0',
  'i.number * 2 <= i.whole',
  'i.ratio * 0.1 == 0.3',
  'i.ratio + 0.7 != 0.1',
  'i.whole / 2 >= 0.5',
  'i.whole / i.number > 0.5',
  'i.whole / i.number != 1',
  'i.whole / -0.0 < 0',
  'i.whole / i.whole + 1.0 > 1.0',
  'i.number rem 2 = 1',
  'i.whole rem i.number = 0',
  'i.whole mod -2 < 0',
  'i.main.whole * (i.whole + 1) = 4',
  'x = i.whole + 1 and x in [1, i.number, 2.5]',
  'i.text + 1 = 2',
  'i.parts.length > 0',
  'i.parts.length = 0',
  'i.main.parts.length >= 1.5',
  'i.parts.length + 1 > i.whole',
  'i.tags.length = i.main.tags.length',
  'i.tags.length != 1',
  'i.text.length = 1',
  'i.missing = 1',
  'i.text.concat(i.other) = "anull"',
  'i.text.concat("b", i.other).endsWith("bb")',
  'i.text.includes(i.other)',
  '"a null".includes(i.other)',
  'i.other.startsWith(i.text)',
  'i.text.includes(nil)',
  '"a5".concat(nil, 5).endsWith(i.other)',
  'i.flag < i.number',
  '1 != i.flag',
  'i.flag == i.whole',
  'i.flag >= nil',
  'i.main matches {}',
  'i.main matches {flag: true}',
  'i.main == "a"',
  'i.other.concat("a") = i.text.concat(i.other)',
] as const

test.each(comparisons.flatMap((one) => [one, `not (${one})`, `(${one}) or i.whole = 3`]))(
  'the filter is the check: %s',
  (goals) => {
    expectSameAsCheck(`allow(_: User, "read", i: Item) if ${goals};`)
  },
)
