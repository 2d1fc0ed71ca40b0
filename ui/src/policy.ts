/* The rules of contact as people think of them: in groups, with windows of the clock as one thing, in the unit that fits. */
import type { PolicyRow } from './api'
import { count, digitsOf, money, span, type Lang } from './format'

/** A rule to be edited at one go: one term, or both ends of a window of the day. */
export interface Rule { key: string; terms: PolicyRow[] }
export interface Group { key: string; rules: Rule[] }

const GROUPS: [string, string[]][] = [
  ['waves', ['wave1_after_s', 'wave2_after_s', 'wave2_channel', 'wave3', 'payment_window_s', 'balance_after_s', 'balance_window_s']],
  ['hours', ['quiet', 'night', 'event_night_chat', 'event_night_age_s', 'silence_before_s', 'silence_after_s']],
  ['windows', ['good1', 'good2', 'meal1', 'meal2']],
  ['limits', ['cap_per_day', 'gap_min_s', 'bad_review_stars', 'bad_review_days']],
  ['data', ['feed_stale_after_s']],
  ['auto', ['auto_sms', 'auto_email']],
  ['team', ['agent_chats_max', 'load_high_bp', 'served_within_s', 'chat_idle_s']],
  ['gains', ['holdout_share_bp', 'holdout_min_reminders', 'text_trial', 'margin_bp', 'contact_cost_minor', 'persuasion_bp', 'persuasion_decay_s']],
  ['shop', ['ship_within_s', 'score_min_orders']],
]
export const WINDOWS = ['quiet', 'night', 'good1', 'good2', 'meal1', 'meal2'] as const

export function rulesOf(rows: PolicyRow[]): Group[] {
  const left = new Map(rows.map((r) => [r.name, r]))
  const take = (name: string): Rule | null => {
    const names = left.has(name) ? [name] : [`${name}_from_min`, `${name}_until_min`]
    const terms = names.map((n) => left.get(n)).filter((r): r is PolicyRow => !!r)
    names.forEach((n) => left.delete(n))
    return terms.length ? { key: name, terms } : null
  }
  const groups = GROUPS.map(([key, names]) => ({ key, rules: names.map(take).filter((r): r is Rule => !!r) }))
  /* A term that nobody has put into a group yet is still shown. */
  const rest = [...left.values()].map((r) => ({ key: r.name, terms: [r] }))
  return [...groups, { key: 'other', rules: rest }].filter((g) => g.rules.length > 0)
}

export const isClock = (r: PolicyRow): boolean => /^minute/.test(r.unit)
export const isWindow = (r: Rule): boolean => r.terms.length === 2
/** 22:00; the day's end is 24:00, which a field for times cannot hold. */
export function clockOf(minute: number): string { return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}` }

/** How many of the kept unit make one of those that people type: seconds become minutes, hours or days by what the rule is about. */
export function scaleOf(r: PolicyRow, currency: string): number {
  if (r.unit === 's') return r.max <= 6 * 3600 || r.default < 2 * 3600 && r.default > 0 ? 60 : r.default < 2 * 86400 ? 3600 : 86400
  if (r.unit === 'bp') return 100
  return /^minor/.test(r.unit) ? 10 ** digitsOf(currency) : 1
}
export function unitWord(r: PolicyRow, currency: string): string {
  if (r.unit === 's') return { 60: 'min', 3600: 'h', 86400: 'd' }[scaleOf(r, currency)] ?? 'min'
  return r.unit === 'bp' ? '%' : /^minor/.test(r.unit) ? currency : r.unit
}
export interface Words { channel: (n: number) => string; yesNo: (v: boolean) => string; none: string }
export function shownTerm(r: PolicyRow, v: number, lang: Lang, currency: string, words: Words): string {
  if (isClock(r)) return clockOf(v)
  if (r.unit === 's') return span(v, lang)
  if (r.unit === 'bp') return `${count(v / 100, lang)} %`
  if (r.unit === 'switch') return words.yesNo(v !== 0)
  if (r.unit === 'channel') return words.channel(v)
  if (/^minor/.test(r.unit)) return money({ minor: v, currency }, lang)
  return count(v, lang)
}
export function shownRule(r: Rule, pick: (t: PolicyRow) => number, lang: Lang, currency: string, words: Words): string {
  const [from, until] = r.terms
  if (!from) return ''
  if (!until) return shownTerm(from, pick(from), lang, currency, words)
  return pick(from) === pick(until) ? words.none : `${clockOf(pick(from))}–${clockOf(pick(until))}`
}
