import {fileURLToPath} from 'node:url';
import {expect, it} from 'vitest';
import {readProfile} from '../../src/console/profile-file.ts';
import {runCommand} from '../helpers/context.ts';
import {VirtualClock} from '../helpers/virtual-clock.ts';
import {start} from './consoles.ts';

/** The profile that docs/console.md shows. */
const path = fileURLToPath(new URL('request-profile.example.yaml', import.meta.url));

const planOf = async (...args: string[]) => runCommand(['feishu-app-log', ...args, '--since', '1h', '--dry-run', '--request-profile', path, '--app-id', 'cli_a1'], {
	fetch: async () => Promise.reject(new Error('no request was expected')), clock: new VirtualClock(start),
});

it('is valid', async () => {
	expect(Object.keys((await readProfile(path))?.searches ?? {})).toEqual(['event', 'client']);
});

it('asks as it says', async () => {
	const event = await planOf('event', '--status', 'failed', '--event-id', 'e-1', '--window', '30m');
	expect(event.code).toBe(0);
	expect(event.stdout).toContain(`curl -X POST 'https://console.example.com/api/log/cli_a1/event/search' \\
  -H 'cookie: ***' \\
  -H 'referer: https://console.example.com/app/cli_a1/log' \\
  -H 'x-csrf-token: ***' \\`);
	expect(event.stdout).toContain(`{"filter":{"start_time":${start - 3_600_000},"end_time":${start - 1_800_001},"status":[2]},"page":{"number":1,"size":50}}`);
	const client = await planOf('client', '--app-feature', 'web-app', '--keyword', 'request', '--keyword', 'timeout');
	expect(client.stdout).toContain("'https://console.example.com/api/log/cli_a1/client/search?from=2026-11-20+19%3A00%3A00&to=2026-11-20+20%3A00%3A00&limit=20&feature=2&keywords=request+timeout'");
});
