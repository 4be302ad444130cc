// Every workload is deterministic data, 1,024 checks with the answer that brute force gives, a policy in Polar, and the
// function that an expert would write by hand in its place:
//   { name, title, classes, users, checks, polar, byHand(user, action, resource), and facts that peers' adapters need }
import { attributes } from './attributes.mjs'
import { flatRoles } from './flatRoles.mjs'
import { folders } from './folders.mjs'
import { gitClub } from './gitClub.mjs'
import { manyRules } from './manyRules.mjs'

/** By name; each takes the seed. Seed 0 gives the data that published figures were measured on. */
export const workloads = {
  W1: (seed) => flatRoles(seed),
  W2: (seed) => gitClub(seed),
  W3: (seed) => attributes(seed),
  'W4-d10': (seed) => folders(seed, 10),
  'W4-d50': (seed) => folders(seed, 50),
  'W4q-d10': (seed) => folders(seed, 10, { editors: true }),
  'W4q-d50': (seed) => folders(seed, 50, { editors: true }),
  'W5-10': (seed) => manyRules(seed, 10),
  'W5-100': (seed) => manyRules(seed, 100),
  'W5-1000': (seed) => manyRules(seed, 1000),
}
