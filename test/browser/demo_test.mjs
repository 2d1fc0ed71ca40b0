/* The demo desk in a real browser: one click per role, each sees its places and nothing more; what goes wrong is said in words. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { obstacle, openBrowser, openDesk, openPage, scratch, tap } from './browser.mjs'

const PLACES = { owner: ['today', 'remind', 'orders', 'import', 'review', 'gains', 'data', 'team', 'texts', 'people', 'settings'], operator: ['today', 'remind', 'orders', 'import', 'review', 'gains', 'data', 'team', 'texts', 'settings'],
  service: ['today', 'remind', 'orders', 'data', 'team', 'texts', 'settings'], warehouse: ['today', 'orders', 'data', 'settings'] }

async function asRole(t, browser, desk, role, i) {
  const { page, look, complaints, close } = await openPage(browser, { lang: 'en', width: 1440, name: `demo-${role}` })
  const go = (place) => page.goto(desk.url + place, { waitUntil: 'networkidle' })
  await t.step(`${role}: sees its places, and only those`, async () => {
    await go('/')
    await page.locator('.demo-login').nth(i).click()
    await page.locator('.lead').waitFor()
    const ways = await page.locator('.side nav a').evaluateAll((all) => all.map((a) => a.getAttribute('href').slice(1)))
    assert.deepEqual(ways, PLACES[role])
    for (const place of PLACES[role]) {
      await go('/' + place)
      await page.locator('h1').waitFor()
      assert.equal(new URL(page.url()).pathname, '/' + place)
    }
    for (const place of ['import', 'review', 'people']) {
      if (PLACES[role].includes(place)) continue
      await go('/' + place)
      assert.equal(new URL(page.url()).pathname, '/today', `${role} is led away from ${place}`)
    }
    assert.deepEqual(complaints, [])
  })
  await t.step(`${role}: money, buyers and reminders as the role may see them`, async () => {
    await go('/today')
    await page.locator('#pick li').first().waitFor()
    assert.equal(await page.locator('#remind').count(), role === 'warehouse' ? 0 : 1)
    assert.equal(/¥/.test(await page.locator('main').innerText()), role !== 'warehouse')
    await look('today')
    await go('/orders?state=to_ship')
    await page.locator('table tbody .link').first().click()
    const drawer = page.getByRole('dialog')
    await drawer.locator('.life li').first().waitFor()
    const text = await drawer.innerText()
    assert.equal(/Phone/.test(text), role === 'owner' || role === 'service', 'who speaks with buyers sees how to reach them')
    assert.equal(/¥/.test(text), role !== 'warehouse')
    assert.ok(/demo-orders/.test(text) && !/demo-staff/.test(text), 'the files that tell of the order, and no other file of their import')
    await look('order')
    assert.deepEqual(complaints, [])
  })
  await close()
}

async function onTheWay(t, browser, desk) {
  const { page, look, complaints, close } = await openPage(browser, { lang: 'zh', width: 390, name: 'demo-ways' })
  await t.step('a wrong password is said in words, and nothing else', async () => {
    await page.goto(desk.url + '/login', { waitUntil: 'networkidle' })
    await page.fill('input[name=name]', 'nobody')
    await page.fill('input[name=password]', 'not the password')
    await page.locator('form button[type=submit]').click()
    await page.getByRole('alert').waitFor()
    assert.match(await page.getByRole('alert').innerText(), /[\u4e00-\u9fff]{4}/)
    complaints.length = 0 // the browser reports the 401 by itself
    await look('refused')
  })
  await t.step('orders load on as one scrolls', async () => {
    await page.locator('.demo-login').first().click()
    await page.locator('.lead').waitFor()
    await page.goto(desk.url + '/orders', { waitUntil: 'networkidle' })
    await page.locator('.cards li').nth(49).waitFor({ state: 'attached' })
    await page.locator('.cards li').last().scrollIntoViewIfNeeded()
    await page.mouse.wheel(0, 4000)
    await page.locator('.cards li').nth(99).waitFor({ state: 'attached' })
    const numbers = await page.locator('.cards li').allInnerTexts()
    assert.equal(new Set(numbers.map((s) => /\d{19}/.exec(s)?.[0] ?? s)).size, numbers.length, 'no order twice')
    await page.locator('.chip').nth(1).click()
    await page.locator('.chip[aria-pressed=true]', { hasText: '待付款' }).waitFor()
    assert.deepEqual(complaints, [])
  })
  await t.step('orders of a filter that could not be read are asked for again from their beginning', async () => {
    await page.goto(desk.url + '/orders', { waitUntil: 'networkidle' })
    await page.locator('.cards li').nth(49).waitFor({ state: 'attached' })
    await page.route(/\/orders\?.*state=unpaid/, (r) => r.abort())
    await page.locator('.tabs .chip', { hasText: '待付款' }).click()
    await page.getByRole('alert').waitFor()
    assert.equal(await page.locator('main .foot.small').innerText(), '', 'nobody says that the list of before is the whole of it')
    await page.unroute(/\/orders\?.*state=unpaid/)
    const asked = page.waitForRequest(/\/orders\?.*state=unpaid/)
    await page.getByRole('alert').getByRole('button').click()
    assert.ok(!(await asked).url().includes('after='), 'not from where the list of all orders went on')
    await page.waitForFunction(() => { /* no order of another state among them */
      const all = [...document.querySelectorAll('.cards li')]
      return all.length > 0 && all.every((x) => x.textContent.includes('待付款'))
    })
    complaints.length = 0 // the browser reports the request that was cut
  })
  await t.step('one who signs out leaves no notice behind', async () => {
    await page.goto(desk.url + '/texts', { waitUntil: 'networkidle' })
    await page.locator('.tools .chip').nth(0).click() // all texts: scripts are filled and can be copied, at any hour
    await page.locator('.texts .el-button').first().click()
    await page.locator('.toast').waitFor()
    await page.locator('.tabs button').last().click()
    await page.locator('.sheet-up .link').click()
    await page.locator('.demo-login').first().waitFor()
    assert.equal(await page.locator('.toast').count(), 0)
    await page.locator('.demo-login').first().click()
    await page.locator('.lead').waitFor()
    assert.deepEqual(complaints, [])
  })
  await t.step('every chart has its figures as a table', async () => {
    await page.goto(desk.url + '/review', { waitUntil: 'networkidle' })
    await page.locator('canvas').nth(3).waitFor()
    const n = await page.locator('.switch').count()
    assert.ok(n >= 4)
    for (let i = 0; i < n; i++) await page.locator('.switch').nth(i).click()
    assert.equal(await page.locator('.chart-box table').count(), n)
    /* The waterfall: what was kept before, plus every effect, is what is kept now, to the cent. */
    const cents = (s) => Math.round(Number(s.replace(/[^\d.−-]/g, '').replace('−', '-')) * 100)
    const rows = await page.locator('.chart-box').first().locator('tbody tr').evaluateAll((all) => all.map((r) => r.children[1].textContent))
    assert.equal(rows.slice(0, -1).map(cents).reduce((a, b) => a + b, 0), cents(rows[rows.length - 1]))
    await look('tables')
  })
  await t.step('language and theme are changed and kept', async () => {
    await page.locator('.tabs button').click()
    await page.locator('.sheet-up .two button').nth(1).click()
    await page.locator('.sheet-up select').selectOption('dark')
    await page.reload({ waitUntil: 'networkidle' })
    assert.equal(await page.locator('html').getAttribute('lang'), 'en')
    assert.match(await page.locator('html').getAttribute('class'), /dark/)
    await page.getByRole('heading', { name: 'Review', exact: true }).waitFor()
    assert.deepEqual(complaints, [])
  })
  await t.step('a desk that has gone is said in words, with a way to try again', async () => {
    await desk.close()
    await page.locator('.tabs a').first().click()
    await page.getByRole('alert').waitFor()
    assert.match(await page.getByRole('alert').innerText(), /does not answer/)
    await page.getByRole('button', { name: 'Try again' }).waitFor()
  })
  await close()
}

const why = obstacle()
if (why) console.log(`1..0 # SKIP ${why}`)
else {
  const t = tap(), browser = await openBrowser(), { directory, remove } = scratch()
  const desk = await openDesk('demo', '--db', path.join(directory, 'demo.db'))
  try {
    for (const [i, role] of Object.keys(PLACES).entries()) await asRole(t, browser, desk, role, i)
    await onTheWay(t, browser, desk)
  } finally {
    await browser.close()
    desk.kill()
    remove()
  }
  t.end()
}
