import {describe, expect, it} from 'vitest';
import {contentFaults} from '../../../faults/catalogue/content/index.ts';
import {rows as rowsFault} from '../../../faults/catalogue/content/rows.ts';
import {jsonAt} from './reading.ts';
import {injectOf, open, pageSize, subjects, type Subject} from './subjects.ts';

type Rows = readonly string[];

const without = (all: Rows, some: Rows): string[] => all.filter(row => !some.includes(row));
/** The rows that a fault has put in the place of others. */
const changed = (before: Rows, after: Rows): string[] => without(after, before);
const ids = (all: Rows, {shape}: Subject) => all.map(row => jsonAt(row, shape.id));
const members = (row: string | undefined) => Object.keys(JSON.parse(row ?? '{}') as object);

function textsOf(value: unknown): string[] {
	if (typeof value === 'string') return [value];
	return typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, inner]) => [key, ...textsOf(inner)]) : [];
}

/** What one row comes to; the others of its page stay as they are. */
const ofOneRow: Readonly<Record<string, (row: string, before: string, subject: Subject) => void>> = {
	'missing-id': (row, _, {shape}) => expect(jsonAt(row, shape.id)).toBeUndefined(),
	'null-id': (row, _, {shape}) => expect(jsonAt(row, shape.id)).toBe('null'),
	'empty-id': (row, _, {shape}) => expect(jsonAt(row, shape.id)).toBe('""'),
	'time-in-future': (row, _, {shape}) => expect(timeOf(row, shape.time)).toBeGreaterThan(Date.UTC(2036, 0)),
	'time-zero': (row, _, {shape}) => expect(timeOf(row, shape.time)).toBe(0),
	'time-negative': (row, _, {shape}) => expect(timeOf(row, shape.time)).toBe(-1000),
	'time-in-other-unit': (row, before, {shape}) => {
		const [now, then] = [row, before].map(text => Number(jsonAt(text, shape.time)?.replaceAll('"', '')));
		expect(Number.isNaN(then) ? String(now).length : Math.abs(Math.log10(Number(now) / Number(then)))).toBeCloseTo(Number.isNaN(then) ? 10 : 3, 5);
	},
	'time-string': (row, before, {shape}) => {
		const [now = '', then = ''] = [row, before].map(text => jsonAt(text, shape.time));
		expect(/^\d/.test(now)).toBe(/^"\d+"$/.test(then));
		if (!then.includes('T')) expect(now.replaceAll('"', '')).toBe(then.replaceAll('"', ''));
	},
	'time-text': (row, _, {shape}) => expect(jsonAt(row, shape.time)).toBe('"yesterday"'),
	'time-null': (row, _, {shape}) => expect(jsonAt(row, shape.time)).toBe('null'),
	'time-missing': (row, _, {shape}) => expect(jsonAt(row, shape.time)).toBeUndefined(),
	'time-fraction': (row, _, {shape}) => expect(jsonAt(row, shape.time)).toMatch(/^"?\d+\.5"?$|\.\d{3}500Z"$/),
	'not-an-object': row => expect(row).toMatch(/^(?:42|null|\[\]|"row"|true)$/),
	'proto': (row, before) => expect(members(row)).toEqual([...members(before), '__proto__', 'constructor', 'prototype', 'toString', 'toJSON', 'hasOwnProperty', 'then']),
	'lone-surrogates': row => expect(row).toContain(String.raw`"\ud800`),
	'control-characters': row => {
		expect(row).toContain('\u009b');
		for (const part of ['\u001b[2J', '\u001b]0;', '\u202e', '\u2028', '\u0000']) expect(textsOf(JSON.parse(row)).join('')).toContain(part);
	},
	'formulas': row => expect(textsOf(JSON.parse(row)).some(text => /^[=+\-@\t\r\n＝＋－＠]=?1\+1/.test(text))).toBe(true),
	'long-text': (row, before) => expect(row.length - before.length).toBe(1024 * 1024),
	'extra-fields': (row, before) => {
		expect(row.startsWith(before.slice(0, -1))).toBe(true);
		expect(row).toContain('9007199254740993');
	},
	'missing-fields': (row, _, {shape}) => expect(members(row).toSorted()).toEqual([...shape.id.slice(0, 1), ...shape.time.slice(0, 1)].toSorted()),
};

function timeOf(row: string, path: readonly string[]): number {
	const value: unknown = JSON.parse(jsonAt(row, path) ?? '""');
	const number = Number(value);
	return Number.isNaN(number) ? Date.parse(String(value)) : Math.abs(number) < 1e11 && Math.abs(number) !== 1000 ? number * 1000 : number;
}

/** What a page, or the pages after one another, come to. */
const ofPages: Readonly<Record<string, (after: readonly Rows[], before: readonly Rows[], subject: Subject) => void>> = {
	'repeated': ([after = []], [before = []]) => {
		expect(after.slice(0, pageSize)).toEqual(before);
		expect(after).toHaveLength(pageSize + 1);
		expect(before).toContain(after.at(-1));
	},
	'repeated-across-pages': (after, [first = [], ...before]) => expect(after).toEqual([first, ...before.map((rows, index) => [...[first, ...before][index]?.slice(-1) ?? [], ...rows])]),
	'reordered': ([after = []], [before = []]) => {
		expect(after).not.toEqual(before);
		expect(after.toSorted()).toEqual(before.toSorted());
	},
	'dropped': ([after = []], [before = []]) => {
		expect(after).toHaveLength(pageSize - 1);
		expect(changed(before, after)).toEqual([]);
	},
	'arrives-late': ([after = []], [before = []]) => {
		expect(after).toHaveLength(pageSize - 1);
		expect(changed(before, after)).toEqual([]);
	},
	'huge-id': ([after = []], [before = []], subject) => {
		const huge = ids(after, subject);
		expect(new Set(huge).size).toBe(pageSize);
		expect(new Set(huge.map(Number)).size).toBe(1);
		for (const id of huge) expect(id).toMatch(/^\d{81}$/);
		expect(after.map((row, index) => row.replace(huge[index] ?? '', ids(before, subject)[index] ?? ''))).toEqual(before);
	},
	'same-id-other-content': ([after = []], [before = []], subject) => {
		expect(changed(before, after)).toHaveLength(1);
		expect(new Set(ids(after, subject)).size).toBe(pageSize - 1);
	},
	'rows-null': ([after = []]) => expect(after).toEqual([]),
	'rows-object': ([after = []]) => expect(after).toEqual([]),
	'rows-missing': ([after = []]) => expect(after).toEqual([]),
};

/** Ways that leave rows as they are where those have no id. */
const ofIds: readonly string[] = ['missing-id', 'null-id', 'empty-id', 'huge-id', 'same-id-other-content'];

const hows = rowsFault.parameters.shape.how.unwrap().options;

it('has an expectation for every way', () => {
	expect(hows.toSorted()).toEqual([...Object.keys(ofOneRow), ...Object.keys(ofPages)].toSorted());
});

describe.each(subjects)('rows of $name', subject => {
	const honest = open(subject).pages(3);

	it.each(hows)('%s', async how => {
		const before = await honest;
		const after = await open(subject, 'rows', {how}).pages(how === 'repeated-across-pages' ? 3 : 1);
		if (subject.shape.id.length === 0 && ofIds.includes(how)) {
			expect(after[0]).toEqual(before[0]);
			return;
		}
		ofPages[how]?.(after.map(({rows}) => rows), before.map(({rows}) => rows), subject);
		const [was = [], is = []] = [before[0]?.rows, after[0]?.rows];
		if (ofOneRow[how] !== undefined) {
			expect(is).toHaveLength(pageSize);
			const [one = '', ...others] = changed(was, is);
			expect(others).toEqual([]);
			ofOneRow[how](one, was[is.indexOf(one)] ?? '', subject);
		}
		const [frameBefore, frameAfter] = [before[0], after[0]].map(page => page?.text.replace(page.rows.join(','), ''));
		// Whatever became of the rows, nothing else of the answer is another.
		if (!how.startsWith('rows-')) expect(frameAfter).toBe(frameBefore);
	});

	it('writes what stands in the place of the array', async () => {
		const text = async (how: string) => jsonAt((await open(subject, 'rows', {how}).page()).text, subject.shape.rows);
		expect([await text('rows-null'), await text('rows-object'), await text('rows-missing')]).toEqual(['null', '{"0":{"id":"1"}}', undefined]);
	});

	it('leaves a row out only the first time', async () => {
		const {page} = open(subject, 'rows', {how: 'arrives-late', count: 2});
		const {rows} = await open(subject).page();
		expect((await page()).rows).toHaveLength(pageSize - 2);
		expect((await page()).rows).toEqual(rows);
	});

	it('changes as many rows as wanted, and all where there are not more', async () => {
		const {rows} = await open(subject).page();
		expect(changed(rows, (await open(subject, 'rows', {how: 'time-null', count: 3}).page()).rows)).toHaveLength(3);
		expect(changed(rows, (await open(subject, 'rows', {how: 'time-null', count: 1000}).page()).rows)).toHaveLength(pageSize);
	});
});

it('does the same with the same random numbers', async () => {
	const [subject] = subjects;
	if (subject === undefined) throw new Error('there are no subjects');
	const twice = await Promise.all([1, 2].map(async () => (await open(subject, 'rows', {how: 'formulas', count: 3}).pages(3)).map(({text}) => text)));
	expect(twice[0]).toEqual(twice[1]);
});

it('has nothing in an answer of an API that it does not know', async () => {
	const text = '{"data":{"items":[1]}}';
	const inject = injectOf(contentFaults.rows);
	const request = new Request('http://sandbox.test/');
	const outcome = await inject({...({} as Parameters<typeof inject>[0]), request, source: undefined, shape: undefined, answer: async () => new Response(text)});
	expect(outcome === 'sent' ? '' : await outcome.text()).toBe(text);
});
