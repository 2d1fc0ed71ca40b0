/* The desk's HTTP API, typed: one function per endpoint, one error type.  Nothing here knows about the page. */

export interface Said { en: string; zh: string }
export interface Reason extends Said { rule: string }
export interface Money { minor: number; currency: string }
/** How fresh the facts behind an answer are. */
export interface Aged { data_age_s: number | null; latest_fact_at: string | null; stale: boolean }

export type Role = 'owner' | 'operator' | 'service' | 'warehouse'
export interface Store { key: string; name: string; platform: string; currency: string; zone: string; demo: boolean }
export interface User { id: number | string; name: string; role: Role }
export interface Session {
  version: string; setup_needed: boolean; demo: boolean
  demo_logins?: { name: string; role: Role; password: string }[]
  user: User | null; csrf: string | null; may: string[]; stores: Store[]
}
export type NewStore = Omit<Store, 'demo'>
export interface Account { id: number | string; name: string; role: Role; disabled: boolean; created_at?: string; last_login_at?: string | null }

export type LineKind = 'import' | 'interrupted' | 'late' | 'remind' | 'pick' | 'held' | 'quarantine' | 'pace' | 'nothing'
export interface TodayLine { kind: LineKind; count: number; amount: Money | null; urgent: boolean; reason: Reason }
export interface Reminder {
  order: string; wave: number; due_at: string; closes_at: string | null; placed_at: string; amount: Money
  buyer: string | null; region: string | null; title: string | null; reason: Reason
}
export interface Held { order: string; until?: string | null; never?: boolean; amount: Money; reason: Reason }
export interface Pick {
  order: string; paid_at: string | null; ship_by: string | null; late: boolean; pieces: number | null; region: string | null
  title: string | null; buyer_note: string | null; seller_note: string | null; amount: Money | null; reason: Reason
}
export interface Today extends Aged {
  at: string
  feeds: FeedAge[]
  moment: { phase: 'none' | 'build_up' | 'warm_up' | 'event' | 'review'; campaign: Said | null; since: string | null; until: string | null; en: string; zh: string }
  lines: TodayLine[]
  totals: { reminders: number; reminders_amount: Money | null; held: number; pick: number; late: number }
  reminders: Reminder[]; held: Held[]; pick: Pick[]
  pace: { compare: Said; hours: { hour: number; paid: number; compare: number | null }[] } | null
}

export type OrderState = 'unpaid' | 'to_ship' | 'shipped' | 'delivered' | 'cancelled' | 'refunded' | 'on_delivery'
export interface OrderRow {
  order: string; state: OrderState; state_text: Said; placed_at: string | null; paid_at: string | null; amount: Money | null
  paid: Money | null; refund: Money | null; pieces: number | null; region: string | null; title: string | null; buyer: string | null
}
export interface Orders extends Aged { total: number | null; counts: Partial<Record<OrderState, number>> | null; orders: OrderRow[]; next: string | null }
export const ORDER_TIMES = ['placed', 'paid', 'ship_by', 'shipped', 'delivered', 'cancelled', 'refunded'] as const
export type OrderTime = (typeof ORDER_TIMES)[number]
export interface Order extends OrderRow, Aged {
  times: Record<OrderTime, { at: string; exact: boolean } | null>
  lines: { title: string | null; options: string | null; sku_code: string | null; pieces: number | null; unit: Money | null; amount: Money | null }[]
  person: { buyer: string | null; name: string | null; phone: string | null; address: string | null; buyer_note: string | null; seller_note: string | null } | null
  sources: { import_id: string | number | null; file: string | null; as_of: string | null; profile: string | null; learned_at: string | null }[]
  marks: { wave: number; outcome: string; reason: string | null; by: string | null; at: string }[]
  decision: { verdict: 'none' | 'due' | 'held' | 'never'; reason: Reason } | null
}

export interface Figures { orders: number; paid: number; total: number; kept: number }
export interface Factor extends Said { name: string; before: number | null; after: number | null; effect: Money }
export interface Review extends Aged {
  from: string; to: string; orders: number; unpaid: number; paid: number; refunded_orders: number; cancelled: number; min_orders: number; enough: boolean; customers: number | null
  total: Money; paid_amount: Money; refund: Money; kept: Money; average: Money | null; paid_share_bp: number | null; refund_share_bp: number | null
  compare: { from: string; to: string; orders: number; paid: number; kept: Money; average: Money | null; paid_share_bp: number | null } | null
  drivers: { method: 'lmdi' | 'shapley'; delta: Money; factors: Factor[]; reason: Said } | null
  by_day: ({ day: string } & Figures)[]; by_hour: ({ hour: number } & Figures)[]; by_region: ({ region: string } & Figures)[]
  by_product: { product: string | null; title: string | null; pieces: number; paid_minor: number; lines: number }[]
  traffic: { visitors: number | null; views: number | null; carts: number | null; favourites: number | null; conversion_bp: number | null } | null
}

