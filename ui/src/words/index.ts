/* The two languages.  Chinese is the first; English has exactly the same keys, which the type check proves. */
import { createI18n } from 'vue-i18n'
import { computed } from 'vue'
import type { Said } from '../api'
import { count, type Lang } from '../format'
import zh from './zh'
import en from './en'

const KEY = 'zhanggui.lang'
function first(): Lang {
  const saved = localStorage.getItem(KEY)
  if (saved === 'zh' || saved === 'en') return saved
  for (const l of navigator.languages) {
    if (l.toLowerCase().startsWith('zh')) return 'zh'
    if (l.toLowerCase().startsWith('en')) return 'en'
  }
  return 'zh'
}

export const i18n = createI18n({ legacy: false, locale: first(), fallbackLocale: 'zh', messages: { zh, en } })
export const t = i18n.global.t
export const lang = computed<Lang>(() => i18n.global.locale.value as Lang)

export function speak(l: Lang): void {
  i18n.global.locale.value = l
  localStorage.setItem(KEY, l)
  document.documentElement.lang = l === 'zh' ? 'zh-CN' : 'en'
}
document.documentElement.lang = lang.value === 'zh' ? 'zh-CN' : 'en'

/** Where a rule or its number comes from. */
export function sourceOf(x: { source: string; source_zh: string }): string { return lang.value === 'zh' ? x.source_zh : x.source }

/** Names one after the other, and a label before what it labels, as the language writes them. */
export function listed(words: string[]): string { return words.join(lang.value === 'zh' ? '、' : ', ') }
export function labelled(label: string, what: string): string { return label + (lang.value === 'zh' ? '：' : ': ') + what }

/** A sentence that counts {n} things: English says one order and two orders (`|` between them). */
export function many(key: string, n: number, more: Record<string, unknown> = {}): string { return t(key, { n: count(n, lang.value), ...more }, n) }

/** A sentence that the server gave in both languages. */
export function said(s: Said | null | undefined): string { return s ? s[lang.value] : '' }
