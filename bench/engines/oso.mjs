// npm oso 0.27, as it comes.
import { createRequire } from 'node:module'

const { Oso } = createRequire(import.meta.url)('oso')

export async function contenders(workload) {
  const oso = new Oso()
  for (const [name, type] of Object.entries(workload.classes)) oso.registerClass(type, { name })
  await oso.loadStr(workload.polar)
  return [{ name: 'oso', decide: (check) => oso.isAllowed(check.user, check.action, check.resource) }]
}
