/* A whole evening's set in a real browser: orders, items (a workbook), traffic and a stock sheet that nobody knows, dragged in at once; a
 * wrong column mapped by hand, one import of them all that does what was told before, a bad row mended on the spot, an undo, and what
 * is in; in both languages, on a phone and on a desk, looked at by axe in both themes. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { obstacle, openBrowser, openDesk, openPage, scratch, tap } from './browser.mjs'

const PASSWORD = 'copper kettle 7 leaves'
const PYTHON = '/usr/bin/python3' // Debian's, which has python3-openpyxl
const WORDS = {
  zh: { recognised: '认出来了', unknown: '没见过的表头', finished: '导入完成', undone: '已撤销', doubt: '分不清哪个是月', right: '可以收下了', badNone: '没有坏行', counting: '正在试算', subject: '库存', data: '流量', added: '新增', paid: '已付款' },
  en: { recognised: 'Recognised', unknown: 'Unknown header', finished: 'Import finished', undone: 'undone', doubt: 'Which is the day', right: 'can be taken in', badNone: 'No bad rows', counting: 'Finding out', subject: 'Stock', data: 'Traffic', added: 'Added', paid: 'paid' },
}
const csv = (rows) => rows.map((r) => r.map((c) => `"${c}"`).join(',')).join('\r\n') + '\r\n'
const ORDERS = csv([['订单编号', '买家会员名', '总金额', '买家实际支付金额', '订单状态', '收货地址 ', '订单创建时间', '订单付款时间 ', '宝贝标题 ', '宝贝总数量', '退款金额'],
  ['701', 'lin.a', '128.00', '128.00', '买家已付款，等待卖家发货', '浙江省杭州市样板路 1 号', '2020-02-10 10:00:00', '2020-02-10 10:05:00', '茶杯', '1', ''],
  ['702', 'chen.b', '64.50', '0.00', '等待买家付款', '上海市样板路 2 号', '2020-02-10 11:00:00', '', '茶盘', '1', ''],
  ['703', 'zhou.c', '32.00', '32.00', '买家已付款，等待卖家发货', '广东省广州市样板路 3 号', '03/04/2020', '2020-02-10 12:05:00', '茶壶', '1', '']])
const ITEMS = [['订单编号', '标题', '价格', '购买数量', '外部系统编号', '商品属性', '套餐信息', '备注', '订单状态', '商家编码'],
  ['701', '茶杯', '128.00', '1', '', '红色', '', '', '买家已付款，等待卖家发货', 'A-1'], ['702', '茶盘', '64.50', '1', '', '', '', '', '等待买家付款', 'B-1']]
const TRAFFIC = csv([['统计日期', '访客数', '浏览量'], ['2020-02-09', '1,204', '3300'], ['2020-02-10', '1,390', '4100']])
const STOCK = csv([['货品', '放哪', '还剩几个'], ['A-1', '杭州仓', '12'], ['B-1', '杭州仓', '3']])

function makeFiles(directory) {
  const at = (name) => path.join(directory, name)
  writeFileSync(at('ExportOrderList202002101300.csv'), ORDERS)
  writeFileSync(at('traffic.csv'), TRAFFIC)
  writeFileSync(at('kucun.csv'), STOCK)
  const made = spawnSync(PYTHON, ['-c', 'import json,sys,openpyxl\nb=openpyxl.Workbook()\ns=b.active\ns.title="销售明细"\n[s.append(r) for r in json.load(sys.stdin)]\nn=b.create_sheet("说明")\nn.append(["随手记","两句话"])\nn.append(["今天卖得好","明天补货"])\nb.save(sys.argv[1])', at('items.xlsx')],
    { input: JSON.stringify(ITEMS) })
  if (made.status !== 0) throw new Error(`openpyxl: ${made.stderr}`)
  return ['ExportOrderList202002101300.csv', 'items.xlsx', 'traffic.csv', 'kucun.csv'].map(at)
}

/* As a person does: all files in one drag. */
async function dropFiles(page, files) {
  const data = files.map((f) => ({ name: path.basename(f), base64: readFileSync(f).toString('base64') }))
  const transfer = await page.evaluateHandle((list) => {
    const dt = new DataTransfer()
    for (const f of list) dt.items.add(new File([Uint8Array.from(atob(f.base64), (c) => c.charCodeAt(0))], f.name))
    return dt
  }, data)
  await page.dispatchEvent('.drop', 'dragover', { dataTransfer: transfer })
  await page.dispatchEvent('.drop', 'drop', { dataTransfer: transfer })
}
const flat = async (locator) => (await locator.innerText()).replace(/\s+/g, ' ')

