/* Whether reminding is worth it, in a real browser on the demo shop: what is told before there is enough, then with orders left alone by lot for
 * twenty days; the best first delay beside the others, taken with one press and taken back; what it is worked out with, tried and kept; who
 * sees the page and who may change a rule. Keyboard alone reaches all of it. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { obstacle, openBrowser, openDesk, openPage, ROOT, scratch, tap } from './browser.mjs'

const BINARY = process.env.ZG_BINARY ?? path.join(ROOT, 'build/src/zhanggui')
const WORDS = {
  zh: { notYet: /^\d+ \/ 500$/, works: /对照组|每 100 个未付款订单/, adopted: '第一次催付现在等', changed: '从现在起按这些数字计算。', rule: '30 分钟', months: /每月约多/ },
  en: { notYet: /^\d+ of 500$/, works: /Of 100 unpaid orders|Not to be told yet/, adopted: 'The first reminder now comes after', changed: 'These figures hold from now on.', rule: '30 min', months: /more a month/ },
}

/* The code and a hash of what it says (FNV-1a), as src/desk/text_pick.c makes it. */
function keyOf(code, body) {
  let h = 2166136261
  for (const byte of [0xff, ...new TextEncoder().encode(body), 0xff]) h = Math.imul(h ^ byte, 16777619) >>> 0
  return `${code}@${h.toString(16).padStart(8, '0')}`
}
const told = (db, ...words) => JSON.parse(execFileSync(BINARY, [...words, '--db', db, '--json'], { encoding: 'utf8' }))

async function signIn(page, desk, i) {
  await page.goto(desk.url + '/', { waitUntil: 'networkidle' })
  await page.locator('.demo-login').nth(i).click()
  await page.waitForURL((u) => u.pathname !== '/login')
}

async function walk(t, browser, desk, db, lang, width) {
  const words = WORDS[lang]
  const { page, look, complaints, close } = await openPage(browser, { lang, width, name: 'gains' })
  const delay = page.locator('.delay')
  const lead = delay.locator('.lead')
  await t.step(`${lang} ${width}: the best first delay is told as the command line tells it, beside the others`, async () => {
    await signIn(page, desk, 0)
    await page.goto(desk.url + '/gains', { waitUntil: 'networkidle' })
    await delay.locator('canvas').waitFor()
    const want = told(db, 'delay', '--store', 'demo')
    assert.match(await lead.innerText(), words.months)
    const rows = await delay.locator('table').first().locator('tbody tr').allInnerTexts()
    const anyway = (point) => new RegExp((Math.round(point.wasted_share * 1000) / 10).toFixed(1).replace('.', '\\.') + ' ?%')
    for (const point of [...want.at, want.adopt]) assert.ok(rows.some((r) => anyway(point).test(r)), `${JSON.stringify(point)} in ${rows.join(' / ')}`)
    assert.equal(await delay.locator('.chart').count(), 1)
    assert.equal(await delay.locator('table').nth(1).locator('tbody tr').count(), want.bands.length)
    await look('told')
  })
  await t.step(`${lang} ${width}: one press makes it the rule, another takes it back`, async () => {
    const want = told(db, 'delay', '--store', 'demo')
    const rule = () => told(db, 'policy', 'show', '--store', 'demo').rows.find((r) => r.name === 'wave1_after_s').value
    assert.equal(rule(), 1800)
    await delay.locator('.el-button--primary').first().focus()
    await page.keyboard.press('Enter')
    await page.locator('.toast', { hasText: words.adopted }).waitFor()
    assert.equal(rule(), want.adopt.delay_s)
    await delay.locator('[role=status] button').waitFor()
    await look('adopted')
    await delay.locator('[role=status] button').click()
    await delay.locator('[role=status] button').waitFor({ state: 'detached' })
    assert.equal(rule(), 1800)
    assert.match(await lead.innerText(), new RegExp(words.rule))
  })
  await t.step(`${lang} ${width}: with other figures the answer is another; they are kept only when asked`, async () => {
    const margin = delay.locator('.terms input').first(), cost = delay.locator('.terms input').nth(1)
    const before = await delay.locator('table').first().innerText()
    await cost.fill('40')
    await page.waitForFunction((was) => document.querySelector('.delay table').innerText !== was, before)
    const dear = told(db, 'delay', '--store', 'demo', '--cost-minor', '4000')
    if (dear.reason.rule === 'not-worth-it') await page.waitForFunction((s) => document.querySelector('.delay .lead').innerText.includes(s), dear.reason[lang])
    assert.equal(told(db, 'delay', '--store', 'demo').terms.cost_minor, 50, 'trying changes no rule')
    await cost.fill('0.5')
    await margin.fill('35')
    await delay.locator('.terms .el-button--primary').click()
    await page.locator('.toast', { hasText: words.changed }).waitFor()
    assert.equal(told(db, 'delay', '--store', 'demo').terms.margin_bp, 3500)
    execFileSync(BINARY, ['policy', 'set', 'margin_bp=default', '--store', 'demo', '--db', db])
    assert.deepEqual(complaints, [])
  })
  await close()
}

