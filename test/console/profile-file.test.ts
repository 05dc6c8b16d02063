import {readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {formatProfile, mergeProfiles, profilePath, readProfile, writeProfile} from '../../src/console/profile-file.ts';
import type {RequestProfile, SearchProfile, Template} from '../../src/console/profile.ts';
import {UsageError} from '../../src/base/errors.ts';
import {temporaryDirectory} from '../access/config/temporary-directory.ts';

const search: SearchProfile = {
	request: {method: 'POST', path: '/log/{app_id}/event', headers: {'x-lang': 'zh'}, json: {start: '{since}', end: '{until}', page: '{page}', size: '{page_size}', types: [1, '2', null, true], extra: {json_text: {a: 'b'}}}},
	time: {as: 'milliseconds', until: 'unknown'},
	pages: {style: 'page', size: 20},
	response: {rows: 'data.list', id: 'id', time: {at: 'time', as: 'YYYY-MM-DD HH:mm:ss', timezone: 'Asia/Shanghai'}, success: {at: 'code', is: [0, '0', true]}},
	filters: {status: {as: 'list', otherwise: [], values: {success: 1, failed: '2'}}},
	fields: {status: 'state'},
};
const profile: RequestProfile = {version: 1, base_url: 'https://console.example.com', session: {csrf_header: 'x-csrf-token'}, searches: {event: search}};

async function roundTrip(written: RequestProfile): Promise<RequestProfile | undefined> {
	return readProfile(await temporaryDirectory().put('profile.yaml', formatProfile(written)));
}

describe('a request profile', () => {
	it('is in the configuration directory of the user', () => {
		expect(profilePath({XDG_CONFIG_HOME: '/home/u/.config'})).toBe('/home/u/.config/audit-export/feishu-app-log.yaml');
	});

	it('is written with comments, and read again as it was', async () => {
		const text = formatProfile(profile);
		expect(text).toMatch(/^# Request profile of audit-export feishu-app-log/);
		expect(text).toContain("      # How {since} and {until} are written".slice(2));
		expect(text).toContain("start: '{since}'");
		expect(await roundTrip(profile)).toEqual(profile);
	});

	it('keeps every text and number as it is', async () => {
		// What some reader of YAML takes for something else than a text.
		const awkward = fc.constantFrom('yes', 'no', 'null', '~', 'true', '2026-11-20', '2026-11-20T00:00:00Z', '1_000', '0x1f', '0o7', '012', '1e3', '.5', '1:30', '-', '- a', '#a', 'a: b', '!tag', '&a', '*a', '', ' a ', 'a\nb', "it's", '"', '{a}', '[a]', '%', '@a', '`a', '=', '<<', '\u0085', '\u2028', '\\', '\t');
		const text = fc.oneof(awkward, fc.string({unit: 'grapheme'}), fc.string());
		const key = fc.oneof(awkward, fc.string()).filter(name => name !== '__proto__' && name !== '<<' && !/\{[a-z_]+(?::text)?\}/.test(name));
		const value = fc.letrec<{value: Template}>(tie => ({
			value: fc.oneof({maxDepth: 3}, text, fc.integer(), fc.double({noNaN: true, noDefaultInfinity: true}).filter(number => !Object.is(number, -0)), fc.boolean(), fc.constant(null), fc.array(tie('value'), {maxLength: 3}), fc.dictionary(key, tie('value'), {maxKeys: 3})),
		})).value.filter(template => !/\{[a-z_]+(?::text)?\}/.test(JSON.stringify(template)));
		const path = join(temporaryDirectory().path, 'profile.yaml');
		await fc.assert(fc.asyncProperty(value, async constant => {
			const written: RequestProfile = {...profile, searches: {event: {...search, request: {...search.request, json: {since: '{since}', until: '{until}', page: '{page}', constant}}}}};
			writeFileSync(path, formatProfile(written));
			expect(await readProfile(path)).toEqual(JSON.parse(JSON.stringify(written)));
		}), {numRuns: 200});
	});

	it('is written into a directory that is made for the user alone', async () => {
		const path = join(temporaryDirectory().path, 'a', 'b', 'profile.yaml');
		await writeProfile(path, profile);
		expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
		expect(readFileSync(path, 'utf8')).toBe(formatProfile(profile));
		await writeProfile(path, {...profile, session: {}});
		expect(await readProfile(path)).toMatchObject({session: {}});
	});

	it('may be missing', async () => {
		expect(await readProfile('/nonexistent/profile.yaml')).toBeUndefined();
	});

	it('is refused with the place of a mistake', async () => {
		const {put, path} = temporaryDirectory();
		const file = await put('profile.yaml', formatProfile(profile).replace('style: page', 'style: pages'));
		await expect(readProfile(file)).rejects.toMatchObject({name: 'UsageError', message: expect.stringContaining(`${file}: searches.event.pages.style`) as string});
		await expect(readProfile(await put('broken.yaml', 'a: [1'))).rejects.toBeInstanceOf(UsageError);
		await expect(readProfile(path)).rejects.toBeInstanceOf(UsageError);
	});
});

describe('learning anew', () => {
	const server = {...search, pages: {...search.pages, size: 50}};

	it('keeps the searches that were not learned again', () => {
		expect(mergeProfiles(profile, {...profile, session: {csrf_cookie: 'csrf'}, searches: {server}})).toEqual({
			profile: {...profile, session: {csrf_header: 'x-csrf-token', csrf_cookie: 'csrf'}, searches: {event: search, server}},
		});
		expect(mergeProfiles(profile, {...profile, searches: {event: server}}).profile.searches).toEqual({event: server});
		expect(mergeProfiles(undefined, profile)).toEqual({profile});
	});

	it('keeps what can only be written by hand', () => {
		const edited: SearchProfile = {...search, rate: '5/1s', pages: {...search.pages, max_size: 100}};
		expect(mergeProfiles({...profile, searches: {event: edited}}, profile).profile.searches.event).toMatchObject({rate: '5/1s', pages: {max_size: 100}});
	});

	it('replaces the profile of another host, and says so', () => {
		const {profile: merged, notice} = mergeProfiles(profile, {...profile, base_url: 'https://other.example.com', searches: {server}});
		expect(merged).toEqual({...profile, base_url: 'https://other.example.com', searches: {server}});
		expect(notice).toBe('the profile was for https://console.example.com and is replaced by one for https://other.example.com; its event search is gone');
	});
});
