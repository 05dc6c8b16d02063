import {BarChart, HeatmapChart} from 'echarts/charts';
import {CalendarComponent, GridComponent, LegendComponent, VisualMapComponent} from 'echarts/components';
import {init, use, type EChartsCoreOption} from 'echarts/core';
import {SVGRenderer} from 'echarts/renderers';
import {html, raw} from 'hono/html';

use([BarChart, HeatmapChart, CalendarComponent, GridComponent, LegendComponent, VisualMapComponent, SVGRenderer]);

/** Markup that can stand in a page: what is not markup in it is escaped. */
export type Markup = ReturnType<typeof html>;

const width = 720;

const textStyle = {fontFamily: 'system-ui, sans-serif', fontSize: 12, color: '#333'};

/** Bars one upon another, by name; every name and number also stands in a table of the page. */
export function barChart(
	description: string,
	names: readonly string[],
	parts: ReadonlyArray<{name: string; colour: string; values: readonly number[]}>,
): Markup {
	return draw(description, 220, {
		grid: {left: 60, right: 10, top: 34, bottom: 28},
		legend: {top: 0, left: 'left', icon: 'rect', textStyle, selectedMode: false},
		xAxis: {type: 'category', data: [...names], axisLabel: textStyle, axisTick: {show: false}},
		yAxis: {type: 'value', minInterval: 1, axisLabel: textStyle},
		series: parts.map(({name, colour, values}) => ({
			type: 'bar',
			silent: true,
			stack: 'all',
			name,
			data: [...values],
			itemStyle: {color: colour},
			barMinHeight: 1,
		})),
	});
}

/** The days of a year, each in the colour of what it is. @param days each `YYYY-MM-DD` with the index of its state */
export function calendarChart(
	description: string,
	year: string,
	{
		days,
		states,
		locale,
	}: {
		days: ReadonlyArray<readonly [day: string, state: number]>;
		states: ReadonlyArray<{name: string; colour: string}>;
		locale: 'EN' | 'ZH';
	},
): Markup {
	return draw(description, 170, {
		visualMap: {
			type: 'piecewise',
			orient: 'horizontal',
			left: 'left',
			top: 0,
			textStyle,
			selectedMode: false,
			inRange: {opacity: 1},
			pieces: states.map(({name, colour}, value) => ({value, label: name, color: colour})),
		},
		calendar: {
			range: year,
			left: 46,
			top: 54,
			right: 4,
			cellSize: ['auto', 14],
			splitLine: {lineStyle: {color: '#777', width: 1}},
			itemStyle: {color: '#fff', borderColor: '#ddd'},
			dayLabel: {firstDay: 1, nameMap: locale, ...textStyle},
			monthLabel: {nameMap: locale, ...textStyle},
			yearLabel: {margin: 28, fontSize: 13, color: '#333'},
		},
		series: {type: 'heatmap', silent: true, coordinateSystem: 'calendar', data: days.map(([day, state]) => [day, state])},
	});
}

function draw(description: string, height: number, option: EChartsCoreOption): Markup {
	const chart = init(null, null, {renderer: 'svg', ssr: true, width, height});
	chart.setOption({animation: false, ...option});
	const svg = chart.renderToSVGString();
	chart.dispose();
	return html`<figure role="img" aria-label="${description}">${raw(svg)}</figure>`;
}
