/* Who is signed in, what they may do, and which shop they look at. */
import { computed, reactive } from 'vue'
import { api, asApiError, onSignedOut, type ApiError, type Session, type Store } from './api'
import { clearToasts } from './toast'

const KEY = 'zhanggui.store'
interface State { session: Session | null; error: ApiError | null; storeKey: string }
const state = reactive<State>({ session: null, error: null, storeKey: localStorage.getItem(KEY) ?? '' })

export const session = computed(() => state.session)
export const sessionError = computed(() => state.error)
export const stores = computed<Store[]>(() => state.session?.stores ?? [])
export const store = computed<Store | null>(() => stores.value.find((s) => s.key === state.storeKey) ?? stores.value[0] ?? null)

export function may(what: string): boolean { return state.session?.may.includes(what) ?? false }
export function chooseStore(key: string): void {
  state.storeKey = key
  localStorage.setItem(KEY, key)
}
export function takeSession(s: Session): void {
  state.session = s
  state.error = null
}
export async function loadSession(): Promise<void> {
  try { takeSession(await api.session()) } catch (e) { state.error = asApiError(e) }
}
/** Whoever is signed out already is so; notices of what was done go as well. */
export async function signOut(): Promise<void> {
  try { await api.logout() } catch (e) { if (asApiError(e).status !== 401) throw e }
  clearToasts()
  await loadSession()
}
/** Calls `leave` when the server says that nobody is signed in any more. */
export function whenSignedOut(leave: () => void): void {
  onSignedOut(() => {
    if (!state.session?.user) return
    clearToasts()
    void loadSession().then(leave)
  })
}
