import {describe, expect, it} from 'vitest';
import {jsonAt} from './reading.ts';
import {at, open, subjects} from './subjects.ts';

describe.each(subjects)('the envelope of $name', subject => {
	const {shape: {rows, envelope: {code, message}}} = subject;
	const honest = open(subject).page();
	const through = async (how: string) => open(subject, 'envelope', {how}).page();
	const data = rows.slice(0, 1);
	const isFlag = async () => jsonAt((await honest).text, code) === 'true';

	it('has a code that is a text, missing or unknown', async () => {
		const codes = async (how: string) => jsonAt((await through(how)).text, code);
		const good = jsonAt((await honest).text, code) ?? '';
		expect([await codes('code-as-string'), await codes('code-missing'), await codes('code-unknown')]).toEqual([`"${good}"`, undefined, await isFlag() ? 'false' : '987654321']);
		for (const how of ['code-as-string', 'code-missing', 'code-unknown']) expect((await through(how)).rows).toEqual((await honest).rows);
	});

	it('holds null, nothing or an array where the rows should be', async () => {
		const held = async (how: string) => jsonAt((await through(how)).text, data);
		expect([await held('data-null'), await held('data-missing'), await held('data-array')]).toEqual(['null', undefined, '[]']);
	});

	it('has a message that drives a terminal', async () => {
		const {text, body} = await through('message-hostile');
		expect(jsonAt(text, code)).toBe(await isFlag() ? 'false' : '987654321');
		expect(String(at(body, message))).toHaveLength(10_000);
		for (const part of ['\u001b[2J', '\u001b]0;', '\u009b', '\u202e', '\u2028', '\u0000']) expect(String(at(body, message))).toContain(part);
	});

	it('contradicts the HTTP status', async () => {
		expect(await through('success-with-error-status')).toEqual({...await honest, status: 500});
		const refused = await open(subject).page({size: 0});
		expect(await through('error-with-200')).toEqual({...refused, status: 200});
	});
});