/* ---- the team ---- */
export type AgentState = 'here' | 'off' | 'away'
export type AwayWhy = 'leave' | 'break' | 'training' | 'other'
export interface AgentDay { day: string; hours: number[]; by: 'painted' | 'file' | 'week' }
export interface Agent {
  agent: number; name: string; kind: 'service' | 'specialist'; account: number | null; own_limit: number | null; limit: number; nicks: string[]
  state: AgentState; back_at: string | null; chats: number; reminders: number; load: number; given_today: number
  week: number[][]; days: AgentDay[]; absences: { absence: number; from: string; until: string | null; why: AwayWhy }[]
}
export interface Team {
  at: string; today: string; hour: number; monday: string; me: number | null; limit: number; load_high_bp: number; load_high: boolean
  talks_as_of: string | null; talks_age_s: number | null; due: { count: number; in_line: number; nobodys: number; by_rule: Record<string, number> }
  agents: Agent[]; rota: (number | null)[]; listed: { name: string; role: string | null; limit: number | null; service: boolean }[]
  accounts: { id: number; name: string; role: Role }[] | null
}
/** One small change, as docs/internals/team.md tells them. */
export type TeamChange =
  | { op: 'agent'; agent?: number; name?: string; kind?: Agent['kind']; limit?: number | null; account?: number | null; nicks?: string[]; left?: boolean }
  | { op: 'week'; agent: number; weekday: number; hours: number[] }
  | { op: 'day'; agent: number; day: string; hours: number[] | null }
  | { op: 'rota'; hour: number; agent: number | null }
  | { op: 'away'; agent: number; from?: string; until?: string | null; why: AwayWhy }
  | { op: 'back'; absence: number }
  | { op: 'take'; names: string[] }

