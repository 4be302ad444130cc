import type { Person } from '../src/helpDesk'

const roles = { lead: 'leads the support of', agent: 'answers for', customer: 'is a customer of' } as const

/** What somebody is to which company: `leads the support of Orbit Bikes, and answers for Fjordline Outdoor`. */
export function roleOf({ memberships }: Person): string {
  const parts = (['lead', 'agent', 'customer'] as const).flatMap((role) => {
    const names = memberships.filter((membership) => membership.role === role).map(({ tenant }) => tenant.name)
    return names.length > 0 ? [`${roles[role]} ${names.join(' and ')}`] : []
  })
  return parts.join(', and ') || 'belongs to none of the companies'
}
