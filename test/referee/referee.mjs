// A second implementation, to judge the first: node referee.mjs <export.ndjson | archive directory> <base URL> <since> <until>
// Asks the API for the calls of a range by itself, one page after the other, and reads the files by what docs/archives.md says of
// them. It shares no line with the program, and uses nothing but Node.js. Times are Unix seconds, the end excluded.
import {createHash} from 'node:crypto';
import {existsSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';

const [, , subject, baseUrl, sinceText, untilText] = process.argv;
const [since, until] = [Number(sinceText), Number(untilText)];
const problems = [];

async function post(path, body, token) {
	const headers = {'content-type': 'application/json', ...token && {authorization: `Bearer ${token}`}};
	const response = await fetch(new URL(path, baseUrl), {method: 'POST', headers, body: JSON.stringify(body)});
	const text = await response.text();
	const {code, msg} = JSON.parse(text);
	if (code === 99991400) {
		await new Promise(resolve => setTimeout(resolve, 1000 * Number(response.headers.get('x-ogw-ratelimit-reset') ?? 1)));
		return post(path, body, token);
	}
	if (code !== 0) throw new Error(`${path}: ${code} ${msg}`);
	return JSON.parse(text);
}

/** The rows that the API has of the range, as text by id; an id that comes twice must come with the same row. */
async function askAll() {
	const {tenant_access_token: token} = await post('/open-apis/auth/v3/tenant_access_token/internal', {
		app_id: process.env.FEISHU_APP_ID, app_secret: process.env.FEISHU_APP_SECRET,
	});
	const rows = new Map();
	let pageToken = '';
	do {
		const {data} = await post('/open-apis/security_and_compliance/v1/openapi_logs/list_data', {
			start_time: since, end_time: until, page_size: 100, ...pageToken && {page_token: pageToken},
		}, token);
		// Whether the API counts the end or not: what is at it or beyond was not asked for.
		for (const row of data.items ?? []) if (row.event_time >= since && row.event_time < until) rows.set(row.id, JSON.stringify(row));
		pageToken = data.has_more ? data.page_token : '';
	} while (pageToken);
	return rows;
}

const linesOf = bytes => bytes.toString('utf8').split('\n').filter(line => line !== '');
const sha256 = bytes => createHash('sha256').update(bytes).digest('hex');

/** The rows of an archive whose chain and files are what its manifest says. */
function readArchive(directory) {
	const files = new Map();
	let before = '0'.repeat(64);
	for (const [index, text] of linesOf(readFileSync(join(directory, 'manifest.ndjson'))).entries()) {
		const line = JSON.parse(text);
		if (line.line !== index) problems.push(`line ${index} calls itself ${line.line}`);
		if (line.prev !== before) problems.push(`line ${index} does not follow the one before it`);
		before = sha256(text);
		// What a line replaces or removes counts no more; what it adds does.
		for (const gone of [line.replaces ?? [], line.removed ?? []].flat()) files.delete(gone.file ?? gone);
		if (line.file?.startsWith('data/')) files.set(line.file, line);
	}
	return [...files].flatMap(([file, {sha256: expected, records, bytes}]) => {
		const path = join(directory, file);
		if (!existsSync(path)) {
			problems.push(`${file} is missing`);
			return [];
		}
		const content = readFileSync(path);
		if (sha256(content) !== expected || bytes !== undefined && bytes !== content.length) problems.push(`${file} is not what was written`);
		let rows = [];
		try {
			rows = linesOf(file.endsWith('.gz') ? gunzipSync(content) : content);
		} catch (error) {
			problems.push(`${file} cannot be read: ${error.message}`);
		}
		if (rows.length !== records) problems.push(`${file} has ${rows.length} rows, not ${records}`);
		return rows;
	});
}

const found = statSync(subject).isDirectory() ? readArchive(subject) : linesOf(readFileSync(subject));
const expected = await askAll();
const left = new Map(expected);
for (const text of found) {
	const row = JSON.parse(text);
	if (row.event_time < since || row.event_time >= until) continue;
	if (!expected.has(row.id)) problems.push(`${row.id} is none of the API's`);
	else if (!left.delete(row.id)) problems.push(`${row.id} is there twice`);
	else if (JSON.stringify(row) !== expected.get(row.id)) problems.push(`${row.id} is not the API's row`);
}
for (const id of left.keys()) problems.push(`${id} is missing`);
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(`${expected.size} rows of the API, ${found.length} lines, ${problems.length} problems\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