export interface Upload { upload_id: string; file: string; bytes: number }
export interface Doubt extends Said { code: string }
/** understood: as our words (ISO time in the shop's zone, "12.00 CNY", "paid"); null when nothing is told. */
export interface PreviewCell { value: string; field: string; understood: string | null; doubt: Doubt | null }
export interface PreviewRow { line: number; cells: PreviewCell[]; fault: { column: string | number | null; what: Said; remedy: Said } | null }
/** A table of a file: the file itself, a sheet, one inside an archive. */
export interface ScanPart {
  part: number; kind: 'text' | 'xlsx' | 'xls' | 'json'; member?: string; sheet?: string; hidden: boolean
  refusal: (Said & { code: string }) | null; encoding: string | null; profile: string | null; profile_text: Said | null; subject: string | null; platform: string | null
  rows: number | null; as_of: string | null; as_of_from: 'name' | 'asked' | 'rows' | 'now' | null; ask_zone?: string | null
  header_line: number; columns: { header: string; field: string; samples: string[] }[]; preview: PreviewRow[]
  unknown_status: string[]; ambiguous_times: number; skipped_times: number
  guess: { subject: string; fields: Record<string, string[]> } | null
}
export interface Scan extends Upload, ScanPart { state: 'scanning' | 'ready'; progress: number; profiles: string[]; parts: ScanPart[] }
/** How one file of an import is to be read, where that is not as recognised. */
export interface AskedFile { upload: string; profile?: string | null; zone?: string | null; encoding?: string | null }
export interface Foreseen {
  state: 'counting' | 'ready'; progress: number; refusal: (Said & { code: string }) | null
  files: { upload_id: string; file: string; member: string; sheet: string; rows: number; added: number; updated: number; unchanged: number; quarantined: number }[]
}
export interface Field extends Said { field: string; required: boolean; kind: string; key?: boolean }
export interface NewProfile { name: string; subject?: string; columns: Record<string, string>; status: Record<string, string>; zone?: string }
export interface ImportFile {
  file: string; member?: string; sheet?: string; profile: string | null; subject: string; encoding: string | null; rows: number | null; rows_done: number
  added: number; updated: number; unchanged: number; quarantined: number; held: number; as_of: string | null
}
export interface Import {
  import_id: string | number; store: string; state: 'running' | 'applied' | 'interrupted' | 'undone'; started_at: string; ended_at: string | null
  by: string | null; files: ImportFile[]; rows_per_s: number | null; seconds_left: number | null; message: Said | null
}
export interface QuarantineRow { file: string; file_no: number; member?: string; sheet?: string; cells: string[]; line: number; column: number | null; column_name: string | null; code: string; value: string | null; what: Said; remedy: Said }
export interface Health { status: string; version: string; sqlite: string; importer: { reads: boolean; landlock: number; seccomp: boolean; missing: Said | null } }
export interface MendedRow {
  line: number; cells: { field: string; understood: string | null; doubt: Said | null }[]
  fault: { code: string; column_no: number; column: string; what: Said; remedy: Said } | null
}
export interface DataSubject {
  subject: string; text: Said; records: number; disputed: number; latest_at: string | null; as_of: string | null; age_s: number | null; stale: boolean | null
  sources: { profile: string; files: number; rows: number; as_of: string | null }[]
}
export interface RecordField extends Said { field: string; kind: string; key: boolean }
export type RecordValue = string | number | Money | null | undefined
/** A record: its values by field, as the field's kind says; grain: which of the fields it is known by are filled. */
export interface RecordRow {
  id: string; at: string; as_of: string; grain: string[]; values: Record<string, RecordValue>
  disputed: Record<string, { value: RecordValue; import_id: number | null; as_of: string }[]> | null
}
export interface Records {
  subject: string; subject_text: Said; fields: RecordField[]; total: number | null; grains: { grain: string[]; records: number }[] | null; records: RecordRow[]; next: string | null
}
export interface RecordsAsk { subject: string; q?: string; grain?: string; disputed?: string; from?: string; to?: string; after?: string | null; limit?: number }
/** What the desk does about an order at an instant, and why. */
export type Decision = 'send' | 'hold' | 'never'
export interface StripPart { from: string; until: string; decision: Decision; wave: number | null; channel: 'chat' | 'sms' | 'email' | null; rule: string; reason: Reason }
export interface Explained {
  at: string; order: string | null; decision: Decision; wave: number | null; until: string | null; agent: string | null; channel: StripPart['channel']; reason: Reason; rule: string
  source: string; source_zh: string; by_hand: boolean; reaches: boolean; due_at: string | null; closes_at: string | null
  left_alone?: { opted_out: boolean; complained: boolean; dispute_open: boolean }
  rules?: ({ rule: string; verdict: Decision; source: string; source_zh: string; speaks: boolean } & Said)[]; strip?: StripPart[]
}
/** Why a buyer is left alone. */
export type Stop = 'opt-out' | 'complaint' | 'dispute'
/** Supposed facts; what is left out is usual. */
export interface Supposed {
  at: string; order?: string; placed_at?: string; country?: string; on_delivery?: boolean; presale?: boolean; held_out?: boolean; class?: 'service' | 'commercial'; consent?: 'given' | 'refused' | null
  opted_out?: boolean; complained?: boolean; dispute_open?: boolean; bad_review_open?: boolean; phone?: boolean; email?: boolean; feed_age_s?: number | null
  contacts?: string[]; marks?: { wave: number; outcome: string; at: string }[]; event_from?: string | null; event_until?: string | null; strip?: { from: string; hours: number }
}
/** How reminders fare by text. */
export interface TextGain { code: string; title: string | null; body: string | null; own: boolean; current: boolean; used: number; told: number; won: number; rate: number | null; low: number | null; high: number | null; out: boolean }
export interface TextGains { on: boolean; wanted: boolean; reminders: number; needed: number; days: number; groups: { occasion: string; language: 'en' | 'zh'; channel: 'chat' | 'sms' | 'email'; wave: number; best: string | null; texts: TextGain[] }[] }
/** What a first reminder after a delay brings: minor units per order placed; shares of orders, of reminders. */
export interface DelayPoint { delay_s: number; value_minor: number; unpaid_share: number; wasted_share: number }
export interface DelayTerms { margin_bp: number; cost_minor: number; persuasion: number; decay_h: number }
export interface Delay {
  orders: number; paid: number; never: number; open: number; without_time: number; never_share: number; mean_total: Money | null; margin_minor: number
  best: DelayPoint | null; policy_delay_s: number; policy: DelayPoint; gain_minor: number | null; at: (DelayPoint & { loss_share?: number | null })[]; curve: DelayPoint[]; detail: DelayPoint[]
  bands: { orders: number; best_delay_s: number; wasted_at_best: number; gain_minor: number; from: Money | null; until: Money | null }[]
  terms: DelayTerms; reminded: number; reminded_cut: boolean; adopt: (DelayPoint & { gain_minor: number; gain_month: Money | null }) | null; orders_month: number; reason: Reason
}
export interface DelayAsk { margin_bp?: number; cost_minor?: number; persuasion_bp?: number; decay_s?: number }
export interface LiftArm { orders: number; recovered: number; rate: number | null; recovered_money: Money | null }
export interface LiftFigure { difference: number; low: number; high: number; fixed_low: number; fixed_high: number; p_value: number }
export interface LiftTrial {
  since: string | null; until: string | null; share_bp: number | null; due_after_s: number | null; begins: 'first-delay' | 'message' | null; treated: LiftArm; held_out: LiftArm; reminded: LiftArm
  difference: LiftFigure | null; money_difference: LiftFigure | null; recovered_by_reminding: number | null
  persuasion: { share: number; low: number; high: number; delay_s: number } | null; reason: Reason
}
export interface Lift extends LiftTrial { reminders: number; needed: number; policy_share_bp: number; needed_orders: number; earlier: LiftTrial[] }
export interface PolicyRow { name: string; value: number; unit: string; source: string; source_zh: string; what: Said; default: number; min: number; max: number }

