/** The browser's side of the page, behind the `wire` that the shape declares. */
export const logScript = `
const settings = JSON.parse(document.getElementById('settings').textContent);
const form = document.getElementById('search');
const [alertLine, statusLine] = [document.querySelector('[role=alert]'), document.querySelector('[role=status]')];
const [previous, next] = [document.getElementById('previous'), document.getElementById('next')];
const openedAt = Date.now();
let kind = 'server';
let query;
let index = 0;
let cursors = [];
let isLeaving = false;

async function ask({url, body}) {
	const csrf = document.cookie.split('; ').find(pair => pair.startsWith(settings.csrfCookie + '='))?.split('=')[1] ?? '';
	const headers = {accept: 'application/json', [settings.csrfHeader]: csrf};
	const response = body === undefined
		? await fetch(url, {headers})
		: await fetch(url, {method: 'POST', headers: {...headers, 'content-type': 'application/json'}, body: JSON.stringify(body)});
	if (response.redirected || response.status === 401) throw Object.assign(new Error('signed out'), {signedOut: true});
	return response.json();
}

function report(name) {
	const event = {name, start_time: openedAt, end_time: Date.now(), page: location.pathname};
	ask({url: settings.noise.telemetry, body: {events: [event], sent_at: Date.now()}}).catch(failed);
}

/** Several requests may learn at once that the session has ended; a second navigation would break off the first. */
function leave() {
	if (!isLeaving) location.assign(settings.signIn);
	isLeaving = true;
}

function failed(error) {
	if (error.signedOut) return leave();
	alertLine.textContent = error.message;
	alertLine.hidden = false;
}

function select(chosen) {
	kind = chosen;
	query = undefined;
	for (const tab of document.querySelectorAll('[role=tab]')) tab.setAttribute('aria-selected', String(tab.dataset.kind === kind));
	for (const fields of form.querySelectorAll('fieldset[data-kind]')) fields.hidden = fields.disabled = fields.dataset.kind !== kind;
	document.querySelector('.rows').hidden = true;
	alertLine.hidden = true;
	statusLine.textContent = '';
	previous.disabled = next.disabled = true;
}

function cell(row, {place, isTime, titles}) {
	const value = place.split('.').reduce((inner, key) => inner?.[key], row);
	return isTime ? new Date(wire.time(value)).toLocaleString('sv-SE') : titles[value] ?? String(value ?? '');
}

function line(name, texts) {
	const row = document.createElement('tr');
	for (const text of texts) row.append(Object.assign(document.createElement(name), {textContent: text}));
	return row;
}

async function show() {
	const shown = query;
	const {path, statisticsPath, columns} = settings.searches[kind];
	previous.disabled = next.disabled = true;
	alertLine.hidden = true;
	statusLine.textContent = 'Searching…';
	try {
		const {search, statistics} = wire.request({path, statisticsPath, ...query, index, cursor: cursors[index]});
		report('log_search');
		const [answer] = await Promise.all([ask(search), index === 0 ? ask(statistics) : undefined]);
		if (shown !== query) return;
		const {rows, total, hasNext = total > (index + 1) * query.size, cursor} = wire.read(answer);
		cursors[index + 1] = cursor;
		document.querySelector('thead').replaceChildren(line('th', columns.map(({label}) => label)));
		document.querySelector('tbody').replaceChildren(...rows.map(row => line('td', columns.map(column => cell(row, column)))));
		document.querySelector('.rows').hidden = false;
		statusLine.textContent = 'Page ' + (index + 1) + (total === undefined ? '' : ', ' + total + ' rows');
		previous.disabled = index === 0;
		next.disabled = !hasNext;
	} catch (error) {
		statusLine.textContent = '';
		failed(error);
	}
}

form.addEventListener('submit', event => {
	event.preventDefault();
	const values = new FormData(form);
	const valuesOf = ({field, split}) => values.getAll(field).flatMap(text => split ? text.split(/\\s+/) : [text.trim()]).filter(text => text !== '');
	query = {
		start: new Date(values.get('start')).getTime(),
		end: new Date(values.get('end')).getTime(),
		size: Number(values.get('size')),
		filters: settings.searches[kind].filters.map(filter => ({...filter, values: valuesOf(filter)})),
	};
	index = 0;
	cursors = [];
	show();
});
previous.addEventListener('click', () => { index--; show(); });
next.addEventListener('click', () => { index++; show(); });
for (const tab of document.querySelectorAll('[role=tab]')) tab.addEventListener('click', () => select(tab.dataset.kind));

const local = ms => new Date(ms - new Date(ms).getTimezoneOffset() * 60000).toISOString().slice(0, 19);
form.elements.start.value = local(openedAt - 86399000);
form.elements.end.value = local(openedAt);
select(kind);
ask({url: settings.noise.user}).catch(failed);
ask({url: settings.noise.apps + '?page_size=50'}).catch(failed);
report('open');
`;
