// An engine gives its contenders for a workload, or none where its model does not fit:
//   async contenders(workload): { name, engine?, prepare?(check): input, decide(input): result, answer?(result): boolean }[]
// `prepare` and `answer` are outside of what is timed; without `prepare`, `decide` gets the check, and without `answer` its result
// is the answer; a promise is awaited. Modules load when they are asked for, so that an engine which is not measured costs nothing.

const modules = {
  hand: () => import('./hand.mjs'),
  arcturus: () => import('./arcturus.mjs'),
  casl: () => import('./casl.mjs'),
  oso: () => import('./oso.mjs'),
  permix: () => import('./permix.mjs'),
  casbin: () => import('./casbin.mjs'),
  cedar: () => import('./cedar.mjs'),
}

export const engineNames = Object.keys(modules)
export const defaultEngines = ['hand', 'arcturus', 'casl', 'oso']

/** Everything that these engines have to say about a workload, in the order of the table. */
export async function contendersOf(engines, workload) {
  const found = []
  for (const engine of engines) {
    const { contenders } = await modules[engine]()
    for (const contender of await contenders(workload)) found.push({ engine, ...contender })
  }
  return found
}
