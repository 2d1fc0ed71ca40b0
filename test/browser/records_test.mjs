/* The lists of records in a real browser: from Data into a subject by click and by key, grains side by side, the chart of traffic and its
 * table, what two files tell differently, search, paging, downloads, an empty subject, and what each role does not see. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { obstacle, openBrowser, openDesk, openPage, program, ROOT, scratch, signIn, tap } from './browser.mjs'

const BINARY = process.env.ZG_BINARY ?? path.join(ROOT, 'build/src/zhanggui')
const WORDS = {
  zh: { disputed: '不一致', listings: '竞品页面', unit: ' 秒', stock: '仓库', nothing: '还没有导入过' },
  en: { disputed: 'disputed', listings: 'listing', unit: ' s', stock: 'Location', nothing: 'is in yet' },
}
/* Invented figures: days and an hour, two files that tell one price differently, chats with a time to answer, seventy codes in one store room. */
const FILES = {
  'traffic.csv': ['统计日期,小时,访客数,浏览量,支付金额,支付转化率', ...Array.from({ length: 9 }, (_, i) => `2026-06-1${i},,${1000 + 10 * i},${4000 + i},123${i}.50,3.25%`), '2026-06-18,9,97,311,88.00,2.10%'],
  'here.csv': ['日期,店名,商品ID,价格', '2026-06-18,别家,7,76.00', '2026-06-18,别家,8,5.00'],
  'there.csv': ['日期,店名,商品ID,价格', '2026-06-18,别家,7,176.00', '2026-06-18,别家,8,5.00'],
  'chats.csv': ['日期,客服,接待人数,平均响应时长(秒),询单转化率', '2026-06-18,小满,55,32.5,41.20%'],
  'stock.csv': ['仓库,商家编码,在库数量,盘点时间', ...Array.from({ length: 70 }, (_, i) => `${i < 3 ? '东' : '西'}仓,A-${i},${i},2026-06-18 08:00`)],
  'products.csv': ['商品ID,商家编码,商品名称,售价,成本', '6881,A-1,茶杯,39.00,12.50'],
}
const PEOPLE = { owner: 'copper kettle 7 leaves', warehouse: 'wooden shelf 9 crates' }

