/* Money, numbers, times and ages in the reader's language.  Times are shown as the shop's wall clock says them: the server
 * sends the shop's offset along, and the page never turns it into this machine's zone. */
import type { Money } from './api'

export type Lang = 'zh' | 'en'
const tag = (l: Lang) => (l === 'zh' ? 'zh-CN' : 'en-GB')

const cache = new Map<string, Intl.NumberFormat>()
function nf(l: Lang, key: string, o: Intl.NumberFormatOptions): Intl.NumberFormat {
  const k = l + key
  let f = cache.get(k)
  if (!f) { f = new Intl.NumberFormat(tag(l), o); cache.set(k, f) }
  return f
}

export function digitsOf(currency: string): number {
  try { return nf('en', 'd' + currency, { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2 } catch { return 2 }
}
export function major(m: Money): number { return m.minor / 10 ** digitsOf(m.currency) }

export function money(m: Money | null | undefined, l: Lang): string {
  if (!m) return '–'
  try { return nf(l, 'm' + m.currency, { style: 'currency', currency: m.currency, currencyDisplay: 'narrowSymbol' }).format(major(m)) }
  catch { return `${major(m)} ${m.currency}` }
}
export function signedMoney(m: Money, l: Lang): string {
  return (m.minor > 0 ? '+' : m.minor < 0 ? '−' : '') + money({ minor: Math.abs(m.minor), currency: m.currency }, l)
}
/** For the axis of a chart: 12,000 -> ¥1.2万 or ¥12K. */
export function shortMoney(minor: number, currency: string, l: Lang): string {
  const v = minor / 10 ** digitsOf(currency), o = { notation: 'compact', maximumFractionDigits: Math.abs(v) < 10 ? 2 : 1, minimumFractionDigits: 0 } as const
  try { return nf(l, `s${currency}${o.maximumFractionDigits}`, { ...o, style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).format(v) } catch { return `${nf(l, 's', o).format(v)} ${currency}` }
}
export function count(n: number | null | undefined, l: Lang): string {
  return n === null || n === undefined ? '–' : nf(l, 'n', { maximumFractionDigits: 2 }).format(n)
}
/** A number with a fraction, as exact as it is kept. */
export function decimal(n: number, l: Lang): string { return nf(l, 'x', { maximumFractionDigits: 3 }).format(n) }
export function share(bp: number | null | undefined, l: Lang): string {
  return bp === null || bp === undefined ? '–' : nf(l, bp % 100 ? 'p' : 'p0', { style: 'percent', minimumFractionDigits: bp % 100 ? 1 : 0, maximumFractionDigits: 2 }).format(bp / 10000)
}
/** A share told as a fraction: what is counted or estimated, to a tenth of a percent. */
export function percent(v: number | null | undefined, l: Lang): string {
  return v === null || v === undefined ? '–' : nf(l, 'pc', { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(Math.round(v * 1000) / 1000)
}
export function bytes(n: number, l: Lang): string {
  const units = ['B', 'KiB', 'MiB', 'GiB']
  let i = 0
  while (n >= 1024 && i < 3) { n /= 1024; i++ }
  return `${nf(l, 'b', { maximumFractionDigits: i ? 1 : 0 }).format(n)} ${units[i]}`
}

/* The wall clock inside an ISO text, as a Date whose UTC fields are that wall clock. */
function wallDate(iso: string): Date | null {
  const m = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?)?/.exec(iso)
  return m ? new Date(Date.UTC(+m[1], +m[2] - 1, +m[3], +(m[4] ?? 0), +(m[5] ?? 0), +(m[6] ?? 0))) : null
}
function df(l: Lang, d: Date, o: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(tag(l), { ...o, timeZone: 'UTC', hourCycle: 'h23' }).format(d)
}
export function dayOf(iso: string): string { return iso.slice(0, 10) }
export function clock(iso: string | null | undefined, l: Lang): string {
  const d = iso ? wallDate(iso) : null
  return d ? df(l, d, { hour: '2-digit', minute: '2-digit' }) : '–'
}
export function date(iso: string | null | undefined, l: Lang): string {
  const d = iso ? wallDate(iso) : null
  return d ? df(l, d, { year: 'numeric', month: 'short', day: 'numeric' }) : '–'
}
export function dateTime(iso: string | null | undefined, l: Lang): string {
  const d = iso ? wallDate(iso) : null
  return d ? df(l, d, { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' }) : '–'
}
export function shortDay(iso: string, l: Lang): string {
  const d = wallDate(iso)
  return d ? df(l, d, { month: l === 'zh' ? 'numeric' : 'short', day: 'numeric' }) : iso
}
/** The clock alone when `iso` lies on the day of `near`, with the date otherwise. */
export function nearTime(iso: string | null | undefined, near: string | null | undefined, l: Lang): string {
  if (!iso) return '–'
  return near && dayOf(iso) === dayOf(near) ? clock(iso, l) : dayTime(iso, near, l)
}
/** Day and clock, with the year where it is not that of `near`. */
export function dayTime(iso: string | null | undefined, near: string | null | undefined, l: Lang): string {
  const d = iso ? wallDate(iso) : null
  const sameYear = iso && near && iso.slice(0, 4) === near.slice(0, 4)
  return d ? df(l, d, { ...(sameYear ? {} : { year: 'numeric' as const }), month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' }) : '–'
}

/** A length of time in its one or two largest units: "8 min", "3 h 20 min", "2 天". */
export function span(seconds: number, l: Lang): string {
  const s = Math.max(0, Math.round(seconds))
  const u = l === 'zh' ? { s: ' 秒', m: ' 分钟', h: ' 小时', d: ' 天', y: ' 年' } : { s: ' s', m: ' min', h: ' h', d: s < 172800 ? ' day' : ' days', y: ' years' }
  if (s < 60) return s + u.s
  if (s < 3600) return Math.floor(s / 60) + u.m
  if (s < 86400) {
    const m = Math.floor((s % 3600) / 60)
    return Math.floor(s / 3600) + u.h + (m && s < 36000 ? ' ' + m + u.m : '')
  }
  if (s < 2 * 365 * 86400) return nf(l, 'n0', { maximumFractionDigits: 0 }).format(Math.floor(s / 86400)) + u.d
  return nf(l, 'y', { maximumFractionDigits: 1 }).format(s / (365.25 * 86400)) + u.y
}

/** As span, but a short one with its fraction: "12.5 s". */
export function seconds(s: number, l: Lang): string { return s < 60 ? count(s, l) + (l === 'zh' ? ' 秒' : ' s') : span(s, l) }

export function addDays(day: string, n: number): string {
  const d = wallDate(day)
  if (!d) return day
  d.setUTCDate(d.getUTCDate() + n)
  return d.toISOString().slice(0, 10)
}
/** Today's date where the shop is. */
export function todayIn(zone: string): string {
  try { return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(new Date()) }
  catch { return new Date().toISOString().slice(0, 10) }
}

/** A wait in whole seconds, as exact as it is: "at once" is the caller's; "45 s", "2 min 10 s", "30 min", "1 h 30 min". */
export function wait(s: number, l: Lang): string {
  if (s < 60 || s >= 3600 || s % 60 === 0) return span(s, l)
  return span(s - (s % 60), l) + (l === 'zh' ? ` ${s % 60} 秒` : ` ${s % 60} s`)
}

/** How far the shop's zone is from UTC at an instant, in milliseconds. */
function offsetOf(zone: string, at: number): number {
  const p = Object.fromEntries(new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' })
    .formatToParts(new Date(at)).map((x) => [x.type, Number(x.value)]))
  return Date.UTC(p.year ?? 0, (p.month ?? 1) - 1, p.day ?? 1, p.hour ?? 0, p.minute ?? 0, p.second ?? 0) - Math.floor(at / 1000) * 1000
}
/** The instant at which the shop's clock reads "2026-11-11T20:30"; of a time that does not exist, the one after the clock went forward. */
export function instantAt(wall: string, zone: string): number {
  const as = Date.parse(wall + (wall.length === 16 ? ':00Z' : 'Z'))
  const first = as - offsetOf(zone, as)
  return as - offsetOf(zone, first)
}
/** What the shop's clock reads at an instant: "2026-11-11T20:30". */
export function wallAt(at: number, zone: string): string { return new Date(at + offsetOf(zone, at)).toISOString().slice(0, 16) }
