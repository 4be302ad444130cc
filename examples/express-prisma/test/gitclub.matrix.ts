import { defineTests } from '@arcturus/cli'

// `npx arcturus test` asks for every action of every row, and `npx arcturus mutate` for mistakes that this table would miss.
export default defineTests({
  title: 'GitClub',
  actors: {
    ines: 'user:handle=ines',
    yuki: 'user:handle=yuki',
    oskar: 'user:handle=oskar',
    nobody: null,
  },
  resources: {
    sextant: 'repository:name=sextant',
    snowdrift: 'repository:name=snowdrift',
  },
  allowed: `
           | sextant                             | snowdrift
    ines   | read, open_issue, describe, publish | read, open_issue, describe, publish
    yuki   | read, open_issue, describe          | -
    oskar  | read, open_issue                    | -
    nobody | read                                | -
  `,
})
