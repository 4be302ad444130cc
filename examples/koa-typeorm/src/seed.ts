import type { DataSource } from 'typeorm'
import { type Classification, Document } from './entities/document.js'
import { Folder } from './entities/folder.js'
import { Person } from './entities/person.js'
import { type Role, Share } from './entities/share.js'
import { Team } from './entities/team.js'

/** Teams, each with the one that it is part of before it. */
const teams = [
  ['Everyone', null],
  ['Studio', 'Everyone'],
  ['Design', 'Studio'],
  ['Engineering', 'Studio'],
  ['Structures', 'Engineering'],
  ['Office', 'Everyone'],
  ['People', 'Office'],
  ['Finance', 'Office'],
  ['Payroll', 'Finance'],
  ['Board', 'Everyone'],
] as const
type TeamName = (typeof teams)[number][0]

const people = [
  ['mara', 'Mara Lindholm', 'sits on the board', 'Board'],
  ['jonas', 'Jonas Weber', 'designs the library', 'Design'],
  ['aiko', 'Aiko Mori', 'engineers structures, in a team three deep', 'Structures'],
  ['samuel', 'Samuel Osei', 'hires people', 'People'],
  ['nadia', 'Nadia Karim', 'keeps the books', 'Finance'],
  ['lena', 'Lena Fischer', 'runs payroll, which is a part of finance', 'Payroll'],
  ['ilse', 'Ilse Brandt', 'audits finance from outside', null],
  ['victor', 'Victor Duarte', 'consults on one set of drawings', null],
  ['theo', 'Theo Lang', 'starts next month; nothing is shared with him', null],
] as const satisfies readonly (readonly [string, string, string, TeamName | null])[]
type Handle = (typeof people)[number][0]

/** Whom a folder or a document is shared with; people by their handle. */
type Shares = Partial<Record<TeamName | Handle, Role>>

interface FolderSeed {
  readonly shares?: Shares
  readonly documents?: readonly DocumentSeed[]
  readonly folders?: Readonly<Record<string, FolderSeed>>
}

interface DocumentSeed {
  readonly title: string
  readonly by: Handle
  readonly text: string
  readonly confidential?: true
  readonly amount?: number
  readonly remarks?: string
  readonly shares?: Shares
}

