import {describe, expect, it} from 'vitest';
import {searchKinds} from '../../../../src/sources/app-log-kinds.ts';
import {answerShapeOf} from '../../../faults/catalogue/shapes.ts';
import {consoleShapeNames} from '../../../../src/sandbox/index.ts';
import {jsonAt} from './reading.ts';
import {at, open, pageSize, subjects} from './subjects.ts';

describe.each(subjects)('the shape of $name', subject => {
	it('finds rows, identities, times and what is said about pages in an answer', async () => {
		const {shape} = subject;
		const {text, body, rows} = await open(subject).page();
		expect(rows).toHaveLength(pageSize);
		expect(new Set(rows.map(row => jsonAt(row, shape.id))).size).toBe(pageSize);
		for (const row of rows) expect(jsonAt(row, shape.time)).toMatch(/^"?\d{4}/);
		expect(jsonAt(text, shape.envelope.code)).toMatch(/^(?:0|true)$/);
		const {pagination} = shape;
		const said = pagination.style === 'token' ? [pagination.token, pagination.more] : [pagination.total];
		for (const path of said) expect(at(body, path ?? [])).not.toBeUndefined();
	});

	it('knows where a refusal says why, and how the next page is asked for', async () => {
		const {shape} = subject;
		const {text, rows} = await open(subject).page({size: 0});
		expect(rows).toEqual([]);
		expect(jsonAt(text, shape.envelope.message)).toContain('"');
		const [first, second] = await open(subject).pages(2);
		expect(second?.rows).toHaveLength(pageSize);
		expect(second?.rows).not.toEqual(first?.rows);
	});
});

it('is known for every search of the console, and for nothing else', () => {
	for (const console of consoleShapeNames) for (const kind of searchKinds) expect(answerShapeOf(`feishu-app-log ${kind}`, console)?.rows).toHaveLength(2);
	expect(answerShapeOf('feishu-app-log', 'page')).toBeUndefined();
	expect(answerShapeOf('toString', 'page')).toBeUndefined();
});
