/* The files on their way in: sent, looked through, mapped if need be, then imported together; and what that would change. */
import { computed, reactive, ref, shallowRef, watch } from 'vue'
import { api, asApiError, type ApiError, type AskedFile, type Foreseen, type Scan, type ScanPart } from './api'

export interface Incoming {
  key: number; name: string; bytes: number; sent: number /* 0..1 */; id: string | null; scan: Scan | null; error: ApiError | null
  profile: string | null; encoding: string | null; zone: string | null /* chosen by hand */
  looks: number /* how often it was looked at: the answer of an older look is not shown */
}
let nextKey = 1
const POLL_MS = 400

/** A table that an import would take. */
export function isKnown(p: ScanPart): boolean { return !p.refusal && !!p.profile }
/** Columns without a form can be named by hand, unless the table is refused for something else. */
export function canMap(p: ScanPart): boolean { return !p.profile && p.columns.length > 0 && (p.rows ?? 0) > 0 && (!p.refusal || p.refusal.code === 'no-header') }
export function partsOf(s: Scan | null): ScanPart[] { return !s || s.state !== 'ready' ? [] : s.parts.length ? s.parts : [s] }
export function isGood(x: Incoming): boolean { return !x.error && partsOf(x.scan).some(isKnown) }
export function asked(x: Incoming): AskedFile { return { upload: x.id ?? '', profile: x.profile, encoding: x.encoding, zone: x.zone } }

export function useUploads(store: () => string) {
  const files = reactive<Incoming[]>([])
  const bytes = new Map<number, File>() /* until they are at the desk */
  let gone = false

  function take(list: Iterable<File>) {
    for (const f of list) {
      files.push({ key: nextKey++, name: f.name, bytes: f.size, sent: 0, id: null, scan: null, error: null, profile: null, encoding: null, zone: null, looks: 0 })
      const x = files[files.length - 1]
      bytes.set(x.key, f)
      void send(x, f)
    }
  }
  async function send(x: Incoming, f: File) {
    x.error = null
    x.sent = 0
    try {
      x.id = (await api.upload(store(), f, (s) => { x.sent = s })).upload_id
      x.sent = 1
      bytes.delete(x.key)
      await look(x)
    } catch (e) { x.error = asApiError(e) }
  }
  /** Scans the file, again when a format was chosen or remembered; one that did not arrive is sent again. */
  async function look(x: Incoming) {
    const f = bytes.get(x.key)
    if (f) return send(x, f)
    if (!x.id) return
    x.error = null
    const mine = ++x.looks
    try {
      for (;;) {
        const s = await api.scan(store(), x.id, { profile: x.profile, encoding: x.encoding, zone: x.zone })
        if (gone || mine !== x.looks) return
        x.scan = s
        if (s.state === 'ready') return
        await new Promise((r) => setTimeout(r, POLL_MS))
      }
    } catch (e) { if (mine === x.looks) x.error = asApiError(e) }
  }
  function remove(x: Incoming) {
    x.looks++
    bytes.delete(x.key)
    const i = files.findIndex((y) => y.key === x.key)
    if (i >= 0) files.splice(i, 1)
  }

  /* What an import of all good files would do; asked anew whenever they change, told by the server's own rehearsal. */
  const good = computed(() => files.filter(isGood))
  const looking = computed(() => files.some((f) => !f.error && f.scan?.state !== 'ready'))
  const foreseen = shallowRef<Foreseen | null>(null)
  const foreseeing = ref(false)
  let running: AbortController | null = null
  async function foresee(list: AskedFile[]) {
    running?.abort()
    foreseen.value = null
    foreseeing.value = list.length > 0
    if (!list.length) return
    const mine = (running = new AbortController())
    try {
      for (;;) {
        const f = await api.foresee(store(), { uploads: list }, mine.signal)
        if (gone || mine.signal.aborted) return
        foreseen.value = f
        if (f.state === 'ready') break
        await new Promise((r) => setTimeout(r, POLL_MS))
        if (mine.signal.aborted) return
      }
    } catch { if (mine.signal.aborted) return } // an import still says what it did
    foreseeing.value = false
  }
  watch(() => (looking.value ? '' : JSON.stringify(good.value.map(asked))), (v) => { void foresee(v ? (JSON.parse(v) as AskedFile[]) : []) })
  return { files, good, foreseen, foreseeing, take, look, remove, stop: () => { gone = true; running?.abort() } }
}
