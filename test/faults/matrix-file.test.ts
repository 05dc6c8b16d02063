import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, it} from 'vitest';
import {catalogue} from './catalogue/catalogue.ts';
import {appLogColumns, columns} from './columns.ts';
import {expectedOf} from './expectation.ts';
import {expectations, whyNotAsked} from './expectations.ts';
import {matrixAndRendered} from './matrix-file.ts';
import {ruleText} from './matrix-table.ts';

it('expects something of every fault of the catalogue, each rule once', () => {
	const rules = Object.values(expectations).flat().map(ruleText);
	expect(Object.keys(expectations).toSorted()).toEqual(Object.keys(catalogue).toSorted());
	expect(rules).toEqual([...new Set(rules)]);
	expect(Object.entries(expectations).filter(([fault, lines]) => lines.length === 0 || lines.some(({rule}) => rule.fault !== fault))).toEqual([]);
});

it('says why where nothing of a fault can come up, and only there', () => {
	const withBlanks = Object.entries(expectations).filter(([, lines]) => lines.some(line => columns.some(column => expectedOf(line, column) === 'not asked')));
	expect(Object.keys(whyNotAsked).toSorted()).toEqual(withBlanks.map(([fault]) => fault).toSorted());
});

it('has a test file for each column beside those of the registry, which share one', async () => {
	const directory = fileURLToPath(new URL('.', import.meta.url));
	const files = (await readdir(directory)).filter(name => name.endsWith('.test.ts'));
	const tested = await Promise.all(files.map(async name => /^testColumn\('(.*)'\);$/m.exec(await readFile(join(directory, name), 'utf8'))?.[1]));
	expect(tested.filter(name => name !== undefined).toSorted()).toEqual(appLogColumns.map(({name}) => name).toSorted());
});

it('is the document that the figures in it come to', async () => {
	const [document, rendered] = await matrixAndRendered();
	expect(rendered).toBe(document);
});
