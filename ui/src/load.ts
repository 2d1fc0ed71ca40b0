/* One way to load: the answer, when it was heard, whether another one is on its way, and the error with a retry. */
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { asApiError, type ApiError } from './api'
import { monotonic } from './clock'

export interface Load<T> {
  data: ShallowRef<T | null>; error: ShallowRef<ApiError | null>; busy: Ref<boolean>; heardAt: Ref<number>
  reload: () => Promise<void>; clear: () => void
}

/** `get` is given a signal that aborts when a newer load begins; the last answer stays visible meanwhile. */
export function useLoad<T>(get: (signal: AbortSignal) => Promise<T>): Load<T> {
  const data = shallowRef<T | null>(null)
  const error = shallowRef<ApiError | null>(null)
  const busy = ref(false)
  const heardAt = ref(0)
  let running: AbortController | null = null

  async function reload(): Promise<void> {
    running?.abort()
    const mine = (running = new AbortController())
    busy.value = true
    try {
      const v = await get(mine.signal)
      if (mine.signal.aborted) return
      data.value = v
      heardAt.value = monotonic()
      error.value = null
    } catch (e) {
      if (!mine.signal.aborted) error.value = asApiError(e)
    } finally {
      if (running === mine) busy.value = false
    }
  }
  onScopeDispose(() => running?.abort())
  return { data, error, busy, heardAt, reload, clear: () => { data.value = null } }
}

/** Calls `f` every `seconds` while the page is visible, and when it becomes visible again. */
export function useEvery(seconds: number, f: () => void): void {
  const timer = window.setInterval(() => { if (!document.hidden) f() }, seconds * 1000)
  const seen = () => { if (!document.hidden) f() }
  document.addEventListener('visibilitychange', seen)
  onScopeDispose(() => { clearInterval(timer); document.removeEventListener('visibilitychange', seen) })
}
