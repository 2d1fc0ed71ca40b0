/* Records of any subject: which columns a list has, and a value in the reader's words, by its field's kind. */
import type { Money, RecordField, RecordRow, RecordValue } from './api'
import { count, date, dateTime, decimal, money, seconds, share, type Lang } from './format'
import { t } from './words'

export const FIGURES = ['money', 'count', 'ratio', 'decimal', 'seconds']
export const isFigure = (f: RecordField) => FIGURES.includes(f.kind)
const told = (v: RecordValue) => v !== null && v !== undefined && v !== ''

/** The fields that some of the rows tell: those a record is known by first, the others as the subject lists them. */
export function columnsOf(fields: RecordField[], rows: RecordRow[]): RecordField[] {
  const used = fields.filter((f) => rows.some((r) => told(r.values[f.field])))
  return [...used.filter((f) => f.key), ...used.filter((f) => !f.key)]
}

export function shown(v: RecordValue, f: RecordField, l: Lang): string {
  if (!told(v)) return '–'
  switch (f.kind) {
    case 'money': return money(v as Money, l)
    case 'count': return count(v as number, l)
    case 'decimal': return decimal(v as number, l)
    case 'ratio': return share(v as number, l)
    case 'seconds': return seconds(v as number, l)
    case 'day': return date(v as string, l)
    case 'time': return dateTime(v as string, l)
    case 'hour': return t('pace.hour', { h: v as number })
    default: return String(v)
  }
}

/** What a person calls the record: its title or name, else what it is known by. */
export function nameOf(r: RecordRow, fields: RecordField[], l: Lang): string {
  const named = ['title', 'name', 'task'].map((w) => fields.find((f) => f.field === w && told(r.values[w]))).find(Boolean)
  return named ? shown(r.values[named.field], named, l) : keyOf(r, fields, l) || '–'
}
export function keyOf(r: RecordRow, fields: RecordField[], l: Lang): string {
  return fields.filter((f) => f.key && told(r.values[f.field])).map((f) => shown(r.values[f.field], f, l)).join(' · ')
}
/** "Day · Hour": what a grain's records are told by. */
export function grainText(grain: string[], fields: RecordField[], l: Lang): string {
  return grain.map((w) => fields.find((f) => f.field === w)?.[l] ?? w).join(' · ')
}
