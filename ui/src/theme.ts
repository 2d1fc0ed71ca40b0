/* Light, dark or as the system says. */
import { ref, watchEffect } from 'vue'

export type Theme = 'system' | 'light' | 'dark'
const KEY = 'zhanggui.theme'
const system = window.matchMedia('(prefers-color-scheme: dark)')
const systemDark = ref(system.matches)
system.addEventListener('change', (e) => { systemDark.value = e.matches })

const saved = localStorage.getItem(KEY)
export const theme = ref<Theme>(saved === 'light' || saved === 'dark' ? saved : 'system')
export const dark = ref(false)

watchEffect(() => {
  dark.value = theme.value === 'dark' || (theme.value === 'system' && systemDark.value)
  document.documentElement.classList.toggle('dark', dark.value)
  if (theme.value === 'system') localStorage.removeItem(KEY)
  else localStorage.setItem(KEY, theme.value)
})
