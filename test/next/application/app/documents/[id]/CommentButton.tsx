'use client'

import { useCan } from '@arcturus/next/client'
import { useState } from 'react'
import { change, comment, forgotten } from './comment'

export function CommentButton({ id }: { id: number }) {
  const can = useCan()
  const [shown, show] = useState('')
  if (!can('comment')) return <p>no comment</p>
  const send = async () => {
    const result = await comment(id, 'hello')
    show(result.allowed ? result.value : result.message)
  }
  return (
    <>
      <button type="button" onClick={send}>
        Comment
      </button>
      <button type="button" onClick={() => change({ id: 2 })}>
        Change
      </button>
      <button type="button" onClick={() => forgotten()}>
        Forget
      </button>
      <output>{shown}</output>
    </>
  )
}
