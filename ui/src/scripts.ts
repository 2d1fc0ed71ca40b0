/* Finding a script in two keystrokes: by the first letters of its Chinese name in pinyin (发货时间: fhsj), or the first letters of its
 * English one; else by words of its title or text.  Pinyin is told by the browser's own collation: each letter begins at a known character. */
import type { ShopWord, TextRow, Texts } from './api'
import type { Lang } from './format'
import { said, t } from './words'

const LETTERS = 'ABCDEFGHJKLMNOPQRSTWXYZ'
const FIRST = '阿八嚓哒妸发旮哈讥咔垃痳拏噢妑七呥扨它穵夕丫帀'
const byPinyin = new Intl.Collator('zh-CN-u-co-pinyin')

/** The first letter of a character's pinyin; a Latin letter or digit is its own, anything else is ''. */
export function initial(c: string): string {
  if (/[a-z0-9]/i.test(c)) return c.toLowerCase()
  if (!/\p{Script=Han}/u.test(c)) return ''
  let low = 0
  for (let high = FIRST.length; high - low > 1;) {
    const mid = (low + high) >> 1
    if (byPinyin.compare(c, FIRST[mid]!) >= 0) low = mid
    else high = mid
  }
  return LETTERS[low]!.toLowerCase()
}
export function initials(s: string): string { return [...s].map(initial).join('') }

/** What an order fills in; the rest are words of the shop. */
export const BLANKS = ['item', 'amount', 'until', 'stock', 'sold', 'order', 'shop', 'tracking'] as const
/** A text with its blanks by their names: 〔商品〕. */
export function readable(x: TextRow, words: ShopWord[]): string {
  return x.filled ?? x.body.replace(/\{([a-z_0-9]+)\}/g, (all, n: string) => {
    const word = words.find((w) => w.name === n)
    return (BLANKS as readonly string[]).includes(n) ? `〔${t('texts.blank.' + n)}〕` : word ? `〔${said(word.what)}〕` : all
  })
}

export interface Script { text: TextRow; zh: string; en: string }
/** The scripts of a language that are not switched off. */
export function scriptsOf(t: Texts, language: Lang): Script[] {
  return t.texts.filter((x) => x.occasion === 'script' && !x.off && x.language === language).map((text) => {
    const name = t.readiness.find((r) => r.topic === text.topic)?.name
    return { text, zh: name?.zh ?? (text.language === 'zh' ? text.title : ''), en: name?.en ?? (text.language === 'en' ? text.title : '') }
  })
}

/** How well it answers; 0 is best, null not at all.  What is asked in the page's own language comes first. */
function rank(s: Script, asked: string, lang: Lang): number | null {
  const zh = initials(s.zh).startsWith(asked) || s.zh.startsWith(asked) || initials(s.text.title).startsWith(asked), en = s.en.toLowerCase().startsWith(asked)
  if (lang === 'zh' ? zh : en) return 0
  if (zh || en) return 1
  const title = s.text.title.toLowerCase()
  if (title.startsWith(asked)) return 2
  if (title.includes(asked) || s.zh.includes(asked) || s.en.toLowerCase().split(/[\s,]+/).some((w) => w.startsWith(asked))) return 3
  return initials(s.zh).includes(asked) ? 4 : s.text.body.toLowerCase().includes(asked) ? 5 : null
}
export function findScripts(list: Script[], query: string, lang: Lang): Script[] {
  const asked = query.trim().toLowerCase()
  if (!asked) return list
  return list.map((s, i) => ({ s, i, r: rank(s, asked, lang) })).filter((x) => x.r !== null).sort((a, b) => a.r! - b.r! || a.i - b.i).map((x) => x.s)
}
