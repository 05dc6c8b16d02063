// The least that can be done: fetch, parse, print, write, one page after the other. No retries, no budget, no checks, and
// large integers come out rounded.  Usage: bare.js <url> <start seconds> <end seconds> <file, or - for stdout>
import {createWriteStream} from 'node:fs';
import {once} from 'node:events';

const [url = '', start = '', end = '', file = '-'] = process.argv.slice(2);
const out = file === '-' ? process.stdout : createWriteStream(file);

/**
 * @param {string} path
 * @param {object} body
 * @param {Record<string, string>} headers
 */
async function post(path, body, headers = {}) {
	const response = await fetch(`${url}${path}`, {method: 'POST', headers: {'content-type': 'application/json', ...headers}, body: JSON.stringify(body)});
	return JSON.parse(await response.text());
}

const {tenant_access_token: token} = await post('/open-apis/auth/v3/tenant_access_token/internal', {app_id: 'cli_bench', app_secret: 'bench-secret'});
const headers = {authorization: `Bearer ${token}`};
for (let pageToken; ;) {
	const {data} = await post('/open-apis/security_and_compliance/v1/openapi_logs/list_data', {start_time: Number(start), end_time: Number(end), page_size: 100, page_token: pageToken}, headers);
	let text = '';
	for (const item of data.items) text += `${JSON.stringify(item)}\n`;
	if (!out.write(text)) await once(out, 'drain');
	if (!data.has_more) break;
	pageToken = data.page_token;
}
if (file !== '-') out.end();
