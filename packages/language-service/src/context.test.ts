import { Authorizer } from '@arcturus/core'
import { describeSchema } from '@arcturus/core/internal/language-service'
import { expect, test } from 'vitest'
import { LanguageService } from './index.js'

const authorizer = new Authorizer({ log: () => {} })
  .registerModels([{ name: 'User', key: 'id', closed: true, fields: { id: 'integer' } }])
  .registerContext({
    now: 'date',
    session: { fields: { mfa: 'boolean', hour: 'integer', device: { fields: { os: 'string' } } } },
  })
// As the language server gets it from the process of the application.
const schema = JSON.parse(JSON.stringify(describeSchema(authorizer.schema))) as ReturnType<typeof describeSchema>

const ruleWith = (condition: string) => `allow(user: User, "read", _: User) if user.id = 1 and ${condition};`

test.each([
  ['session.hour > 8', 0],
  ['session.huor > 8', 1],
  ['session.device.oss = "x"', 1],
  ['session.hour > "8"', 1],
  ['session.mfa = "true"', 1],
  ['now > "8"', 1],
])('a condition of the context has the diagnostics of the command: %s', (condition, count) => {
  const service = new LanguageService({ schema, isWhole: true })
  service.update('file:///a.polar', ruleWith(condition), 1)
  const found = service
    .diagnostics()
    .get('file:///a.polar')!
    .map(({ code }) => code)
  authorizer.loadSync(ruleWith(condition))
  expect(found).toEqual(authorizer.policy!.warnings.map(({ code }) => code))
  expect(found).toHaveLength(count)
})
