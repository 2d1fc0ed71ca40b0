/* The page Team in a real browser: an empty team with the people of a staff file, adding and changing somebody, hours painted by mouse and
 * by keyboard, the rota, stepping away and coming back, what each role may do; both languages, phone and desk. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { obstacle, openBrowser, openDesk, openPage, program, ROOT, scratch, signIn, tap } from './browser.mjs'

const BINARY = process.env.ZG_BINARY ?? path.join(ROOT, 'build/src/zhanggui')
const PEOPLE = { owner: 'copper kettle 7 leaves', service: 'paper lantern 4 rivers', warehouse: 'wooden shelf 9 crates' }
const WORDS = {
  zh: { take: '把这 2 人加进来', empty: '班表里还没有人', add: '添加成员', save: '保存', name: '名字', away: '离岗', back: '返岗', every: '每周固定', date: '按日期', on: '上班', off: '不上班', fill: '按今天的班次排', reset: '恢复每周固定', work: '周一至周五' },
  en: { take: 'Take 2 onto the team', empty: 'Nobody is on the team yet', add: 'Add someone', save: 'Save', name: 'Name', away: 'Step away', back: 'Back', every: 'Every week', date: 'By date', on: 'works', off: 'off', fill: 'Fill from today’s shifts', reset: 'As every week', work: 'Monday to Friday' },
}

function shopOf(directory) {
  const db = path.join(directory, 'shop.db'), file = path.join(directory, 'staff.csv')
  const zg = (...words) => execFileSync(BINARY, [...words, '--db', db, '--lang', 'en'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  zg('init', '--store', 'main', '--name', '样板店', '--platform', 'taobao', '--currency', 'CNY', '--zone', 'Asia/Shanghai')
  writeFileSync(file, ['员工,岗位,同时接待数,入职日期', '小满,客服,6,2026-01-01', '南枝,催付专员,20,2026-02-01', '陈师傅,仓库,,2026-02-01'].join('\r\n') + '\r\n')
  zg('import', '--store', 'main', file)
  return db
}

/* The owner by the terminal's code, and two accounts; gives a way to ask as the owner. */
async function people(desk) {
  const owner = program(desk.url)
  await owner.post('/setup', { code: desk.code, name: 'owner', password: PEOPLE.owner, store: null })
  for (const role of ['service', 'warehouse']) await owner.post('/accounts', { name: role, role, password: PEOPLE[role] })
  return { team: () => owner.get('/stores/main/team'), change: (changes) => owner.post('/stores/main/team', { changes }) }
}

/* Hours of a member in the shown week, as the desk has them. */
const hours = async (owner, name, what, i) => { const a = (await owner.team()).agents.find((x) => x.name === name); return what === 'week' ? a.week[i] : a.days[i].hours }
const until = async (f, what) => { for (let i = 0; i < 400; i++) { if (await f()) return; await new Promise((r) => setTimeout(r, 50)) } assert.fail(what) }
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b)

