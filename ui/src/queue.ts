/* The rows of the reminder desk as a person sees them: what the desk lists, and rows that left the list while they looked. */
import { computed, ref, type Ref } from 'vue'
import type { Queue, QueueRow } from './api'
import { monotonic } from './clock'

export type RowState = 'due' | 'paid' | 'gone'
export interface Row { id: string; of: QueueRow; state: RowState; leftAt: number }

const KEEP_MS = 60000, KEEP_ROWS = 20
export const rowId = (r: { order: string; wave: number }) => `${r.order}/${r.wave}`

/** Rows that are no longer due stay for a minute, grey, where they stood: nothing moves under the hand of who is about to copy. */
export function useRows(data: Ref<Queue | null>): { rows: Ref<Row[]>; take: (q: Queue) => void; hide: (id: string) => void; show: (id: string) => void; clear: () => void } {
  const rows = ref<Row[]>([]) as Ref<Row[]>
  const hidden = new Set<string>() // marked here: gone at once, before the desk says so

  function take(q: Queue) {
    const now = monotonic()
    const listed = q.rows.map((r) => rowId(r)), paid = new Set(q.paid.map((p) => p.order))
    for (const id of [...hidden]) if (!listed.includes(id)) hidden.delete(id)
    const next: Row[] = q.rows.filter((r) => !hidden.has(rowId(r))).map((r) => ({ id: rowId(r), of: r, state: 'due', leftAt: 0 }))
    let kept = 0
    rows.value.forEach((old, i) => {
      if (listed.includes(old.id) || hidden.has(old.id)) return
      const leftAt = old.state === 'due' ? now : old.leftAt
      const again = next.some((r) => r.of.order === old.of.order) // another wave of the same order stands there now
      if (now - leftAt > KEEP_MS || again || ++kept > KEEP_ROWS) return
      next.splice(Math.min(i, next.length), 0, { ...old, state: paid.has(old.of.order) ? 'paid' : old.state === 'paid' ? 'paid' : 'gone', leftAt })
    })
    rows.value = next
  }
  return {
    rows, take,
    hide: (id) => { hidden.add(id); rows.value = rows.value.filter((r) => r.id !== id) },
    show: (id) => { hidden.delete(id); if (data.value) take(data.value) },
    clear: () => { rows.value = [] },
  }
}

/** Who of the team is signed in; null: nobody of it. */
export function useMe(data: Ref<Queue | null>, userId: () => number | string | undefined) {
  return computed(() => data.value?.team.find((m) => m.user_id !== null && String(m.user_id) === String(userId())) ?? null)
}
