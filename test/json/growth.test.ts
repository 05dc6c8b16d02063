import {describe, expect, it} from 'vitest';
import {outsideGaps} from '../../src/archive/gaps.ts';
import {visibleInCell, visibleInJson, visibleInTable} from '../../src/base/visible.ts';
import {toRecord} from '../../src/engine/rows-of.ts';
import {showHeader} from '../../src/http/show-exchange.ts';
import {parseFieldPath, pickFields, redactFields} from '../../src/json/edit.ts';
import {Masker} from '../../src/json/secrets/masker.ts';
import {redactSecrets, redactSecretsInText} from '../../src/json/secrets/redact-secrets.ts';
import {feishuOpenapi} from '../../src/sources/feishu-openapi.ts';
import {growthProblem} from '../helpers/growth.ts';

/** What invites a search to go on to the end of the text, again and again. */
const pieces = [
	'authorization: Bearer ', '"authorization: Bearer abcdef1234" ', `'authorization: `, 'cookie: a=b; ', '"cookie":"', 'token=', 'token="', 'token={', 'token=[', 'token=\\',
	'token=\\"', 'token"\n\n', 'password: ', 'pwd=1;', 'secret=);', 'ticket=1,"', '<token>', '-----BEGIN RSA PRIVATE KEY-----', '-----BEGIN ', '\\', '\\"', 'bearer ', 'basic ',
	'basic YTpi ', '://x:', '://a:b@', 'eyJ', 'eyJabcdefgh.', 't-', 't-.', 'sk-a1', '?code=a&state=', 'code=x grant_type=', '%74oken=', '%2574oken=', '%', '\\u0074', '{"token":', '[',
	'{"name":"token","value":', 'password=hunter2hunter2 ', 'AKIA', 'xoxb-', ' ', '\n', '\u202e',
];

const repeated = (piece: string, size: number) => piece.repeat(Math.ceil(size / piece.length));

/** The ways in which a text comes to the search for secrets. */
const ways: ReadonlyArray<readonly [name: string, look: (text: string) => unknown]> = [
	['as it is', redactSecretsInText],
	['in a record', text => redactSecrets(JSON.stringify({a: text}))],
	['in JSON in a record', text => redactSecrets(JSON.stringify({a: JSON.stringify({b: text})}))],
	['in JSON that is cut off', text => redactSecretsInText(`{"a":${JSON.stringify(text).slice(0, -1)}`)],
	['as a key', text => redactSecrets(JSON.stringify({[text]: 'x'}))],
	['in a header', text => showHeader('location', text)],
	['in a message', text => new Masker().mask(text)],
];

describe('the search for secrets takes time in proportion to the text', () => {
	it.each(ways)('%s', (_, look) => {
		for (const piece of pieces) {
			expect(growthProblem(size => {
				look(repeated(piece, size));
			}, 25_000)).toBeUndefined();
		}
	});

	it('whatever is named by members or pairs in one another', () => {
		for (const [before, after] of [['{"name":"ticket","value":', '}'], ['[["ticket",{"a":', '}]]'], ['{"ticket":', '}'], ['{"key":"a","value":', '}']] as const) {
			expect(growthProblem(depth => {
				redactSecrets(`${before.repeat(depth)}"${'password=hunter2hunter2 '.repeat(50)}"${after.repeat(depth)}`);
			}, 2)).toBeUndefined();
		}
	});

	it('with hundreds of thousands of them in one text', () => {
		for (const piece of ['password=hunter2hunter2 ', '%70assword=hunter2hunter2 ']) {
			const {text, values} = redactSecrets(JSON.stringify({a: piece.repeat(200_000)}));
			expect(values).toBe(200_000);
			expect(text).not.toContain('hunter2');
		}
	});

	it('and so does the learning of thousands of secrets', () => {
		expect(growthProblem(count => {
			const masker = new Masker();
			for (let index = 0; index < count; index++) masker.add(`secret-${index}`);
			masker.mask('none of them');
		}, 400)).toBeUndefined();
	});
});

describe('other work on what servers and files hold does, too', () => {
	it('redacting, picking and showing', () => {
		const paths = [parseFieldPath('a.b.c')];
		for (const piece of pieces) {
			expect(growthProblem(size => {
				const text = repeated(piece, size);
				const row = JSON.stringify({a: [{b: text}, JSON.stringify({b: {c: text}})], [text]: 1});
				pickFields(row, paths);
				redactFields(row, paths);
				visibleInCell(text);
				visibleInJson(row);
				visibleInTable(text);
			}, 25_000)).toBeUndefined();
		}
	});

	it('an id of a million digits', () => {
		expect(growthProblem(digits => {
			const id = '9'.repeat(digits);
			const text = `{"id":${id}}`;
			expect(toRecord(text, JSON.parse(text), {...feishuOpenapi, id: 'id'}).id).toBe(id);
		}, 125_000)).toBeUndefined();
	});

	it('gaps among gaps', () => {
		expect(growthProblem(count => {
			const gaps = Array.from({length: count}, (_, index) => ({from: 10 * index, to: 10 * index + 5}));
			expect(outsideGaps(gaps, gaps)).toEqual([]);
		}, 8000)).toBeUndefined();
	});
});
