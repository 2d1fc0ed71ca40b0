/* The files on their way in: sent, looked through, mapped if need be, then imported. */
import { reactive } from 'vue'
import { api, asApiError, type ApiError, type Scan } from './api'

export interface Incoming {
  key: number; name: string; bytes: number; sent: number /* 0..1 */; id: string | null; scan: Scan | null; error: ApiError | null
  profile: string | null /* chosen by hand */
}
let nextKey = 1
const POLL_MS = 400

export function useUploads(store: () => string) {
  const files = reactive<Incoming[]>([])
  let gone = false

  function take(list: Iterable<File>) {
    for (const f of list) {
      files.push({ key: nextKey++, name: f.name, bytes: f.size, sent: 0, id: null, scan: null, error: null, profile: null })
      void send(files[files.length - 1], f)
    }
  }
  async function send(x: Incoming, f: File) {
    try {
      x.id = (await api.upload(store(), f, (s) => { x.sent = s })).upload_id
      x.sent = 1
      await look(x)
    } catch (e) { x.error = asApiError(e) }
  }
  /** Scans the file, again when a format was chosen or remembered. */
  async function look(x: Incoming) {
    if (!x.id) return
    x.error = null
    try {
      for (;;) {
        x.scan = await api.scan(store(), x.id, { profile: x.profile })
        if (gone || x.scan.state === 'ready') return
        await new Promise((r) => setTimeout(r, POLL_MS))
      }
    } catch (e) { x.error = asApiError(e) }
  }
  function remove(x: Incoming) { const i = files.findIndex((y) => y.key === x.key); if (i >= 0) files.splice(i, 1) }
  return { files, take, look, remove, stop: () => { gone = true } }
}
export function isGood(x: Incoming): boolean { return !!x.scan && x.scan.state === 'ready' && !x.scan.refusal && !!x.scan.profile }
