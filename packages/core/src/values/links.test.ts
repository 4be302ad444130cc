import { describe, expect, it } from 'vitest'
import { moduleOf } from '../../../compile/src/testing/moduleOf.js'
import { explain } from '../../../explain/src/index.js'
import { Authorizer } from '../authorizer/authorizer.js'
import { as as asRow } from '../compiled/runtime.js'

class Ward {
  constructor(
    readonly id: number | undefined,
    readonly hospitalId: number | null | undefined,
    readonly hospital: Hospital | null | undefined,
  ) {}
}
class Hospital {
  constructor(readonly id: number) {}
}
class Patient {
  readonly id = 9
  constructor(
    readonly wardId: number | bigint | null | undefined,
    readonly ward: Ward | null | undefined,
  ) {}
}
class User {
  constructor(
    readonly id: number,
    readonly wardId: number | undefined,
    readonly ward: Ward | undefined,
    readonly patients: readonly Patient[] = [],
  ) {}
}

const policy = `
  allow(user: User, "edit", patient: Patient) if patient.ward = user.ward;
  allow(user: User, "review", patient: Patient) if not patient.ward = user.ward;
  allow(user: User, "visit", patient: Patient) if patient.ward.hospital = user.ward.hospital;
  allow(user: User, "avoid", patient: Patient) if patient.ward.hospital != user.ward.hospital;
  allow(_: User, "find", patient: Patient) if patient.ward != nil;
  allow(_: User, "lose", patient: Patient) if patient.ward = nil;
  allow(user: User, "count", patient: Patient) if other in user.patients and other.ward = patient.ward;
  allow(user: User, "dial", patient: Patient) if (patient.ward).hospital.id = user.ward.hospital.id;
  allow(_: User, "see", _: Patient{ward: ward}) if ward.hospitalId = 1;
  allow(_: User, "show", patient: Patient) if patient.id = 9;
`
const actions = ['edit', 'review', 'visit', 'avoid', 'find', 'lose', 'count', 'dial', 'see', 'show']
const stale: unknown = expect.objectContaining({ code: 'stale-relation' })

type Evaluator = 'machine' | 'closures' | 'source'
function authorizerOf(evaluator: Evaluator, isKept = true, areClasses = true): Authorizer {
  const fields = {
    Hospital: { id: 'integer' },
    Ward: { id: 'integer', hospitalId: 'integer', hospital: { one: 'Hospital', from: 'hospitalId', kept: isKept } },
    Patient: { id: 'integer', wardId: 'integer', ward: { one: 'Ward', from: 'wardId', kept: isKept } },
    User: { id: 'integer', wardId: 'integer', ward: { one: 'Ward', from: 'wardId' }, patients: { many: 'Patient' } },
  } as const
  const authorizer = new Authorizer({ evaluator, log() {} })
  for (const [name, cls] of Object.entries({ Hospital, Ward, Patient, User })) {
    const declared = { key: 'id', fields: fields[name as keyof typeof fields] }
    if (areClasses) authorizer.registerClass(cls, declared)
    else authorizer.registerModels([{ name, ...declared }])
  }
  authorizer.loadSync(policy)
  return authorizer
}

const [one, two] = [new Hospital(1), new Hospital(2)]
const wards: readonly Ward[] = [
  new Ward(1, 1, one),
  new Ward(2, 2, two),
  new Ward(2, 1, two),
  new Ward(2, null, two),
  new Ward(2, 1, null),
  new Ward(2, undefined, two),
  new Ward(undefined, 1, one),
  new Ward(2, null, null),
]
const patients: readonly Patient[] = [1, 2n, null, undefined].flatMap((wardId) =>
  [...wards, null].map((ward) => new Patient(wardId, ward)),
)
const users: readonly User[] = [
  new User(1, 1, wards[0]!),
  new User(2, 2, wards[1]!),
  new User(3, 1, wards[1]!),
  new User(4, undefined, wards[1]!, patients.slice(1, 4)),
]

/** The result of a check by the code of each relation that it reads; undefined for another error. */
type Result = boolean | 'stale' | 'error'

