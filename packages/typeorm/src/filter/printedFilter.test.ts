import { expect, it } from 'vitest'
import { PrintedFilter } from './printedFilter.js'

it.each(['`d$`', '`$&`', "`$'`"])('takes the alias %s as it is', (alias) => {
  expect(new PrintedFilter('\u0002`id` = 1 AND \u0002`open`', {}).of(alias)).toBe(
    `${alias}.\`id\` = 1 AND ${alias}.\`open\``,
  )
})
