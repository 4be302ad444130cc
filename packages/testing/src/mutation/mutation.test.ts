import { Authorizer } from '@arcturus/core'
import { describe, expect, it } from 'vitest'
import { type Mutant, mutatedSources, policyMutants } from './mutants.js'
import { QuestionRecorder } from './questions.js'
import { type MutationReport, testMutants } from './testMutants.js'

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
      const ask = (one: Authorizer) => one.isAllowed(witness.actor, witness.action!, witness.resource).catch(String)
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

  const documents = () => {
    const authorizer = new Authorizer().registerClass(User).registerClass(Note, { key: ['id'] })
    authorizer.loadSync(`allow(_: User, "read", _: Note);
      allow_field(_: User, "read", _: Note, "id");
      allow_field(user: User, "read", note: Note, "owner") if note.owner = user.name or user.isAdmin = true;
      allow_field(_: User, "create", Note, "owner");
      allow_request(_: User, _);
      allow_request(nil, request) if request.path = "/login";`)
    return authorizer
  }
  const about = (name: string, report: MutationReport) =>
    report.survivors.filter(({ mutant: { span } }) =>
      span.source.line(span.source.position(span.start).line).includes(name),
    )

  it('asks about all fields, single fields, and fields of new rows', async () => {
    const authorizer = documents()
    const recorder = new QuestionRecorder(authorizer)
    for (const actor of [ada, eve, root, null]) await authorizer.authorizedFields(actor, 'read', diary)
    await authorizer.assertWritable(ada, 'create', 'Note', { owner: 'ada' })
    await authorizer.authorizeField(ada, 'read', diary, 'id')
    recorder.stop()
    expect(recorder.questions.map(({ field, ofFields }) => field ?? ofFields)).toEqual([
      ...[true, true, true, true],
      ...['owner', 'id'],
    ])
    const report = await testMutants(authorizer, recorder)
    expect(about('allow_field', report).filter(({ mutant }) => mutant.kind !== 'wider-class')).toEqual([])
  })

  it('asks only about the fields of the test run, and shows a witness for others', async () => {
    const authorizer = documents()
    const recorder = new QuestionRecorder(authorizer)
    await authorizer.pickAuthorized(ada, 'read', diary)
    await authorizer.authorizeField(ada, 'read', diary, 'id')
    recorder.stop()
    const report = await testMutants(authorizer, recorder, { actors: [eve, root] })
    const lost = report.survivors.find(
      ({ mutant }) => mutant.description === 'Drops the alternative user.isAdmin = true.',
    )!
    expect(lost.witness).toMatchObject({
      actor: root,
      action: 'read',
      resource: diary,
      field: 'owner',
      policy: 'allowed',
    })
    expect(report.textOf(lost)).toContain('"read" the field "owner" of Note { id: 1 }?')
    expect(report.textOf(lost)).toContain('await authorizer.authorizeField(actor, "read", resource, "owner")')
    for (const { mutant, witness } of about('allow_field', report)) {
      if (witness?.field === undefined) continue
      const other = authorizer.withPolicy(...mutatedSources(authorizer.policy!, mutant))
      const ask = (one: Authorizer) =>
        one.authorizeField(witness.actor, witness.action!, witness.resource, witness.field!).then(() => 'yes', String)
      expect(await ask(other)).not.toEqual(await ask(authorizer))
    }
  })

  it('asks the requests of the test run', async () => {
    const authorizer = documents()
    const recorder = new QuestionRecorder(authorizer)
    const [login, home] = [{ path: '/login' }, { path: '/' }]
    await authorizer.authorizeRequest(null, login)
    recorder.stop()
    const few = await testMutants(authorizer, recorder, { actors: [ada] })
    const dropped = few.survivors.find(({ mutant }) =>
      mutant.description.startsWith('Drops the rule allow_request(_: User'),
    )!
    expect(dropped.witness).toMatchObject({ actor: ada, action: undefined, resource: login, policy: 'allowed' })
    expect(few.textOf(dropped)).toContain('await authorizer.authorizeRequest(actor, request)')
    const whole = new QuestionRecorder(authorizer)
    for (const actor of [ada, null])
      for (const request of [login, home]) await authorizer.authorizeRequest(actor, request).catch(() => {})
    whole.stop()
    expect(
      about('allow_request', await testMutants(authorizer, whole)).filter(
        ({ mutant }) => mutant.kind !== 'wider-class',
      ),
    ).toEqual([])
  })

  it('finds the same survivors as a plain run that asks each mutant everything', async () => {
    for (const authorizer of [loaded(), documents()]) {
      const recorder = new QuestionRecorder(authorizer)
      for (const actor of [ada, root, null])
        for (const note of [diary, locked]) {
          await authorizer.authorizedActions(actor, note)
          if (authorizer.policy!.rules.has('allow_field') && actor !== root)
            await authorizer.authorizedFields(actor, 'read', note)
        }
      recorder.stop()
      const answers = async (one: Authorizer): Promise<string> => {
        const all: unknown[] = []
        for (const { actor, action, resource, ofFields } of recorder.questions)
          all.push(
            ofFields
              ? [...(await one.authorizedFields(actor, action as never, resource).catch(String))].sort()
              : await one.isAllowed(actor, action!, resource).catch(String),
          )
        return JSON.stringify(all)
      }
      const own = await answers(authorizer)
      const same: string[] = []
      for (const mutant of policyMutants(authorizer.policy!, authorizer.schema))
        if ((await answers(authorizer.withPolicy(...mutatedSources(authorizer.policy!, mutant)))) === own)
          same.push(`${mutant.span.start} ${mutant.replacement}`)
      const report = await testMutants(authorizer, recorder)
      const survivors = report.survivors.map(({ mutant }) => `${mutant.span.start} ${mutant.replacement}`)
      expect(survivors.length).toBeGreaterThan(0)
      expect(report.killed).toBeGreaterThan(0)
      expect(same).toEqual(expect.arrayContaining(survivors))
      expect(survivors.length + report.equivalent).toBe(same.length)
    }
  })

  it('kills mutants that never answer, and reports them', async () => {
    class Sensor {
      readonly isOpen = true
      readonly wait = new Promise<boolean>(() => {})
    }
    const authorizer = new Authorizer().registerClass(User).registerClass(Sensor)
    authorizer.loadSync('allow(_: User, "read", sensor: Sensor) if sensor.isOpen = true or sensor.wait = true;')
    const recorder = new QuestionRecorder(authorizer)
    await authorizer.isAllowed(ada, 'read', new Sensor())
    recorder.stop()
    const report = await testMutants(authorizer, recorder, { timeLimit: 50 })
    expect(report.timedOut.map(({ description }) => description)).toContain(
      'Drops the alternative sensor.isOpen = true.',
    )
    expect(report.killed).toBeGreaterThanOrEqual(report.timedOut.length)
    expect(String(report)).toContain(`${report.timedOut.length} of the killed exceeded the time limit.`)
  })

  it.each([0, -1, Number.NaN, '5'])('throws for the time limit %s', async (timeLimit) => {
    const recorded = { questions: [{ actor: null, action: 'read', resource: null }], lists: [], fields: [] }
    await expect(testMutants(loaded(), recorded as never, { timeLimit: timeLimit as number })).rejects.toMatchObject({
      code: 'invalid-argument',
    })
  })

  it('throws if nothing was recorded', async () => {
    const authorizer = loaded()
    await expect(testMutants(authorizer, { questions: [], lists: [] })).rejects.toMatchObject({
      code: 'invalid-argument',
    })
  })
})