export type FeedSource = 'events' | 'standard' | 'shopify' | 'woocommerce' | 'folder'
/** How long ago a feed last told something, and whether that is too long. */
export interface FeedAge { source: FeedSource; name: Said; state: 'waiting' | 'live' | 'dark'; age_s: number | null; last_at: string | null; limit_s: number; reason: Reason }
export interface FeedRow extends FeedAge {
  on: boolean; made_at: string; last_as_of: string | null; accepted: number; duplicates: number; refused: number; refused_at: string | null; folder: string | null
}
export interface Feeds extends Aged {
  at: string; host?: string; limits: { min_s: number; max_s: number; default_s: number }; feeds: FeedRow[]
  tokens: { id: number; name: string; made_at: string }[]; secrets: { id: number; source: FeedSource; made_at: string }[]
  refused: (Said & { source: FeedSource; at: string; code: string; subject: string | null })[]
  last: { source: FeedSource; at: string; as_of: string | null; order: string | null; duplicate: boolean }[]
}

/* ---- what is said to buyers ---- */
export type TextChannel = 'chat' | 'sms' | 'email'
export interface Wording {
  code: string; occasion: string; topic: string; language: 'en' | 'zh'; class: 'service' | 'commercial'; windows: string[]; channels: TextChannel[]; claims: string[]
  title: string; subject: string | null; body: string; off: boolean
}
/** filled: a script with the shop's words in its blanks; null where one is missing. */
export interface TextRow extends Wording { filled: string | null; own: boolean; built_in: boolean }
export interface ShopWord { name: string; kind: 'text' | 'number' | 'money' | 'yes'; what: Said; example: Said; value: string | null }
export interface TextClaim { claim: string; holds: boolean; reason: Reason }
export interface TextTopic { topic: string; name: Said; ready: boolean; must: boolean; reason: Reason }
export interface LintRule { rule: string; level: 'refuse' | 'warn'; channels: TextChannel[]; source: string; date: string; why: Said; instead: Said }
export interface Texts {
  texts: TextRow[]; words: ShopWord[]; readiness: TextTopic[]; ready: number; needed: number; claims: TextClaim[]; rules: LintRule[]; now: { window: string; language: 'en' | 'zh' }
}
/** from, to: places in the body, as JavaScript counts. */
export interface TextFinding { rule: string; level: 'refuse' | 'warn'; found: string; from: number; to: number; why: Said; instead: Said; source: string; date: string }
export interface TextPreview {
  ok: boolean; reason: Reason | null; subject: string | null; body: string | null; order: string | null
  sms: { alphabet: 'gsm7' | 'ucs2'; characters: number; units: number; parts: number; per_part: number; left: number; cost: Money | null } | null
  findings: TextFinding[]; claims: TextClaim[]; blanks: { name: string; known: boolean }[]
}
/* ---- ways out for messages ---- */
export type ChannelKind = 'smtp' | 'kannel' | 'dingtalk' | 'wecom' | 'feishu' | 'directory' | 'null'
export type Fate = 'sent' | 'failed' | 'unknown'
export interface ChannelRow {
  id: number; kind: ChannelKind; carries: 'sms' | 'email' | 'robot'; label: string; made_at: string
  last: (Said & { at: string; fate: Fate; code: string }) | null; last_sent_at: string | null
}
export interface Channels { channels: ChannelRow[]; host?: string }
export interface Sent extends Said { fate: Fate; code: string; reply: number }

