import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import {expect, test} from 'vitest';
import {importsOf, levelOf, roomOf, rooms} from './imports.js';

const src = join(import.meta.dirname, '../../src');

/** Every file with the files it imports: types and dynamic imports count. */
const imports = new Map(readdirSync(src, {recursive: true, encoding: 'utf8'}).filter(name => name.endsWith('.ts')).map(name => {
	const text = readFileSync(join(src, name), 'utf8');
	return [name, importsOf(text).map(specifier => relative(src, join(src, dirname(name), specifier)))];
}));

test('every room stands in the order of the house', () => {
	expect([...imports.keys()].map(roomOf).filter(room => !rooms.includes(room))).toEqual([]);
});

test('no room imports one above it', () => {
	const climbing = [...imports].flatMap(([file, others]) => others.filter(other => levelOf(other) > levelOf(file)).map(other => `${file} imports ${other}`));
	expect(climbing).toEqual([]);
});

test('the sandbox knows of nothing but what describes APIs', () => {
	const allowed = ['base', 'json', 'sources', 'sandbox'];
	const others = [...imports].filter(([file]) => roomOf(file) === 'sandbox')
		.flatMap(([file, found]) => found.filter(other => !allowed.includes(roomOf(other))).map(other => `${file} imports ${other}`));
	expect(others).toEqual([]);
});

test('no file imports itself by way of others', () => {
	const done = new Set<string>();
	const circles: string[] = [];
	const visit = (file: string, path: readonly string[]) => {
		if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
		if (path.includes(file) || done.has(file)) return;
		for (const other of imports.get(file) ?? []) visit(other, [...path, file]);
		done.add(file);
	};
	for (const file of imports.keys()) visit(file, []);
	expect(circles).toEqual([]);
});
