/* Makes the pictures of the README and the guide from the demo shop:   node test/browser/pictures.mjs
 * The shop is made from a seed and nobody in it is real; only its moment is that of the day on which this runs. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { obstacle, openBrowser, openDesk, openPage, ROOT, scratch } from './browser.mjs'

const OUT = path.join(ROOT, 'docs/img')
const SHOTS = [ // file, language, width, theme, place, what must stand before the picture is taken
  ['today-en.png', 'en', 1280, 'light', '/today', '#remind li'], ['today-zh.png', 'zh', 1280, 'light', '/today', '#remind li'],
  ['today-phone-en.png', 'en', 390, 'light', '/today', '.lead'], ['today-phone-zh.png', 'zh', 390, 'light', '/today', '.lead'],
  ['remind-en.png', 'en', 1280, 'light', '/remind', 'li.here'], ['remind-zh.png', 'zh', 1280, 'light', '/remind', 'li.here'],
  ['review-en.png', 'en', 1280, 'light', '/review', 'canvas'], ['review-zh.png', 'zh', 1280, 'light', '/review', 'canvas'],
]

const why = obstacle()
if (why) { console.error(why); process.exit(1) }
const { directory, remove } = scratch()
const desk = await openDesk('demo', '--db', path.join(directory, 'demo.db'))
const browser = await openBrowser()
mkdirSync(OUT, { recursive: true })
try {
  for (const [file, lang, width, theme, place, ready] of SHOTS) {
    const { page, complaints, close } = await openPage(browser, { lang, width, name: 'pictures' })
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    await page.goto(desk.url)
    await page.locator('.demo-login').first().click()
    await page.locator('.lead').waitFor()
    await page.goto(desk.url + place, { waitUntil: 'networkidle' })
    await page.locator(ready).first().waitFor()
    await page.waitForTimeout(500)
    await page.screenshot({ path: path.join(OUT, file) })
    if (complaints.length) throw new Error(complaints.join('\n'))
    await close()
    console.log(path.join('docs/img', file))
  }
} finally {
  await browser.close()
  await desk.close()
  remove()
}
