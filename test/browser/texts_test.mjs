/* What is said to buyers, in a real browser: which scripts are ready and filling in what is missing; a text written with its preview, length
 * and what must not be said; every script found in two keystrokes after the one that opens the palette, by the keyboard alone; who may what. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { obstacle, openBrowser, openDesk, openPage, program, ROOT, scratch, signIn, tap } from './browser.mjs'

const BINARY = process.env.ZG_BINARY ?? path.join(ROOT, 'build/src/zhanggui')
const PEOPLE = { owner: 'copper kettle 7 leaves', service: 'paper crane 12 lines', warehouse: 'wooden shelf 9 crates' }
const SAYS = {
  zh: { ready: '/ 9 已就绪', save: '保存', shop: { carrier: '圆通快递', ships_within: '48小时', size_where: '商品页第三张图下面', return_days: '7', return_freight: '寄回的运费由您承担', batch_note: '釉色会略有深浅', arrives_days: '2到4', coupon_rule: '先在店铺首页领券', service_hours: '9点到22点', invoice_how: '在订单页点“申请开票”' },
        write: '写一条自己的', title: '周末发货', bad: '全网最低价，加 微.信 领好评返现', good: '您好，周末也正常发货。', cannot: '不能发送', can: '可以发送', found: '好评返现', parts: '条短信', occasion: '催付' },
  en: { ready: 'of 9 ready', save: 'Save', shop: { carrier: 'DHL', ships_within: '48 hours', size_where: 'under the third picture', return_days: '14', return_freight: 'the return freight is yours', batch_note: 'the glaze may be lighter', arrives_days: '3 to 5', coupon_rule: 'Collect the coupon on the first page', service_hours: '9:00 to 22:00', invoice_how: 'ask on the order page' },
        write: 'Write one of your own', title: 'Weekend', bad: 'Add me on WhatsApp, coupon for a review', good: 'We ship on weekends, too.', cannot: 'Cannot be sent', can: 'Can be sent', found: 'coupon for a review', parts: 'SMS', occasion: 'Payment reminder' },
}
/* The two keys after "/" by which each script is found: the first letters of its name. */
const KEYS = {
  zh: { carrier: 'mr', ships_when: 'fh', size: 'cm', freight: 'th', wrong_order: 'gd', batch: 'pc', stock: 'xh', arrives_when: 'dj', coupon: 'yh', greeting: 'hy', away: 'zd', paying: 'fk', invoice: 'fp',
        parcel: 'cw', damaged: 'ps', refund: 'tk', price: 'yj', off_platform: 'xj', review: 'yq', thanks: 'js', sold_out: 'qh' },
  en: { carrier: 'ca', ships_when: 'di', size: 'si', freight: 'fr', wrong_order: 'or', batch: 'ba', stock: 'st', arrives_when: 'ar', coupon: 'co', greeting: 'we', away: 'aw', paying: 'pa', invoice: 'in',
        parcel: 'tr', damaged: 'da', refund: 're', price: 'pr', off_platform: 'le', review: 'yo', thanks: 'go', sold_out: 'un' },
}

function shopOf(directory, lang) {
  const db = path.join(directory, `${lang}.db`)
  const place = lang === 'zh' ? ['--platform', 'taobao', '--currency', 'CNY', '--zone', 'Asia/Shanghai'] : ['--platform', 'aliexpress', '--currency', 'USD', '--zone', 'America/New_York']
  execFileSync(BINARY, ['init', '--db', db, '--store', 'main', '--name', lang === 'zh' ? '样板店' : 'Sample Shop', ...place, '--lang', 'en'], { stdio: ['ignore', 'pipe', 'inherit'] })
  return db
}

async function people(desk) {
  const owner = program(desk.url)
  await owner.post('/setup', { code: desk.code, name: 'owner', password: PEOPLE.owner, store: null })
  for (const role of ['service', 'warehouse']) await owner.post('/accounts', { name: role, role, password: PEOPLE[role] })
}

