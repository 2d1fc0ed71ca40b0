/* A page that stands still until something of its shop changes: one request waits at the desk and is answered by the next change
 * (docs/decisions/0019-live-pages.md).  A hidden page asks nothing, so that many tabs share the browser's few connections. */
import { onScopeDispose, ref, type Ref } from 'vue'
import { api, asApiError } from './api'
import { monotonic } from './clock'

export interface Live { on: Ref<boolean>; revision: Ref<string> }

const RETRY_FIRST_MS = 1000, RETRY_MS = 10000
const REST_MS = 200, REST_SHARE = 4, REST_MAX_MS = 5000

/** Calls `changed` once at the beginning and after each change of the shop that `key` names; `on`: does the desk answer?
 *  After each it rests four times as long as that took, so that a page that is dear to make is not asked for all the time while a feed is busy.
 *  `revision` goes into what is then asked for, so that no answer from before the change is given. */
export function useLive(key: () => string | undefined, changed: () => void | Promise<void>): Live {
  const on = ref(true), revision = ref('')
  let ended = false, began = false, running: AbortController | null = null, wake: (() => void) | null = null

  function begin() { if (!began) { began = true; void changed() } }
  function rest(ms: number): Promise<void> {
    return new Promise((done) => {
      const timer = window.setTimeout(go, ms)
      function go() { clearTimeout(timer); wake = null; done() }
      wake = go
    })
  }
  function shown(): Promise<void> {
    return new Promise((done) => { wake = () => { wake = null; done() } })
  }
  const seen = () => { if (document.hidden) running?.abort(); wake?.() }

  async function follow() {
    let shop = key(), retry = RETRY_FIRST_MS
    while (!ended) {
      if (document.hidden) { await shown(); continue }
      if (shop !== key()) { shop = key(); revision.value = '' }
      if (!shop) { begin(); await rest(RETRY_MS); continue }
      try {
        running = new AbortController()
        const news = await api.changes(shop, revision.value, running.signal)
        on.value = true
        retry = RETRY_FIRST_MS
        if (news.revision !== revision.value) {
          revision.value = news.revision
          began = true
          const at = monotonic()
          await changed()
          await rest(Math.min(REST_MAX_MS, Math.max(REST_MS, REST_SHARE * (monotonic() - at))))
        }
        if (news.again_after_s) await rest(news.again_after_s * 1000)
      } catch (e) {
        if (ended || document.hidden) continue
        const status = asApiError(e).status
        on.value = false
        begin()
        await rest(status === 401 ? RETRY_MS : retry)
        retry = Math.min(RETRY_MS, retry * 2)
      }
    }
  }
  document.addEventListener('visibilitychange', seen)
  onScopeDispose(() => { ended = true; running?.abort(); wake?.(); document.removeEventListener('visibilitychange', seen) })
  void follow()
  return { on, revision }
}
