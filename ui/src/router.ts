/* Places of the page.  A place names what one must be allowed to read to see it. */
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { loadSession, may, session, store, whenSignedOut } from './session'

const routes: RouteRecordRaw[] = [
  { path: '/', redirect: '/today' },
  { path: '/setup', name: 'setup', component: () => import('./pages/Setup.vue'), meta: { open: true } },
  { path: '/login', name: 'login', component: () => import('./pages/Login.vue'), meta: { open: true } },
  { path: '/today', name: 'today', component: () => import('./pages/Today.vue'), meta: { may: 'today.read' } },
  { path: '/remind/:part(board|outbox)?', name: 'remind', component: () => import('./pages/Remind.vue'), meta: { may: 'queue.read' } },
  { path: '/orders/:order?', name: 'orders', component: () => import('./pages/Orders.vue'), meta: { may: 'orders.read' } },
  { path: '/import', name: 'import', component: () => import('./pages/Import.vue'), meta: { may: 'import.write' } },
  { path: '/data', name: 'data', component: () => import('./pages/Data.vue'), meta: { may: 'records.read' } },
  { path: '/data/orders', redirect: '/orders' },
  { path: '/data/:subject', name: 'records', component: () => import('./pages/Records.vue'), meta: { may: 'records.read' } },
  { path: '/review', name: 'review', component: () => import('./pages/Review.vue'), meta: { may: 'review.read' } },
  { path: '/gains', name: 'gains', component: () => import('./pages/Gains.vue'), meta: { may: 'gains.read' } },
  { path: '/team', name: 'team', component: () => import('./pages/Team.vue'), meta: { may: 'team.read' } },
  { path: '/texts', name: 'texts', component: () => import('./pages/Texts.vue'), meta: { may: 'texts.read' } },
  { path: '/people', name: 'people', component: () => import('./pages/People.vue'), meta: { may: 'accounts.write' } },
  { path: '/settings', name: 'settings', component: () => import('./pages/Settings.vue'), meta: {} },
  { path: '/:rest(.*)', redirect: '/today' },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (to, from, saved) => saved ?? (to.hash ? { el: to.hash, top: 72 } : to.name === from.name ? undefined : { top: 0 }),
})

/** The first place of those that this person may see. */
export function home(): string {
  if (may('today.read')) return '/today'
  if (may('orders.read')) return '/orders'
  return '/settings'
}

router.beforeEach(async (to) => {
  if (!session.value) await loadSession()
  const s = session.value
  if (!s) return true // the desk does not answer; the frame says so
  if (s.setup_needed) return to.name === 'setup' ? true : '/setup'
  if (!s.user) return to.name === 'login' ? true : { path: '/login', query: to.path === '/today' || to.name === 'setup' ? {} : { to: to.fullPath } }
  if (to.meta.open) return home()
  if (!store.value && to.name !== 'settings' && to.name !== 'people') return '/settings'
  if (typeof to.meta.may === 'string' && !may(to.meta.may)) return home()
  return true
})
whenSignedOut(() => void router.push('/login'))