/** An answer that is not the wanted one: the server's sentence in both languages, or code "network" when there was none. */
export class ApiError extends Error {
  constructor(readonly status: number, readonly code: string, readonly en: string, readonly zh: string,
              readonly field: string | null = null, readonly retryAfterS: number | null = null) {
    super(en)
  }
}
export function asApiError(e: unknown): ApiError {
  if (e instanceof ApiError) return e
  return new ApiError(0, 'network', 'The desk does not answer. Is it still running?', '掌柜没有回应。程序还在运行吗？')
}

/* ---- messages that go out by themselves ---- */
export type OutboxState = 'planned' | 'leased' | 'sent' | 'failed' | 'unknown' | 'dropped'
export interface OutboxRow {
  order: string | null; wave: number; state: OutboxState; channel: string | null; due_at: string | null; at: string | null; leased_at: string | null; sent_at: string | null
  tries: number; reason: Said; code: Said | null; text: string | null; report: 'arrived' | 'not-arrived' | null; crossed: boolean; amount: Money | null
}
export interface Outbox { at: string; on: string[]; connected: string[]; counts: Record<OutboxState, number>; rows: OutboxRow[]; next: string | null }

/** A list to be had as a file. */
export interface ExportAsk { what: string; state?: string; from?: string; to?: string; import?: string | number }
export interface Erased {
  found: boolean; orders: string[]; erased: Record<'customers' | 'orders' | 'rows' | 'remarks' | 'set_aside' | 'texts' | 'records' | 'files' | 'copies', number>
  kept: { field: string; what: Said; why: Said }[]; yours: Said; archives: string[]
}

const BASE = '/api/v1'
let csrf: string | null = null
let on401: () => void = () => undefined
export function onSignedOut(f: () => void) { on401 = f }

function refusal(status: number, body: string, retry: string | null): ApiError {
  const retryAfterS = retry === null ? null : Number.parseInt(retry, 10)
  try {
    const e = (JSON.parse(body) as { error: { code: string; en: string; zh: string; field?: string } }).error
    if (e && e.code) return new ApiError(status, e.code, e.en, e.zh, e.field ?? null, retryAfterS)
  } catch { /* no sentence came along: say the number */ }
  return new ApiError(status, 'http', `The desk answered ${status}.`, `掌柜返回了 ${status}。`, null, retryAfterS)
}

async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (body !== undefined) headers['Content-Type'] = 'application/json; charset=utf-8'
  if (method !== 'GET' && csrf) headers['X-CSRF-Token'] = csrf
  let r: Response
  try {
    r = await fetch(BASE + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal, credentials: 'same-origin' })
  } catch (e) {
    if (e instanceof DOMException && e.name === 'AbortError') throw e
    throw asApiError(e)
  }
  const text = await r.text()
  if (!r.ok) {
    if (r.status === 401 && path !== '/login' && path !== '/session') on401()
    throw refusal(r.status, text, r.headers.get('Retry-After'))
  }
  return (text ? JSON.parse(text) : {}) as T
}

function query(q: Record<string, string | number | null | undefined>): string {
  const p = new URLSearchParams()
  for (const [k, v] of Object.entries(q)) if (v !== null && v !== undefined && v !== '') p.set(k, String(v))
  const s = p.toString()
  return s ? '?' + s : ''
}
const seg = encodeURIComponent

async function sessionFrom(p: Promise<Session>): Promise<Session> {
  const s = await p
  csrf = s.csrf
  return s
}

/** Sends the file's bytes as they are; `progress` gets 0..1 while they go. */
function upload(store: string, file: File, progress: (share: number) => void): Promise<Upload> {
  return new Promise((resolve, reject) => {
    const x = new XMLHttpRequest()
    x.open('POST', `${BASE}/stores/${seg(store)}/uploads`)
    x.setRequestHeader('X-File-Name', encodeURIComponent(file.name))
    x.setRequestHeader('Content-Type', 'application/octet-stream')
    if (csrf) x.setRequestHeader('X-CSRF-Token', csrf)
    x.upload.onprogress = (e) => { if (e.lengthComputable && e.total > 0) progress(e.loaded / e.total) }
    x.onload = () => {
      if (x.status === 401) on401()
      if (x.status >= 200 && x.status < 300) resolve(JSON.parse(x.responseText) as Upload)
      else reject(refusal(x.status, x.responseText, x.getResponseHeader('Retry-After')))
    }
    x.onerror = () => reject(asApiError(null))
    x.send(file)
  })
}

