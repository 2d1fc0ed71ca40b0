/* English. The same keys as zh.ts, which the type check proves. */
import type { Words } from './zh'

const en: Words = {
  name: 'Zhanggui', tagline: 'A small shop’s big sale, one thing at a time',
  common: {
    retry: 'Try again', loading: 'Loading…', cancel: 'Cancel', save: 'Save', close: 'Close', done: 'Done', more: 'Show more', all: 'All', none: 'None', back: 'Back',
    show: 'Show', hide: 'Hide', copy: 'Copy', copied: 'Copied', yes: 'Yes', no: 'No', skipTo: 'Skip to content', undo: 'Undo', masked: 'hidden for your role', notTold: 'not in the file',
    retryIn: 'You can try again in {n} s.', total: '{n} in all',
  },
  nav: { label: 'Main', today: 'Today', orders: 'Orders', import: 'Import', review: 'Review', people: 'People', settings: 'Settings', more: 'More', store: 'Shop', out: 'Sign out', demo: 'Demo shop', demoHint: 'The demo shop’s data is made up; nobody in it is real.' },
  role: { owner: 'Owner', operator: 'Operator', service: 'Customer service', warehouse: 'Warehouse' },
  platform: { taobao: 'Taobao', tmall: 'Tmall', aliexpress: 'AliExpress', shopify: 'Shopify', other: 'Other' },
  age: { asOf: 'Data as of {at}', old: '{age} old', now: 'just now', none: 'No data yet', stale: 'Data too old', staleDo: 'Import a fresh order export before you contact anyone.', goImport: 'Import' },
  error: { title: 'Could not read this', network: 'The desk does not answer. Is it still running?', desk: 'The desk cannot be reached', deskDo: 'Check that Zhanggui still runs in its terminal, then try again.' },
  setup: {
    title: 'Open the shop', intro: 'Three steps: the one-time code, the owner’s account, the first shop.', step1: 'One-time code', code: 'Code printed in the terminal', codeHint: 'The terminal that started Zhanggui shows one line with a code. It works once.',
    step2: 'Owner’s account', name: 'Name', password: 'Password', passwordHint: '12 to 128 characters, not a common one.', step3: 'First shop', later: 'Add a shop later',
    storeName: 'Shop name', storeKey: 'Short key', storeKeyHint: 'Lower-case letters, digits and hyphens; the command line uses it.', platform: 'Platform', currency: 'Currency', zone: 'Shop’s time zone', go: 'Open', look: 'Just want to look?',
  },
  login: { title: 'Sign in', name: 'Name', password: 'Password', go: 'Sign in', demo: 'Demo shop: pick a role and look around', demoNote: 'Orders, buyers and staff here are made from a seed; nobody is real.', slow: 'Too many tries. Please wait {n} s.' },
  first: {
    title: 'No orders yet', lead: 'The order file that your platform exports is enough. A minute later you see what to do today.', import: 'Import my orders', importHint: 'Order files of Taobao, Tmall or Shopify, or any CSV with a header.',
    demo: 'Try the demo shop', demoHint: 'A made-up year of orders to click through, as a shop of its own beside yours. To empty it, undo its import.', demoMaking: 'Making the demo shop …', demoCmd: 'Run this line in a terminal. It opens the demo shop on another port and leaves your data alone:',
  },
  today: {
    title: 'Today', lead: 'Do this first', other: 'After that', nothing: 'Nothing is due now',
    go: { import: 'Import', interrupted: 'Sort it out', late: 'See the late ones', remind: 'Start reminding', pick: 'Open the pick list', held: 'See who waits', quarantine: 'See the rows', pace: 'See the pace', nothing: '' },
    kind: { import: 'Import fresh data', interrupted: 'An import stopped half-way', late: 'Past the promise to ship', remind: 'Payment reminders due', pick: 'To pick and ship', held: 'Held back', quarantine: 'Rows not taken in', pace: 'Today’s pace', nothing: 'Nothing is due' },
    unit: { import: '', interrupted: 'imports', late: 'orders', remind: 'orders', pick: 'orders', held: 'orders', quarantine: 'rows', pace: 'orders', nothing: '' },
    phase: { none: 'Ordinary day', build_up: 'Build-up', warm_up: 'Warm-up', event: 'Event', review: 'Review' },
    urgent: 'Urgent', until: 'until {at}', left: '{t} left', lists: 'Today’s lists', shown: 'The first {n} of {all}. The others follow as you work through these.',
  },
  remind: {
    title: 'Payment reminders', empty: 'No reminder is due now.', emptyStale: 'The data is too old, so all are held. Import fresh orders first.', wave: 'Wave {n}', wave1: 'Wave 1 · chat', wave2: 'Wave 2', closes: 'closes in {t}', closesAt: 'closes {at}',
    closed: 'payment window over', due: 'due {at}', placed: 'placed {at}', done: 'Done', skip: 'Skip', skipTitle: 'Why skip {order}?', skipWhy: 'Reason', skipOther: 'Another reason',
    why: ['The buyer no longer wants it', 'Already settled in chat', 'Stock or price is wrong', 'Looks like a mistake or a double order', 'The buyer asked to be left alone'], needReason: 'Please give a reason.', markedDone: '{order} marked as reminded', markedSkip: '{order} marked as skipped', undone: '{order} is back in the list',
    keys: 'Keys', keysTitle: 'Keyboard', k: { j: 'next', k: 'previous', d: 'done', s: 'skip (asks why)', u: 'undo the last one', o: 'open the order', q: 'this table' }, count: '{n} orders · {amount}', open: 'Open order {order}', note: 'Zhanggui sends nothing by itself: contact the buyer in the platform’s chat, then note the outcome here.',
  },
  pick: { title: 'Pick list', note: 'In order of payment', empty: 'Nothing waits to be shipped.', paid: 'paid {at}', shipBy: 'ship by {at}', late: 'late', pieces: '× {n}', buyerNote: 'Buyer’s note', sellerNote: 'Seller’s note', order: 'Order', goods: 'Goods', to: 'To', deadline: 'Deadline' },
  held: { title: 'Held back', empty: 'Nobody is held back.', until: 'until {at}', never: 'not to be contacted', unknown: 'until unknown' },
  pace: { title: 'Today’s pace', empty: 'Nothing paid so far, neither today nor on the day it is compared with.', paid: 'Paid today', compare: 'Compared with {what}', hour: '{h}:00', byNow: 'by now' },
  orders: {
    title: 'Orders', search: 'Order number (its beginning) or buyer’s full name', searchGo: 'Find', clear: 'Clear', empty: 'No orders here.', emptySearch: 'Nothing found for “{q}”. The beginning of an order number is enough; a buyer’s name must be complete.', state: 'State',
    all: 'All', unpaid: 'Unpaid', to_ship: 'To ship', shipped: 'Shipped', delivered: 'Delivered', cancelled: 'Closed', refunded: 'Refunded', on_delivery: 'Cash on delivery',
    no: 'Order', placed: 'Placed', paidAt: 'Paid', amount: 'Amount', paid: 'Paid', refund: 'Refund', pieces: 'Pieces', region: 'Region', goods: 'Goods', buyer: 'Buyer', from: 'From', to: 'To', end: 'That is all: {n} orders.',
  },
  order: {
    title: 'Order {no}', times: 'Life', lines: 'Goods', noLines: 'The file lists no goods.', person: 'Buyer', sources: 'Which files say so', marks: 'What was done', decision: 'As it stands', none: 'Nothing yet.',
    t: { placed: 'Placed', paid: 'Paid', ship_by: 'Ship by', shipped: 'Shipped', delivered: 'Delivered', cancelled: 'Closed', refunded: 'Refunded' }, inexact: 'time inferred from the file',
    p: { buyer: 'Buyer', name: 'Recipient', phone: 'Phone', address: 'Address', buyer_note: 'Buyer’s note', seller_note: 'Seller’s note' }, asOf: 'file as of {at}', learned: 'read {at}', masked: 'Your role does not see the buyer.',
    verdict: { none: 'No reminder needed', due: 'Reminder due now', held: 'Held back', never: 'Not to be contacted' }, done: 'reminded', skipped: 'skipped',
  },
  import: {
    title: 'Import', drop: 'Drop the platform’s export files here', dropNow: 'Let go to read them', choose: 'Choose files', hint: 'Several at once is fine. Order and item lists find each other; the same file twice changes nothing.', uploading: 'Uploading', scanning: 'Reading through the file', refused: 'This file cannot be used',
    recognised: 'Recognised', unknown: 'Unknown header', unknownDo: 'Tell Zhanggui what each column is; next time it knows.', rows: '{n} rows', encoding: 'Encoding', asOf: 'Data as of', asOfFrom: { name: 'from the file’s name', asked: 'as you said', rows: 'the latest time in the file' },
    headerLine: 'header on line {n}', profile: 'Format', profileAuto: 'Recognise it', preview: 'How the first rows will be read', previewHint: 'Please look at the marked cells.', doubt: 'doubtful', fault: 'This row will not be taken in', columns: 'Columns', ignored: 'not used',
    unknownStatus: 'Unknown status words: {words}', ambiguous: '{n} times exist twice at a clock change; the first is taken.', skippedTimes: '{n} times do not exist at a clock change; they are moved forward.', remove: 'Remove', go: 'Import {n} files', goOne: 'Import',
    mapTitle: 'What are these columns?', mapHint: 'Choose a meaning for each column, or drag a word onto it. Those with * are needed.', mapDrag: 'Words to drag', mapName: 'Name for this format', mapSave: 'Remember and read again', mapStatus: 'Status words', mapMissing: 'Still missing: {fields}', mapColumn: 'Column in the file', mapSample: 'Sample', mapField: 'Meaning', mapTaken: '“{field}” already has another column',
    statusWord: { unpaid: 'unpaid', paid: 'paid', shipped: 'shipped', delivered: 'delivered', closed: 'closed' }, statusPick: 'please choose',
    running: 'Importing', speed: '{n} rows a second', left: 'about {t} left', rowsDone: '{done} of {all} rows', finished: 'Import finished', added: 'Added', updated: 'Updated', unchanged: 'Unchanged', quarantined: 'Not taken in', seeToday: 'See what to do today', seeBad: 'See the rows not taken in',
    bad: 'Rows not taken in', badNone: 'No bad rows.', badCsv: 'Download as CSV', line: 'Line', column: 'Column', value: 'Content', remedy: 'What to do', history: 'Earlier imports', historyNone: 'Nothing was imported yet.', undo: 'Undo import', resume: 'Resume',
    undoTitle: 'Undo this import?', undoText: 'Orders and figures go back to what they would be without it, with all other files kept. The audit and messages already sent stay.', undoGo: 'Undo it', undoing: 'Undoing', resuming: 'Resuming', state: { running: 'running', applied: 'applied', interrupted: 'stopped half-way', undone: 'undone' }, by: '{who} · {at}', file: 'File',
  },
  review: {
    few: '{n} orders; from {min} on figures can be compared',
    title: 'Review', from: 'From', to: 'To (inclusive)', go: 'Show', presets: { d7: 'Last 7 days', d30: 'Last 30 days', month: 'This month', last: 'Last month', d11: 'Last Double 11', newest: 'Month of the newest data' }, compare: 'Compared with the period before',
    moved: 'No orders in the last 30 days, so this shows {month}, where the newest data is.', empty: 'No orders in this period.', kpi: { orders: 'Orders', paid: 'Paid', unpaid: 'Unpaid', kept: 'Kept', average: 'Average order', paidShare: 'Paid share', refundShare: 'Refund share', refunded: 'With a refund', customers: 'Buyers', total: 'Ordered', refund: 'Refunded', paidAmount: 'Paid amount', cancelled: 'Closed' }, before: 'before: {v}',
    keptHint: 'paid less refunds', drivers: 'Why it changed', driversFrom: 'Before', driversTo: 'Now', delta: '{v} in all', factor: 'Driver', was: 'Before', is: 'Now', effect: 'Brought', driversNone: 'There is no earlier period to compare, so nothing is split.', byDay: 'By day', byHour: 'By hour of order', byRegion: 'By region', byProduct: 'By product', traffic: 'Traffic',
    table: 'As a table', chart: 'As a chart', day: 'Day', hour: 'Hour', region: 'Region', orders: 'Orders', paid: 'Paid', total: 'Ordered', kept: 'Kept', product: 'Product', pieces: 'Pieces', paidAmount: 'Paid', lines: 'Lines', noProducts: 'The imported files list no products.', otherRegions: 'The chart shows the first {n}; the table has all.', unknownRegion: 'no region given',
    visitors: 'Visitors', views: 'Views', carts: 'Carts', favourites: 'Favourites', conversion: 'Conversion', chartOf: 'Chart: {title}; also available as a table',
  },
  people: { title: 'People', add: 'Add a person', name: 'Name', role: 'Role', password: 'First password', newPassword: 'New password', status: 'Status', active: 'active', disabled: 'disabled', disable: 'Disable', enable: 'Enable', reset: 'New password', added: '{name} was added', changed: 'Changed', roles: 'What each role sees',
    can: { owner: 'Everything, people and settings included', operator: 'Today, orders, import, review', service: 'Today, reminders, orders and buyers', warehouse: 'The pick list with its remarks; orders without buyers and money' }, you: 'you' },
  settings: { files: 'Imported files', filesApart: 'Each file is read by a process of its own, which can reach neither the network nor any other file.', title: 'Settings', look: 'Look and language', language: 'Language', theme: 'Theme', themes: { system: 'As the system', light: 'Light', dark: 'Dark' }, stores: 'Shops', addStore: 'Add a shop', policy: 'Rules', policyEdit: 'Change', policyReset: 'Back to the default ({v})', policyBounds: '{min} to {max}', policySave: 'Keep', policyCancel: 'Leave as it is', policyChanged: 'changed', policySaved: 'The rule holds from now on.', policyNight: 'The night from 2 to 8 can be made longer, never opened.', policyHint: 'Each figure has its source.', what: 'Rule', value: 'Value', source: 'Source', version: 'Version {v}', account: 'Account', unit: { s: 's', min: 'min', count: 'times', '': '' } },
}
export default en