/** A small practice of architects, and what they keep. */
const tree: Readonly<Record<string, FolderSeed>> = {
  Handbook: {
    shares: { Everyone: 'viewer', People: 'editor' },
    documents: [
      {
        title: 'Welcome to the studio',
        by: 'samuel',
        text: 'We are forty people on two floors. The door code changes on the first of each month; ask at the front desk. Your first week is for reading, walking the sites, and lunch with everyone you will work with.',
      },
      {
        title: 'How we name drawings',
        by: 'jonas',
        text: 'Project, level, kind, number, revision: HL-02-P-114-C. Never reuse a number, not even one of a drawing that was withdrawn.',
      },
      {
        title: 'Holidays and leave',
        by: 'samuel',
        text: 'Thirty days a year, of which ten in a row once. Put them in the calendar six weeks ahead, and tell the people who wait for your drawings.',
      },
    ],
    folders: {
      Travel: {
        documents: [
          {
            title: 'Site visits',
            by: 'aiko',
            text: 'Boots, helmet, vest. Sign in at the gate and out again. Photographs of steel connections go into the folder of the project on the same day.',
          },
          {
            title: 'Expenses',
            by: 'nadia',
            amount: 62,
            remarks: 'Per day and person, meals included.',
            shares: { ilse: 'editor' },
            text: 'Trains in second class, hotels up to the usual rate. Keep the receipts; a photograph of them is enough.',
          },
        ],
      },
    },
  },
  Projects: {
    shares: { Studio: 'viewer', Board: 'owner' },
    documents: [
      {
        title: 'What we are building',
        by: 'jonas',
        text: 'The Harbour Library opens in spring. The Tram Depot is in tender. The School by the Canal waits for its permit; nobody should promise a date.',
      },
    ],
    folders: {
      'Harbour Library': {
        shares: { Design: 'editor' },
        documents: [
          {
            title: 'Design brief',
            by: 'jonas',
            text: 'A reading room towards the water, quiet and bright, with a roof that people may walk on. Books on the inside, the harbour outside, and nothing between but glass.',
          },
          {
            title: 'Minutes, week 41',
            by: 'jonas',
            text: 'The glazing contractor asks for two more weeks. The roof garden loses its birches and gains grasses. Acoustic panels are chosen: felt, dark green.',
          },
          {
            title: 'Minutes, week 42',
            by: 'jonas',
            text: 'The client walked the reading room and sat down in every chair. Two handrails are too low. The lights over the stacks come on too fast and too white.',
          },
          {
            title: 'Material samples',
            by: 'jonas',
            amount: 18_400,
            remarks: 'Larch is cheaper than the oak by a third.',
            text: 'Larch for the floor of the reading room, brushed brass for what hands touch, concrete as it comes out of the form.',
          },
        ],
        folders: {
          'Library drawings': {
            documents: [
              {
                title: 'HL-00 Ground floor',
                by: 'jonas',
                text: 'Revision C. The entrance moves two axes to the west, so that the queue stands out of the wind.',
              },
              {
                title: 'HL-02 Reading room',
                by: 'jonas',
                text: 'Revision D. Tables follow the columns; every seat sees water.',
              },
              {
                title: 'HL-S1 Roof steel',
                by: 'aiko',
                text: 'Revision B. Spans of eleven metres, and a connection at axis F that still has to be checked for wind from the north-west.',
              },
            ],
          },
          'Library contracts': {
            shares: { Finance: 'editor' },
            documents: [
              {
                title: 'Glazing contract',
                by: 'nadia',
                confidential: true,
                amount: 1_240_000,
                remarks: 'Their first offer was 1.31 million. Penalty of 0.2 % a week from May.',
                text: 'Supply and mounting of the west façade, with the roof lights. Partial acceptance is possible axis by axis.',
              },
              {
                title: 'Timber floor contract',
                by: 'nadia',
                confidential: true,
                amount: 286_000,
                remarks: 'Two per cent discount if paid within ten days.',
                text: 'Brushed larch in the reading room and on the stairs, oiled twice, with spare boards for ten years.',
              },
            ],
          },
        },
      },
      'Tram Depot': {
        shares: { Engineering: 'editor' },
        documents: [
          {
            title: 'Tender timetable',
            by: 'aiko',
            text: 'Questions until the third, answers by the tenth, offers on the twentieth at noon. Nobody opens an envelope alone.',
          },
          {
            title: 'Ground survey',
            by: 'aiko',
            amount: 34_500,
            remarks: 'A second survey would cost about half.',
            text: 'Sand to four metres, then clay, then water where nobody expected it. The pits in the north have to become shallower.',
          },
        ],
        folders: {
          'Depot drawings': {
            shares: { victor: 'viewer' },
            documents: [
              {
                title: 'TD-01 Track plan',
                by: 'aiko',
                text: 'Twelve tracks and a wash. Curves of twenty-five metres; the tightest is at the gate.',
              },
              {
                title: 'TD-S2 Roof trusses',
                by: 'aiko',
                text: 'Revision A. Trusses at nine metres, prefabricated in thirds. Lifting plan to follow.',
              },
              {
                title: 'TD-E4 Overhead line',
                by: 'aiko',
                text: 'Masts stand clear of the trusses by four hundred millimetres at least, cold or warm.',
              },
            ],
          },
          'Depot contracts': {
            shares: { Finance: 'editor' },
            documents: [
              {
                title: 'Consulting agreement',
                by: 'nadia',
                confidential: true,
                amount: 21_000,
                remarks: 'He asked for 26. Extension only with the consent of the board.',
                shares: { victor: 'viewer' },
                text: 'Advice on the overhead line, twelve days, one report. Drawings are given for reading and stay with the studio.',
              },
            ],
          },
        },
      },
    },
  },
  People: {
    shares: { People: 'owner', Board: 'viewer' },
    folders: {
      Offers: {
        documents: [
          {
            title: 'Offer to Theo Lang',
            by: 'samuel',
            confidential: true,
            amount: 58_000,
            remarks: 'Would have come for 55. Starts on the first.',
            text: 'Junior designer, full time, for the library first. Six months of probation; a mentor from the design team.',
          },
          {
            title: 'Offer to a structural engineer',
            by: 'samuel',
            confidential: true,
            amount: 74_000,
            remarks: 'A second candidate is as good, and cheaper.',
            text: 'Senior structural engineer for the depot. Full time, may work from home on two days.',
          },
        ],
      },
      Reviews: {
        documents: [
          {
            title: 'Review: Jonas Weber',
            by: 'samuel',
            confidential: true,
            amount: 81_000,
            remarks: 'Raise to 84 in spring, if the library opens on time.',
            text: 'Carries the library, and teaches while he does. Wants to lead a competition next year.',
          },
          {
            title: 'Review: Aiko Mori',
            by: 'samuel',
            confidential: true,
            amount: 79_000,
            remarks: 'Had an offer from elsewhere. Do not wait.',
            text: 'Found the water under the depot before it found us. Should have a second engineer beside her.',
          },
        ],
      },
      Payroll: {
        shares: { Payroll: 'editor' },
        documents: [
          {
            title: 'Payroll, September',
            by: 'samuel',
            confidential: true,
            amount: 214_300,
            remarks: 'Includes the overtime of the library team.',
            text: 'Forty salaries, two of them in part. Paid on the twenty-eighth.',
          },
          {
            title: 'Payroll, October',
            by: 'samuel',
            confidential: true,
            amount: 209_800,
            remarks: 'One unpaid leave.',
            text: 'Thirty-nine salaries. Paid on the twenty-eighth; the correction of September is in it.',
          },
        ],
      },
    },
  },
  Finance: {
    shares: { Finance: 'owner', Board: 'viewer', ilse: 'viewer' },
    documents: [
      {
        title: 'Year so far',
        by: 'nadia',
        confidential: true,
        amount: 3_870_000,
        remarks: 'Liquidity is enough for five months.',
        text: 'Fees come in as planned; the canal school is not in this. Costs of travel are a third above last year.',
      },
      {
        title: 'List of accounts',
        by: 'nadia',
        text: 'Which invoice goes where, and who may sign it. Above ten thousand two people sign.',
      },
    ],
    folders: {
      Budgets: {
        documents: [
          {
            title: 'Budget of the studio',
            by: 'nadia',
            amount: 2_600_000,
            remarks: 'Without the competition.',
            text: 'Salaries, models, travel, and a tenth for what nobody foresees.',
          },
          {
            title: 'Budget of the office',
            by: 'nadia',
            amount: 840_000,
            remarks: 'Rent rises in July.',
            text: 'Rent, insurance, machines, software, coffee. The plotter has to be replaced.',
          },
          {
            title: 'Competition next year',
            by: 'nadia',
            confidential: true,
            amount: 120_000,
            remarks: 'The board has not agreed yet.',
            text: 'One competition, four people, ten weeks, a model, and a jury that we do not know.',
          },
        ],
      },
    },
  },
  Board: {
    shares: { Board: 'owner' },
    documents: [
      {
        title: 'Minutes of the board, autumn',
        by: 'mara',
        confidential: true,
        amount: 120_000,
        remarks: 'Two votes against.',
        text: 'The competition is to be decided in November. Succession of the founding partner: options, and nothing that leaves this room.',
      },
      {
        title: 'Partnership',
        by: 'mara',
        confidential: true,
        amount: 400_000,
        remarks: 'Jonas first, then Aiko.',
        text: 'What a share of the practice costs, who may be asked, and in which order.',
      },
    ],
  },
}

