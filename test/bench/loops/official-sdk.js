// The same loop on the vendor's own SDK, as its documentation shows it.  Usage: as bare.js
import {createWriteStream} from 'node:fs';
import {once} from 'node:events';
import {AppType, Client, defaultHttpInstance, LoggerLevel} from '@larksuiteoapi/node-sdk';

const [url = '', start = '', end = '', file = ''] = process.argv.slice(2);
const out = createWriteStream(file);
// A proxy of the machine must not be asked for loopback.
defaultHttpInstance.defaults.proxy = false;
const client = new Client({appId: 'cli_bench', appSecret: 'bench-secret', appType: AppType.SelfBuild, domain: url, loggerLevel: LoggerLevel.error});

for (let pageToken; ;) {
	const {data} = await client.security_and_compliance.openapiLog.listData({
		data: {start_time: Number(start), end_time: Number(end), page_size: 100, ...(pageToken === undefined ? {} : {page_token: pageToken})},
	});
	let text = '';
	for (const item of data?.items ?? []) text += `${JSON.stringify(item)}\n`;
	if (!out.write(text)) await once(out, 'drain');
	if (data?.has_more !== true) break;
	pageToken = data.page_token;
}
out.end();
