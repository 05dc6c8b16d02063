import {expect, it} from 'vitest';
import type {Client} from '../../src/http/client.ts';
import {HOUR, MINUTE} from '../../src/base/duration.ts';
import {archiveDirectory, archiveRun, beginning, modelClock} from './archive-run.ts';
import {readArchive} from './read-archive.ts';

it('lets a window reach no further than the moment in which its own answer was served, whatever other answers say', async () => {
	// The clock here is 10 minutes ahead of that of the server, on which two windows are nearly over.
	const clock = modelClock(beginning + 2 * HOUR + 10 * MINUTE);
	const servedAt = {first: beginning + HOUR - 5 * MINUTE, second: beginning + 2 * HOUR};
	let hasAnswered: () => void = () => undefined;
	const second = new Promise<void>(resolve => {
		hasAnswered = resolve;
	});
	const client: Client = {async send({body}) {
		const {start_time: start} = body as {start_time: number};
		const isFirst = start * 1000 < beginning + 30 * MINUTE;
		// The first window's answer was served early, and is long on its way.
		if (isFirst) await second;
		else hasAnswered();
		const text = '{"code":0,"data":{"items":[],"has_more":false}}';
		return {text, body: JSON.parse(text), altered: false, servedAt: isFirst ? servedAt.first : servedAt.second};
	}};
	const dir = archiveDirectory();
	const {error} = await archiveRun({dir, client, clock, query: {windowMs: HOUR, concurrency: 2}, options: {overlapMs: 0}});
	expect(error).toBeUndefined();
	expect(readArchive(dir).lines.at(-1)).toMatchObject({until: new Date(servedAt.first).toISOString().replace('.000', '')});
});