async function lift(t, browser, desk, db, lang, width, first) {
  const { page, look, complaints, close } = await openPage(browser, { lang, width, name: 'gains-lift' })
  await t.step(`${lang} ${width}: ${first ? 'before there is enough, what is missing is said with its number' : 'those left alone stand beside those reminded, with the difference'}`, async () => {
    await signIn(page, desk, 0)
    const card = page.locator('.lift')
    let want, now // orders come of age while the page is read: what is told before and after must be the same to be held beside it
    do {
      want = told(db, 'lift', '--store', 'demo')
      await page.goto(desk.url + '/gains', { waitUntil: 'networkidle' })
      await card.locator('.lead').waitFor()
      now = told(db, 'lift', '--store', 'demo')
    } while (want.reason[lang] !== now.reason[lang] || JSON.stringify([want.treated, want.held_out]) !== JSON.stringify([now.treated, now.held_out]))
    assert.equal((await card.locator('.lead').innerText()).trim(), want.reason[lang])
    if (first) {
      assert.match((await card.locator('.missing').innerText()).trim(), WORDS[lang].notYet)
      assert.equal((await card.innerText()).match(/500/g).length, 2, 'what is missing is said once, and how far it is once')
      assert.equal(Number(await card.locator('progress').getAttribute('value')), want.reminders)
    } else {
      assert.ok(want.held_out.orders > 0 && want.treated.orders > want.held_out.orders, JSON.stringify(want))
      assert.equal(await card.locator('.arms > div').count(), (want.reminded.orders ? 3 : 2) + (want.difference ? 1 : 0))
      assert.match(await card.locator('.heldOut').innerText(), new RegExp(want.held_out.orders.toLocaleString('en')))
      if (want.difference) assert.match(await card.locator('.diff').innerText(), new RegExp(String(Math.abs(Math.round(want.difference.difference * 1000) / 10)).replace('.', '\\.')))
    }
    const texts = page.locator('.texts')
    if (first) await texts.locator('.empty').waitFor()
    else {
      await texts.locator('tbody tr').first().waitFor()
      assert.ok(await texts.locator('tbody tr').count() >= 2)
      for (const row of await texts.locator('tbody tr').allInnerTexts()) assert.match(row, /\d+\/\d+[\s\S]*% – [\d.]+%/, row)
    }
    await look(first ? 'missing' : 'measured')
    assert.deepEqual(complaints, [])
  })
  await close()
}

/* As if a share of orders had been left alone for sixty days, so that the orders that are there fall into it. */
const HELD = `import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1])
store = db.execute("SELECT merchant_id, store_id FROM store WHERE store_key = 'demo'").fetchone()
db.execute("INSERT INTO holdout (merchant_id, store_id, holdout_no, share_bp, started_at_ms, due_after_s, window_s) VALUES (?, ?, 1, 1000, ?, 60, 86400)", (*store, int((time.time() - 300 * 86400) * 1000)))
db.execute("INSERT OR REPLACE INTO policy_term (merchant_id, store_id, name, value) VALUES (?, ?, 'wave1_after_s', 60)", store)
# and 600 orders of the last weeks had been reminded, with one of three texts that are built in; keys as the queue told them
keys = sys.argv[2:]
rows = db.execute("SELECT order_id, placed_at_ms FROM orders WHERE merchant_id = ? AND store_id = ? AND placed_at_ms < ? AND (paid_at_ms IS NULL OR paid_at_ms > placed_at_ms + 900000) ORDER BY placed_at_ms DESC LIMIT 600", (*store, int((time.time() - 2 * 86400) * 1000))).fetchall()
for i, (order, placed) in enumerate(rows):
    db.execute("INSERT OR REPLACE INTO reminder_mark (merchant_id, order_id, wave, outcome, reason, user_id, at_ms, text_key) VALUES (?, ?, 1, 1, '', 1, ?, ?)", (store[0], order, placed + 900000, keys[i % len(keys)]))
db.commit()`

const t = tap()
const why = obstacle()
if (why) t.skip('the page of gains', why)
else {
  const { directory, remove } = scratch()
  const db = path.join(directory, 'demo.db')
  let desk = await openDesk('demo', '--db', db)
  const browser = await openBrowser()
  try {
    for (const lang of ['zh', 'en']) for (const width of [390, 1440]) {
      await lift(t, browser, desk, db, lang, width, true)
      await walk(t, browser, desk, db, lang, width)
    }
    await t.step('an operator sees it and changes no rule; service and warehouse are led away', async () => {
      for (const [i, sees] of [[1, true], [2, false], [3, false]]) {
        const { page, close } = await openPage(browser, { lang: 'en', width: 1440, name: `gains-role-${i}` })
        await signIn(page, desk, i)
        await page.goto(desk.url + '/gains', { waitUntil: 'networkidle' })
        assert.equal(new URL(page.url()).pathname, sees ? '/gains' : '/today')
        if (sees) { await page.locator('.delay .lead').waitFor(); assert.equal(await page.locator('.delay .el-button--primary').count(), 0) }
        await close()
      }
    })
    await desk.close()
    const listed = told(db, 'texts', 'list', '--store', 'demo').texts.filter((x) => x.occasion === 'remind' && x.language === 'zh' && x.channels.includes('chat')).slice(0, 3)
    assert.ok(listed.length >= 2, 'the library has several reminders by chat')
    execFileSync('python3', ['-c', HELD, db, ...listed.map((x) => keyOf(x.code, x.body))])
    desk = await openDesk('demo', '--db', db)
    for (const lang of ['zh', 'en']) for (const width of [390, 1440]) await lift(t, browser, desk, db, lang, width, false)
  } finally {
    await browser.close()
    await desk.close()
    remove()
  }
}
t.end()
