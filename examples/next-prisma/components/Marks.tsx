import type { Priority, Status } from '../generated/prisma/enums'

export const statusNames: Readonly<Record<Status, string>> = { open: 'Open', waiting: 'Waiting', closed: 'Closed' }
export const priorityNames: Readonly<Record<Priority, string>> = {
  low: 'Low',
  normal: 'Normal',
  high: 'High',
  urgent: 'Urgent',
}

export function StatusMark({ status }: { status: Status }) {
  return <span className={`mark ${status}`}>{statusNames[status]}</span>
}

export function PriorityMark({ priority }: { priority: Priority }) {
  return <span className={`priority ${priority}`}>{priorityNames[priority]}</span>
}
