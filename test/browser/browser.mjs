/* What the browser tests share: a running desk, a browser that notices every complaint, axe, pictures, and TAP.
 *
 * The desk is the real binary on a free loopback port with a database of its own; what it prints is read as a person would.
 * The browser is the machine's Chromium, driven by the playwright-core of ui/node_modules. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
export const DATA = process.env.ZG_DATA ?? path.join(ROOT, '../shared/data')
const PICTURES = process.env.ZG_PICTURES ?? null // a directory for a picture of every look in both themes; without it none is taken
const FAILED = process.env.ZG_FAILED ?? path.join(ROOT, 'build/test/browser/pictures') // what stood on the screen when a step failed
const BINARY = process.env.ZG_BINARY ?? path.join(ROOT, 'build/src/zhanggui')
const CHROMIUM = process.env.ZG_CHROMIUM ?? '/usr/bin/chromium'
const FLAGS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--js-flags=--no-maglev --no-turbofan'] // a page lives for seconds: its scripts are not worth a compiler's second thought
const require = createRequire(path.join(ROOT, 'ui/package.json'))

/** Why the tests cannot run here, or null. */
export function obstacle() {
  if (!existsSync(CHROMIUM)) return `${CHROMIUM} is not there (Debian package chromium)`
  if (!existsSync(path.join(ROOT, 'ui/node_modules/playwright-core'))) return 'ui/node_modules is not there (npm --prefix ui ci)'
  if (!existsSync(path.join(ROOT, 'ui/dist/index.html'))) return 'the page is not built (npm --prefix ui run build)'
  return null
}

/** A desk that runs; `opened` holds its url and, on a fresh database, the one-time code. */
export async function openDesk(...words) {
  const child = spawn(BINARY, [...words, '--port', '0', '--no-open', '--lang', 'en'], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  const ended = new Promise((resolve) => child.on('exit', resolve))
  const opened = await new Promise((resolve, reject) => {
    const hear = (b) => {
      said += b
      const url = /open on (http:\S+)/.exec(said)
      if (url && said.includes('Ctrl+C')) resolve({ url: url[1], code: /one-time code: (\S+)/.exec(said)?.[1] ?? null })
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('exit', (n) => reject(new Error(`the desk ended with ${n}: ${said}`)))
  })
  return { ...opened, kill: () => child.kill('SIGKILL'), close: async () => { child.kill('SIGTERM'); assert.equal(await ended, 0, `the desk closed with a fault: ${said}`) } }
}

export async function openBrowser() {
  const { chromium } = require('playwright-core')
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS }) // with a new, empty profile directory
}

/* What an axe run costs is colours: each is parsed anew through a library of colour spaces, for thousands of elements, into objects whose private
 * fields are weak maps. So axe is given maps that keep the field on the object, and each text of a colour is parsed once, by axe itself, and
 * remembered. Its answers are the same (look_test.mjs holds them beside those of axe as it comes). */
export function axeSource(quick = true) {
  const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
  if (!quick) return axe
  return `{
    class Fields {
      #key = Symbol('field')
      constructor(list = []) { for (const [of, value] of list) this.set(of, value) }
      has(of) { return of[this.#key] !== undefined || Object.hasOwn(of, this.#key) }
      get(of) { return of[this.#key] }
      set(of, value) { of[this.#key] = value; return this }
      add(of) { of[this.#key] = true; return this }
      delete(of) { return this.has(of) && delete of[this.#key] }
    }
    (function (WeakMap, WeakSet) { ${axe}
    })(Fields, Fields)
    const color = window.axe.commons.color.Color.prototype, parse = color.parseString, known = new Map()
    color.parseString = function (text) {
      if (!known.has(text)) {
        parse.call(this, text)
        known.set(text, [this.r, this.g, this.b, this.alpha])
      }
      ;[this.r, this.g, this.b, this.alpha] = known.get(text)
      return this
    }
  }`
}

/* A page that waits for news always has one request under way: what else is under way must have come to an end for a moment. */
function knowsQuiet(page) {
  const open = new Set(), MOMENT = 250
  let since = Date.now()
  page.on('request', (r) => { if (!/\/changes(\?|$)/.test(r.url())) open.add(r) })
  for (const end of ['requestfinished', 'requestfailed']) page.on(end, (r) => { if (open.delete(r)) since = Date.now() })
  const quiet = async () => { while (open.size || Date.now() - since < MOMENT) await page.waitForTimeout(25) }
  for (const way of ['goto', 'reload']) {
    const go = page[way].bind(page)
    page[way] = async (...words) => {
      open.clear() // what the document of before had under way ends with it
      const options = words[words.length - 1], idle = options?.waitUntil === 'networkidle'
      if (idle) words[words.length - 1] = { ...options, waitUntil: 'load' }
      const answer = await go(...words)
      since = Date.now()
      if (idle) await quiet()
      return answer
    }
  }
}

const pages = new Map() // those that are open, by their names
const judged = new Set() // looks whose colours were judged