describe('a relation', () => {
  /** Returns the plain form of a row, without the values that are undefined. */
  function plain<Row extends object>(row: Row): Row {
    const entries = Object.entries(row)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => {
        if (Array.isArray(value)) return [name, value.map(plain)]
        return [name, typeof value === 'object' && value !== null ? plain(value) : value]
      })
    return Object.fromEntries(entries) as Row
  }

  /** Returns a plain row that is changed after it was tagged: `as` would find the contradiction. */
  function tagged(authorizer: Authorizer, model: string, row: object): object {
    return Object.assign(authorizer.as(model, {}), plain(row))
  }

  const resultOf = (check: () => boolean): Result => {
    try {
      return check()
    } catch (error) {
      return (error as { code?: string }).code === 'stale-relation' ? 'stale' : 'error'
    }
  }

  /** What people know of a row: whether its ward is the one that its key says. */
  const contradicts = ({ wardId, ward }: Patient | User, isKept: boolean): boolean => {
    if (ward === undefined || wardId === undefined) return false
    if (ward === null) return isKept && wardId !== null
    return wardId === null || (ward.id !== undefined && ward.id !== Number(wardId))
  }
  const wardContradicts = ({ hospitalId, hospital }: Ward, isKept: boolean): boolean => {
    if (hospitalId === undefined) return false
    if (!hospital) return isKept && hospitalId !== null
    return hospitalId !== hospital.id
  }

  it.each([
    ['kept', true],
    ['not kept', false],
  ])('that contradicts its key is an error in every evaluator: %s', (_, isKept) => {
    const ways: [string, (user: User, action: string, patient: Patient) => Result][] = []
    for (const evaluator of ['machine', 'closures', 'source'] as const)
      for (const areClasses of [true, false]) {
        const authorizer = authorizerOf(evaluator, isKept, areClasses)
        ways.push([
          `${evaluator} ${areClasses}`,
          (user, action, patient) =>
            resultOf(() =>
              areClasses
                ? authorizer.can(user, action, patient)
                : authorizer.can(tagged(authorizer, 'User', user), action, tagged(authorizer, 'Patient', patient)),
            ),
        ])
      }
    const module = moduleOf(authorizerOf('source', isKept))({ classes: { User, Ward, Patient, Hospital } })
    const ofTables = moduleOf(authorizerOf('source', isKept, false))({ classes: {} })
    const wrong: unknown[] = []
    for (const user of users)
      for (const patient of patients)
        for (const action of actions) {
          const results = ways.map(([name, decide]) => [name, decide(user, action, patient)] as const)
          const [, first] = results[0]!
          const byModules = [
            ['module', resultOf(() => module.can(user, action, patient))] as const,
            [
              'tables',
              resultOf(() => ofTables.can(asRow('User', plain(user)), action, asRow('Patient', plain(patient)))),
            ] as const,
          ]
          const given = { action, user: user.id, patient: plain(patient) }
          for (const [name, result] of results) if (result !== first) wrong.push({ ...given, name, result, first })
          // A module needs the machine to name the cause.
          for (const [name, result] of byModules)
            if (result !== first && result !== 'error') wrong.push({ ...given, name, result, first })
          for (const [name, result] of byModules)
            if (typeof first === 'boolean' && result === 'error' && patient.ward !== undefined && patient.wardId === 1)
              wrong.push({ ...given, name, result, first })
          // The oracle: whoever reads a relation of the patient that contradicts its key gets the error.
          const reads = action === 'show' ? [] : [contradicts(patient, isKept)]
          if (['edit', 'review'].includes(action)) reads.push(contradicts(user, isKept))
          if (reads.includes(true) && first !== 'stale' && action !== 'count')
            wrong.push({ ...given, first, expected: 'stale' })
          const deep = patient.ward && wardContradicts(patient.ward, isKept)
          const mayBeStale = reads.includes(true) || contradicts(user, isKept) || deep || action === 'count'
          if (!mayBeStale && first === 'stale') wrong.push({ ...given, first, expected: 'no error' })
        }
    expect(wrong.slice(0, 5)).toEqual([])
  })

  const moved = (): Patient => new Patient(2, wards[0]!)
  const [user] = users

  it('is an error for lists in memory, for explanations, and no match of a filter', async () => {
    const authorizer = authorizerOf('source')
    const other = new Patient(1, wards[0]!)
    expect(() => authorizer.canMany(user, 'edit', [other, moved()])).toThrow(stale)
    await expect(authorizer.isAllowed(user, 'review', moved())).rejects.toThrow(stale)
    await expect(authorizer.authorizedActions(user, moved())).rejects.toThrow(stale)
    for (const action of ['edit', 'review']) {
      expect(authorizer.filter(user, action, 'Patient').matches(moved())).toBe(false)
      expect(String(explain(authorizer, user, action, moved()))).toContain('stale-relation in patient.ward')
    }
    expect(authorizer.filter(user, 'edit', 'Patient').matches(other)).toBe(true)
  })

  it('of the actor is an error of its filters', async () => {
    const authorizer = authorizerOf('source')
    const actor = new User(1, 2, wards[0]!)
    expect(() => authorizer.filter(actor, 'review', 'Patient')).toThrow(stale)
    await expect(authorizer.loadFilter(actor, 'review', 'Patient')).rejects.toThrow(stale)
  })

  it.each([
    ['another row', { wardId: 2, ward: { id: 1 } }, 'holds the row whose id is 1, but wardId is 2'],
    ['a row beside nil', { wardId: null, ward: { id: 1 } }, 'holds the row whose id is 1, but wardId is nil'],
    ['nil beside a key', { wardId: 2, ward: null }, 'is nil, but wardId is 2'],
    ['in a nested row', { wardId: 1, ward: { id: 1, hospitalId: 1, hospital: { id: 2 } } }, '"hospital" of Ward'],
  ])('of a copy is an error of `as`: %s', (_, row, message) => {
    const authorizer = authorizerOf('source', true, false)
    expect(() => authorizer.as('Patient', row)).toThrow(message)
    expect(() => authorizer.as('Patient', row)).toThrow(stale)
  })

  it.each([
    ['without the relation', { wardId: 2 }],
    ['without the key', { ward: { id: 1 } }],
    ['without the key of the relation', { wardId: 2, ward: { name: 'north' } }],
    ['with the new row', { wardId: 2, ward: { id: 2n } }],
    ['with nil', { wardId: null, ward: null }],
  ])('of a copy is accepted %s', (_, row) => {
    const authorizer = authorizerOf('source', true, false)
    expect(authorizer.as('Patient', row)).toBe(row)
  })

  it('that is a list of rows of another row is an error of `as`', () => {
    const authorizer = new Authorizer().registerModels([
      { name: 'Ward', key: 'id', fields: { patients: { many: 'Patient', from: 'id', to: 'wardId' } } },
      { name: 'Patient', key: 'id', fields: { wardId: 'integer' } },
    ])
    const patients = [{ id: 1, wardId: 1 }, { id: 2 }]
    expect(authorizer.as('Ward', { id: 1, patients }).patients).toBe(patients)
    expect(authorizer.as('Ward', { id: null, patients: [{ id: 2 }] })).toBeDefined()
    expect(() => authorizer.as('Ward', { id: 2, patients })).toThrow(stale)
    expect(() => authorizer.as('Ward', { id: 1, patients: [{ id: 1, wardId: null }] })).toThrow(stale)
  })

  it('that a loader found by another key is an error', async () => {
    const authorizer = new Authorizer().registerModels(
      [
        { name: 'User', key: 'id', fields: { ward: { one: 'Ward', from: 'wardId' } } },
        { name: 'Ward', key: 'id', fields: { id: 'integer', name: 'string' } },
        { name: 'Patient', key: 'id', fields: { ward: { one: 'Ward', from: 'wardId' } } },
      ],
      async () => ({ id: 1, name: 'north' }),
    )
    authorizer.loadSync('allow(_: User, "edit", patient: Patient) if patient.ward.name = "north";')
    const [actor, row] = [authorizer.as('User', { id: 1 }), { id: 9, wardId: 1 }]
    expect(await authorizer.isAllowed(actor, 'edit', authorizer.as('Patient', row))).toBe(true)
    const copy = authorizer.as('Patient', { ...row, wardId: 2 })
    await expect(authorizer.isAllowed(actor, 'edit', copy)).rejects.toThrow(stale)
  })

  it('of several columns is compared by all that are there', () => {
    const authorizer = new Authorizer().registerModels([
      { name: 'Member', key: ['tenantId', 'userId'], fields: {} },
      {
        name: 'Task',
        key: 'id',
        fields: {
          assignee: { one: 'Member', from: ['tenantId', 'assigneeId'], to: ['tenantId', 'userId'] },
        },
      },
    ])
    const as = (row: object) => () => authorizer.as('Task', row)
    const assignee = { tenantId: 1, userId: 2 }
    expect(as({ tenantId: 1, assigneeId: 2, assignee })).not.toThrow()
    expect(as({ tenantId: 1, assignee })).not.toThrow()
    expect(as({ tenantId: 1, assigneeId: null, assignee: null })).not.toThrow()
    for (const row of [
      { tenantId: 1, assigneeId: 3, assignee },
      { tenantId: 2, assignee },
      { tenantId: 1, assigneeId: null, assignee },
      { tenantId: 1, assigneeId: 2, assignee: null },
    ])
      expect(as(row)).toThrow(stale)
  })
})