/** The reminder desk. */
export interface QueueRow extends Reminder {
  last_chance: boolean; agent: { id: number; name: string; kind: 'service' | 'specialist' } | null; agent_reason: Reason | null
  text: { code: string; language: 'en' | 'zh'; body: string; key: string } | null; no_text: Reason | null
}
export interface QueueMember { id: number; name: string; kind: 'service' | 'specialist'; user_id: number | null; here: boolean; here_from: string | null; chats: number; limit: number; due: number }
export interface Queue extends Aged {
  at: string; rows: QueueRow[]; totals: { due: number; amount: Money | null; last_chance: number; unhanded: number }; due_all: number
  team: QueueMember[]; paid: { order: string; paid_at: string; amount: Money | null }[]
  held: { orders: number; never: boolean; until: string | null; reason: Reason }[]; young: { orders: number; first_due_at: string | null }
}
export type Attribution = 'order' | 'payment' | 'order_first'
export type BoardDeed = 'reminded' | 'unreached' | 'skipped' | 'held_out' | 'none'
export interface BoardSum { orders: number; amount: Money | null }
export interface BoardPerson {
  name: string; agent: number | null; left: boolean; reminded: number; open: number; unreached: number; skipped: number; asked: number
  recovered: BoardSum; rate_bp: number | null; credited: Record<Attribution, BoardSum>; converted: Record<Attribution, { buyers: number; rate_bp: number | null }>
}
export interface Board extends Aged {
  from: string; to: string; at: string; specialists: BoardPerson[]; others: BoardPerson[]; talks_as_of: string | null
  funnel: { placed: BoardSum; paid_early: BoardSum; young: BoardSum; closed_early: BoardSum; due: Record<BoardDeed, Record<'paid' | 'open' | 'lost', BoardSum>>; crossed: number }
}
export type Outcome = 'done' | 'skipped' | 'unreached'
export const api = {
  session: () => sessionFrom(call<Session>('GET', '/session')),
  setup: (b: { code: string; name: string; password: string; store: NewStore | null }) => sessionFrom(call<Session>('POST', '/setup', b)),
  login: (b: { name: string; password: string }) => sessionFrom(call<Session>('POST', '/login', b)),
  logout: () => call<{ ok: boolean }>('POST', '/logout', {}),

  accounts: async () => listOf<Account>(await call<unknown>('GET', '/accounts'), 'accounts'),
  addAccount: (b: { name: string; role: Role; password: string }) => call<Account>('POST', '/accounts', b),
  changeAccount: (id: number | string, b: { role?: Role; disabled?: boolean; password?: string }) => call<Account>('PATCH', `/accounts/${seg(String(id))}`, b),
  stores: async () => listOf<Store>(await call<unknown>('GET', '/stores'), 'stores'),
  addStore: (b: NewStore) => call<Store>('POST', '/stores', b),
  makeDemo: () => call<Store>('POST', '/demo', {}),
  health: () => call<Health>('GET', '/healthz'),
  policy: (store: string) => call<{ rows: PolicyRow[] }>('GET', `/stores/${encodeURIComponent(store)}/policy`),
  setPolicy: (store: string, values: Record<string, number | null>) => call<{ ok: boolean }>('POST', `/stores/${encodeURIComponent(store)}/policy`, { values }),

  explain: (store: string, order: string, signal?: AbortSignal) => call<Explained>('GET', `/stores/${seg(store)}/explain?order=${encodeURIComponent(order)}`, undefined, signal),
  suppress: (store: string, b: { order: string; because: Stop; remove: boolean }) => call<{ ok: boolean; changed: number }>('POST', `/stores/${seg(store)}/suppress`, b),
  explainIf: (store: string, b: Supposed, signal?: AbortSignal) => call<Explained>('POST', `/stores/${seg(store)}/explain`, b, signal),
  texts: (store: string, signal?: AbortSignal) => call<Texts>('GET', `/stores/${seg(store)}/texts`, undefined, signal),
  previewText: (store: string, b: Wording & { channel: TextChannel; order?: string }, signal?: AbortSignal) =>
    call<TextPreview>('POST', `/stores/${seg(store)}/texts/preview`, b, signal),
  keepText: (store: string, b: Wording) => call<{ ok: boolean }>('POST', `/stores/${seg(store)}/texts`, b),
  forgetText: (store: string, code: string) => call<{ ok: boolean }>('POST', `/stores/${seg(store)}/texts/forget`, { code }),
  setShopWords: (store: string, values: Record<string, string | null>) => call<{ ok: boolean }>('POST', `/stores/${seg(store)}/texts/words`, { values }),

  delay: (store: string, q: DelayAsk, signal?: AbortSignal) => call<Delay>('GET', `/stores/${seg(store)}/delay${query({ ...q })}`, undefined, signal),
  textGains: (store: string, signal?: AbortSignal) => call<TextGains>('GET', `/stores/${seg(store)}/text_gains`, undefined, signal),
  outbox: (store: string, q: { state?: string; after?: string }, signal?: AbortSignal) => call<Outbox>('GET', `/stores/${seg(store)}/outbox${query(q)}`, undefined, signal),
  resolveOutbox: (store: string, b: { order: string; wave: number; what: 'arrived' | 'again' }) => call<{ ok: boolean }>('POST', `/stores/${seg(store)}/outbox/resolve`, b),
  lift: (store: string, signal?: AbortSignal) => call<Lift>('GET', `/stores/${seg(store)}/lift`, undefined, signal),
  feeds: (store: string, signal?: AbortSignal) => call<Feeds>('GET', `/stores/${seg(store)}/feeds`, undefined, signal),
  changeFeed: (store: string, source: FeedSource, b: { limit_s?: number; on?: boolean; folder?: string }) =>
    call<{ ok: boolean; folder: string | null }>('POST', `/stores/${seg(store)}/feeds/${seg(source)}`, b),
  makeToken: (store: string, name: string) => call<{ id: number; token: string }>('POST', `/stores/${seg(store)}/tokens`, { name }),
  revokeToken: (store: string, id: number) => call<{ ok: boolean }>('POST', `/stores/${seg(store)}/tokens/${id}/revoke`, {}),
  setSecret: (store: string, b: { source: FeedSource; secret?: string }) => call<{ id: number; secret: string | null }>('POST', `/stores/${seg(store)}/secrets`, b),
  revokeSecret: (store: string, b: { source: FeedSource; id: number }) => call<{ ok: boolean }>('POST', `/stores/${seg(store)}/secrets/revoke`, b),

  channels: (store: string, signal?: AbortSignal) => call<Channels>('GET', `/stores/${seg(store)}/channels`, undefined, signal),
  addChannel: (store: string, b: Record<string, string | number>) => call<{ id: number; label: string }>('POST', `/stores/${seg(store)}/channels`, b),
  removeChannel: (store: string, id: number) => call<{ ok: boolean }>('POST', `/stores/${seg(store)}/channels/${id}/remove`, {}),
  testChannel: (store: string, id: number, to: string) => call<Sent>('POST', `/stores/${seg(store)}/channels/${id}/test`, { to }),

  /** Waits at the desk until the shop's revision is another than `since`; '' is answered at once. */
  changes: (store: string, since: string, signal?: AbortSignal) =>
    call<{ revision: string; again_after_s: number }>('GET', `/stores/${seg(store)}/changes${query({ since })}`, undefined, signal),
  today: (store: string, revision: string, signal?: AbortSignal) => call<Today>('GET', `/stores/${seg(store)}/today${query({ revision })}`, undefined, signal),
  /** agent: a number, all or none. */
  queue: (store: string, agent: string, revision: string, signal?: AbortSignal) => call<Queue>('GET', `/stores/${seg(store)}/queue${query({ agent, revision })}`, undefined, signal),
  takeQueue: (store: string) => call<{ given: number }>('POST', `/stores/${seg(store)}/queue/take`, {}),
  board: (store: string, q: { from?: string; to?: string }, revision: string, signal?: AbortSignal) => call<Board>('GET', `/stores/${seg(store)}/board${query({ ...q, revision })}`, undefined, signal),
  mark: (store: string, order: string, b: { wave: number; outcome: Outcome; reason?: string; text?: string }) =>
    call<{ ok: boolean }>('POST', `/stores/${seg(store)}/reminders/${seg(order)}/mark`, b),
  unmark: (store: string, order: string, wave: number) =>
    call<{ ok: boolean }>('POST', `/stores/${seg(store)}/reminders/${seg(order)}/unmark`, { wave }),

  team: (store: string, week: string, signal?: AbortSignal) => call<Team>('GET', `/stores/${seg(store)}/team${query({ week })}`, undefined, signal),
  changeTeam: (store: string, changes: TeamChange[]) => call<{ ok: boolean }>('POST', `/stores/${seg(store)}/team`, { changes }),
  changeTeamSelf: (store: string, changes: TeamChange[]) => call<{ ok: boolean }>('POST', `/stores/${seg(store)}/team/self`, { changes }),

  orders: (store: string, q: { state?: string; q?: string; from?: string; to?: string; after?: string | null; limit?: number }, signal?: AbortSignal) =>
    call<Orders>('GET', `/stores/${seg(store)}/orders${query(q)}`, undefined, signal),
  order: (store: string, order: string, signal?: AbortSignal) => call<Order>('GET', `/stores/${seg(store)}/orders/${seg(order)}`, undefined, signal),
  review: (store: string, q: { from: string; to: string; compare?: 'previous' | 'none' }, signal?: AbortSignal) =>
    call<Review>('GET', `/stores/${seg(store)}/review${query(q)}`, undefined, signal),

  upload,
  scan: (store: string, id: string, q: { profile?: string | null; zone?: string | null; encoding?: string | null } = {}) =>
    call<Scan>('GET', `/stores/${seg(store)}/uploads/${seg(id)}${query(q)}`),
  fields: async (subject: string) => listOf<Field>(await call<unknown>('GET', `/fields${query({ subject })}`), 'fields'),
  addProfile: (store: string, b: NewProfile) => call<{ name: string }>('POST', `/stores/${seg(store)}/profiles`, b),
  startImport: (store: string, b: { uploads: AskedFile[] }) =>
    call<{ import_id: string }>('POST', `/stores/${seg(store)}/imports`, b),
  foresee: (store: string, b: { uploads: AskedFile[] }, signal?: AbortSignal) => call<Foreseen>('POST', `/stores/${seg(store)}/imports/foreseen`, b, signal),
  data: (store: string, signal?: AbortSignal) => call<{ at: string; subjects: DataSubject[] }>('GET', `/stores/${seg(store)}/data`, undefined, signal),
  records: (store: string, q: RecordsAsk, signal?: AbortSignal) => call<Records>('GET', `/stores/${seg(store)}/records${query({ ...q })}`, undefined, signal),
  imports: (store: string, signal?: AbortSignal) => call<{ imports: Import[] }>('GET', `/stores/${seg(store)}/imports`, undefined, signal),
  import: (id: string | number) => call<Import>('GET', `/imports/${seg(String(id))}`),
  undo: (id: string | number) => call<unknown>('POST', `/imports/${seg(String(id))}/undo`, {}),
  resume: (id: string | number) => call<unknown>('POST', `/imports/${seg(String(id))}/resume`, {}),
  quarantine: (id: string | number, after?: string | null) =>
    call<{ rows: QuarantineRow[]; next: string | null; headers: Record<string, string[]> }>('GET', `/imports/${seg(String(id))}/quarantine${query({ after })}`),
  quarantineSheet: (id: string | number, file: number, format: 'xlsx' | 'csv', lang: string) => `${BASE}/imports/${seg(String(id))}/quarantine.sheet${query({ file, format, lang })}`,
  checkMended: (id: string | number, b: { file: number; rows: { line: number; cells: string[] }[] }, signal?: AbortSignal) =>
    call<{ rows: MendedRow[]; refusal: Said | null }>('POST', `/imports/${seg(String(id))}/quarantine/check`, b, signal),
  mend: (id: string | number, b: { file: number; rows: { line: number; cells: string[] }[] }) => call<{ import_id: number }>('POST', `/imports/${seg(String(id))}/quarantine/mend`, b),
  exportHref: (store: string, ask: ExportAsk & { format: 'xlsx' | 'csv'; lang: string }) => `${BASE}/stores/${seg(store)}/export${query({ ...ask })}`,
  archiveHref: (store: string) => `${BASE}/stores/${seg(store)}/archive`,
  archiveProgress: (store: string) => call<{ running: boolean; rows: number }>('GET', `/stores/${seg(store)}/archive/progress`),
  personHref: (store: string, order: string) => `${BASE}/stores/${seg(store)}/orders/${seg(order)}/person`,
  personErase: (store: string, order: string, confirm: string) => call<Erased>('POST', `/stores/${seg(store)}/orders/${seg(order)}/person/erase`, { confirm }),
  quarantineCsv: (id: string | number) => `${BASE}/imports/${seg(String(id))}/quarantine.csv`,
}

/* Lists come bare or under their name. */
function listOf<T>(v: unknown, name: string): T[] {
  if (Array.isArray(v)) return v as T[]
  const inner = (v as Record<string, unknown> | null)?.[name]
  return Array.isArray(inner) ? (inner as T[]) : []
}
