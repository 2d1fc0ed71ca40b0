/* One ticking clock for all ages and countdowns.  Ages come from the server; the page only adds how long ago it heard them,
 * by the monotonic clock, so a wrong clock on this machine does not matter. */
import { ref, onScopeDispose, getCurrentScope, type Ref } from 'vue'

const tick = ref(performance.now())
let users = 0
let timer = 0

export function monotonic(): number { return performance.now() }

/** Milliseconds of the monotonic clock, moving on every few seconds while somebody looks. */
export function useTick(): Ref<number> {
  users++
  tick.value = performance.now()
  if (!timer) timer = window.setInterval(() => { tick.value = performance.now() }, 5000)
  if (getCurrentScope()) {
    onScopeDispose(() => {
      users--
      if (users === 0) { clearInterval(timer); timer = 0 }
    })
  }
  return tick
}
