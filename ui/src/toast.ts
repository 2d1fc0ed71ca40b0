/* Short notices at the foot of the page, some with an undo. */
import { ref } from 'vue'

export interface Toast { id: number; text: string; bad: boolean; undo: (() => void) | null }
export const toasts = ref<Toast[]>([])
let next = 1

export function toast(text: string, o: { bad?: boolean; undo?: () => void; seconds?: number } = {}): void {
  const id = next++
  toasts.value = [...toasts.value.slice(-2), { id, text, bad: o.bad ?? false, undo: o.undo ?? null }]
  window.setTimeout(() => dismiss(id), (o.seconds ?? (o.undo ? 8 : 5)) * 1000)
}
export function clearToasts(): void { toasts.value = [] }
export function dismiss(id: number): void { toasts.value = toasts.value.filter((x) => x.id !== id) }
