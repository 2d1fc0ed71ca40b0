/* One way to load: the answer, when it was heard, whether another one is on its way, and the error with a retry; the same for a list that comes
 * page by page. */
import { onMounted, onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
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

export interface Pages<A, R> {
  head: ShallowRef<A | null> /* the answer that the first page came with */; rows: ShallowRef<R[]>; next: Ref<string | null>
  error: ShallowRef<ApiError | null>; busy: Ref<boolean>; heardAt: Ref<number>
  begin: () => Promise<void>; more: () => Promise<void>; retry: () => Promise<void>; clear: () => void
}

/** `get` is given where to go on (null: at the beginning); an answer that `take` turns down is not shown.  A newer question drops the older
 *  answer; of the same list one page at a time is asked for, so that none comes twice. */
export function usePages<A extends { next: string | null }, R>(get: (after: string | null, signal: AbortSignal) => Promise<A>, rowsOf: (a: A) => R[], take: (a: A) => boolean = () => true): Pages<A, R> {
  const head = shallowRef(null) as ShallowRef<A | null>, rows = shallowRef<R[]>([]), next = ref<string | null>(null)
  const error = shallowRef<ApiError | null>(null), busy = ref(false), heardAt = ref(0)
  let running: AbortController | null = null, failed: string | null = null

  async function load(after: string | null): Promise<void> {
    running?.abort()
    const mine = (running = new AbortController())
    busy.value = true
    error.value = null
    if (after === null) next.value = null // where another list went on is no place in this one
    try {
      const a = await get(after, mine.signal)
      if (mine.signal.aborted || (after === null && !take(a))) return
      rows.value = after === null ? rowsOf(a) : [...rows.value, ...rowsOf(a)]
      if (after === null) {
        head.value = a
        heardAt.value = monotonic()
      }
      next.value = a.next
    } catch (e) {
      if (mine.signal.aborted) return
      failed = after
      error.value = asApiError(e)
    } finally {
      if (running === mine) busy.value = false
    }
  }
  onScopeDispose(() => running?.abort())
  return {
    head, rows, next, error, busy, heardAt, begin: () => load(null), retry: () => load(failed),
    more: async () => { if (next.value && !busy.value) await load(next.value) },
    clear: () => { running?.abort(); busy.value = false; head.value = null; rows.value = []; next.value = null; error.value = null },
  }
}

/** Calls `f` whenever the element comes into sight: the end of a list, which then grows. */
export function useSight(f: () => void): Ref<HTMLElement | null> {
  const el = ref<HTMLElement | null>(null)
  const sight = new IntersectionObserver((e) => { if (e.some((x) => x.isIntersecting)) f() }, { rootMargin: '400px' })
  onMounted(() => { if (el.value) sight.observe(el.value) })
  onScopeDispose(() => sight.disconnect())
  return el
}

/** Calls `f` every `seconds` while the page is visible, and when it becomes visible again. */
export function useEvery(seconds: number, f: () => void): void {
  const timer = window.setInterval(() => { if (!document.hidden) f() }, seconds * 1000)
  const seen = () => { if (!document.hidden) f() }
  document.addEventListener('visibilitychange', seen)
  onScopeDispose(() => { clearInterval(timer); document.removeEventListener('visibilitychange', seen) })
}