async function walk(t, browser, desk, owner, lang, width) {
  const w = WORDS[lang], { page, look, complaints, close } = await openPage(browser, { lang, width, name: 'team' })
  const cell = (row, hour) => page.locator(`.grid [data-row="${row}"][data-hour="${hour}"]`)
  const step = (title, f) => t.step(`${lang} ${width}: ${title}`, f)
  const colon = lang === 'zh' ? '：' : ': '
  await owner.change([{ op: 'agent', of: '小满', left: false }]).catch(() => undefined)

  await step('an empty team says what it is for, and takes the people of the staff file with a press', async () => {
    await signIn(page, desk, 'owner', PEOPLE.owner)
    await page.goto(desk.url + '/team', { waitUntil: 'networkidle' })
    await page.getByText(w.empty).waitFor()
    await look('empty')
    await page.getByRole('button', { name: w.take }).click()
    await page.locator('.person').nth(1).waitFor()
    const team = await owner.team()
    assert.deepEqual(team.agents.map((a) => [a.name, a.kind, a.limit]), [['南枝', 'specialist', 20], ['小满', 'service', 6]].sort((x, y) => team.agents.findIndex((a) => a.name === x[0]) - team.agents.findIndex((a) => a.name === y[0])))
  })
  await step('somebody is added by keyboard; a name that is taken is refused in words', async () => {
    await page.getByRole('button', { name: w.add }).focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.locator('input').first().fill('小满')
    await dialog.getByRole('button', { name: w.save }).click()
    await dialog.getByRole('alert').waitFor()
    complaints.length = 0 // the browser reports the 4xx by itself
    await look('add')
    await dialog.locator('input').first().fill('阿竹')
    await page.keyboard.press('Enter')
    await page.locator('.person').nth(2).waitFor()
  })
  const names = async () => (await owner.team()).agents.map((a) => a.name)
  await step('hours are painted with the mouse and wiped with it; what was painted outlives a reload', async () => {
    await page.getByRole('button', { name: w.every }).click()
    await page.locator('.day').nth(2).click()
    const row = (await names()).indexOf('阿竹')
    await cell(row, 9).scrollIntoViewIfNeeded()
    const from = await cell(row, 9).boundingBox(), to = await cell(row, 13).boundingBox()
    await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2)
    await page.mouse.down()
    await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 3 })
    await page.mouse.up()
    await until(async () => same(await hours(owner, '阿竹', 'week', 2), [9, 10, 11, 12, 13]), 'painted by mouse')
    await until(async () => (await cell(row, 10).getAttribute('aria-selected')) === 'true', 'shown')
    await cell(row, 11).click()
    await until(async () => same(await hours(owner, '阿竹', 'week', 2), [9, 10, 12, 13]), 'wiped by a click')
    await page.reload({ waitUntil: 'networkidle' })
    await page.getByRole('button', { name: w.every }).click()
    await page.locator('.day').nth(2).click()
    assert.equal(await cell(row, 12).getAttribute('aria-selected'), 'true')
    assert.equal(await cell(row, 11).getAttribute('aria-selected'), 'false')
  })
  await step('hours are painted by keyboard alone', async () => {
    const row = (await names()).indexOf('南枝')
    await cell(row, 9).focus()
    for (const key of ['ArrowRight', 'Space', 'Shift+ArrowRight', 'Shift+ArrowRight']) await page.keyboard.press(key)
    await until(async () => same(await hours(owner, '南枝', 'week', 2), [10, 11, 12]), 'painted by keyboard')
    await page.getByRole('button', { name: w.work }).click()
    await until(async () => same(await hours(owner, '南枝', 'week', 0), [10, 11, 12]) && same(await hours(owner, '阿竹', 'week', 4), [9, 10, 12, 13]) && same(await hours(owner, '阿竹', 'week', 5), []), 'copied to the working days')
  })
  await step('a single day is painted apart from the week, and put back to it', async () => {
    await page.getByRole('button', { name: w.date }).click()
    await page.locator('.day').nth(3).click()
    const row = (await names()).indexOf('阿竹')
    await cell(row, 20).scrollIntoViewIfNeeded()
    await cell(row, 20).click()
    await until(async () => same(await hours(owner, '阿竹', 'day', 3), [9, 10, 12, 13, 20]), 'the day is painted')
    assert.deepEqual(await hours(owner, '阿竹', 'week', 3), [9, 10, 12, 13])
    await page.getByRole('button', { name: `${w.reset}${colon}阿竹` }).click()
    await until(async () => same(await hours(owner, '阿竹', 'day', 3), [9, 10, 12, 13]), 'as every week again')
  })
  await step('the rota is painted for a name, and wiped by Delete', async () => {
    const strip = (h) => page.locator(`.strip [data-hour="${h}"]`)
    await page.locator('.chip', { hasText: '阿竹' }).click()
    await strip(8).scrollIntoViewIfNeeded()
    await strip(8).click()
    const id = (await owner.team()).agents.find((a) => a.name === '阿竹').agent
    await until(async () => (await owner.team()).rota[8] === id, 'painted')
    await strip(8).focus()
    for (const key of ['Shift+ArrowRight', 'Shift+ArrowRight']) await page.keyboard.press(key)
    await until(async () => same((await owner.team()).rota.slice(8, 12), [id, id, id, null]), 'painted on')
    await page.keyboard.press('Delete')
    await until(async () => (await owner.team()).rota[10] === null, 'wiped')
  })
  await step('somebody steps away and comes back', async () => {
    await page.getByRole('button', { name: `${w.away}${colon}阿竹` }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: w.save }).waitFor()
    await look('away')
    await dialog.getByRole('button', { name: w.save }).click()
    await page.getByRole('button', { name: `${w.back}${colon}阿竹` }).waitFor()
    assert.equal((await owner.team()).agents.find((a) => a.name === '阿竹').absences.length, 1)
    await look('team')
    await page.getByRole('button', { name: `${w.back}${colon}阿竹` }).click()
    await until(async () => (await owner.team()).agents.find((a) => a.name === '阿竹').absences.length === 0, 'back')
  })
  await close()
}

async function asService(t, browser, desk, owner) {
  const { page, look, complaints, close } = await openPage(browser, { lang: 'zh', width: 390, name: 'team-service' })
  await t.step('service sees the team, moves only itself, and paints nothing', async () => {
    const team = await owner.team(), login = team.accounts.find((a) => a.role === 'service').id, me = team.agents.find((a) => a.name === '小满').agent
    await owner.change([{ op: 'agent', agent: me, account: login }])
    await signIn(page, desk, 'service', PEOPLE.service)
    await page.goto(desk.url + '/team', { waitUntil: 'networkidle' })
    assert.equal(await page.getByRole('button', { name: /^离岗：/ }).count(), 1)
    assert.equal(await page.getByRole('button', { name: '添加成员' }).count(), 0)
    await page.locator('.grid [data-row="0"][data-hour="3"]').click()
    assert.equal(await page.locator('.grid [data-row="0"][data-hour="3"]').getAttribute('aria-selected'), 'false')
    await page.getByRole('button', { name: '离岗：小满' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
    await page.getByRole('button', { name: '返岗：小满' }).waitFor()
    await look('self')
    await page.getByRole('button', { name: '返岗：小满' }).click()
    await page.getByRole('button', { name: '离岗：小满' }).waitFor()
    assert.deepEqual(complaints, [])
  })
  await t.step('the warehouse is led away from it', async () => {
    await page.context().clearCookies()
    await signIn(page, desk, 'warehouse', PEOPLE.warehouse)
    await page.goto(desk.url + '/team', { waitUntil: 'networkidle' })
    assert.notEqual(new URL(page.url()).pathname, '/team')
  })
  await close()
}

const t = tap(), why = obstacle()
if (why) t.skip('the page Team', why)
else {
  const browser = await openBrowser()
  for (const [lang, width] of [['zh', 1440], ['en', 390]]) {
    const place = scratch(), db = shopOf(place.directory), desk = await openDesk('serve', '--db', db)
    try {
      const owner = await people(desk)
      await walk(t, browser, desk, owner, lang, width)
      if (lang === 'zh') await asService(t, browser, desk, owner)
      await desk.close()
    } finally {
      desk.kill()
      place.remove()
    }
  }
  await browser.close()
}
t.end()
