/* Ways out for messages, in a real browser: set up by keyboard alone, what is wrong told under its field, a message to oneself with its outcome, taken
 * away again; and the page by which a buyer leaves. The other side is a robot's receiver of the test's own. */
import assert from 'node:assert/strict'
import { createHmac, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import path from 'node:path'
import { obstacle, openBrowser, openDesk, openPage, scratch, tap } from './browser.mjs'

const PASSWORD = 'copper kettle 7 leaves'
const WORDS = {
  zh: { none: '还没有设置渠道', robot: '钉钉机器人', wrong: '请复制机器人的完整 Webhook 地址', kept: '已加密保存', sent: '对方已接收，请看看是否收到。', failed: '没有发出去。', removed: '已删除', leave: '链接无效' },
  en: { none: 'None is set up', robot: 'DingTalk robot', wrong: 'Copy the whole webhook address', kept: 'Kept, encrypted', sent: 'Taken over. Look whether it arrived.', failed: 'It did not go out.', removed: 'Removed', leave: 'This link is not whole' },
}

/** Answers as DingTalk does: 0 when the signature is right, 310000 when not. */
function openRobot(secret) {
  const got = []
  const server = createServer((q, r) => {
    let body = ''
    q.on('data', (b) => { body += b })
    q.on('end', () => {
      const u = new URL(q.url, 'http://x'), at = u.searchParams.get('timestamp')
      const right = createHmac('sha256', secret).update(`${at}\n${secret}`).digest('base64') === u.searchParams.get('sign')
      got.push(JSON.parse(body).text.content)
      r.setHeader('Content-Type', 'application/json')
      r.end(JSON.stringify(right ? { errcode: 0, errmsg: 'ok' } : { errcode: 310000, errmsg: 'sign not match' }))
    })
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve({ got, url: `http://127.0.0.1:${server.address().port}/robot/send?access_token=t`, close: () => server.close() })))
}

/** Signed in as the owner, who is made the first time. */
async function enter(page, desk) {
  await page.goto(desk.url + '/', { waitUntil: 'networkidle' })
  const [way, body] = desk.code
    ? ['setup', { code: desk.code, name: '王店主', password: PASSWORD, store: { key: 'main', name: '样板店', platform: 'tmall', currency: 'CNY', zone: 'Asia/Shanghai' } }]
    : ['login', { name: '王店主', password: PASSWORD }]
  const status = await page.evaluate(async ([w, b]) => (await fetch('/api/v1/' + w, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(b) })).status, [way, body])
  assert.equal(status, 200)
  desk.code = null
}

async function walk(t, browser, desk, robot, secret, lang, width) {
  const words = WORDS[lang]
  const { page, look, complaints, close } = await openPage(browser, { lang, width, name: 'channels' })
  const card = page.locator('#channels')
  await t.step(`${lang} ${width}: a shop without a channel is told that nothing goes out`, async () => {
    await enter(page, desk)
    await page.goto(desk.url + '/settings', { waitUntil: 'networkidle' })
    await card.getByText(words.none).waitFor()
    await look('empty')
  })
  await t.step(`${lang} ${width}: by keyboard alone a robot is set up; a wrong address is told under its field`, async () => {
    await card.locator('.chip', { hasText: words.robot }).focus()
    await page.keyboard.press('Enter')
    const fields = card.locator('form .grid input')
    await fields.first().focus()
    await page.keyboard.type('https://evil.example/robot/send?access_token=t')
    await page.keyboard.press('Tab')
    await page.keyboard.type(secret)
    await page.keyboard.press('Enter')
    await card.locator('.wrong', { hasText: words.wrong }).waitFor()
    assert.equal(await fields.first().getAttribute('aria-invalid'), 'true')
    assert.equal(complaints.splice(0).filter((c) => !/422/.test(c)).length, 0)
    await look('wrong')
    await fields.first().focus()
    await page.keyboard.press('Control+a')
    await page.keyboard.type(robot.url)
    await page.keyboard.press('Enter')
    await page.locator('.toast', { hasText: words.kept }).waitFor()
    await card.locator('.rows li').waitFor()
    assert.ok(!(await card.innerText()).includes('access_token'), 'the address is a secret')
  })
  await t.step(`${lang} ${width}: a message to oneself is sent, and how it ended is told`, async () => {
    const before = robot.got.length
    await card.locator('.rows li button[type=submit]').focus()
    await page.keyboard.press('Enter')
    await card.locator('.told.sent', { hasText: words.sent }).waitFor()
    assert.ok(robot.got.slice(before).some((s) => s.includes('the channel works')))
    await card.locator('.rows .mark.pine').waitFor()
    await look('sent')
  })
  await t.step(`${lang} ${width}: it is taken away again, after asking once`, async () => {
    await card.locator('.rows li button').last().click()
    await card.locator('.rows .el-button--danger').click()
    await page.locator('.toast', { hasText: words.removed }).waitFor()
    await card.getByText(words.none).waitFor()
  })
  await t.step(`${lang} ${width}: who follows a broken link of an e-mail is told what to do`, async () => {
    const answer = await page.goto(`${desk.url}/api/v1/unsubscribe/${randomBytes(33).toString('base64url')}`, { waitUntil: 'networkidle' })
    assert.equal(answer.status(), 404)
    await page.getByText(WORDS[lang].leave).waitFor()
    assert.equal(complaints.splice(0).filter((c) => !/404/.test(c)).length, 0)
  })
  await close()
}

const t = tap()
const why = obstacle()
if (why) t.skip('ways out for messages', why)
else {
  const { directory, remove } = scratch()
  const secret = 'SEC' + randomBytes(16).toString('hex')
  const robot = await openRobot(secret)
  const desk = await openDesk('serve', '--db', path.join(directory, 'shop.db'))
  const browser = await openBrowser()
  try {
    for (const [lang, width] of [['zh', 1440], ['en', 390]]) await walk(t, browser, desk, robot, secret, lang, width)
  } finally {
    await browser.close()
    await desk.close()
    robot.close()
    remove()
  }
}
t.end()
