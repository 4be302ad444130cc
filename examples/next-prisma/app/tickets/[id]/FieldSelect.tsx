'use client'

import { Problem } from '../../../components/Problem'
import { useServerAction } from '../../../components/useServerAction'
import { edit, type TicketChanges } from './actions'

const labels = { priority: 'Priority', assigneeId: 'Assigned to' } as const

interface Properties<Field extends keyof typeof labels> {
  readonly id: number
  readonly field: Field
  readonly value: NonNullable<TicketChanges[Field]> | null
  readonly options: readonly { readonly value: NonNullable<TicketChanges[Field]> | null; readonly name: string }[]
}

/** A field of a ticket to choose a value for, which is saved at once. */
export function FieldSelect<Field extends keyof typeof labels>({ id, field, value, options }: Properties<Field>) {
  const { run, isRunning, problem } = useServerAction(edit)
  return (
    <>
      <select
        key={String(value)}
        aria-label={labels[field]}
        defaultValue={options.findIndex((option) => option.value === value)}
        disabled={isRunning}
        onChange={(event) => run(id, { [field]: options[event.target.selectedIndex]?.value })}
      >
        {options.map((option, at) => (
          <option key={option.name} value={at}>
            {option.name}
          </option>
        ))}
      </select>
      <Problem text={problem} />
    </>
  )
}
