/* A cell as the desk understood it, in the reader's language. */
import { count, dateTime, money } from './format'
import { lang, t } from './words'

const STATUS = ['unpaid', 'paid', 'shipped', 'delivered', 'closed', 'deposit_paid', 'none']

/** "2020-02-26T15:00:00+08:00" -> 26 Feb 2020, 15:00; "12.00 CNY" -> ¥12.00; "paid" of a status -> our word. */
export function understoodText(understood: string | null, kind: string): string {
  if (understood === null) return ''
  if (kind === 'time') return dateTime(understood, lang.value)
  if (kind === 'status' && STATUS.includes(understood)) return t('import.statusWord.' + understood)
  if (kind === 'count') return count(Number(understood), lang.value)
  const m = kind === 'money' ? /^(-?)(\d+)(?:\.(\d+))? ([A-Z]{3})$/.exec(understood) : null
  if (m) return money({ minor: Number(m[1] + m[2] + (m[3] ?? '')), currency: m[4] }, lang.value)
  return understood
}
