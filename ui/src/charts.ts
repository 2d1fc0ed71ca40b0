/* The few parts of ECharts in use.  Loaded only by pages that draw. */
import * as core from 'echarts/core'
import { BarChart, LineChart, type BarSeriesOption, type LineSeriesOption } from 'echarts/charts'
import { GridComponent, LegendComponent, TooltipComponent, type GridComponentOption, type LegendComponentOption, type TooltipComponentOption } from 'echarts/components'
import { CanvasRenderer } from 'echarts/renderers'

core.use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer])
export type ChartOption = core.ComposeOption<BarSeriesOption | LineSeriesOption | GridComponentOption | LegendComponentOption | TooltipComponentOption>
export const draw = (el: HTMLElement) => core.init(el, null, { renderer: 'canvas' })
