// A policy that a person wrote: records of patients in a clinic, with departments, care teams, delegation while somebody is
// away, consent, restricted records, break-glass access and a second signature. Its checks are short: most rules read a few
// fields and one short list.
import {
  all,
  any,
  at,
  compare,
  equals,
  has,
  helped,
  isTrue,
  literal,
  no,
  now,
  oneOf,
  present,
  some,
} from './specification.mjs'

const [user, row] = [(...steps) => at('user', ...steps), (...steps) => at('row', ...steps)]
const isStaff = (...kinds) => oneOf(user('kind'), kinds)
const isOpen = (name) => all(compare(at(name, 'from'), '<=', now), compare(at(name, 'until'), '>', now))

/** @param {{ schema: 'declared' | 'half' | 'bare' }} options */
export function clinic({ schema }) {
  return {
    name: 'clinic',
    title: 'a clinic: departments, care teams, delegation, consent, break-glass access, a second signature',
    actor: 'Employee',
    schema,
    keyed: schema !== 'bare',
    style: 'rules',
    gateRule: false,
    fields: {
      Department: { id: { type: 'id' }, name: { type: 'string', of: ['surgery', 'cardiology', 'archive'] } },
      Employee: {
        id: { type: 'id' },
        kind: { type: 'string', of: ['doctor', 'doctor', 'nurse', 'nurse', 'clerk', 'auditor'] },
        department: { one: 'Department' },
        isActive: { type: 'boolean', share: 0.95 },
        level: { type: 'integer', below: 5 },
        delegations: { many: 'Delegation', most: 2 },
      },
      Delegation: { from: { type: 'date' }, until: { type: 'date' }, of: { one: 'Employee' } },
      Patient: {
        id: { type: 'id' },
        department: { one: 'Department' },
        physician: { one: 'Employee', nullable: 0.2 },
        employee: { one: 'Employee', nullable: 0.8 },
        careTeam: { many: 'Employee', most: 3, shared: true },
        accesses: { many: 'EmergencyAccess', most: 2 },
        isDeceased: { type: 'boolean', share: 0.05 },
      },
      EmergencyAccess: { employee: { one: 'Employee' }, until: { type: 'date' } },
      Entry: {
        id: { type: 'id' },
        patient: { one: 'Patient' },
        author: { one: 'Employee' },
        status: { type: 'string', of: ['draft', 'final', 'signed'] },
        sensitivity: { type: 'integer', below: 5 },
        hasConsent: { type: 'boolean', share: 0.7 },
        signedBy: { one: 'Employee', nullable: 0.6 },
      },
      Prescription: {
        id: { type: 'id' },
        patient: { one: 'Patient' },
        prescriber: { one: 'Employee' },
        status: { type: 'string', of: ['ordered', 'checked', 'given', 'cancelled'] },
        isControlled: { type: 'boolean', share: 0.2 },
        validUntil: { type: 'date' },
      },
    },
    counts: { Department: 8, Employee: 200, Patient: 600, Entry: 1500, Prescription: 1000 },
    roles: {},
    actions: {
      Patient: ['read', 'admit', 'assign'],
      Entry: ['read', 'write', 'sign', 'release'],
      Prescription: ['read', 'change', 'check', 'give', 'cancel'],
    },
    relations: { Patient: {}, Entry: {}, Prescription: {} },
    implied: [],
    holders: [],
    helpers: {
      treats: {
        model: 'Patient',
        ways: [
          equals(row('physician'), user()),
          has(row('careTeam'), user()),
          some(
            'delegation',
            user('delegations'),
            all(isOpen('delegation'), equals(at('delegation', 'of'), row('physician'))),
          ),
        ],
      },
      broke_glass: {
        model: 'Patient',
        ways: [
          some(
            'access',
            row('accesses'),
            all(equals(at('access', 'employee'), user()), compare(at('access', 'until'), '>', now)),
          ),
        ],
      },
    },
    grants: [
      { model: 'Patient', actions: ['read'], when: helped('treats', row()) },
      { model: 'Patient', actions: ['read'], when: helped('broke_glass', row()) },
      {
        model: 'Patient',
        actions: ['read', 'admit'],
        when: all(isStaff('nurse', 'clerk'), equals(row('department'), user('department'))),
      },
      {
        model: 'Patient',
        actions: ['assign'],
        when: all(
          isStaff('doctor'),
          equals(row('department'), user('department')),
          compare(user('level'), '>=', literal(3)),
        ),
      },
      { model: 'Entry', actions: ['read', 'write'], when: equals(row('author'), user()) },
      {
        model: 'Entry',
        actions: ['read'],
        when: all(compare(row('sensitivity'), '<=', user('level')), helped('treats', row('patient'))),
      },
      { model: 'Entry', actions: ['read'], when: helped('broke_glass', row('patient')) },
      {
        model: 'Entry',
        actions: ['read'],
        when: all(isStaff('auditor'), isTrue(row('hasConsent')), no(equals(row('status'), literal('draft')))),
      },
      {
        model: 'Entry',
        actions: ['sign'],
        when: all(
          isStaff('doctor'),
          equals(row('status'), literal('final')),
          compare(row('author'), '!=', user()),
          equals(row('patient', 'department'), user('department')),
        ),
      },
      {
        model: 'Entry',
        actions: ['release'],
        when: all(isTrue(row('hasConsent')), present(row('signedBy')), helped('treats', row('patient'))),
      },
      {
        model: 'Prescription',
        actions: ['read'],
        when: any(equals(row('prescriber'), user()), helped('treats', row('patient'))),
      },
      {
        model: 'Prescription',
        actions: ['change', 'cancel'],
        when: all(oneOf(row('status'), ['ordered', 'checked']), equals(row('prescriber'), user())),
      },
      {
        model: 'Prescription',
        actions: ['check'],
        when: all(
          isStaff('doctor', 'nurse'),
          equals(row('status'), literal('ordered')),
          compare(row('prescriber'), '!=', user()),
          equals(row('patient', 'department'), user('department')),
        ),
      },
      {
        model: 'Prescription',
        actions: ['give'],
        when: all(
          isStaff('nurse'),
          equals(row('status'), literal('checked')),
          compare(row('validUntil'), '>', now),
          equals(row('patient', 'department'), user('department')),
        ),
      },
    ],
    denials: [
      // Nobody reads or writes their own record.
      { model: 'Patient', actions: ['admit', 'assign'], when: equals(row('employee'), user()) },
      { model: 'Entry', actions: ['read', 'write', 'sign'], when: equals(row('patient', 'employee'), user()) },
      { model: 'Entry', actions: ['write'], when: equals(row('status'), literal('signed')) },
      { model: 'Patient', actions: ['admit'], when: isTrue(row('isDeceased')) },
      {
        model: 'Prescription',
        actions: ['change', 'give'],
        when: all(isTrue(row('isControlled')), compare(user('level'), '<', literal(2))),
      },
    ],
    gate: [isTrue(user('isActive'))],
  }
}