const hour = 60 * 60 * 1000
const latest = Date.UTC(2025, 10, 3, 16, 20)

/** Fills empty tables, and tells with what. */
export async function seed(database: DataSource): Promise<string> {
  const teamOf = new Map<string, Team>()
  for (const [name, parent] of teams) {
    const team = Object.assign(new Team(), { name, parent: parent === null ? null : teamOf.get(parent) })
    teamOf.set(name, await database.getRepository(Team).save(team))
  }
  const personOf = new Map<string, Person>()
  for (const [handle, name, about, team] of people) {
    const person = Object.assign(new Person(), { handle, name, about, teams: team === null ? [] : [teamOf.get(team)!] })
    personOf.set(handle, await database.getRepository(Person).save(person))
  }

  let [folders, documents] = [0, 0]
  const share = async (shares: Shares | undefined, on: { folder: Folder } | { document: Document }): Promise<void> => {
    for (const [name, role] of Object.entries(shares ?? {})) {
      const who = { team: teamOf.get(name) ?? null, person: personOf.get(name) ?? null }
      await database.getRepository(Share).save(Object.assign(new Share(), { role, ...who, ...on }))
    }
  }
  const fill = async (level: Readonly<Record<string, FolderSeed>>, parent: Folder | null): Promise<void> => {
    for (const [name, seeded] of Object.entries(level)) {
      const folder = await database.getRepository(Folder).save(Object.assign(new Folder(), { name, parent }))
      folders++
      await share(seeded.shares, { folder })
      for (const { title, by, text, confidential, amount = null, remarks = null, shares } of seeded.documents ?? []) {
        const classification: Classification = confidential ? 'confidential' : 'internal'
        // So that they have an order, and the one that was written last is the first.
        const updatedAt = new Date(latest - ((documents * 37) % 101) * 7 * hour)
        const row = { title, text, classification, amount, remarks, updatedAt, author: personOf.get(by)!, folder }
        const document = await database.getRepository(Document).save(Object.assign(new Document(), row))
        documents++
        await share(shares, { document })
      }
      await fill(seeded.folders ?? {}, folder)
    }
  }
  await fill(tree, null)
  return `${people.length} people in ${teams.length} teams, ${documents} documents in ${folders} folders`
}
