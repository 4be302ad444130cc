import { describe, expect, it } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'
import { type Mutant, mutatedSources, policyMutants } from './mutants.js'
import { QuestionRecorder } from './questions.js'
import { testMutants } from './testMutants.js'

class User {
  constructor(
    readonly name: string,
    readonly isAdmin = false,
  ) {}
}
class Note {
  constructor(
    readonly id: number,
    readonly owner: string,
    readonly isLocked = false,
  ) {}
}

const policy = `
allow(actor, action, resource) if has_permission(actor, action, resource);
actor User {}
resource Note {
  permissions = ["read", "edit"];
  roles = ["reader", "owner"];
  "read" if "reader";
  "edit" if "owner";
  "reader" if "owner";
}
has_role(user: User, "owner", note: Note) if note.owner = user.name and not note.isLocked = true;
has_role(user: User, "reader", _: Note) if user.isAdmin = true or user.name = "auditor";
`
const loaded = () => {
  const authorizer = new Authorizer().registerClass(User).registerClass(Note, { key: ['id'] })
  authorizer.loadSync({ text: policy, name: 'notes.polar' })
  return authorizer
}
const [ada, eve, root] = [new User('ada'), new User('eve'), new User('root', true)]
const [diary, locked] = [new Note(1, 'ada'), new Note(2, 'ada', true)]

describe('policyMutants', () => {
  const authorizer = loaded()
  const mutants = policyMutants(authorizer.policy!, authorizer.schema)
  const textOf = ({ span }: Mutant): string => span.source.text.slice(span.start, span.end)

  it.each([
    ['dropped-rule', '"read" if "reader";', ''],
    ['dropped-goal', 'note.owner = user.name', 'true'],
    ['dropped-alternative', 'user.name = "auditor"', 'false'],
    ['lost-not', 'not', ''],
    ['other-operator', '=', '!='],
    ['and-or', 'and', 'or'],
    ['and-or', 'or', 'and'],
    ['other-word', '"owner"', '"reader"'],
    ['other-literal', 'true', 'false'],
    ['wider-class', 'user: User', 'user: Actor'],
  ])('contain the %s of %s', (kind, text, replacement) => {
    expect(
      mutants.filter((mutant) => mutant.kind === kind).map((mutant) => [textOf(mutant), mutant.replacement]),
    ).toContainEqual([text, replacement])
  })

  it('change one place of the text, and rename variables that are left alone', () => {
    for (const mutant of mutants) {
      const [changed] = mutatedSources(authorizer.policy!, mutant)
      const { start, end } = mutant.span
      const other = changed!.text.replaceAll(/\b_(?=[a-z])/g, '')
      expect(other).toBe(
        (policy.slice(0, start) + mutant.replacement + policy.slice(end)).replaceAll(/\b_(?=[a-z])/g, ''),
      )
    }
    const dropped = mutants.find(({ description }) => description === 'Drops the goal note.owner = user.name.')!
    expect(mutatedSources(authorizer.policy!, dropped)[0]!.text).toContain(
      'has_role(_user: User, "owner", note: Note) if true and not note.isLocked = true;',
    )
  })

  it('are not of rules about fields and requests, which no recorded question reaches', () => {
    const other = loaded()
    other.loadSync(
      'allow(_: User, "read", _: Note); allow_field(u: User, "read", n: Note, "title") if n.owner = u.name;',
    )
    const names = policyMutants(other.policy!, other.schema).map(({ description }) => description)
    expect(names.length).toBeGreaterThan(0)
    expect(names.filter((one) => one.includes('allow_field') || one.includes('n.owner'))).toEqual([])
  })

  it('load', () => {
    const invalid = mutants.filter((mutant) => {
      try {
        authorizer.withPolicy(...mutatedSources(authorizer.policy!, mutant))
        return false
      } catch {
        return true
      }
    })
    expect(invalid.map(({ description }) => description)).toEqual([])
  })
})

describe('testMutants', () => {
  it('kills every mutant that a question tells from the policy', async () => {
    const authorizer = loaded()
    const recorder = new QuestionRecorder(authorizer)
    for (const actor of [ada, eve, root, new User('auditor'), null])
      for (const note of [diary, locked]) await authorizer.authorizedActions(actor, note)
    recorder.stop()
    const { survivors, killed, total } = await testMutants(authorizer, recorder)
    expect(killed + survivors.length).toBe(total)
    // A wider class of an actor or a resource is the same while nothing else is asked about.
    expect(
      survivors.filter(({ mutant }) => mutant.kind !== 'wider-class').map(({ mutant }) => mutant.description),
    ).toEqual([])
  })

  it('shows a survivor with its line and a witness that differs', async () => {
    const authorizer = loaded()
    const recorder = new QuestionRecorder(authorizer)
    await authorizer.isAllowed(ada, 'edit', diary)
    await authorizer.isAllowed(eve, 'edit', diary)
    recorder.stop()
    const report = await testMutants(authorizer, recorder, { rows: { Note: [locked] }, actors: [root] })
    const survivor = report.survivors.find(({ mutant }) => mutant.kind === 'lost-not')
    expect(survivor).toBeUndefined()
    const lost = report.survivors.find(({ mutant }) => mutant.description.startsWith('Drops the goal not'))!
    expect(lost.witness).toMatchObject({ actor: ada, resource: locked, policy: 'denied', mutant: 'allowed' })
    expect(String(report)).toContain(
      'notes.polar:11  Drops the goal not note.isLocked = true.\n  - has_role(user: User, "owner", note: Note) if note.owner = user.name and not note.isLocked = true;',
    )
    for (const { mutant, witness } of report.survivors) {
      if (!witness) continue
      const other = authorizer.withPolicy(...mutatedSources(authorizer.policy!, mutant))
      const ask = (one: Authorizer) => one.isAllowed(witness.actor, witness.action, witness.resource).catch(String)
      expect(await ask(other)).not.toEqual(await ask(authorizer))
    }
  })

  it('takes lists for the checks of their rows', async () => {
    const authorizer = loaded()
    const recorder = new QuestionRecorder(authorizer)
    authorizer.filter(ada, 'edit', 'Note')
    recorder.stop()
    const { survivors } = await testMutants(authorizer, recorder, { rows: { Note: [diary, locked] } })
    expect(survivors.map(({ mutant }) => mutant.kind)).not.toContain('lost-not')
  })

  it('throws if nothing was recorded', async () => {
    const authorizer = loaded()
    await expect(testMutants(authorizer, { questions: [], lists: [] })).rejects.toMatchObject({
      code: 'invalid-argument',
    })
  })
})
