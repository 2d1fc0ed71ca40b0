/* Whether the look at a page (browser.mjs) sees: pages with one fault each, of which it must tell, and the same pages without it. axe is made quicker there;
 * what it then answers about colours of every kind is held beside what axe answers as it comes. */
import assert from 'node:assert/strict'
import { axeSource, obstacle, openBrowser, openPage, tap } from './browser.mjs'

const document = (style, body) => `<!doctype html><html lang="en"><head><title>Planted</title><meta name="viewport" content="width=device-width"><style>
  body { background: #fff; color: #222; } @media (prefers-color-scheme: dark) { body { background: #111; color: #eee; } } ${style}</style></head><body><main><h1>Planted</h1>${body}</main></body></html>`
const NARROW = '@media (min-width: 600px)', WIDE = '@media (max-width: 600px)', DARK = '@media (prefers-color-scheme: dark)'
const field = '<p><input id="f"></p>', words = '<p id="pale" class="pale">Hard to read</p>'

/* What is planted, where it shows and what must then be told; `scheme` where only one has it. */
const FAULTS = [
  { what: 'pale words in the light', page: document(`.pale { color: #ddd } ${DARK} { .pale { color: #eee } }`, words), at: [390, 1440], says: /color-contrast.*\#pale/s, scheme: 'light' },
  { what: 'pale words in the dark', page: document(`${DARK} { .pale { color: #333 } }`, words), at: [390, 1440], says: /color-contrast.*\#pale/s, scheme: 'dark' },
  { what: 'pale words in the dark of a phone', page: document(`${DARK} and (max-width: 600px) { .pale { color: #333 } }`, words), at: [390], says: /color-contrast.*\#pale/s, scheme: 'dark' },
  { what: 'pale words in the light of a desk', page: document(`@media (min-width: 600px) and (prefers-color-scheme: light) { .pale { color: #ddd } }`, words), at: [1440], says: /color-contrast.*\#pale/s, scheme: 'light' },
  { what: 'words that a script makes pale when the theme changes', page: document('.pale.night { color: #333 }', words + `<script>const dark = matchMedia('(prefers-color-scheme: dark)')
    dark.onchange = () => document.querySelector('.pale').classList.toggle('night', dark.matches)</script>`), at: [390, 1440], says: /color-contrast.*\#pale/s, scheme: 'dark' },
  { what: 'a field without a label on a phone', page: document(`${NARROW} { input { display: none } }`, field), at: [390], says: /label: .*#f/s, scheme: 'light' },
  { what: 'a field without a label on a desk', page: document(`${WIDE} { input { display: none } }`, field), at: [1440], says: /label: .*#f/s, scheme: 'light' },
  { what: 'a button without a name', page: document('', '<button></button>'), at: [390, 1440], says: /button-name/, scheme: 'light' },
  { what: 'a page that scrolls sideways', page: document(`${WIDE} { main { width: 500px } }`, ''), at: [390], says: /scrolls sideways by \d+ px/ },
  { what: 'a complaint of the browser', page: document('', "<script>console.warn('mind the gap')</script>"), at: [390, 1440], says: /mind the gap/ },
]

/* A text in each way to tell a colour, above a background that shines through or not. */
const COLOURS = ['#777', '#767676', 'rgb(118 118 118)', 'rgba(0, 0, 0, 0.54)', 'hsl(0.25turn 40% 45%)', 'hwb(30 40% 40%)', 'lab(60% 20 30)', 'oklch(62% 0.12 40)', 'color(display-p3 0.5 0.4 0.2)',
  'color-mix(in srgb, red 40%, white)', 'rebeccapurple', 'rgb(255 255 255 / 70%)']
const grounds = ['#fff', 'rgba(10, 20, 30, 0.5)', 'oklab(90% 0.02 0.03 / 40%)', 'navy']
const palette = document('', grounds.map((g) => `<div style="background:${g}">${COLOURS.map((c, i) => `<p style="color:${c};opacity:${i % 3 ? 1 : 0.8}">${c}</p>`).join('')}</div>`).join(''))

async function planted(t, browser, width) {
  const { page, look, complaints, close } = await openPage(browser, { lang: 'en', width, name: 'look' })
  let html = ''
  await page.route('http://planted.test/', (r) => r.fulfill({ contentType: 'text/html', body: html }))
  const told = async (f, what) => {
    html = what
    complaints.length = 0
    await page.goto('http://planted.test/', { waitUntil: 'load' })
    return look(f).then(() => null, (e) => e.message)
  }
  await t.step(`${width}: a page without fault is passed`, async () => assert.equal(await told('no fault', document(`.pale { color: #666 } ${DARK} { .pale { color: #aaa } }`, words + '<label>Name <input></label>')), null))
  for (const f of FAULTS) {
    await t.step(`${width}: ${f.what} ${f.at.includes(width) ? 'is told' : 'is not there'}`, async () => {
      const fault = await told(f.what, f.page)
      if (!f.at.includes(width)) return assert.equal(fault, null)
      assert.match(fault ?? 'nothing', f.says)
      if (f.scheme) assert.match(fault, new RegExp(`accessibility of .*, ${f.scheme}`))
    })
  }
  await close()
}

const why = obstacle()
if (why) console.log(`1..0 # SKIP ${why}`)
else {
  const t = tap(), browser = await openBrowser()
  try {
    for (const width of [390, 1440]) await planted(t, browser, width)
    await t.step('the quicker axe answers as axe does, for every way to tell a colour', async () => {
      const { page, close } = await openPage(browser, { lang: 'en', width: 1440, name: 'look-colours' })
      const answers = []
      for (const quick of [false, true]) {
        await page.setContent(palette)
        await page.evaluate(axeSource(quick))
        const all = await page.evaluate(async () => {
          const found = await window.axe.run(document, {})
          return ['violations', 'passes', 'incomplete'].map((kind) => found[kind].map((r) => [kind, r.id, r.nodes.map((n) => [n.target[0], n.failureSummary ?? '', n.any.map((a) => a.data)])]))
        })
        answers.push(all)
      }
      assert.deepEqual(answers[1], answers[0])
      const judged = answers[0].flat().filter(([, rule]) => rule === 'color-contrast').map(([kind, , nodes]) => [kind, nodes.length])
      assert.equal(judged.reduce((n, [, of]) => n + of, 0), COLOURS.length * grounds.length + 1, `every text is judged: ${JSON.stringify(judged)}`)
      assert.ok(judged.some(([kind, n]) => kind === 'violations' && n > 5) && judged.some(([kind, n]) => kind === 'passes' && n > 5), JSON.stringify(judged))
      await close()
    })
  } finally {
    await browser.close()
  }
  t.end()
}
