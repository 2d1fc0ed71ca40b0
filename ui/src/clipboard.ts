/* A text put where it can be pasted from. */
import { toast } from './toast'
import { t } from './words'

/** False, and said, when the browser refuses. Also by the old way, for a page without https has no clipboard to write to. */
export async function copyText(text: string): Promise<boolean> {
  if (await written(text) || selected(text)) return true
  toast(t('queue.noClipboard'), { bad: true })
  return false
}
async function written(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch { return false }
}
function selected(text: string): boolean {
  const was = document.activeElement
  const area = document.createElement('textarea')
  area.value = text
  area.readOnly = true
  area.className = 'unseen'
  /* Beside what has the focus: a dialog keeps it within itself. */
  ;(was?.closest('[role="dialog"]') ?? document.body).append(area)
  area.select()
  const done = document.execCommand('copy')
  area.remove()
  if (was instanceof HTMLElement) was.focus({ preventScroll: true })
  return done
}
