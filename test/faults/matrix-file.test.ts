import {expect, it} from 'vitest';
import {catalogue} from '../../src/sandbox/faults/catalogue.ts';
import {expectations} from './expectations.ts';
import {matrixAndRendered} from './matrix-file.ts';
import {ruleText} from './matrix-table.ts';

it('expects something of every fault of the catalogue, each rule once', () => {
	const rules = Object.values(expectations).flat().map(ruleText);
	expect(Object.keys(expectations).toSorted()).toEqual(Object.keys(catalogue).toSorted());
	expect(rules).toEqual([...new Set(rules)]);
	expect(Object.entries(expectations).filter(([fault, lines]) => lines.length === 0 || lines.some(({rule}) => rule.fault !== fault))).toEqual([]);
});

it('is the document that the figures in it come to', async () => {
	const [document, rendered] = await matrixAndRendered();
	expect(rendered).toBe(document);
});