async function walk(t, browser, desk, lang, width) {
  const says = SAYS[lang], name = `texts-${lang}-${width}`, first = width > 760
  const { page, look, complaints, close } = await openPage(browser, { lang, width, name: 'texts' })
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: desk.url })
  const clip = () => page.evaluate(() => navigator.clipboard.readText())
  const palette = page.getByRole('dialog').filter({ has: page.getByRole('listbox') })
  const drawer = page.locator('.el-drawer')
  const go = (place) => page.goto(desk.url + place, { waitUntil: 'networkidle' })
  const steps = [
    ['what is missing of the nine scripts is told, and filling it in makes them ready', async () => {
      await signIn(page, desk, 'owner', PEOPLE.owner)
      await go('/texts')
      if (first) {
        assert.match(await page.locator('.topics').first().innerText(), lang === 'zh' ? /还没有填写“默认快递”/ : /not told yet: Carrier/)
        await look('empty')
        await page.locator('.topics li:not(.ready) button').first().click()
        await page.waitForFunction(() => document.activeElement?.id === 'word-carrier')
        for (const [word, value] of Object.entries(says.shop)) await page.fill('#word-' + word, value)
        await page.fill('#word-sms_per_1000_minor', '45.50')
        await page.locator('#words button[type=submit]').click()
      }
      await page.getByText('9 ' + says.ready, { exact: false }).waitFor()
      assert.equal(await page.locator('.topics li:not(.ready)').count(), 0)
      const price = page.locator('#words label').filter({ has: page.locator('#word-sms_per_1000_minor') })
      assert.equal(await page.inputValue('#word-sms_per_1000_minor'), '45.5', 'what was typed in the currency is shown in it')
      assert.match(await price.innerText(), lang === 'zh' ? /每 1000 条短信的价格\s+CNY/ : /Price of 1,000 SMS parts\s+USD/)
      const kept = await page.evaluate(async () => (await (await fetch('/api/v1/stores/main/texts')).json()).words.find((w) => w.name === 'sms_per_1000_minor'))
      assert.deepEqual([kept.kind, kept.value], ['money', '4550'])
      await look('ready')
    }],
    ['each script is found by two keys after "/", and Enter copies it with the shop’s words in it', async () => {
      const told = await page.evaluate(() => fetch('/api/v1/stores/main/texts').then((r) => r.json()))
      await page.getByRole('button', { name: lang === 'zh' ? '问答话术' : 'Script', exact: true }).click()
      const scripts = told.texts.filter((x) => x.occasion === 'script' && x.language === lang && x.built_in)
      assert.equal(scripts.length, Object.keys(KEYS[lang]).length)
      await page.locator('h1').click()
      for (const s of first ? scripts : scripts.slice(0, 3)) {
        await page.keyboard.press('/')
        await palette.getByRole('combobox').waitFor()
        await page.waitForFunction((n) => document.querySelectorAll('#scripts-found li').length >= n, scripts.length)
        await page.keyboard.type(KEYS[lang][s.topic])
        await page.keyboard.press('Enter')
        await palette.waitFor({ state: 'hidden' })
        const got = await clip()
        assert.equal(got, s.filled, `${KEYS[lang][s.topic]} gave another script than ${s.topic}`)
        assert.ok(!got.includes('{'), got)
      }
    }],
    ['the palette opens on every page, also while typing, and gives the focus back', async () => {
      await go('/settings')
      if (first) await page.keyboard.press('/')
      else await page.locator('.top .scripts').click() /* a phone has no keys */
      await palette.waitFor()
      await page.keyboard.press('Escape')
      await palette.waitFor({ state: 'hidden' })
      await go('/texts')
      const search = page.locator('input[type=search]').first()
      await search.focus()
      await page.keyboard.type('/')
      assert.equal(await palette.count(), 0, '"/" in a field is a character')
      await page.keyboard.press('Control+k')
      await palette.waitFor()
      await page.keyboard.type(lang === 'zh' ? 'fh' : 'di')
      await look('palette')
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Escape')
      await palette.waitFor({ state: 'hidden' })
      assert.ok(await search.evaluate((e) => e === document.activeElement))
      await page.keyboard.press('Control+k')
      await page.keyboard.type('zzzz')
      await page.locator('.palette [role=status]').waitFor()
      await page.keyboard.press('Escape')
    }],
    ['over an open drawer the palette has the keys, and gives them back', async () => {
      await go('/texts')
      await page.locator('.texts .open').first().click()
      await drawer.locator('textarea').waitFor()
      await page.keyboard.press('Control+k')
      await palette.waitFor()
      await page.keyboard.type('zz')
      assert.equal(await palette.getByRole('combobox').inputValue(), 'zz')
      await page.keyboard.press('Tab')
      assert.ok(await palette.evaluate((e) => e.contains(document.activeElement)), 'the focus stays within')
      await page.keyboard.press('Escape')
      await palette.waitFor({ state: 'hidden' })
      assert.ok(await drawer.isVisible(), 'what is below stays open')
      await page.keyboard.press('Escape')
      await drawer.waitFor({ state: 'hidden' })
    }],
    ['a text is linted, counted and seen as it is typed; what must not be said is not kept', async () => {
      await go('/texts')
      await page.getByRole('button', { name: says.write }).click()
      await drawer.waitFor()
      await drawer.locator('input.input').first().fill(says.title)
      await drawer.locator('textarea').fill(says.bad)
      await drawer.getByText(says.cannot).waitFor()
      await drawer.locator('.bubble mark.refuse').first().waitFor()
      assert.ok((await drawer.locator('.finding').allInnerTexts()).some((x) => x.includes(says.found)))
      await look('lint')
      await drawer.getByRole('button', { name: says.save, exact: true }).click()
      await drawer.getByRole('alert').waitFor()
      assert.match(complaints.join(), /^[^,]*422[^,]*$/, 'the refusal is the one thing the browser complains of')
      complaints.length = 0
      await drawer.locator('textarea').fill(says.good)
      await drawer.getByText(says.can).waitFor()
      assert.equal(await drawer.locator('.finding').count(), 0)
      await drawer.getByRole('button', { name: lang === 'zh' ? '短信' : 'SMS', exact: true }).first().click()
      await drawer.getByRole('button', { name: lang === 'zh' ? '短信' : 'SMS', exact: true }).last().click()
      await drawer.getByText('1 ' + says.parts).waitFor()
      assert.match(await drawer.locator('.bubble').innerText(), lang === 'zh' ? /^【样板店】/ : /^Sample Shop: /)
      await look('written')
      await drawer.getByRole('button', { name: says.save, exact: true }).click()
      await drawer.waitFor({ state: 'hidden' })
      await page.getByRole('button', { name: lang === 'zh' ? '全部' : 'All', exact: true }).click()
      await page.locator('.texts').getByText(says.title, { exact: true }).first().waitFor()
    }],
    ['a built-in text is changed, and comes back; a claim says whether it holds', async () => {
      await page.getByRole('button', { name: says.occasion, exact: true }).click()
      const entry = page.locator('.texts li').filter({ has: page.locator('.mark.amber') }).first()
      await entry.locator('.open').click()
      await drawer.locator('.claim').first().waitFor()
      await look('claim')
      const was = await drawer.locator('textarea').inputValue()
      await drawer.locator('textarea').fill(was + (lang === 'zh' ? '谢谢。' : ' Thank you.'))
      await drawer.getByRole('button', { name: says.save, exact: true }).click()
      await drawer.waitFor({ state: 'hidden' })
      await page.locator('.texts .mark.seal').first().waitFor()
      await page.locator('.texts li').filter({ has: page.locator('.mark.seal') }).locator('.open').first().click()
      await drawer.getByRole('button', { name: lang === 'zh' ? '恢复内置文案' : 'Back to the built-in text' }).click()
      await drawer.waitFor({ state: 'hidden' })
      await page.locator('.texts .mark.seal').first().waitFor({ state: 'detached' }) // the list is read again after the drawer has closed
    }],
    ['the service writes texts but not facts; the warehouse has neither page nor palette', async () => {
      await page.context().clearCookies()
      await signIn(page, desk, 'service', PEOPLE.service)
      await go('/texts')
      await page.getByRole('button', { name: says.write }).waitFor()
      assert.equal(await page.locator('#words button[type=submit]').count(), 0)
      await page.context().clearCookies()
      await signIn(page, desk, 'warehouse', PEOPLE.warehouse)
      await page.goto(desk.url + '/texts', { waitUntil: 'networkidle' })
      assert.notEqual(new URL(page.url()).pathname, '/texts')
      await page.keyboard.press('/')
      await page.waitForTimeout(200)
      assert.equal(await page.locator('.palette').count(), 0)
    }],
  ]
  try { for (const [title, f] of steps) await t.step(`${lang} ${width}: ${title}`, f) } finally { await close() }
  assert.deepEqual(complaints, [])
}

const why = obstacle()
if (why) {
  console.log(`1..0 # SKIP ${why}`)
  process.exit(0)
}
const t = tap(), place = scratch()
const browser = await openBrowser()
try {
  for (const lang of ['zh', 'en']) {
    const desk = await openDesk('serve', '--db', shopOf(place.directory, lang))
    try {
      await people(desk)
      for (const width of process.env.ZG_WIDTH ? [Number(process.env.ZG_WIDTH)] : [1440, 390]) await walk(t, browser, desk, lang, width)
    } finally { await desk.close() }
  }
} catch (e) { console.log('# ' + e.stack.replaceAll('\n', '\n# ')) } finally {
  await browser.close()
  place.remove()
}
t.end()