async function evening(t, browser, lang, width) {
  const words = WORDS[lang], name = `evening-${lang}-${width}`
  const { directory, remove } = scratch()
  const desk = await openDesk('serve', '--db', path.join(directory, 'shop.db'))
  const { page, look, complaints, close } = await openPage(browser, { lang, width, name: 'evening' })
  const go = (place) => page.goto(desk.url + place, { waitUntil: 'networkidle' })
  const step = (title, f) => t.step(`${name}: ${title}`, f)
  const card = (file) => page.locator('article', { has: page.getByRole('heading', { name: file }) })
  const files = makeFiles(directory)

  const steps = [
    ['set-up', async () => {
      await go('/')
      await page.fill('input[name=code]', desk.code)
      await page.fill('input[name=name]', 'lin')
      await page.fill('input[name=password]', PASSWORD)
      const shop = page.locator('.shop-fields')
      await shop.locator('select').nth(0).selectOption('tmall')
      await shop.locator('input').nth(0).fill('样板店')
      await shop.locator('input').nth(1).fill('main')
      await page.locator('button[type=submit]').click()
      await page.waitForURL(/today/)
      await go('/data')
      await look('data-empty')
    }],
    ['four files in one drag: three are recognised, each with its card; the fourth shows its first rows and asks', async () => {
      await go('/import')
      await dropFiles(page, files)
      for (const f of ['ExportOrderList202002101300.csv', 'items.xlsx', 'traffic.csv']) await card(f).getByText(words.recognised).waitFor()
      await card('kucun.csv').getByText(words.unknown).waitFor()
      assert.match(await flat(card('items.xlsx')), /销售明细/)
      const orders = card('ExportOrderList202002101300.csv')
      await orders.getByText(words.doubt).first().waitFor()
      assert.equal(await orders.locator('tr.fault').count(), 1)
      assert.match(await flat(orders), /128\.00/)
      assert.match(await flat(orders.locator('tbody')), new RegExp(words.paid))
      assert.match(await flat(card('kucun.csv')), /杭州仓/)
      await page.locator('.go .fig').first().waitFor()
      await look('dropped')
    }],
    ['the unknown one: its subject chosen, a wrong column mapped by hand, one by dragging its header', async () => {
      const stock = card('kucun.csv')
      await stock.locator('.about select').selectOption('stock')
      const row = (header) => stock.locator('tbody tr').filter({ has: page.locator('.head', { hasText: header }) }).locator('select')
      await row('货品').selectOption('sku_code')
      await row('放哪').selectOption('available') // wrong: it is where, not how many
      assert.equal(await row('放哪').inputValue(), 'available')
      await row('放哪').selectOption('location')
      if (width > 900) {
        await stock.locator('.head', { hasText: '还剩几个' }).dragTo(stock.locator('.target[data-field=available]'))
        assert.equal(await row('还剩几个').inputValue(), 'available')
      } else await row('还剩几个').selectOption('available')
      await look('map')
      await stock.locator('button[type=submit]').click()
      await stock.getByText(words.recognised).waitFor()
      assert.match(await flat(stock.locator('.facts')), new RegExp(words.subject))
    }],
    ['what is told before is what the import does; one import of all four', async () => {
      await page.waitForFunction(() => document.querySelectorAll('.go .fig').length === 4 && document.querySelectorAll('.will').length === 4)
      const told = (await page.locator('.go .fig').allInnerTexts()).map((s) => Number(/\d+/.exec(s)[0]))
      assert.deepEqual(told, [2 + 2 + 2 + 2, 0, 0, 1], 'two of three orders, two items, two days, two places')
      await look('told')
      await page.locator('.go button').click()
      const progress = page.locator('.progress', { hasText: words.finished })
      await progress.waitFor()
      const did = [0, 0, 0, 0]
      for (const line of await progress.locator('li').all()) {
        const figures = (await line.locator('span b').allInnerTexts()).map(Number)
        figures.forEach((n, i) => { did[i] += n })
      }
      assert.deepEqual(did, told)
      assert.equal(await page.locator('#history li').count(), 1, 'one import')
      assert.match(await flat(page.locator('#history li')), /items\.xlsx.*销售明细/)
      await look('imported')
    }],
    ['the bad row is mended on the spot, by the keys', async () => {
      await page.locator('#history li .got button').click()
      const drawer = page.getByRole('dialog')
      const cell = drawer.locator('input.wrong')
      await cell.waitFor()
      assert.equal(await cell.inputValue(), '03/04/2020')
      await cell.fill('2020-13-10 12:00:00')
      await drawer.locator('.why').first().waitFor()
      assert.equal(await drawer.locator('.send button').isDisabled(), true)
      await look('mend-wrong')
      await cell.fill('2020-02-10 12:00:00')
      await drawer.getByText(words.right).waitFor()
      await look('mend-right')
      await drawer.locator('.mend input').last().press('Control+Enter')
      await drawer.getByText(words.badNone).waitFor()
      await page.keyboard.press('Escape')
      await page.locator('#history li').nth(1).waitFor()
      assert.match(await flat(page.locator('#history li').first()), /mended-ExportOrderList.*1/)
      await go('/orders')
      await page.locator('form[role=search] input').fill('703')
      await page.keyboard.press('Enter')
      await page.locator(width < 760 ? '.cards .card' : 'table tbody .link', { hasText: '703' }).first().waitFor()
    }],
    ['the correction is undone: the row is back in the quarantine', async () => {
      await go('/import')
      const mended = page.locator('#history li').first()
      await mended.locator('.acts button').last().click()
      await page.getByRole('dialog').locator('.el-button--primary').click()
      await mended.getByText(words.undone).waitFor()
      await page.reload({ waitUntil: 'networkidle' })
      await page.locator('#history li').nth(1).locator('.got button').waitFor()
      await look('undone')
    }],
    ['what is in, how old, from where, and what is missing', async () => {
      await go('/data')
      const there = page.locator('section').first()
      await there.getByText(words.data).first().waitFor()
      assert.equal(await there.locator('li').count(), 3, 'orders, traffic, stock')
      await look('data')
      assert.deepEqual(complaints, [])
    }],
  ]
  try {
    for (const s of steps) if (!(await step(s[0], s[1]))) break
  } finally {
    await close()
    await t.step(`${name}: the desk closes`, desk.close)
    remove()
  }
}

const why = obstacle() ?? (spawnSync(PYTHON, ['-c', 'import openpyxl']).status === 0 ? null : 'python3-openpyxl is not there')
if (why) console.log(`1..0 # SKIP ${why}`)
else {
  const t = tap(), browser = await openBrowser()
  try {
    for (const lang of ['zh', 'en']) for (const width of [390, 1440]) await evening(t, browser, lang, width)
  } finally {
    await browser.close()
  }
  t.end()
}
