/* The periods a shop looks back on.  `to` is the last day, inclusive; the API's `to` is the day after. */
import { addDays } from './format'
export interface Period { from: string; to: string }
export type PresetName = 'd7' | 'd30' | 'month' | 'last' | 'd11'

export function monthOf(day: string): Period {
  const from = day.slice(0, 8) + '01'
  return { from, to: addDays(nextMonth(from), -1) }
}
function nextMonth(first: string): string {
  const [y, m] = first.split('-').map(Number)
  return m === 12 ? `${y + 1}-01-01` : `${y}-${String(m + 1).padStart(2, '0')}-01`
}
/** The latest 11 November that has begun; on AliExpress the event runs two days. */
function doubleEleven(today: string, platform: string): Period {
  const year = today.slice(5) >= '11-11' ? Number(today.slice(0, 4)) : Number(today.slice(0, 4)) - 1
  return { from: `${year}-11-11`, to: platform === 'aliexpress' ? `${year}-11-12` : `${year}-11-11` }
}
export function preset(name: PresetName, today: string, platform: string): Period {
  switch (name) {
    case 'd7': return { from: addDays(today, -6), to: today }
    case 'd30': return { from: addDays(today, -29), to: today }
    case 'month': return { from: today.slice(0, 8) + '01', to: today }
    case 'last': return monthOf(addDays(today.slice(0, 8) + '01', -1))
    case 'd11': return doubleEleven(today, platform)
  }
}