/** A page in one language and width that keeps every complaint of the browser; `name` tells it from the other pages of the test, and what it shows from theirs. */
export async function openPage(browser, { lang, width, name }) {
  const context = await browser.newContext({ viewport: { width, height: width > 1000 ? 900 : 844 }, locale: lang === 'zh' ? 'zh-CN' : 'en-GB',
    colorScheme: 'light', reducedMotion: 'reduce' })
  const page = await context.newPage()
  knowsQuiet(page)
  const complaints = []
  page.on('console', (m) => { if (m.type() === 'error' || m.type() === 'warning') complaints.push(m.text()) })
  page.on('pageerror', (e) => complaints.push(String(e)))
  await page.addInitScript(() => document.addEventListener('securitypolicyviolation', (e) => console.error(`content policy: ${e.violatedDirective} ${e.blockedURI}`)))
  page.setDefaultTimeout(30000)
  const whole = `${name}-${lang}-${width}`
  pages.set(whole, page)
  if (PICTURES) mkdirSync(PICTURES, { recursive: true })
  const drawn = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))) // the theme has reached every element

  /* The page as it stands: no sideways scrolling, no complaint, and no serious accessibility fault. Every rule is held in every language and width;
   * that of contrast, the only one that reads colours, in both themes but once for a look of one width: no colour depends on the language. */
  async function look(what) {
    const colours = `${name} ${width} ${what}`, first = !judged.has(colours)
    judged.add(colours)
    await page.waitForTimeout(250) // what a click has begun is shown
    for (const scheme of first || PICTURES ? ['light', 'dark'] : ['light']) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
      await drawn()
      if (PICTURES) await page.screenshot({ path: path.join(PICTURES, `${whole}-${what}-${scheme}.png`), fullPage: true })
      if (!(await page.evaluate(() => !!window.axe))) await page.evaluate(axeSource())
      const rules = scheme === 'dark' ? { runOnly: ['color-contrast'] } : { rules: { 'color-contrast': { enabled: first } } }
      const found = await page.evaluate(async (r) => (await window.axe.run(document, { ...r, resultTypes: ['violations'] })).violations, rules)
      const bad = found.filter((v) => v.impact === 'serious' || v.impact === 'critical')
        .map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.target} ${n.failureSummary}`).join(' | ')}`)
      assert.deepEqual(bad, [], `accessibility of ${what}, ${scheme}: ${bad.join('; ')}`)
    }
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    assert.ok(sideways <= 0, `${what} scrolls sideways by ${sideways} px`)
    assert.deepEqual(complaints, [], `what the browser complained of up to ${what}: ${complaints.join('; ')}`)
  }
  return { page, look, complaints, close: () => { pages.delete(whole); return context.close() } }
}

export function scratch() {
  const directory = mkdtempSync(path.join(tmpdir(), 'zhanggui-browser-'))
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) }
}

/* Every open page as a step left it that failed. */
async function pictureFailure() {
  mkdirSync(FAILED, { recursive: true })
  for (const [whole, page] of pages) {
    const file = path.join(FAILED, `${whole}-failed.png`)
    await page.screenshot({ path: file, fullPage: true, timeout: 5000 }).then(() => console.log(`# picture: ${file}`), () => undefined)
  }
}

/** Runs the steps one after the other as TAP; after a failure the rest of that run is not tried. */
export function tap() {
  let n = 0, failed = 0
  return {
    async step(title, f) {
      n++
      try {
        await f()
        console.log(`ok ${n} - ${title}`)
        return true
      } catch (e) {
        failed++
        console.log(`not ok ${n} - ${title}`)
        console.log(String(e.stack ?? e).split('\n').map((l) => '# ' + l).join('\n'))
        await pictureFailure()
        return false
      }
    },
    skip(title, why) { console.log(`ok ${++n} - ${title} # SKIP ${why}`) },
    end() { console.log(`1..${n}`); process.exitCode = failed ? 1 : 0 },
  }
}

/** The hour of buyers is afternoon wherever this machine stands, so that nobody's quiet hours hold a reminder. */
export function afternoonZone() {
  const zones = ['Asia/Shanghai', 'Asia/Dhaka', 'Asia/Dubai', 'Africa/Johannesburg', 'Africa/Abidjan', 'Atlantic/South_Georgia', 'America/Puerto_Rico',
    'America/Costa_Rica', 'America/Los_Angeles', 'Pacific/Honolulu', 'Pacific/Auckland', 'Pacific/Noumea', 'Australia/Brisbane'] // by names that browsers list
  const hour = (zone) => Number(new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', hourCycle: 'h23' }).format(new Date()))
  return zones.reduce((best, zone) => (Math.abs(hour(zone) - 14) < Math.abs(hour(best) - 14) ? zone : best))
}

/** The desk's API as a program uses it: what people do happens in the browser, what a platform does happens here. */
export function program(url) {
  let cookie = '', csrf = ''
  async function ask(method, where, body, headers = {}) {
    const got = await fetch(url + '/api/v1' + where, { method, body: body === undefined ? undefined : JSON.stringify(body),
      headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...(cookie ? { Cookie: cookie } : {}), ...(csrf ? { 'X-CSRF-Token': csrf } : {}), ...headers } })
    const planted = got.headers.get('set-cookie')
    if (planted) cookie = planted.split(';')[0]
    const answer = await got.json()
    assert.ok(got.ok, `${method} ${where}: ${JSON.stringify(answer)}`)
    if (answer.csrf) csrf = answer.csrf
    return answer
  }
  return { get: (where) => ask('GET', where), post: (where, body = {}, headers = {}) => ask('POST', where, body, headers) }
}

/** In as somebody who has an account; the page is then where that person begins. */
export async function signIn(page, desk, name, password) {
  await page.goto(desk.url + '/login', { waitUntil: 'networkidle' })
  await page.fill('input[name=name]', name)
  await page.fill('input[name=password]', password)
  await page.locator('button[type=submit]').click()
  await page.locator('h1').first().waitFor()
  await page.waitForURL((u) => u.pathname !== '/login')
}
