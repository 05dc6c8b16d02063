import {html, raw} from 'hono/html';
import {searchKinds, type SearchKind} from '../../sources/app-log-kinds.ts';
import {consolePaths, type ConsoleParts, type ConsoleRoute} from './handler.ts';
import {logScript} from './log-script.ts';
import {noisePaths} from './noise.ts';
import {consolePage, type Html} from './pages.ts';
import {consoleSearches, type ConsoleFilter} from './searches.ts';
import {csrfCookie} from './sessions.ts';
import type {ConsoleShape} from './shapes/types.ts';

/** The page with the three searches, for whoever signed in, and its script. */
export function createLogRoutes(parts: ConsoleParts): ConsoleRoute[] {
	const {appId, sessions, shape} = parts;
	const script = `${shape.script}\n${logScript}`;
	return [
		{
			path: consolePaths.log(appId),
			handlers: {
				GET: async request => sessions.csrfTokenOf(request) === undefined
					? new Response(null, {status: 302, headers: {location: consolePaths.signIn}})
					: logPage(parts),
			},
		},
		{
			path: consolePaths.script,
			handlers: {
				GET: async () => new Response(script, {headers: {'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-store'}}),
			},
		},
	];
}

async function logPage({appId, shape}: ConsoleParts): Promise<Response> {
	return consolePage(
		200, 'Log search',
		html` <h1>Log search</h1>
			<div role="tablist">
				${searchKinds.map(kind => html`<button role="tab" data-kind="${kind}" aria-selected="false">${consoleSearches[kind].title}</button>`)}
			</div>
			<form id="search">
				<label>From <input type="datetime-local" name="start" step="1" required /></label>
				<label>To <input type="datetime-local" name="end" step="1" required /></label>
				<label
					>Rows per page
					<select name="size">
						${shape.pageSizes.map(size => html`<option>${size}</option>`)}
					</select></label
				>
				${searchKinds.map(kind => html`<fieldset data-kind="${kind}" hidden disabled>${consoleSearches[kind].filters.map(filter => filterField(filter, shape))}</fieldset>`)}
				<button class="main">Search</button>
			</form>
			<p role="alert" hidden></p>
			<div class="rows" hidden>
				<table>
					<thead></thead>
					<tbody></tbody>
				</table>
			</div>
			<p role="status"></p>
			<button id="previous" disabled>Previous page</button> <button id="next" disabled>Next page</button>
			<script type="application/json" id="settings">
				${raw(JSON.stringify(settings(appId, shape)).replaceAll('<', String.raw`\u003c`))}
			</script>
			<script src="${consolePaths.script}"></script>`,
	);
}

function filterField({name, label, many, choices, required}: ConsoleFilter, {names}: ConsoleShape): Html {
	if (choices === undefined) return html`<label>${label} <input name="${name}" autocomplete="off"></label>`;
	const type = many === true ? 'checkbox' : 'radio';
	return html`<fieldset>
		<legend>${label}</legend>
		${choices.map(
			choice =>
				html`<label
					><input type="${type}" name="${name}" value="${names.choice(choice, choices)}" ${required === true ? ' required' : ''} />
					${titleOf(choice)}</label
				>`,
		)}
	</fieldset>`;
}

function titleOf(choice: string): string {
	return `${choice.charAt(0).toUpperCase()}${choice.slice(1).replaceAll('-', ' ')}`;
}

/** What the script must know. */
function settings(appId: string, {names, csrfHeader, searchPath, statisticsPath}: ConsoleShape): object {
	const titles = (choices: readonly string[] = []) =>
		Object.fromEntries(choices.map(choice => [names.choice(choice, choices), titleOf(choice)]));
	const search = (kind: SearchKind) => ({
		path: searchPath(kind, appId),
		statisticsPath: statisticsPath(kind, appId),
		columns: consoleSearches[kind].columns.map(({field, label}) => ({
			label, place: names.field(field, kind), isTime: field === 'time',
			titles: titles(consoleSearches[kind].filters.find(({name}) => name === field)?.choices),
		})),
		filters: consoleSearches[kind].filters.map(({name, many = false, choices}) => ({
			field: name, name: names.filter(name), many, split: many && choices === undefined,
		})),
	});
	return {
		csrfCookie, csrfHeader, signIn: consolePaths.signIn, noise: noisePaths,
		searches: {server: search('server'), event: search('event'), client: search('client')},
	};
}
