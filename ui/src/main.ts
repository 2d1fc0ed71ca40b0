/* The page begins here: words, theme, places, then the frame (App.vue).  pages/ has one file per place, components/ what
 * they share, api.ts the desk's answers, format.ts how money and time are written. */
import { createApp } from 'vue'
import './style/element'
import './style/tokens.css'
import './style/base.css'
import './theme'
import App from './App.vue'
import { i18n } from './words'
import { router } from './router'

createApp(App).use(i18n).use(router).mount('#app')
