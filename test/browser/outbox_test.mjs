/* Messages that go out by themselves, in a real browser: nothing before the owner has said so; then an SMS gateway of this test takes them, loses
 * an answer, and the ledger shows what is known. A person says what became of the unknown ones. */
import assert from 'node:assert/strict'
import http from 'node:http'
import path from 'node:path'
import { afternoonZone, obstacle, openBrowser, openDesk, openPage, program, scratch, tap } from './browser.mjs'

const PASSWORD = 'copper kettle 7 leaves'
const WORDS = {
  zh: { off: '新店默认关闭', none: '还没有计划或发送过任何消息', unknown: '不知道是否送达', arrived: '已送达', again: '重新发送', sent: '已发送' },
  en: { off: 'that is switched off', none: 'Nothing has been planned or sent yet', unknown: 'Nobody knows whether these arrived', arrived: 'It arrived', again: 'Send again', sent: 'Sent' },
}

/* Speaks as Kannel's sendsms does; to numbers that end in 2 it takes the message and hangs up without a word. */
function openGateway() {
  const heard = []
  const server = http.createServer((ask, answer) => {
    ask.resume().on('end', () => {
      const to = String(ask.headers['x-kannel-to'] ?? '')
      heard.push(to)
      if (to.endsWith('2')) ask.socket.destroy()
      else answer.writeHead(202, { 'Content-Type': 'text/html' }).end('0: Accepted for delivery')
    })
  })
  return new Promise((ready) => server.listen(0, '127.0.0.1', () => ready({ heard, url: `http://127.0.0.1:${server.address().port}/cgi-bin/sendsms`, close: () => server.close() })))
}

const iso = (ms) => new Date(ms).toISOString().replace('Z', '+00:00')
let events = 0
const told = (number, phone, more = {}) => ({ id: `o-${++events}`, type: 'order', as_of: iso(Date.now()), order: { order_no: number, placed_at: iso(Date.now() - 90 * 60000), total: '88.00', status: 'unpaid',
  buyer: `茶友${number}`, phone, lines: [{ title: '白瓷盖碗', pieces: '1', total: '88.00' }], ...more } })

async function until(what, holds, tell = null, seconds = 20) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await new Promise((r) => setTimeout(r, 200))) if (await holds()) return
  assert.fail(`not within ${seconds} s: ${what} ${typeof tell === 'function' ? JSON.stringify(await tell()) : ''}`)
}

async function walk(t, browser, lang, width) {
  const words = WORDS[lang]
  const { directory, remove } = scratch()
  const desk = await openDesk('serve', '--db', path.join(directory, 'shop.db'))
  const gateway = await openGateway()
  const owner = program(desk.url)
  const { page, look, close } = await openPage(browser, { lang, width, name: 'outbox' })
  const ledger = () => owner.get('/stores/main/outbox')
  let well = true, send
  const step = async (title, f) => { if (well) well = await t.step(`${lang} ${width}: ${title}`, f) }
  try {
    await step('nothing is planned or sent before the owner has said so', async () => {
      await owner.post('/setup', { code: desk.code, name: '王店主', password: PASSWORD, store: { key: 'main', name: '样板店', platform: 'other', currency: 'CNY', zone: afternoonZone() } })
      const { token } = await owner.post('/stores/main/tokens', { name: 'web shop' })
      send = (...list) => owner.post('/stores/main/events', { events: list }, { Authorization: `Bearer ${token}`, Cookie: '' })
      await send(told('O-1', '13900000001'), told('O-2', '13900000002'), told('O-3', '13900000003', { paid_at: iso(Date.now() - 60000), status: 'paid' }))
      await owner.post('/stores/main/channels', { kind: 'kannel', url: gateway.url, user: 'shop', password: 'a word for the gateway' })
      await new Promise((r) => setTimeout(r, 2500))
      const empty = await ledger()
      assert.deepEqual([empty.on, empty.rows.length, gateway.heard.length], [[], 0, 0])
      await page.goto(desk.url + '/login', { waitUntil: 'networkidle' })
      await page.fill('input[name=name]', '王店主')
      await page.fill('input[name=password]', PASSWORD)
      await page.locator('form button[type=submit]').click()
      await page.waitForURL((u) => u.pathname !== '/login')
      await page.goto(desk.url + '/remind/outbox', { waitUntil: 'networkidle' })
      await page.getByText(words.off).waitFor()
      await page.getByText(words.none).waitFor()
      await look('off')
    })
    await step('switched on, orders that were there are caught up with; the paid one is left alone; an answer that is lost is unknown', async () => {
      await owner.post('/stores/main/policy', { values: { auto_sms: 1, good1_until_min: 840, good2_until_min: 1200, meal1_until_min: 690, meal2_until_min: 1050 } })
      await until('both are handed over', async () => { const l = await ledger(); return l.counts.sent === 1 && l.counts.unknown === 1 }, ledger)
      assert.deepEqual([...gateway.heard].sort(), ['13900000001', '13900000002'])
      const rows = (await ledger()).rows
      assert.deepEqual(rows.filter((r) => r.state === 'unknown').map((r) => [r.order, r.wave]), [['O-2', 2]])
      assert.equal(rows[0].state, 'unknown', 'unknown ones come first')
      await page.getByText(words.unknown).waitFor()
      await look('unknown')
      await new Promise((r) => setTimeout(r, 3000))
      assert.equal(gateway.heard.length, 2, 'an unknown one is never sent again by itself')
    })
    await step('a payment that comes now drops what waits; one from before the message has crossed with it', async () => {
      await send(told('O-1', '13900000001', { paid_at: iso(Date.now() - 30 * 60000), status: 'paid' }))
      await until('the next wave is dropped', async () => (await ledger()).rows.some((r) => r.order === 'O-1' && r.state === 'dropped'))
      assert.equal((await ledger()).rows.find((r) => r.order === 'O-1' && r.state === 'sent').crossed, true)
    })
    await step('a person says what became of it', async () => {
      await page.getByRole('button', { name: words.arrived }).click()
      await page.getByText(words.unknown).waitFor({ state: 'detached' })
      const l = await ledger()
      assert.deepEqual([l.counts.unknown, l.counts.sent, gateway.heard.length], [0, 2, 2])
      await page.getByRole('button', { name: new RegExp(`^${words.sent} \\d`) }).click()
      await page.locator('li', { hasText: 'O-2' }).waitFor()
      await look('sent')
    })
  } finally {
    await close()
    await desk.close()
    gateway.close()
    remove()
  }
}

const t = tap()
const why = obstacle()
if (why) t.skip('messages that go out by themselves', why)
else {
  const browser = await openBrowser()
  try {
    for (const [lang, width] of [['zh', 1440], ['en', 390]]) await walk(t, browser, lang, width)
  } finally {
    await browser.close()
  }
}
t.end()
