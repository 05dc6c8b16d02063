import {expect, it} from 'vitest';
import {KnownRows} from '../../src/archive/seen-before.ts';

const row = (id: string | undefined, text: string) => ({id, text, time: 0});

it('knows a row by its id, and tells when its content is another', () => {
	const known = new KnownRows();
	known.add(row('a', 'one'));
	expect(['one', 'two'].map(text => known.judge(row('a', text)))).toEqual(['same', 'changed']);
	expect(known.judge(row('b', 'one'))).toBe('new');
});

it('passes over no row of another content where several share an id', () => {
	const known = new KnownRows();
	for (const text of ['one', 'two', 'three', 'one']) known.add(row('a', text));
	expect(['one', 'two', 'three', 'four'].map(text => known.judge(row('a', text)))).toEqual(['same', 'same', 'same', 'changed']);
});

it('knows a row without an id as often as it was there', () => {
	const known = new KnownRows();
	for (let count = 0; count < 2; count++) known.add(row(undefined, 'one'));
	expect([0, 1, 2].map(() => known.judge(row(undefined, 'one')))).toEqual(['same', 'same', 'new']);
});