function shopOf(directory) {
  const db = path.join(directory, 'shop.db')
  const zg = (...words) => execFileSync(BINARY, [...words, '--db', db, '--lang', 'en'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  zg('init', '--store', 'main', '--name', '样板店', '--platform', 'taobao', '--currency', 'CNY', '--zone', 'Asia/Shanghai')
  for (const [name, lines] of Object.entries(FILES)) {
    const file = path.join(directory, name)
    writeFileSync(file, lines.join('\r\n') + '\r\n')
    zg('import', '--store', 'main', '--as-of', '2026-06-19T08:00:00+08:00', file)
  }
  return db
}

/* The owner by the terminal's code, and an account for the warehouse. */
async function people(desk) {
  const owner = program(desk.url)
  await owner.post('/setup', { code: desk.code, name: 'owner', password: PEOPLE.owner, store: null })
  await owner.post('/accounts', { name: 'warehouse', role: 'warehouse', password: PEOPLE.warehouse })
}

async function walk(t, browser, desk, lang, width) {
  const words = WORDS[lang], wide = width > 760, name = `records-${lang}-${width}`
  const { page, look, complaints, close } = await openPage(browser, { lang, width, name: 'records' })
  const go = (place) => page.goto(desk.url + place, { waitUntil: 'networkidle' })
  const rows = page.locator(wide ? '.wide tbody tr' : '.cards li')
  const drawer = page.getByRole('dialog')
  const steps = [
    ['a row of Data leads to its records; the coarsest grain stands first and is drawn', async () => {
      await signIn(page, desk, 'owner', PEOPLE.owner)
      await go('/data')
      await look('data')
      await page.locator('a[href="/data/traffic"]').focus()
      await page.keyboard.press('Enter')
      await page.locator('canvas').waitFor()
      assert.equal(new URL(page.url()).pathname, '/data/traffic')
      assert.equal(await rows.count(), 9, 'the hour is not among the days')
      assert.match(await rows.first().innerText(), /1,080/, 'newest first')
      if (wide) assert.match(await rows.first().innerText(), /¥1,238\.50[\s\S]*3\.25%/)
      await look('traffic')
      await page.locator('.switch').click()
      const table = page.locator('.chart-box tbody tr')
      assert.equal(await table.count(), 9)
      assert.match(await table.first().innerText(), /1,000/)
      await page.locator('.chart-box select').selectOption('paid_amount')
      assert.match(await table.last().innerText(), /¥1,238\.50/)
    }],
    ['another grain, and all of them, by the address too', async () => {
      await page.locator('.tabs[role=group] .chip').nth(1).click()
      await page.waitForURL(/grain=day(,|%2C)hour/)
      await page.waitForFunction((css) => document.querySelectorAll(css).length === 1, wide ? '.wide tbody tr' : '.cards li')
      assert.match(await rows.first().innerText(), /97/)
      await go('/data/traffic?grain=all')
      assert.equal(await rows.count(), 10)
    }],
    ['what two files tell differently is marked, filtered and told file by file', async () => {
      await go('/data')
      await page.locator('a[href="/data/listings?disputed=1"]').click()
      await rows.first().waitFor()
      assert.equal(await rows.count(), 1)
      assert.match(await rows.first().innerText(), new RegExp(words.disputed))
      await look('disputed')
      await rows.first().getByRole('button').click()
      for (const told of ['here.csv', 'there.csv', '¥76.00', '¥176.00']) await drawer.getByText(told, { exact: true }).first().waitFor()
      await look('told')
      await page.keyboard.press('Escape')
      await page.locator('.chip[aria-pressed=true]').click()
      await page.waitForFunction((css) => document.querySelectorAll(css).length === 2, wide ? '.wide tbody tr' : '.cards li')
    }],
    ['pages, search by the beginning, and nothing found is said', async () => {
      await go('/data/stock')
      await rows.nth(49).waitFor({ state: 'attached' })
      await page.locator('.page > .foot').scrollIntoViewIfNeeded()
      await page.mouse.wheel(0, 6000)
      await rows.nth(69).waitFor({ state: 'attached' })
      assert.equal(await rows.count(), 70)
      const input = page.locator('form[role=search] input')
      assert.match(await input.getAttribute('placeholder'), new RegExp(words.stock))
      await input.fill('东')
      await page.keyboard.press('Enter')
      await page.waitForFunction((css) => document.querySelectorAll(css).length === 3, wide ? '.wide tbody tr' : '.cards li')
      assert.ok(!page.url().includes('%E4%B8%9C'), 'what is searched for is not in the address')
      await input.fill('nowhere')
      await page.keyboard.press('Enter')
      await page.locator('.empty', { hasText: 'nowhere' }).waitFor()
      await look('not-found')
    }],
    ['keys: next, open, close, search, help', async () => {
      await go('/data/stock')
      await rows.nth(2).waitFor()
      await page.keyboard.press('j')
      await page.keyboard.press('o')
      await drawer.getByText('A-68').first().waitFor()
      await page.keyboard.press('Escape')
      await drawer.waitFor({ state: 'hidden' })
      await page.keyboard.press('?')
      assert.equal(await drawer.filter({ has: page.locator('kbd') }).locator('kbd').count(), 6)
      await page.keyboard.press('Escape')
      await drawer.filter({ has: page.locator('kbd') }).waitFor({ state: 'hidden' })
      await page.keyboard.press('f')
      assert.ok(await page.locator('form[role=search] input').evaluate((e) => e === document.activeElement))
      assert.equal(await page.locator('.palette').count(), 0, 'one key does one thing')
    }],
    ['a length of time and a share are readable; the files hold what the list holds', async () => {
      await go('/data/chats')
      const told = await rows.first().innerText()
      assert.match(told, new RegExp(`32\\.5${words.unit.replace(' ', '\\s')}`))
      assert.match(told, /41\.2%/)
      const links = page.locator('a[download]')
      assert.equal(await links.count(), 2)
      const csv = await page.request.get(desk.url + await links.nth(1).getAttribute('href'))
      assert.equal(csv.status(), 200)
      assert.match(await csv.text(), /小满/)
    }],
    ['a subject of which nothing is in says where to get it; the orders have a page of their own', async () => {
      await go('/data/penalties')
      await page.locator('.empty', { hasText: words.nothing }).waitFor()
      await look('none')
      await go('/data/orders')
      assert.equal(new URL(page.url()).pathname, '/orders')
      await page.locator('h1').waitFor()
      assert.deepEqual(complaints, [])
    }],
  ]
  for (const [title, f] of steps) if (!(await t.step(`${name}: ${title}`, f))) break
  await close()
}

async function masks(t, browser, desk) {
  const { page, complaints, close } = await openPage(browser, { lang: 'en', width: 1440, name: 'records-masks' })
  await t.step('money is for who may see it', async () => {
    for (const [role, sees] of [['owner', true], ['warehouse', false]]) {
      await signIn(page, desk, role, PEOPLE[role])
      await page.goto(desk.url + '/data/products', { waitUntil: 'networkidle' })
      await page.locator('.wide tbody tr').first().waitFor()
      assert.equal(/39\.00/.test(await page.locator('main').innerText()), sees, role)
      await page.locator('.side .who button').click()
      await page.locator('input[name=password]').waitFor()
    }
    assert.deepEqual(complaints, [])
  })
  await close()
}

const why = obstacle()
if (why) console.log(`1..0 # SKIP ${why}`)
else {
  const t = tap(), browser = await openBrowser(), { directory, remove } = scratch()
  const desk = await openDesk('serve', '--db', shopOf(directory))
  try {
    await people(desk)
    for (const lang of ['zh', 'en']) for (const width of [390, 1440]) await walk(t, browser, desk, lang, width)
    await masks(t, browser, desk)
  } finally {
    await browser.close()
    await t.step('the desk closes', desk.close)
    remove()
  }
  t.end()
}
